// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: spoke 1 fails while the hub sends numbered packets to addresses of its prefixes. All spokes take packets to any address.
 *
 * First each of some addresses gets one packet. Those whose packet comes to spoke 1 are used: others belong to a more specific prefix
 * of another spoke. All times are of when a packet was sent, in seconds after the failure.
 */
#include "full.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { PROBE_PORT = 9000, CANDIDATES = 2600, ADDRESSES = 2000, RATE = 1000, MAX_PACKETS = 1 << 20, BUFFER = 64 << 20 };

/* Seconds: of packets before the failure, of quiet that ends the run, and of waiting for packets under way. */
static const double before_failure = 1, quiet = 3, under_way = 1;

struct content {
	uint64_t nonce;
	uint32_t number, check;
};

static struct {
	int sender, receivers[SPOKES], listener;
	struct sockaddr_storage to[CANDIDATES];
	int addresses;
	socklen_t size;
	uint64_t nonce;
} lab;

/* Of each packet: when it was sent, and the spoke that got it, or 0. */
static struct probe {
	double sent;
	unsigned char spoke;
	unsigned short address;
} probes[MAX_PACKETS];
static unsigned int sent, damaged;

/* Route messages since the failure, or since its last part. */
static struct {
	long added, replaced, removed, overruns;
	double first, last;
} messages;

static double failed_at, last_arrival_at_1;

static void open_lab(int family)
{
	struct sockaddr_storage from;
	int buffer = BUFFER;

	for (int i = 0; i < SPOKES; i++)
		lab.receivers[i] = open_receiver(family, i + 1, PROBE_PORT, BUFFER);
	enter(0);
	open_netlink();
	lab.listener = open_listener(family == AF_INET ? RTMGRP_IPV4_ROUTE : RTMGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP);
	setsockopt(lab.listener, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	lab.size = tunnel_address(family, 0, 0, &from);
	lab.sender = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(lab.sender, (void *)&from, lab.size) || getrandom(&lab.nonce, sizeof(lab.nonce), 0) != sizeof(lab.nonce)) {
		perror("failover: sender");
		exit(1);
	}
}

/* Addresses of spoke 1's prefixes, of places all over the table, as daemons may move routes in its order. */
static void choose_addresses(int family, const char *table)
{
	FILE *list = open_or_exit(table);
	struct prefix p;
	long seen = 0;

	srandom(1);
	for (long line = 0; read_prefix(list, family, &p); line++) {
		long place = seen < CANDIDATES ? seen : random() % (seen + 1);

		if (line % SPOKES)
			continue;
		seen++;
		if (place >= CANDIDATES)
			continue;
		if (p.length < 8 * address_size(family))
			p.address[address_size(family) - 1] |= 1;
		lab.to[place].ss_family = family;
		((struct sockaddr_in *)&lab.to[place])->sin_port = htons(PROBE_PORT);
		memcpy(bytes_of(&lab.to[place]), p.address, address_size(family));
	}
	fclose(list);
	lab.addresses = seen < CANDIDATES ? seen : CANDIDATES;
	for (int i = lab.addresses - 1; i > 0; i--) {
		int other = random() % (i + 1);
		struct sockaddr_storage kept = lab.to[i];

		lab.to[i] = lab.to[other];
		lab.to[other] = kept;
	}
}

static void note_arrivals(int spoke)
{
	struct content c;
	ssize_t got;

	while ((got = recv(lab.receivers[spoke - 1], &c, sizeof(c), 0)) >= 0) {
		if (got != sizeof(c) || c.nonce != lab.nonce || c.number >= sent || c.check != ~c.number || probes[c.number].spoke) {
			damaged++;
			continue;
		}
		probes[c.number].spoke = spoke;
		if (spoke == 1)
			last_arrival_at_1 = probes[c.number].sent;
	}
}

/* Takes in some messages. While a daemon moves routes there is always another one, and packets have to be sent meanwhile. */
static void note_routes(void)
{
	static char input[1 << 18];
	struct nlmsghdr *h;
	struct route r;
	ssize_t got;

	for (int i = 0; i < 32; i++) {
		got = recv(lab.listener, input, sizeof(input), MSG_DONTWAIT);
		if (got <= 0 && errno != ENOBUFS)
			return;
		if (got < 0) {
			messages.overruns++;
			continue;
		}
		for (h = (void *)input; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			note_nexthop(h);
			if (!failed_at || !parse_route(h, &r))
				continue;
			messages.last = seconds();
			if (!messages.first)
				messages.first = messages.last;
			messages.added += r.is_new && !r.is_replaced;
			messages.replaced += r.is_new && r.is_replaced;
			messages.removed += !r.is_new;
		}
		errno = 0;
	}
}

/* Takes in what comes until the time. */
static void wait_until(double time)
{
	struct pollfd p[SPOKES + 1];
	double left;

	for (int i = 0; i < SPOKES; i++)
		p[i] = (struct pollfd){ lab.receivers[i], POLLIN, 0 };
	p[SPOKES] = (struct pollfd){ lab.listener, POLLIN, 0 };
	do {
		left = time - seconds();
		poll(p, SPOKES + 1, left > 0 ? left * 1e3 + 1 : 0);
		for (int i = 0; i < SPOKES; i++)
			if (p[i].revents)
				note_arrivals(i + 1);
		if (p[SPOKES].revents)
			note_routes();
	} while (left > 0);
}

