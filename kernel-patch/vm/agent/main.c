// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent of the VM lab: obeys the harness's lines, see ../README.md.
 *
 *   agent DATA-FOLDER    in a network namespace of its own
 *   /init                as process 1 of a VM, with its data in /data
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sysexits.h>
#include <unistd.h>

#include "lab.h"

#define LINE_BYTES 1024
#define MAX_WORDS (LINE_BYTES / 2)
#define BLANKS " \t\r"

static bool quitting;

static int hello(char **words)
{
	struct utsname name;

	(void)words;
	uname(&name);
	row("kernel %s cpus %ld page %ld wireguard %u module %d", name.release,
	    sysconf(_SC_NPROCESSORS_ONLN), sysconf(_SC_PAGESIZE), wg_family(), module_loaded());
	return 0;
}

static int quit(char **words)
{
	(void)words;
	quitting = true;
	return 0;
}

static const struct command {
	const char *group;	/* the first word */
	const char *name;	/* the second, where there is one */
	size_t least, most;	/* words after those */
	command_fn *run;
} commands[] = {
	{ "hello", NULL, 0, 0, hello },
	{ "wg", "create", 0, 1, wg_create },
	{ "wg", "delete", 0, 0, wg_delete },
	{ "wg", "reset", 0, 0, wg_reset },
	{ "wg", "mode", 1, 2, wg_mode },
	{ "wg", "add", 4, 4, wg_add },
	{ "wg", "replace", 4, 4, wg_replace },
	{ "wg", "empty", 1, 1, wg_empty },
	{ "wg", "remove", 1, 1, wg_remove },
	{ "wg", "churn", 6, 6, wg_churn },
	{ "wg", "dump", 1, 1, wg_dump },
	{ "nexthop", "add", 2, 4, nexthop_add },
	{ "nexthop", "replace", 4, 4, nexthop_replace },
	{ "nexthop", "delete", 2, 2, nexthop_delete },
	{ "nexthop", "compat", 1, 1, nexthop_compat },
	{ "route", "run", 6, 6, route_run },
	{ "route", "churn", 6, 6, route_churn },
	{ "route", "dump", 2, 3, route_dump },
	{ "route", "get", 4, 4, route_get },
	{ "trace", NULL, 2, 2, trace },
	{ "slabinfo", NULL, 0, 0, slabinfo },
	{ "triestat", NULL, 1, 1, triestat },
	{ "rt6stats", NULL, 0, 0, rt6_stats },
	{ "vmalloc", NULL, 0, 0, vmalloc_areas },
	{ "meminfo", NULL, 0, 0, meminfo },
	{ "keys", NULL, 1, 1, give_keys },
	{ "ops", NULL, 3, 3, give_operations },
	{ "module", NULL, 1, MAX_WORDS, module_command },
	{ "quit", NULL, 0, 0, quit },
};

static size_t split(char *line, char **words)
{
	size_t count = 0;

	for (char *word = strtok(line, BLANKS); word && count < MAX_WORDS; word = strtok(NULL, BLANKS))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

static bool is_named(const struct command *command, char **words)
{
	return !strcmp(words[0], command->group) &&
	       (!command->name || (words[1] && !strcmp(words[1], command->name)));
}

static int obey(char **words, size_t count)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *command = &commands[i];
		const size_t skip = command->name ? 2 : 1;

		if (!is_named(command, words))
			continue;
		if (count - skip < command->least || count - skip > command->most)
			return fail("%s: %zu words after it", words[skip - 1], count - skip);
		return command->run(words + skip);
	}
	return fail("no such command: %s", words[0]);
}

int obey_line(char *line)
{
	char *words[MAX_WORDS + 1];
	size_t count = split(line, words);

	return count ? obey(words, count) : 0;
}

/* The next byte of the input, or -1 at its end. */
static int next_byte(void)
{
	static unsigned char bytes[4096];
	static ssize_t length, taken;

	if (taken == length) {
		taken = 0;
		do
			length = read(STDIN_FILENO, bytes, sizeof(bytes));
		while (length < 0 && errno == EINTR);
		if (length <= 0) {
			length = 0;
			return -1;
		}
	}
	return bytes[taken++];
}

/* A line without its end; false at the end of the input. *whole: it fitted. */
static bool read_line(char line[LINE_BYTES + 1], bool *whole)
{
	size_t length = 0;
	int byte;

	*whole = true;
	for (;;) {
		byte = next_byte();
		if (byte < 0)
			return false;
		if (byte == '\n')
			break;
		if (length < LINE_BYTES)
			line[length++] = byte;
		else
			*whole = false;
	}
	line[length] = 0;
	return true;
}

static void serve(void)
{
	char line[LINE_BYTES + 1];
	bool whole;

	while (!quitting && read_line(line, &whole)) {
		if (!whole)
			fail("a line of more than %d bytes", LINE_BYTES);
		else if (!line[strspn(line, BLANKS)])
			continue;
		end_answer(whole && !obey_line(line));
	}
}

/* What the commands need; true when there is nothing to serve. */
static bool open_all(void)
{
	return loopback_up() || wg_open() || route_open();
}

int main(int argc, char **argv)
{
	const bool machine = getpid() == 1;
	bool failed;

	if (!machine && argc != 2) {
		fprintf(stderr, "usage: %s DATA-FOLDER (in a network namespace of its own)\n", argv[0]);
		return EX_USAGE;
	}
	if (machine) {
		set_up_machine();
		load_modules();
		quiet_console();
	} else {
		set_data_folder(argv[1]);
	}
	failed = open_all();
	if (failed) {
		say("%s", failure());
	} else {
		row("ready");
		serve();
	}
	if (machine)
		power_off(); /* does not return, or the kernel panics now */
	return failed ? EX_SOFTWARE : EX_OK;
}
