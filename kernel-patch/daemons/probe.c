// SPDX-License-Identifier: GPL-2.0-only
/* Part of lab: asks the FIB of each node for the prefixes of the others, and sends packets between them. */
#include "lab.h"
#include "netlink.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { PORT = 9000, COUNT = 3 };

/* Milliseconds that a packet may take: by several nodes, on a busy machine. */
enum { PATIENCE = 2000 };

/* What each packet carries. The nonce is of one run of the program, so that late packets of another are not taken for its own. */
struct content {
	unsigned long nonce;
	int from, to, family, number;
};

static const char *name_of(int family) { return family == AF_INET ? "IPv4" : "IPv6"; }

static bool has_route(int fd, int family, int to)
{
	struct rtmsg r = { .rtm_family = family };
	unsigned char address[16];
	int len = own_address(family, to, address);

	r.rtm_dst_len = len * 8;
	begin(RTM_GETROUTE, 0, &r, sizeof(r));
	put(RTA_DST, address, len);
	return !talk(fd) && reply.h.nlmsg_type == RTM_NEWROUTE && ((struct rtmsg *)NLMSG_DATA(&reply.h))->rtm_type == RTN_UNICAST;
}

/* How many routes the nodes lack; those are printed if that is wanted. */
static int missing_routes(const int *fds, bool print)
{
	int missing = 0;

	for (int f = 0; f < FAMILIES; f++)
		for (int from = 0; from < NODES; from++)
			for (int to = 0; to < NODES; to++)
				if (from != to && !has_route(fds[from], families[f], to)) {
					missing++;
					if (print)
						printf("%s: n%d has no route to n%d\n", name_of(families[f]), from, to);
				}
	return missing;
}

int routes(double limit)
{
	double started = seconds();
	int fds[NODES];

	for (int node = 0; node < NODES; node++) {
		enter(node);
		open_netlink();
		fds[node] = rtnl;
		close(genl);
		rtnl = 0; /* the next one is another socket */
	}
	while (missing_routes(fds, false) && seconds() - started < limit)
		usleep(200000);
	printf("%.1f s\n", seconds() - started);
	return missing_routes(fds, true) != 0;
}

static int open_socket(int family, int node)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct sockaddr_in6 b = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	bool ipv4 = family == AF_INET;
	int fd;

	enter(node);
	own_address(family, node, ipv4 ? (void *)&a.sin_addr : &b.sin6_addr);
	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(fd, ipv4 ? (void *)&a : &b, ipv4 ? sizeof(a) : sizeof(b))) {
		perror("bind");
		exit(1);
	}
	return fd;
}

/* A packet that cannot be sent is one that does not arrive. */
static void send_one(int fd, const struct content *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct sockaddr_in6 b = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	bool ipv4 = c->family == AF_INET;

	own_address(c->family, c->to, ipv4 ? (void *)&a.sin_addr : &b.sin6_addr);
	if (sendto(fd, c, sizeof(*c), 0, ipv4 ? (void *)&a : &b, ipv4 ? sizeof(a) : sizeof(b)) < 0)
		return;
}

static int sockets[FAMILIES][NODES];
static unsigned int arrived[FAMILIES][NODES][NODES]; /* a bit per number */
static unsigned long nonce;
static int wrong;

static bool is_from(int family, int node, const struct sockaddr_storage *from)
{
	unsigned char address[16];
	int len = own_address(family, node, address);

	return !memcmp(address, family == AF_INET ? (void *)&((struct sockaddr_in *)from)->sin_addr :
						    (void *)&((struct sockaddr_in6 *)from)->sin6_addr, len);
}

/* Reads what came to a node, and judges it by the address of its sender and by its content. */
static int receive(int f, int node)
{
	struct sockaddr_storage from;
	struct content c;
	int got = 0;

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t size = recvfrom(sockets[f][node], &c, sizeof(c), 0, (void *)&from, &len);

		if (size < 0)
			return got;
		if (size == sizeof(c) && c.nonce != nonce)
			continue;
		if (size != sizeof(c) || c.to != node || c.family != families[f] || c.from < 0 || c.from >= NODES || c.number < 0 ||
		    c.number >= COUNT || !is_from(c.family, c.from, &from) || arrived[f][c.from][node] & 1U << c.number) {
			wrong++;
			continue;
		}
		arrived[f][c.from][node] |= 1U << c.number;
		got++;
	}
}

static void send_all(void)
{
	for (int number = 0; number < COUNT; number++)
		for (int f = 0; f < FAMILIES; f++)
			for (int from = 0; from < NODES; from++)
				for (int to = 0; to < NODES; to++)
					if (from != to)
						send_one(sockets[f][from], &(struct content){ nonce, from, to, families[f], number });
}

static void exchange(void)
{
	double end = seconds() + PATIENCE / 1e3;
	int got = 0, wanted = COUNT * FAMILIES * NODES * (NODES - 1);

	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		exit(1);
	for (int f = 0; f < FAMILIES; f++)
		for (int node = 0; node < NODES; node++)
			sockets[f][node] = open_socket(families[f], node);
	send_all();
	while (got < wanted && seconds() < end) {
		usleep(20000);
		for (int f = 0; f < FAMILIES; f++)
			for (int node = 0; node < NODES; node++)
				got += receive(f, node);
	}
}

/* Whether no packet may arrive, by the words of the command. */
static bool is_cut(int argc, char **argv, int from, int to)
{
	char pair[8];

	if (strcmp(argv[0], "except"))
		return !strcmp(argv[0], "none");
	snprintf(pair, sizeof(pair), "%d-%d", from, to);
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], pair))
			return true;
	return false;
}

int packets(int argc, char **argv)
{
	int bad = 0, sum = 0, pairs = 0;

	exchange();
	for (int f = 0; f < FAMILIES; f++)
		for (int from = 0; from < NODES; from++)
			for (int to = 0; to < NODES; to++) {
				int got = __builtin_popcount(arrived[f][from][to]), wanted = is_cut(argc, argv, from, to) ? 0 : COUNT;

				sum += got;
				pairs += got == COUNT;
				if (from == to || got == wanted)
					continue;
				bad++;
				printf("%s from n%d to n%d: %d of %d packets, not %d\n", name_of(families[f]), from, to, got, COUNT, wanted);
			}
	printf("%d packets arrived, all of %d pairs, and %d with something wrong\n", sum, pairs, wrong);
	return bad || wrong;
}
