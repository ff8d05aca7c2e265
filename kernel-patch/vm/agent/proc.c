// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells in /proc. */
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

int each_line(const char *path, line_fn *visit, void *context)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int result = 0;

	if (!file)
		return fail("%s: %s", path, strerror(errno));
	while (!result && getline(&line, &room, file) >= 0)
		result = visit(line, context);
	if (ferror(file))
		result = fail("%s: %s", path, strerror(errno));
	free(line);
	fclose(file);
	return result < 0 ? -1 : 0;
}

/*
 * /proc/slabinfo extrapolates from both ends of a partial list of more than
 * 10,000 slabs. mm/slub.c, objects_show(), goes through the whole list.
 */
static int active_objects(const char *cache, unsigned long *active)
{
	char path[PATH_MAX];
	FILE *file;
	int read;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", cache);
	file = fopen(path, "re");
	if (!file)
		return fail("%s: %s", path, strerror(errno));
	read = fscanf(file, "%lu", active);
	fclose(file);
	return read == 1 ? 0 : fail("%s has no number", path);
}

/* mm/slab_common.c, cache_show(); the two heading lines do not match. */
static int show_cache(char *line, void *context)
{
	unsigned long active, objects, size, per_slab, pages, slabs;
	char name[128];

	(void)context;
	if (sscanf(line, "%127s %*u %lu %lu %lu %lu : tunables %*u %*u %*u : slabdata %*u %lu",
		   name, &objects, &size, &per_slab, &pages, &slabs) != 6)
		return 0;
	if (active_objects(name, &active))
		return -1;
	row("name %s active %lu objects %lu size %lu per-slab %lu pages-per-slab %lu slabs %lu",
	    name, active, objects, size, per_slab, pages, slabs);
	return 0;
}

int slabinfo(char **words)
{
	(void)words;
	return each_line("/proc/slabinfo", show_cache, NULL);
}

/* The lines below a table's heading: net/ipv4/fib_trie.c, fib_triestat_seq_show(). */
struct block {
	char heading[32];	/* fib_table_print() */
	bool inside, found;
};

static int parse_table(const char *word, struct block *block)
{
	uint64_t table;

	if (parse_number(word, "TABLE", 1, UINT32_MAX, &table))
		return -1;
	if (table == RT_TABLE_LOCAL)
		strcpy(block->heading, "Local:\n");
	else if (table == RT_TABLE_MAIN)
		strcpy(block->heading, "Main:\n");
	else
		snprintf(block->heading, sizeof(block->heading), "Id %d:\n", (int)table);
	return 0;
}

static bool is_heading(const char *line)
{
	return !strncmp(line, "Id ", 3) || !strcmp(line, "Local:\n") || !strcmp(line, "Main:\n");
}

/* Whether the line belongs to the table. */
static bool within(struct block *block, const char *line)
{
	if (!is_heading(line))
		return block->inside;
	block->inside = !strcmp(line, block->heading);
	block->found |= block->inside;
	return false;
}

static int show_statistic(char *line, void *context)
{
	if (!within(context, line) || line[0] == '\n')
		return 0;
	for (char *c = line; *c; c++) {
		if (*c == ' ' || *c == '\t')
			*c = '_';
		if (*c == '\n')
			*c = 0;
	}
	row("line %s", line);
	return 0;
}

int triestat(char **words)
{
	struct block block = { .inside = false };

	if (parse_table(words[0], &block) || each_line("/proc/net/fib_triestat", show_statistic, &block))
		return -1;
	return block.found ? 0 : fail("there is no table %s", words[0]);
}

/* net/ipv6/route.c, rt6_stats_seq_show(): hexadecimal, over all tables. */
static int show_rt6_stats(char *line, void *context)
{
	unsigned int nodes, valued, allocated, entries, cached, destinations, discarded;

	(void)context;
	if (sscanf(line, "%x %x %x %x %x %x %x", &nodes, &valued, &allocated, &entries, &cached, &destinations,
		   &discarded) != 7)
		return fail("rt6_stats: not seven numbers: %s", line);
	row("nodes %u route-nodes %u allocated %u entries %u cached %u destinations %u discarded %u",
	    nodes, valued, allocated, entries, cached, destinations, discarded);
	return 0;
}

int rt6_stats(char **words)
{
	(void)words;
	return each_line("/proc/net/rt6_stats", show_rt6_stats, NULL);
}

struct areas {
	uint64_t areas, bytes, pages;
};

/* mm/vmalloc.c, vmalloc_info_show(): range, size with the guard page, caller, pages=. */
static int add_area(char *line, void *context)
{
	struct areas *areas = context;
	unsigned long size;
	char caller[128], *pages;

	if (sscanf(line, "%*s %lu %127s", &size, caller) != 2 ||
	    (!strstr(caller, "tnode") && !strstr(caller, "trie")))
		return 0;
	pages = strstr(line, " pages=");
	areas->areas++;
	areas->bytes += size;
	areas->pages += pages ? strtoul(pages + strlen(" pages="), NULL, 10) : 0;
	return 0;
}

int vmalloc_areas(char **words)
{
	struct areas areas = { 0 };

	(void)words;
	if (each_line("/proc/vmallocinfo", add_area, &areas))
		return -1;
	row("areas %ju bytes %ju pages %ju", areas.areas, areas.bytes, areas.pages);
	return 0;
}

static int show_memory(char *line, void *context)
{
	char name[64];
	unsigned long kb;

	(void)context;
	/* Lines without the unit count pages of some sort. */
	if (strstr(line, " kB") && sscanf(line, "%63[^:]: %lu", name, &kb) == 2)
		row("name %s kb %lu", name, kb);
	return 0;
}

int meminfo(char **words)
{
	(void)words;
	return each_line("/proc/meminfo", show_memory, NULL);
}
