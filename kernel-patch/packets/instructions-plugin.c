// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU's TCG that counts the instructions of a guest's kernel by function. See instructions.md.
 *
 *	-plugin instructions-plugin.so,symbols=FILE,profile=FILE
 *
 * The guest's program (instructions.c) says what is to be counted, by instructions that do nothing else: see marks.h. Marks
 * of MARK_SYMBOLS to MARK_WRITE make the plugin read the guest's /proc/kallsyms from a file, count for the first or the second phase, stop,
 * and write the counts of both as lines "NUMBER CONTEXT FIRST SECOND FUNCTION [MODULE]". The numbers of the marks count from 0.
 *
 * Each instruction also belongs to a context: that of the region whose first function was called and has not returned yet. One processor.
 */
#include "marks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Debian does not package QEMU's header: this is what is used of version 1 of its interface. */
#define EXPORT __attribute__((visibility("default")))
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS };
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t plugin, const void *info, int argc, char **argv);
void qemu_plugin_reset(qemu_plugin_id_t plugin, void (*done)(qemu_plugin_id_t));
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t plugin, void (*call)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*call)(unsigned int, void *), int flags, void *context);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*call)(unsigned int, void *), int flags, void *context);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);

/*
 * Contexts, and the functions that they begin with. A tick of the timer may come in any of them. WireGuard's rate limiter cleans up once a
 * second, IPv6 its neighbours every 15 s. Both families look for addresses whose time is over.
 */
enum { REST, CHOICE, ROUTE, BACKGROUND, CONTEXTS };
static const char *const context_name[CONTEXTS] = { "rest", "choice", "route", "background" };
static const struct {
	const char *function;
	int context;
} regions[] = {
	{ "wg_route_lookup_dst", CHOICE },	     { "wg_allowedips_lookup_dst", CHOICE }, { "wg_route_check_src", CHOICE },
	{ "wg_allowedips_lookup_src", CHOICE }, { "ip_route_input_noref", ROUTE },      { "ip6_route_input", ROUTE },
	{ "__sysvec_apic_timer_interrupt", BACKGROUND },
	{ "wg_ratelimiter_gc_entries", BACKGROUND },
	{ "neigh_periodic_work", BACKGROUND },
	{ "check_lifetime", BACKGROUND },
	{ "addrconf_verify_rtnl", BACKGROUND },
};

struct function {
	uint64_t start;
	int region; /* the context that begins with it; REST: none */
	char name[96]; /* with the module */
	uint64_t count[PHASES][CONTEXTS];
};
static struct function user = { .name = "user" }, unknown = { .name = "unknown" };
static struct function *functions;
static size_t function_count;

/* A translated block, as long as the guest runs: QEMU keeps pointers to it in its code. */
struct block {
	struct function *function;
	uint64_t start, end;
	int length; /* in instructions */
	bool is_entry, is_call, is_switch; /* is_switch: to another thread */
};

static qemu_plugin_id_t self;
static char *symbols_path;
static FILE *profile;
static int phase = -1, written;
static const struct block *last;

/* Regions that have been entered and not left. */
enum { DEPTH = 8 };
static struct {
	uint64_t return_to;
	int context;
} stack[DEPTH];
static int depth;
static int jumps; /* into regions */

static int context(void) { return depth ? stack[depth - 1].context : REST; }

static int compare(const void *a, const void *b)
{
	const struct function *f = a, *g = b;

	return f->start < g->start ? -1 : f->start > g->start;
}

static void add_function(uint64_t start, const char *name, const char *module)
{
	struct function *f;

	if (!(function_count & (function_count + 1))) /* 2^n - 1 are full */
		functions = realloc(functions, 2 * (function_count + 1) * sizeof(*functions));
	if (!functions)
		abort();
	f = &functions[function_count++];
	memset(f, 0, sizeof(*f));
	f->start = start;
	snprintf(f->name, sizeof(f->name), "%s%s%s", name, *module ? " " : "", module);
	for (size_t i = 0; i < sizeof(regions) / sizeof(*regions); i++)
		if (!strcmp(regions[i].function, name))
			f->region = regions[i].context;
}

/* The host's file system has what the guest wrote. */
static void read_symbols(void)
{
	FILE *file = fopen(symbols_path, "r");
	char line[512], name[64], module[64], type;
	uint64_t start;

	while (file && fgets(line, sizeof(line), file)) {
		*module = 0;
		if (sscanf(line, "%" SCNx64 " %c %63s %31s", &start, &type, name, module) >= 3 && strchr("tTwW", type) && start)
			add_function(start, name, module);
	}
	if (file)
		fclose(file);
	if (!function_count)
		fprintf(stderr, "plugin: no symbols in %s\n", symbols_path);
	qsort(functions, function_count, sizeof(*functions), compare);
}

static struct function *function_of(uint64_t address)
{
	size_t low = 0, high = function_count;

