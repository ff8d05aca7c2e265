// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's modules, and wgval.ko, the one that measures: its loading and its files in debugfs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab.h"

#define MODULES "/modules/"
#define DEBUGFS "/sys/kernel/debug/wgval/"
#define MAX_WRITE (1u << 20)

/* What the module calls though the kernel does not export it. */
static struct symbol {
	const char *name;
	unsigned long long address;
} symbols[] = {
	{ "wg_allowedips_lookup_dst", 0 },
	{ "wg_allowedips_lookup_src", 0 },
	{ "wg_allowedips_insert_v4", 0 },
	{ "wg_allowedips_insert_v6", 0 },
	{ "wg_allowedips_remove_by_peer", 0 },
	{ "fib_table_insert", 0 },
	{ "fib_table_delete", 0 },
	{ "rtmsg_fib", 0 },
	{ "fib6_table_lookup", 0 },
	{ "ip6_route_add", 0 },
	{ "ip6_route_del", 0 },
	/* 0 in a uniprocessor 6.12, which frees by call_rcu. */
	{ "kvfree_rcu_barrier", 0 },
	/* Of the series: 0 in other kernels. */
	{ "wg_route_lookup_dst", 0 },
	{ "wg_route_check_src", 0 },
};

#define SYMBOLS (sizeof(symbols) / sizeof(*symbols))

static bool loaded;

bool module_loaded(void)
{
	return loaded;
}

static int load_module(const char *name, const char *parameters)
{
	char path[PATH_MAX];
	int fd, result;

	snprintf(path, sizeof(path), MODULES "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	result = syscall(SYS_finit_module, fd, parameters, 0);
	if (result && errno != EEXIST)
		fail("%s: %s", path, strerror(errno));
	else
		result = 0;
	close(fd);
	return result;
}

static int load_listed(char *line, void *context)
{
	(void)context;
	line[strcspn(line, "\n")] = 0;
	if (line[0] && load_module(line, ""))
		say("%s", failure());
	return 0; /* the next one may do without it */
}

static int take_symbol(char *line, void *context)
{
	unsigned long long address;
	char name[128];

	(void)context;
	if (sscanf(line, "%llx %*c %127s", &address, name) != 2)
		return 0;
	for (size_t i = 0; i < SYMBOLS; i++)
		if (!symbols[i].address && !strcmp(name, symbols[i].name))
			symbols[i].address = address;
	return 0;
}

static int load_measuring_module(void)
{
	char parameters[1024] = "";
	size_t length = 0;

	if (each_line("/proc/kallsyms", take_symbol, NULL))
		return -1;
	for (size_t i = 0; i < SYMBOLS; i++)
		length += snprintf(parameters + length, sizeof(parameters) - length, "%s%s=0x%llx",
				   i ? " " : "", symbols[i].name, symbols[i].address);
	return load_module("wgval.ko", parameters);
}

void load_modules(void)
{
	if (!access(MODULES "load-order", F_OK) && each_line(MODULES "load-order", load_listed, NULL))
		say("%s", failure());
	if (access(MODULES "wgval.ko", F_OK))
		return;
	loaded = !load_measuring_module();
	if (!loaded)
		say("%s", failure());
}

static int write_all(int fd, const char *path, const void *data, size_t size)
{
	const char *bytes = data;
	size_t done = 0;

	while (done < size) {
		ssize_t part = write(fd, bytes + done, size - done < MAX_WRITE ? size - done : MAX_WRITE);

		if (part <= 0)
			return fail("%s: %s", path, part ? strerror(errno) : "takes no more");
		done += part;
	}
	return 0;
}

static int write_file(const char *path, int flags, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	int result;

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	result = write_all(fd, path, data, size);
	close(fd);
	return result;
}

static int give(const char *path, const struct input *input, size_t from, size_t count)
{
	const char *family = input->family == AF_INET ? "input 4" : "input 6";

	if (write_file(DEBUGFS "cmd", 0, family, strlen(family)))
		return -1;
	return write_file(path, O_TRUNC, input->bytes + from * input->record, count * input->record);
}

int give_keys(char **words)
{
	struct input input;
	int result;

	if (open_keys(&input, words[0]))
		return -1;
	result = give(DEBUGFS "keys", &input, 0, input.count);
	close_input(&input);
	return result;
}

int give_operations(char **words)
{
	struct input input;
	size_t from, count;
	int result;

	if (open_operations(&input, words[0]))
		return -1;
	result = parse_range(&input, words + 1, &from, &count);
	if (!result)
		result = give(DEBUGFS "ops", &input, from, count);
	close_input(&input);
	return result;
}

/* The words of the command again as one text. */
static void join(char **words, char *text, size_t size)
{
	size_t length = 0;

	for (text[0] = 0; *words && length < size; words++)
		length += snprintf(text + length, size - length, "%s%s", length ? " " : "", *words);
}

static void show_lines(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		row("%s", line);
}

/* The whole answer, ended by 0; NULL after fail(). */
static char *read_answer(int fd, const char *path)
{
	size_t room = 64 << 10, length = 0;
	char *text = malloc(room + 1), *longer = text;
	ssize_t part = 0;

	while (longer && (part = pread(fd, text + length, room - length, length)) > 0) {
		length += part;
		if (length < room)
			continue;
		room *= 2;
		longer = realloc(text, room + 1);
		text = longer ? longer : text;
	}
	if (!longer || part < 0) {
		fail("%s: %s", path, strerror(errno));
		free(text);
		return NULL;
	}
	text[length] = 0;
	return text;
}

int module_command(char **words)
{
	const char *path = DEBUGFS "cmd";
	char text[1024], *answer = NULL;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	join(words, text, sizeof(text));
	if (!write_all(fd, path, text, strlen(text)))
		answer = read_answer(fd, path);
	close(fd);
	if (!answer)
		return -1;
	show_lines(answer);
	free(answer);
	return 0;
}

int module_barrier(void)
{
	const char *path = DEBUGFS "cmd";
	int fd, result;

	if (!module_loaded())
		return 0;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	result = write_all(fd, path, "barrier", strlen("barrier"));
	close(fd);
	return result;
}
