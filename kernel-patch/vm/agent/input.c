// SPDX-License-Identifier: GPL-2.0-only
/* The run's input: files of keys and operations, mapped whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab.h"

static const char *data_folder = "/data";

void set_data_folder(const char *folder)
{
	data_folder = folder;
}

static int map_file(struct input *input, const char *name)
{
	char path[PATH_MAX];
	struct stat status;
	int fd, error;

	if (strchr(name, '/'))
		return fail("%s: not a name in the data folder", name);
	snprintf(path, sizeof(path), "%s/%s", data_folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return fail("%s: not a file", path);
	}
	input->size = status.st_size;
	input->bytes = NULL;
	if (input->size)
		input->bytes = mmap(NULL, input->size, PROT_READ, MAP_PRIVATE, fd, 0);
	error = errno;
	close(fd);
	if (input->bytes == MAP_FAILED)
		return fail("%s: %s", path, strerror(error));
	return 0;
}

/* The family is in the name; tail is what a record has besides its address. */
static int open_input(struct input *input, const char *name, size_t tail)
{
	size_t length = strlen(name);

	if (length < 2 || (strcmp(name + length - 2, ".4") && strcmp(name + length - 2, ".6")))
		return fail("%s: the name ends neither in .4 nor in .6", name);
	input->family = name[length - 1] == '4' ? AF_INET : AF_INET6;
	input->record = address_size(input->family) + tail;
	if (map_file(input, name))
		return -1;
	input->count = input->size / input->record;
	if (input->size % input->record) {
		close_input(input);
		return fail("%s: %zu bytes are no whole number of records", name, input->size);
	}
	return 0;
}

int open_keys(struct input *input, const char *name)
{
	return open_input(input, name, 0);
}

int open_operations(struct input *input, const char *name)
{
	return open_input(input, name, 4);
}

int open_bytes(struct input *input, const char *name)
{
	*input = (struct input){ .record = 1 };
	return map_file(input, name);
}

void close_input(struct input *input)
{
	if (input->size)
		munmap((void *)input->bytes, input->size);
}

int parse_range(const struct input *input, char **words, size_t *from, size_t *count)
{
	uint64_t first, number;

	if (parse_number(words[0], "FROM", 0, input->count, &first) ||
	    parse_number(words[1], "COUNT", 0, input->count - first, &number))
		return -1;
	*from = first;
	*count = number;
	return 0;
}

struct operation operation_at(const struct input *input, size_t index)
{
	const uint8_t *record = input->bytes + index * input->record;
	const uint8_t *tail = record + address_size(input->family);

	return (struct operation){
		.address = record,
		.length = tail[0],
		.kind = tail[1],
		.peer = tail[2] | tail[3] << 8,
	};
}

int check_operation(const struct input *input, size_t index)
{
	struct operation operation = operation_at(input, index);

	if (operation.length > 8 * address_size(input->family))
		return fail("operation %zu: length %u", index, operation.length);
	if (operation.kind > KIND_APPEND)
		return fail("operation %zu: kind %u", index, operation.kind);
	return 0;
}
