/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program of the guest shares: the nodes are the network namespaces n0 to n3. */
#ifndef DAEMONS_LAB_H
#define DAEMONS_LAB_H

#include <stdbool.h>
#include <time.h>

enum { NODES = 4, FAMILIES = 2 };

/* AF_INET, AF_INET6 */
extern const int families[FAMILIES];

/* Moves the process to the namespace of the node. */
void enter(int node);

/* The node's own address in the family, in its prefix behind d0: 10.9.N.1 or 2001:db8:N::1, as 4 or 16 bytes. Returns their number. */
int own_address(int family, int node, void *address);

static inline double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* The commands of lab.c; each returns the program's status. */
int routes(double limit);
int packets(int argc, char **argv);
int set_mode(const char *mode, int argc, char **argv);
int set_source_check(const char *check, int argc, char **argv);
int set_multicast(const char *multicast, int argc, char **argv);

#endif
