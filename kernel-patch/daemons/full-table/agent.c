// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: what today's kernel needs beside a routing daemon. It is told of the hub's routes, and makes their prefixes allowed IPs of
 * the peer that has the gateway as an allowed IP. What it reads at once goes into as few requests as hold it.
 *
 * Its file has the numbers: prefixes added, removed, requests, their bytes, refused requests, overruns of the socket.
 */
#include "full.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { RECEIVE_BUFFER = 64 << 20, WRITE_EVERY_MS = 50 };

static struct peers peers;
static struct {
	long added, removed, requests, bytes, refused, overruns;
} counts;

/* The request that is being made: the peer that its last part is of, and the parts that are open. */
static int current = -1;
static struct nlattr *list, *peer, *ips;
static bool is_begun;

static void begin_request(void)
{
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	is_begun = true;
}

static void end_peer(void)
{
	if (current < 0)
		return;
	end(ips);
	end(peer);
	current = -1;
}

static void begin_peer(int index)
{
	peer = nest(0);
	put(WGPEER_A_PUBLIC_KEY, peers.key[index], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
	ips = nest(WGPEER_A_ALLOWEDIPS);
	current = index;
}

static void send_request(void)
{
	if (!is_begun)
		return;
	end_peer();
	end(list);
	counts.requests++;
	counts.bytes += request.h.nlmsg_len;
	if (talk(genl))
		counts.refused++;
	is_begun = false;
}

static void copy_route(const struct route *r, int to)
{
	static const unsigned char zero[16];
	unsigned char length = r->length;
	struct nlattr *ip;

	if (is_begun && request.h.nlmsg_len > sizeof(request) - 256)
		send_request();
	if (!is_begun)
		begin_request();
	if (current != to) {
		end_peer();
		begin_peer(to);
	}
	ip = nest(0);
	put_u16(WGALLOWEDIP_A_FAMILY, r->family);
	put(WGALLOWEDIP_A_IPADDR, r->destination ? r->destination : zero, address_size(r->family));
	put(WGALLOWEDIP_A_CIDR_MASK, &length, 1);
	if (!r->is_new)
		put_u32(WGALLOWEDIP_A_FLAGS, WGALLOWEDIP_F_REMOVE_ME);
	end(ip);
	if (r->is_new)
		counts.added++;
	else
		counts.removed++;
}

static void read_routes(struct nlmsghdr *h, int size, int device)
{
	struct route r;
	int to;

	for (; NLMSG_OK(h, size); h = NLMSG_NEXT(h, size)) {
		if (!parse_route(h, &r) || !r.gateway || r.device != device)
			continue;
		to = peer_of(&peers, r.family, r.gateway);
		if (to >= 0)
			copy_route(&r, to);
	}
}

/* Rarely, and when there is nothing else to do. */
static void write_counts(const char *file)
{
	char next[4096];
	FILE *f;

	snprintf(next, sizeof(next), "%s.next", file);
	f = fopen(next, "w");
	if (!f)
		return;
	fprintf(f, "%ld %ld %ld %ld %ld %ld\n", counts.added, counts.removed, counts.requests, counts.bytes, counts.refused, counts.overruns);
	fclose(f);
	rename(next, file);
}

int agent(const char *file)
{
	static char input[1 << 18];
	int fd, device, size = RECEIVE_BUFFER;
	bool is_written = false;

	enter(0);
	open_netlink();
	device = if_nametoindex("wg0");
	if (read_peers(0, &peers))
		return 1;
	fd = open_listener(RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	for (;;) {
		ssize_t got = recv(fd, input, sizeof(input), MSG_DONTWAIT);

		if (got > 0) {
			read_routes((void *)input, got, device);
			is_written = false;
		} else if (errno == ENOBUFS) {
			counts.overruns++;
		} else if (is_begun) {
			send_request();
		} else if (!poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, is_written ? -1 : WRITE_EVERY_MS)) {
			write_counts(file);
			is_written = true;
		}
	}
}
