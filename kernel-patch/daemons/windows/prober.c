// SPDX-License-Identifier: GPL-2.0-only
/* Part of windows: sends packets, and notes which spoke got which. */
#define _GNU_SOURCE
#include "windows.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/*
 * WireGuard's queues hold 1,024 packets, and a socket's buffer many more. So few packets are under way that neither is ever full. If none
 * comes for PATIENCE_MS, those under way are given up, and others are sent. At the end nothing has to come for LAST_PATIENCE_MS.
 */
enum { MOST_UNDER_WAY = 64, FEWER = 32, ARRIVALS_EVERY = 8, PATIENCE_MS = 300, LAST_PATIENCE_MS = 3000, BUFFER = 16 << 20 };

struct content {
	uint64_t nonce;
	uint32_t number, check;
};

struct packet records[MAX_PACKETS];
unsigned int sent, damaged;
void (*on_arrival)(const struct packet *p);

static int sender, receivers[RECEIVERS];
static int missing, given_up; /* sent and not arrived; those of them that are not waited for */
static socklen_t address_length;
static uint64_t nonce;

void run_on(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("windows: there are not two processors");
		exit(1);
	}
}

socklen_t probed_address(int family, int number, struct sockaddr_storage *address)
{
	char text[40];

	snprintf(text, sizeof(text), family == AF_INET ? "10.8.%d.1" : "2001:db8:%x::1", family == AF_INET ? number : 0x800 + number);
	return socket_address(family, text, PROBE_PORT, address);
}

static void note_arrival(const struct content *c, unsigned int size, int spoke)
{
	struct packet *p = &records[c->number % MAX_PACKETS];

	if (size == sizeof(*c) && c->nonce != nonce)
		return; /* from before */
	if (size != sizeof(*c) || c->number >= sent || c->check != ~c->number || p->at) {
		damaged++;
		return;
	}
	p->at = spoke;
	missing--;
	if (on_arrival)
		on_arrival(p);
}

static void take_arrivals_at(int spoke)
{
	static struct content contents[MOST_UNDER_WAY];
	static struct iovec io[MOST_UNDER_WAY];
	struct mmsghdr messages[MOST_UNDER_WAY] = { 0 };
	int got;

	for (int i = 0; i < MOST_UNDER_WAY; i++) {
		io[i] = (struct iovec){ &contents[i], sizeof(contents[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &io[i], .msg_iovlen = 1 };
	}
	got = recvmmsg(receivers[spoke - 1], messages, MOST_UNDER_WAY, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++)
		note_arrival(&contents[i], messages[i].msg_len, spoke);
}

void take_arrivals(void)
{
	for (int spoke = 1; spoke <= RECEIVERS; spoke++)
		take_arrivals_at(spoke);
}

/* Waits for packets to arrive. False if none does for so long. */
static bool wait_for_arrivals(int milliseconds)
{
	struct pollfd p[RECEIVERS];

	for (int i = 0; i < RECEIVERS; i++)
		p[i] = (struct pollfd){ receivers[i], POLLIN, 0 };
	if (!poll(p, RECEIVERS, milliseconds))
		return false;
	take_arrivals();
	return true;
}

void settle(void)
{
	while (missing > 0 && wait_for_arrivals(LAST_PATIENCE_MS))
		;
}

void make_room(void)
{
	if (sent % ARRIVALS_EVERY == 0)
		take_arrivals();
	if (missing - given_up < MOST_UNDER_WAY)
		return;
	while (missing - given_up > FEWER)
		if (!wait_for_arrivals(PATIENCE_MS))
			given_up = missing;
}

struct packet *probe(const struct sockaddr_storage *to)
{
	struct content c = { nonce, sent, ~sent };
	struct packet *p = &records[sent++];

	p->from = now();
	p->is_refused = sendto(sender, &c, sizeof(c), 0, (void *)to, address_length) < 0;
	p->until = now();
	missing += !p->is_refused;
	return p;
}

/* The first packets make the sessions, which takes a while. */
static bool reach(int family, int spoke)
{
	struct sockaddr_storage to;

	tunnel_address(family, spoke, PROBE_PORT, &to);
	for (int i = 0; i < 20; i++) {
		struct packet *p = probe(&to);

		settle();
		if (p->at == spoke)
			return true;
	}
	fprintf(stderr, "windows: no packet comes to spoke %d\n", spoke);
	return false;
}

static void new_nonce(void)
{
	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		exit(1);
}

bool open_prober(int family)
{
	struct sockaddr_storage from;
	bool all = true;

	for (int i = 0; i < RECEIVERS; i++)
		receivers[i] = open_receiver(family, i + 1, PROBE_PORT, BUFFER);
	enter(0);
	address_length = tunnel_address(family, 0, 0, &from);
	sender = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(sender, (void *)&from, address_length)) {
		perror("windows: bind");
		exit(1);
	}
	run_on(PROBER_PROCESSOR);
	new_nonce();
	for (int spoke = 1; spoke <= RECEIVERS; spoke++)
		all &= reach(family, spoke);
	sent = damaged = missing = given_up = 0;
	new_nonce();
	memset(records, 0, sizeof(records));
	return all;
}

void add_duration(struct durations *to, int64_t value)
{
	if (!(to->count & (to->count - 1)))
		to->list = realloc(to->list, (to->count ? 2 * to->count : 1) * sizeof(*to->list));
	to->list[to->count++] = value;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

void print_durations(const char *name, struct durations *of)
{
	static const char unit[] = "us of CLOCK_MONOTONIC in User-Mode Linux";

	if (!of->count)
		return;
	qsort(of->list, of->count, sizeof(*of->list), compare);
	printf("%s_median %.1f %s\n", name, of->list[of->count / 2] / 1e3, unit);
	printf("%s_longest %.1f %s\n", name, of->list[of->count - 1] / 1e3, unit);
}
