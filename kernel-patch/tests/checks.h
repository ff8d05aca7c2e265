/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel must not have kept, or said, at the end of a program. */
#ifndef TESTS_CHECKS_H
#define TESTS_CHECKS_H

#include <stdbool.h>

bool write_file(const char *path, const char *text);
/* The slab cache has no object, or has none soon. */
bool becomes_empty(const char *cache);
/* References to WireGuard's module; -1 if it is none. */
long module_references(void);
int unload_module(void); /* errno */
void claim_unloading(void);
/* Before all, so that what the boot leaked is not the program's. */
void forget_leaks(void);
void claim_no_leak(void);
void claim_clean_log(void);

#endif
