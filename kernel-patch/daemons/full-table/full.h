/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program of full-table.sh shares: n0 is the hub, n1 to n8 are spokes. */
#ifndef FULL_TABLE_FULL_H
#define FULL_TABLE_FULL_H

#include "lab.h"
#include "netlink.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>

enum { SPOKES = 8, HUB_AS = 65000, BGP_PORT = 179 };

struct prefix {
	unsigned char address[16];
	int length;
};

/* The next prefix of a list in the family, false at its end. A line is "PREFIX ...", and lines of another kind are skipped. */
bool read_prefix(FILE *list, int family, struct prefix *prefix);
FILE *open_or_exit(const char *path);

/* An address as text, in the family, with a port; returns its size. */
socklen_t socket_address(int family, const char *text, int port, struct sockaddr_storage *address);
/* The address of a node in wg0: 172.16.0.N or fd00::N with N = node + 1. */
socklen_t tunnel_address(int family, int node, int port, struct sockaddr_storage *address);
/* A UDP socket of the node that takes packets to any address; the process is in the node's namespace afterwards. */
int open_receiver(int family, int node, int port, int buffer);
static inline void *bytes_of(struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET ? (void *)&((struct sockaddr_in *)a)->sin_addr : (void *)&((struct sockaddr_in6 *)a)->sin6_addr;
}
static inline int address_size(int family) { return family == AF_INET ? 4 : 16; }

/* The peers of a WireGuard device and their allowed IPs. */
struct allowed_ip {
	int family, length, peer;
	unsigned char address[16];
};
struct peers {
	int peers, ips;
	unsigned char key[SPOKES][WG_KEY_LEN];
	struct allowed_ip ip[8 * SPOKES];
};
int read_peers(int device, struct peers *to);
/* The peer that has the address, or every address, as an allowed IP; -1 if none has. */
int peer_of(const struct peers *peers, int family, const void *address);

/* How many routes of the FIB's main table come to the process; see routes.c. */
struct route {
	int family, length, device;
	bool is_new, is_replaced;
	const void *destination, *gateway; /* NULL for none */
};
/* False for messages that are not about unicast routes of the main table. */
bool parse_route(const struct nlmsghdr *h, struct route *route);

long count_prefixes(int family);

/* How spoke 1 fails; see fail.c. The first finds what the second needs for packets to these addresses; both return an errno. */
int prepare_failure(int family, const char *kind, int pid, const struct sockaddr_storage *to, int addresses);
int fail_spoke(double *failed_at);
/* No daemon has to do anything. */
bool is_instant(void);
void note_nexthop(const struct nlmsghdr *h);
void print_failure(double failed_at);

/* What the prober and the feeders share while a trace is played: its start, and when each beacon was due once it is on its way. */
enum { BEACONS = 512 };
struct board {
	double start;
	double due[BEACONS];
};
struct board *open_board(void);

/* The commands; each returns the program's status. */
int feed(int family, int node, const char *folder, double speed);
int load(int family, long prefixes, double limit, const char *agent_file, int argc, char **pids);
int print_count(int family);
int print_routes_via(int family, int node);
int agent(const char *file);
int install(int family, const char *table);
int replay(int family, int beacons, double limit, int argc, char **pids);
int failover(int family, const char *kind, int pid, const char *table, double limit);

#endif
