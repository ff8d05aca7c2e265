/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program of windows.sh shares. n0 is the hub, n1 to n3 are spokes, which take packets to any address. The prober runs on one
 * processor and sends numbered packets from the hub to a prefix that moves between spokes 1 and 2. On the other processor somebody
 * moves it.
 */
#ifndef WINDOWS_WINDOWS_H
#define WINDOWS_WINDOWS_H

#include "full.h"

enum { PROBE_PORT = 9000, RECEIVERS = 3, MAX_PACKETS = 1 << 20, CHANGER_PROCESSOR = 0, PROBER_PROCESSOR = 1 };

/* Nanoseconds of the guest's CLOCK_MONOTONIC. */
static inline int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* What is known of a packet. The first two numbers are for those who judge it later. */
struct packet {
	unsigned int before, after;
	int64_t from, until; /* sendto() began, and ended */
	unsigned char at;    /* the spoke that it came to, 0: none */
	bool is_refused;     /* sendto() failed */
};
extern struct packet records[MAX_PACKETS];
extern unsigned int sent, damaged;

void run_on(int processor);
/* 10.8.N.1 or 2001:db8:(0x800 + N)::1; the prefixes are /24 and /64. */
socklen_t probed_address(int family, int number, struct sockaddr_storage *address);
/* Opens the sockets, and sends packets until each spoke has got one by the tunnel. False if one gets none. */
bool open_prober(int family);
/* Before each packet: takes in what has arrived, and waits if many packets are under way. */
void make_room(void);
/* Sends the next packet, and returns what is known of it. */
struct packet *probe(const struct sockaddr_storage *to);
void take_arrivals(void);
/* Called for each packet that has arrived, unless NULL. */
extern void (*on_arrival)(const struct packet *p);
/* Waits until all packets have arrived or nothing comes any more. */
void settle(void);

/* Durations in nanoseconds, of which the median and the longest are printed as "NAME_median" and "NAME_longest". */
struct durations {
	int count;
	int64_t *list;
};
void add_duration(struct durations *to, int64_t value);
void print_durations(const char *name, struct durations *of);

/* The commands; each returns the program's status. */
int loop(const char *name, int family, double seconds);
int watch(int family, int flips, int prefixes, const char *fifo);

#endif
