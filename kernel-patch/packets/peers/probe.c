// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of peers: packets between the hub and its spokes, with content. A spoke's device says which spoke got a packet, and the source of a
 * packet says which spoke sent it: the hub takes no source from a peer that does not have it.
 */
#define _GNU_SOURCE
#include "peers.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

/* A lost handshake is tried again after 5 s. */
enum { MAX_PROBES = 1 << 16, REFUSED = 0xffff, TO_SPOKES = 9000, TO_HUB = 9001, BUFFER = 64 << 20, PATIENCE_MS = 12000 };

struct content {
	uint64_t nonce;
	uint32_t number, check;
};

int damaged;
static int hub_socket, spoke_socket, sent, arrived;
static unsigned short at[MAX_PROBES];
static uint64_t nonce;

void open_probes(void)
{
	int one = 1, six = family == AF_INET6;

	spoke_socket = open_receiver(family, 1, TO_SPOKES, BUFFER);
	if (setsockopt(spoke_socket, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVPKTINFO : IP_PKTINFO, &one, sizeof(one)))
		perror("peers: packet information");
	hub_socket = open_receiver(family, 0, TO_HUB, BUFFER);
}

void forget_probes(void)
{
	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		abort();
	memset(at, 0, sizeof(at));
	sent = arrived = 0;
}

int probes(void) { return sent; }
int arrivals(void) { return arrived; }
int probe_at(int number) { return at[number] == REFUSED ? 0 : at[number]; }

static int send_probe(int fd, const void *address, int port)
{
	struct content c = { nonce, sent, ~sent };
	struct sockaddr_storage to = { .ss_family = family };

	if (sent == MAX_PROBES)
		abort();
	((struct sockaddr_in *)&to)->sin_port = htons(port); /* where sin6_port is, too */
	memcpy(bytes_of(&to), address, address_size(family));
	if (sendto(fd, &c, sizeof(c), 0, (void *)&to, family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)) < 0)
		at[sent] = REFUSED;
	return sent++;
}

int probe_spoke(const void *address) { return send_probe(hub_socket, address, TO_SPOKES); }

/* The route to the hub's address of that number is by the device of the spoke. */
int probe_hub(int spoke)
{
	unsigned char address[16];

	address_of(TUNNEL_HUB, spoke, address);
	return send_probe(spoke_socket, address, TO_HUB);
}

static int device_of(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			return ((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex - FIRST_INDEX;
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			return ((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex - FIRST_INDEX;
	}
	return 0;
}

static int source_of(struct sockaddr_storage *from)
{
	const unsigned char *bytes = bytes_of(from);
	int size = address_size(family);

	return bytes[size - 2] << 8 | bytes[size - 1];
}

static void note_arrival(const struct content *c, ssize_t size, int spoke)
{
	if (size == sizeof(*c) && c->nonce != nonce)
		return; /* from before */
	if (size != sizeof(*c) || c->number >= (unsigned int)sent || c->check != ~c->number || at[c->number] || spoke < 1 || spoke > MAX_SPOKES) {
		damaged++;
		return;
	}
	at[c->number] = spoke;
	arrived++;
}

static void take_arrivals_of(int fd)
{
	char control[128];
	struct content c;
	struct sockaddr_storage from;
	struct iovec io = { &c, sizeof(c) };

	for (;;) {
		struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
				    .msg_controllen = sizeof(control) };
		ssize_t size = recvmsg(fd, &m, MSG_DONTWAIT);

		if (size < 0)
			return;
		note_arrival(&c, size, fd == hub_socket ? source_of(&from) : device_of(&m));
	}
}

void take_arrivals(void)
{
	take_arrivals_of(spoke_socket);
	take_arrivals_of(hub_socket);
}

static bool is_missing(int from)
{
	for (int i = from; i < sent; i++)
		if (!at[i])
			return true;
	return false;
}

bool await_arrival(int patience_ms)
{
	struct pollfd p[] = { { spoke_socket, POLLIN, 0 }, { hub_socket, POLLIN, 0 } };

	if (poll(p, 2, patience_ms) <= 0)
		return false;
	take_arrivals();
	return true;
}

void await_arrivals(int from, int patience_ms)
{
	take_arrivals();
	while (is_missing(from) && await_arrival(patience_ms))
		;
}

static bool arrives(int number, int spoke)
{
	await_arrivals(number, PATIENCE_MS);
	return probe_at(number) == spoke;
}

static bool prove_peer(int peer)
{
	unsigned char address[16];
	const void *picked = now.prefixes ? pick_address(peer) : NULL;

	address_of(TUNNEL_SPOKES, peer, address);
	return arrives(probe_spoke(address), peer) && arrives(probe_hub(peer), peer) &&
	       (!now.prefixes || (picked && arrives(probe_spoke(picked), peer)));
}

bool prove(void)
{
	damaged = 0;
	forget_probes();
	for (int k = 0; k < sample_size(); k++)
		if (!prove_peer(sample_peer(k)))
			return false;
	return !damaged;
}
