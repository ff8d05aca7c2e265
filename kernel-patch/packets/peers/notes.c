// SPDX-License-Identifier: GPL-2.0-only
/* Part of peers: what a routing daemon hears and reads: the groups of BIRD and babeld, and a scan of interfaces and addresses. */
#include "peers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 128 << 20 };

static int listener = -1;
static struct {
	long links, addresses, routes, others, bytes;
	bool is_incomplete;
} notes;

static void note(const struct nlmsghdr *h)
{
	notes.bytes += h->nlmsg_len;
	switch (h->nlmsg_type) {
	case RTM_NEWLINK: case RTM_DELLINK: notes.links++; break;
	case RTM_NEWADDR: case RTM_DELADDR: notes.addresses++; break;
	case RTM_NEWROUTE: case RTM_DELROUTE: notes.routes++; break;
	default: notes.others++;
	}
}

static void drain(void)
{
	static char input[1 << 17];
	ssize_t got;

	while ((got = recv(listener, input, sizeof(input), MSG_DONTWAIT)) > 0)
		for (struct nlmsghdr *h = (void *)input; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got))
			note(h);
	notes.is_incomplete |= errno != EAGAIN;
}

void begin_notes(void)
{
	int size = BUFFER;

	listener = open_listener(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE, 0);
	if (setsockopt(listener, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		perror("peers: listener");
	memset(&notes, 0, sizeof(notes));
	after_datagram = drain;
}

void end_notes(const char *operation)
{
	drain();
	after_datagram = NULL;
	close(listener);
	must(!notes.is_incomplete, "the listener misses no notification");
	row(operation, "notifications_link", notes.links, "messages");
	row(operation, "notifications_address", notes.addresses, "messages");
	row(operation, "notifications_route", notes.routes, "messages");
	row(operation, "notifications_other", notes.others, "messages");
	row(operation, "notification_bytes", notes.bytes, "bytes");
}

static void add_size(const struct nlmsghdr *h, void *bytes) { *(long *)bytes += h->nlmsg_len; }

/* What BIRD reads once in its scan time. */
static struct cost scan(void)
{
	static const int types[] = { RTM_GETLINK, RTM_GETADDR };
	struct cost scanned = { 0 };
	int error = 0;

	for (int i = 0; i < 2; i++) {
		struct ifinfomsg header = { 0 }; /* longer than ifaddrmsg, and zero as well */

		begin(types[i], NLM_F_DUMP, &header, sizeof(header));
		error |= talk_dump(rtnl, &scanned.messages, add_size, &scanned.bytes);
	}
	must(!error, "interfaces and addresses can be read");
	return scanned;
}

static struct cost scan_before;

void begin_scan(void) { scan_before = scan(); }

void end_scan(void)
{
	struct cost after = scan();

	row("none", "scan_messages", after.messages - scan_before.messages, "messages");
	row("none", "scan_bytes", after.bytes - scan_before.bytes, "bytes");
}
