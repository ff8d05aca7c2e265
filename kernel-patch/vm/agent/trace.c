// SPDX-License-Identifier: GPL-2.0-only
/* Many commands from one file, and one row for all: what a daemon sends, batch after batch. */
#include <string.h>

#include "lab.h"
#include "netlink.h"

#define LINE_BYTES 256

/* The line that begins at from, without its end; where the next one begins, 0 after fail(). */
static size_t take_line(const struct input *file, size_t from, char line[LINE_BYTES])
{
	const char *start = (const char *)file->bytes + from;
	const char *end = memchr(start, '\n', file->size - from);
	const size_t length = end ? (size_t)(end - start) : file->size - from;

	if (length >= LINE_BYTES) {
		fail("trace: a line of %zu bytes", length);
		return 0;
	}
	memcpy(line, start, length);
	line[length] = 0;
	return from + length + 1;
}

/* Only what answers with traffic can be added up. */
static bool sends(const char *line)
{
	return !strncmp(line, "wg ", 3) || !strncmp(line, "route ", 6) || !strncmp(line, "nexthop ", 8);
}

static int obey_lines(const struct input *file)
{
	char line[LINE_BYTES];

	for (size_t next, from = 0; from < file->size; from = next) {
		next = take_line(file, from, line);
		if (!next)
			return -1;
		if (!sends(line))
			return fail("trace: not a command that sends: %s", line);
		if (obey_line(line))
			return -1;
	}
	return 0;
}

int trace(char **words)
{
	struct traffic traffic = NO_TRAFFIC;
	struct input file;
	uint64_t barriers;
	int result;

	if (parse_number(words[1], "BARRIERS", 0, 1, &barriers) || open_bytes(&file, words[0]))
		return -1;
	add_up_traffic(&traffic, barriers);
	result = obey_lines(&file);
	add_up_traffic(NULL, false);
	close_input(&file);
	if (result)
		return -1;
	traffic_row(&traffic, " refused %ju", traffic.refused);
	return 0;
}
