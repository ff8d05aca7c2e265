// SPDX-License-Identifier: GPL-2.0-only
/* Part of peers: requests that go in datagrams of many, so that neither system calls nor answers are most of what is measured. */
#include "peers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { DATAGRAM = 1 << 16 };

struct cost cost;
void (*after_request)(void), (*after_datagram)(void);

static struct {
	_Alignas(struct nlmsghdr) char data[DATAGRAM];
	size_t used, last;
	int fd;
} waiting;
static int first_error;
static unsigned int sequence;

static void note_error(int error)
{
	if (error && !first_error)
		first_error = error;
}

/* Failed requests have an answer each, and the last one has one in any case. */
static bool read_answers(void)
{
	ssize_t got = recv(waiting.fd, &reply, sizeof(reply), 0);

	if (got < 0) {
		note_error(errno);
		return false;
	}
	for (struct nlmsghdr *h = &reply.h; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
		if (h->nlmsg_type != NLMSG_ERROR)
			continue;
		note_error(-((struct nlmsgerr *)NLMSG_DATA(h))->error);
		if (h->nlmsg_seq == sequence)
			return false;
	}
	return true;
}

void send_waiting(void)
{
	if (!waiting.used)
		return;
	((struct nlmsghdr *)(waiting.data + waiting.last))->nlmsg_flags |= NLM_F_ACK;
	if (send(waiting.fd, waiting.data, waiting.used, 0) < 0)
		note_error(errno);
	else
		while (read_answers())
			;
	waiting.used = 0;
	if (after_datagram)
		after_datagram();
}

void queue(int fd)
{
	size_t len = NLMSG_ALIGN(request.h.nlmsg_len);

	if (fd != waiting.fd || waiting.used + len > DATAGRAM)
		send_waiting();
	waiting.fd = fd;
	request.h.nlmsg_seq = ++sequence;
	waiting.last = waiting.used;
	memcpy(waiting.data + waiting.used, &request, request.h.nlmsg_len);
	waiting.used += len;
	cost.messages++;
	cost.bytes += request.h.nlmsg_len;
	if (after_request)
		after_request();
}

int flush(void)
{
	int error;

	send_waiting();
	error = first_error;
	first_error = 0;
	return error;
}
