/* SPDX-License-Identifier: GPL-2.0-only */
/* How the program in the guest tells the plugin of QEMU what to count: by instructions that do nothing and have a number. */
#ifndef PACKETS_MARKS_H
#define PACKETS_MARKS_H

#define MARK 0x57470000
enum { MARK_SYMBOLS = 1, MARK_FIRST, MARK_SECOND, MARK_STOP, MARK_WRITE, PHASES = 2 };

/* nopl MARK+number(%rax) */
#define mark(number) asm volatile(".byte 0x0f, 0x1f, 0x80; .long %c0" : : "i"(MARK + (number)) : "memory")

#endif
