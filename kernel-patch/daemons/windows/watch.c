// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of windows: a daemon moves prefixes from spoke 1 to spoke 2 and back, each time it is told to, while the prober sends to them and
 * reads what the kernel says of their routes. After each flip, when all routes have moved, some more packets are sent.
 */
#define _GNU_SOURCE
#include "windows.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_PREFIXES = 256, CALM_PACKETS = 200, FLIP_SECONDS = 60, BUFFER = 16 << 20 };

/* What was known when a packet was sent, in packet.before: the spoke that it must come to, 0 if the daemon may be about to move it. */
enum { CALM = 4 };

static struct {
	int listener, prefixes, target, moved;
	struct sockaddr_storage to[MAX_PREFIXES];
	bool has_moved[MAX_PREFIXES];
	int64_t there[MAX_PREFIXES]; /* while a route is missing: when it still was there */
	int64_t last_look;
	struct packet *last[MAX_PREFIXES]; /* that was sent to the prefix */
} lab;

static struct {
	int changes, replaced, deleted, added, overruns, unsettled;
	struct durations missing;
} counts;

static int number_of_prefix(const void *destination, int length)
{
	for (int i = 0; destination && i < lab.prefixes; i++)
		if (!memcmp(bytes_of(&lab.to[i]), destination, length / 8))
			return i;
	return -1;
}

/* Of a spoke's addresses 172.16.0.N, fd00::N and fe80::N the last byte is the same; without gateway the device wgN tells the spoke. */
static int spoke_of(const struct route *r)
{
	char name[IF_NAMESIZE] = "";

	if (r->gateway)
		return ((const unsigned char *)r->gateway)[address_size(r->family) - 1] - 1;
	return if_indextoname(r->device, name) ? atoi(name + 2) : 0;
}

/* The daemon moves a route again by itself. So the last packet to it may have gone anywhere. */
static void note_unsettled(int i)
{
	counts.unsettled++;
	if (lab.last[i])
		lab.last[i]->before &= CALM;
}

static void note_route(const struct route *r)
{
	int i = r->length == (family == AF_INET ? 24 : 64) ? number_of_prefix(r->destination, r->length) : -1;

	if (i < 0)
		return;
	if (lab.has_moved[i])
		note_unsettled(i);
	if (!r->is_new) {
		counts.deleted++;
		lab.there[i] = lab.last_look;
		lab.moved -= lab.has_moved[i];
		lab.has_moved[i] = false;
		return;
	}
	if (r->is_replaced)
		counts.replaced++;
	else
		counts.added++;
	if (lab.there[i])
		add_duration(&counts.missing, now() - lab.there[i]);
	lab.there[i] = 0;
	lab.moved -= lab.has_moved[i];
	lab.has_moved[i] = spoke_of(r) == lab.target;
	lab.moved += lab.has_moved[i];
}

static void read_routes(void)
{
	static char input[1 << 16];
	struct nlmsghdr *h;
	struct route r;
	ssize_t got;

	while ((got = recv(lab.listener, input, sizeof(input), MSG_DONTWAIT)) > 0 || errno == ENOBUFS) {
		if (got < 0) {
			counts.overruns++;
			continue;
		}
		for (h = (void *)input; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got))
			if (parse_route(h, &r) && r.family == family)
				note_route(&r);
	}
	lab.last_look = now();
}

static void send_one(unsigned int flag)
{
	int i = sent % lab.prefixes;

	make_room();
	lab.last[i] = probe(&lab.to[i]);
	lab.last[i]->before = (lab.has_moved[i] ? lab.target : 0) | flag;
	read_routes();
}

/* False if the daemon does not move all routes. */
static bool flip(int fd, int target)
{
	int64_t end = now() + FLIP_SECONDS * 1000000000LL;

	memset(lab.has_moved, 0, sizeof(lab.has_moved));
	memset(lab.last, 0, sizeof(lab.last));
	lab.moved = 0;
	lab.target = target;
	if (dprintf(fd, "%d\n", target) < 0)
		return false;
	read_routes();
	while (lab.moved < lab.prefixes) {
		if (now() > end || sent >= MAX_PACKETS - CALM_PACKETS) {
			fprintf(stderr, "watch: %d of %d routes have come to spoke %d\n", lab.moved, lab.prefixes, target);
			return false;
		}
		send_one(0);
	}
	counts.changes += lab.prefixes;
	for (int i = 0; i < CALM_PACKETS; i++)
		send_one(CALM);
	return true;
}

static void print_figures(void)
{
	int lost = 0, lost_confirmed = 0, silently = 0, wrong = 0, astray = 0, calm = 0;

	for (unsigned int i = 0; i < sent; i++) {
		const struct packet *p = &records[i];
		int expected = p->before & 3;

		calm += !!(p->before & CALM);
		lost += !p->at;
		silently += !p->at && !p->is_refused;
		lost_confirmed += !p->at && expected;
		wrong += p->at && expected && p->at != expected;
		astray += p->at > 2;
	}
	printf("changes %d changes\nreplaced %d messages\ndeleted %d messages\nadded %d messages\n", counts.changes, counts.replaced,
	       counts.deleted, counts.added);
	printf("unsettled %d messages\n", counts.unsettled);
	printf("overruns %d overruns\npackets %u packets\npackets_after_changes %d packets\ndamaged %u packets\n", counts.overruns, sent, calm,
	       damaged);
	printf("lost %d packets\nlost_after_confirmation %d packets\nlost_silently %d packets\n", lost, lost_confirmed, silently);
	printf("wrong %d packets\nastray %d packets\n", wrong, astray);
	print_durations("missing", &counts.missing);
}

int watch(int of_family, int flips, int prefixes, const char *fifo)
{
	int fd, buffer = BUFFER;
	bool all = prefixes <= MAX_PREFIXES;

	family = of_family;
	lab.prefixes = prefixes;
	for (int i = 0; all && i < prefixes; i++)
		probed_address(family, i, &lab.to[i]);
	if (!all || !open_prober(family))
		return 1;
	lab.listener = open_listener(family == AF_INET ? RTMGRP_IPV4_ROUTE : RTMGRP_IPV6_ROUTE, 0);
	setsockopt(lab.listener, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	fd = open(fifo, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(fifo);
		return 1;
	}
	for (int i = 0; all && i < flips; i++)
		all = flip(fd, i % 2 ? 1 : 2);
	settle();
	print_figures();
	return !all;
}
