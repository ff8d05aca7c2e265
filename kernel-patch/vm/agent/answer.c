// SPDX-License-Identifier: GPL-2.0-only
/* Answers to the harness, and the small things every command needs. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab.h"

#define LINE_SIZE 4096

static char failed_with[512];

/* One write() a line, so that the kernel's log cannot come in between. */
static void write_line(int fd, const char *start, const char *text)
{
	char line[LINE_SIZE + 16];
	size_t length, sent = 0;

	snprintf(line, sizeof(line), "%s%s\n", start, text);
	length = strlen(line);
	while (sent < length) {
		ssize_t part = write(fd, line + sent, length - sent);

		if (part < 0 && errno != EINTR)
			return; /* nobody reads any more: the next read() ends the agent */
		if (part > 0)
			sent += part;
	}
}

void row(const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	write_line(STDOUT_FILENO, "= ", text);
}

void end_answer(bool ok)
{
	if (ok)
		write_line(STDOUT_FILENO, "=ok", "");
	else
		write_line(STDOUT_FILENO, "=err ", failed_with);
}

void say(const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	write_line(STDERR_FILENO, "agent: ", text);
}

int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failed_with, sizeof(failed_with), format, arguments);
	va_end(arguments);
	return -1;
}

const char *failure(void)
{
	return failed_with;
}

int parse_number(const char *word, const char *what, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(word, &end, 10);
	/* strtoull() takes signs and blanks, the protocol has none. */
	if (word[0] < '0' || word[0] > '9' || *end || errno)
		return fail("%s: not a number: %s", what, word);
	if (*value < least || *value > most)
		return fail("%s: %s is not within %llu and %llu", what, word,
			    (unsigned long long)least, (unsigned long long)most);
	return 0;
}

uint64_t digest_words(uint64_t digest, const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint32_t word;

	for (size_t i = 0; i + sizeof(word) <= length; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		digest = digest_word(digest, word);
	}
	return digest;
}

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