	if (!(address >> 63))
		return &user;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Of several names of one address, one has the region. */
	for (size_t i = low; i > 0 && functions[i - 1].start == functions[low - 1].start; i--)
		if (functions[i - 1].region)
			return &functions[i - 1];
	return low ? &functions[low - 1] : &unknown;
}

static void write_function(const struct function *f)
{
	for (int c = 0; c < CONTEXTS; c++)
		if (f->count[0][c] || f->count[1][c])
			fprintf(profile, "%d %s %" PRIu64 " %" PRIu64 " %s\n", written, context_name[c], f->count[0][c], f->count[1][c], f->name);
}

enum { FEW_JUMPS = 4 };

static void write_profile(void)
{
	if (jumps > FEW_JUMPS)
		fprintf(stderr, "\nnot ok - plugin: %d times a region was not called\n", jumps);
	jumps = 0;
	write_function(&user);
	write_function(&unknown);
	memset(user.count, 0, sizeof(user.count));
	memset(unknown.count, 0, sizeof(unknown.count));
	for (size_t i = 0; i < function_count; i++) {
		write_function(&functions[i]);
		memset(functions[i].count, 0, sizeof(functions[i].count));
	}
	fflush(profile);
	written++;
}

static void translate(qemu_plugin_id_t plugin, struct qemu_plugin_tb *tb);
static void watch(qemu_plugin_id_t plugin) { qemu_plugin_register_vcpu_tb_trans_cb(plugin, translate); }

static void on_mark(unsigned int cpu, void *number)
{
	(void)cpu;
	switch ((intptr_t)number) {
	case MARK_SYMBOLS:
		read_symbols();
		qemu_plugin_reset(self, watch); /* what has been translated is translated again, and counted from then on */
		break;
	case MARK_FIRST:
	case MARK_SECOND:
		phase = (intptr_t)number - MARK_FIRST;
		break;
	case MARK_STOP:
		phase = -1;
		break;
	case MARK_WRITE:
		write_profile();
		break;
	}
}

static void enter_region(const struct block *b)
{
	/* An interrupt after the call, or a jump, which says nothing of the region's end. */
	if (!last->is_call || depth == DEPTH) {
		jumps++;
		return;
	}
	stack[depth].return_to = last->end;
	stack[depth++].context = b->function->region;
}

static void on_block(unsigned int cpu, void *data)
{
	const struct block *b = data;

	(void)cpu;
	if (depth && b->start == stack[depth - 1].return_to)
		depth--;
	if (b->is_switch)
		depth = 0; /* only what cleans up can be interrupted like that */
	if (b->is_entry)
		enter_region(b);
	if (phase >= 0)
		b->function->count[phase][context()] += b->length;
	last = b;
}

/* call rel32, or call by register or memory, perhaps after a prefix. */
static bool is_call(const struct qemu_plugin_insn *insn)
{
	const unsigned char *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn), at = 0;

	while (at + 1 < size && (code[at] == 0x2e || code[at] == 0x3e || code[at] == 0x65 || (code[at] & 0xf0) == 0x40))
		at++;
	return code[at] == 0xe8 || (code[at] == 0xff && at + 1 < size && (code[at + 1] >> 3 & 7) == 2);
}

static void find_marks(struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const unsigned char *code = qemu_plugin_insn_data(insn);
		uint32_t number;

		if (qemu_plugin_insn_size(insn) != 7 || code[0] != 0x0f || code[1] != 0x1f || code[2] != 0x80)
			continue;
		memcpy(&number, code + 3, sizeof(number));
		if (number - MARK >= MARK_SYMBOLS && number - MARK <= MARK_WRITE)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS, (void *)(intptr_t)(number - MARK));
	}
}

static void translate(qemu_plugin_id_t plugin, struct qemu_plugin_tb *tb)
{
	size_t length = qemu_plugin_tb_n_insns(tb);
	const struct qemu_plugin_insn *end = qemu_plugin_tb_get_insn(tb, length - 1);
	uint64_t start = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	struct block *b;

	(void)plugin;
	if (!(start >> 63))
		find_marks(tb);
	if (!function_count)
		return;
	b = malloc(sizeof(*b));
	if (!b)
		abort();
	*b = (struct block){ .function = function_of(start), .start = start, .length = length, .is_call = is_call(end),
			     .end = qemu_plugin_insn_vaddr(end) + qemu_plugin_insn_size(end) };
	b->is_entry = b->function->region && b->function->start == start;
	b->is_switch = b->function->start == start && !strcmp(b->function->name, "__schedule");
	if (!last)
		last = b;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, b);
}

int qemu_plugin_install(qemu_plugin_id_t plugin, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "symbols=", 8))
			symbols_path = strdup(argv[i] + 8);
		else if (!strncmp(argv[i], "profile=", 8))
			profile = fopen(argv[i] + 8, "w");
	}
	if (!symbols_path || !profile)
		return -1;
	self = plugin;
	watch(plugin);
	return 0;
}