static void send_to(int address)
{
	struct content c = { lab.nonce, sent, ~sent };

	probes[sent] = (struct probe){ .sent = seconds(), .address = address };
	sent++;
	/* One that cannot be sent is lost. */
	if (sendto(lab.sender, &c, sizeof(c), 0, (void *)&lab.to[address], lab.size) < 0)
		return;
}

/* Waits until the next packet is due. A delay makes no burst, which queues might drop. */
static void pace(double *due)
{
	double earliest = seconds() - 0.02;

	*due += 1.0 / RATE;
	if (*due < earliest)
		*due = earliest;
	wait_until(*due);
}

static void send_for(double time)
{
	double due = seconds(), end = due + time;

	while (due < end && sent < MAX_PACKETS) {
		send_to(sent % lab.addresses);
		pace(&due);
	}
}

/* Keeps the addresses whose packet spoke 1 got. Returns how many packets nobody got. */
static int keep_addresses_of_1(void)
{
	int lost = 0, kept = 0;

	for (unsigned int i = 0; i < sent; i++) {
		lost += !probes[i].spoke;
		if (probes[i].spoke == 1 && kept < ADDRESSES)
			lab.to[kept++] = lab.to[probes[i].address];
	}
	lab.addresses = kept;
	return lost;
}

static int try_addresses(void)
{
	double due = seconds();

	for (int i = 0; i < lab.addresses; i++) {
		send_to(i);
		pace(&due);
	}
	wait_until(seconds() + under_way);
	return keep_addresses_of_1();
}

/* Until nothing has happened for a while. What no daemon has to do has happened at once; else some route has to move first. */
static bool is_moving(bool instant, double since)
{
	double last = instant ? since : last_arrival_at_1;

	if (!instant && !messages.last)
		return true;
	if (messages.last > last)
		last = messages.last;
	return seconds() - last < quiet;
}

static void print_packets(const char *step, unsigned int first)
{
	double last_wrong = 0, last_lost = 0, pause = 0;
	int wrong = 0, lost = 0, at_2 = 0;

	for (unsigned int i = first; i < sent; i++) {
		if (i && probes[i].sent - probes[i - 1].sent > pause)
			pause = probes[i].sent - probes[i - 1].sent;
		at_2 += probes[i].spoke == 2;
		if (probes[i].spoke == 1) {
			wrong++;
			last_wrong = probes[i].sent - failed_at;
		} else if (!probes[i].spoke) {
			lost++;
			last_lost = probes[i].sent - failed_at;
		}
	}
	printf("%s_longest_pause %.3f s\n", step, pause);
	printf("%s_packets %u packets\n%s_packets_to_2 %d packets\n", step, sent - first, step, at_2);
	printf("%s_wrong_packets %d packets\n%s_last_wrong %.3f s\n", step, wrong, step, last_wrong);
	printf("%s_lost_packets %d packets\n%s_last_lost %.3f s\n", step, lost, step, last_lost);
}

static void print_routes(const char *step)
{
	printf("%s_route_messages %ld messages\n", step, messages.replaced + messages.added + messages.removed);
	printf("%s_routes_replaced %ld messages\n%s_routes_added %ld messages\n", step, messages.replaced, step, messages.added);
	printf("%s_routes_removed %ld messages\n%s_overruns %ld overruns\n", step, messages.removed, step, messages.overruns);
	printf("%s_first_route %.3f s\n", step, messages.last ? messages.first - failed_at : 0);
	printf("%s_last_route %.3f s\n", step, messages.last ? messages.last - failed_at : 0);
}

/* Sends until all has moved, and prints what became of the packets and the routes. */
static void watch(const char *step, bool instant, unsigned int first, double limit)
{
	double since = seconds();

	while (is_moving(instant, since) && seconds() - since < limit)
		send_for(0.25);
	wait_until(seconds() + under_way);
	print_packets(step, first);
	print_routes(step);
	printf("%s_end %.3f s\n", step, probes[sent - 1].sent - failed_at);
}

/* Who has spoke 1's addresses has its session as well, and does not answer. Then the daemon moves the routes itself. */
static void watch_hold_time(double limit)
{
	memset(&messages, 0, sizeof(messages));
	watch("hold", false, sent, limit);
}

int failover(int family, const char *kind, int pid, const char *table, double limit)
{
	unsigned int first;
	int lost;

	open_lab(family);
	choose_addresses(family, table);
	lost = try_addresses();
	printf("failover_lost_before %d packets\nfailover_addresses %d addresses\n", lost, lab.addresses);
	if (!lab.addresses) {
		fprintf(stderr, "failover: no packet comes to spoke 1\n");
		return 1;
	}
	if (prepare_failure(family, kind, pid, lab.to, lab.addresses))
		return 1;
	send_for(before_failure);
	first = sent;
	if (fail_spoke(&failed_at))
		return 1;
	watch("failover", is_instant(), first, limit);
	print_failure(failed_at);
	if (pid && !strcmp(kind, "move"))
		watch_hold_time(limit);
	printf("failover_damaged_packets %u packets\n", damaged);
	return 0;
}
