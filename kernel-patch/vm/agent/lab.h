/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent of the VM lab: what its files share. ../README.md is the contract
 * with the harness: commands, byte layouts, digests.
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE "wg0"

/*
 * A command: gets its words after the name, ended by NULL. Returns 0, or -1
 * after it said with fail() what went wrong.
 */
typedef int command_fn(char **words);

/* answer.c: rows, failures, words, digests, the clock */

/* Writes "= ..." as one line. */
void row(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Writes the last line of an answer. */
void end_answer(bool ok);
/* Keeps the message for the last line of the answer; returns -1. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *failure(void);
/* A line for the log: not part of any answer. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

int parse_number(const char *word, const char *what, uint64_t least, uint64_t most, uint64_t *value);

#define DIGEST_START 0xCBF29CE484222325ull

static inline uint64_t digest_word(uint64_t digest, uint32_t word)
{
	digest = (digest ^ word) * 0x9E3779B97F4A7C15ull;
	return digest ^ digest >> 32;
}

/* Over 32-bit words: length is a multiple of 4. */
uint64_t digest_words(uint64_t digest, const void *data, size_t length);

uint64_t clock_ns(void);

/* main.c: a line's words are split in place; 0, or -1 after fail() */

int obey_line(char *line);

/* trace.c */

command_fn trace;

/* input.c: the files in the data folder */

enum kind { KIND_ADD, KIND_DELETE, KIND_MOVE, KIND_APPEND };

struct input {
	const uint8_t *bytes;
	size_t size;		/* in bytes */
	size_t count;		/* in records */
	size_t record;		/* bytes of a record */
	int family;		/* AF_INET or AF_INET6 */
};

struct operation {
	const uint8_t *address;	/* in network order */
	uint8_t length;
	uint8_t kind;
	uint16_t peer;
};

void set_data_folder(const char *folder);
int open_keys(struct input *input, const char *name);
int open_operations(struct input *input, const char *name);
/* A file of anything: no records. */
int open_bytes(struct input *input, const char *name);
void close_input(struct input *input);
/* FROM and COUNT as words; what they give lies within the file. */
int parse_range(const struct input *input, char **words, size_t *from, size_t *count);
struct operation operation_at(const struct input *input, size_t index);
int check_operation(const struct input *input, size_t index);

static inline size_t address_size(int family)
{
	return family == 2 ? 4 : 16;
}

/* link.c: wg0 and lo */

command_fn wg_create, wg_delete;
int loopback_up(void);
/* The index of wg0; 0 after fail() when there is none. */
unsigned int device_index(void);

/* wireguard.c */

int wg_open(void);
unsigned int wg_family(void);
/* The 32 bytes by which the peer of that number is known. */
void make_public_key(uint8_t key[32], uint32_t peer);
command_fn wg_reset, wg_mode, wg_add, wg_replace, wg_empty, wg_remove, wg_churn, wg_dump;
/* Asks wg0 which numbers it has given its peers: dumps of routes have these. None without WireGuard or the series. */
int wg_learn_peers(void);
/* The peer that had such a number then, and 1 more; 0 where none had. */
uint32_t wg_peer_of(uint64_t id);

/* route.c */

int route_open(void);
command_fn nexthop_add, nexthop_replace, nexthop_delete, nexthop_compat, route_run, route_churn;

/* fib.c */

command_fn route_dump, route_get;

/* proc.c */

typedef int line_fn(char *line, void *context);
/* Calls visit for each line of a file, its newline included, until visit returns other than 0. */
int each_line(const char *path, line_fn *visit, void *context);
command_fn slabinfo, triestat, rt6_stats, vmalloc_areas, meminfo;

/* module.c */

void load_modules(void);
bool module_loaded(void);
/* Waits until all that was deferred is freed; does nothing without the module. */
int module_barrier(void);
command_fn give_keys, give_operations, module_command;

/* machine.c: what only process 1 does */

void set_up_machine(void);
void quiet_console(void);
void power_off(void);

#endif
