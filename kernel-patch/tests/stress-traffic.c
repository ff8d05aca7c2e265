// SPDX-License-Identifier: GPL-2.0-only
// Part of the stress program: the processes that send, and the checker of what arrives.
#define _GNU_SOURCE
#include "stress.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t fill(union address *a, int six, const unsigned char ip[16], int port)
{
	memset(a, 0, sizeof(*a));
	if (six) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(port);
		memcpy(&a->v6.sin6_addr, ip, 16);
		return sizeof(a->v6);
	}
	a->v4.sin_family = AF_INET;
	a->v4.sin_port = htons(port);
	memcpy(&a->v4.sin_addr, ip, 4);
	return sizeof(a->v4);
}

/* The hub's address that the peers believe the device of the slot. */
static void hub_address(int slot, unsigned char ip[16])
{
	inet_pton(is_ipv6(slot) ? AF_INET6 : AF_INET,
		  kind_of(slot) == SECOND ? is_ipv6(slot) ? "fd00::9" : "172.17.0.1" : is_ipv6(slot) ? "fd00::1" : "172.16.0.1", ip);
}

static void send_by_wg0(int fd, bool six)
{
	int ifindex = if_nametoindex("wg0");
	struct ip_mreqn by = { .imr_ifindex = ifindex };

	if (six ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex)) :
		  setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof(by)))
		perror("MULTICAST_IF");
}

static int bound_socket(int slot)
{
	int fd = socket(is_ipv6(slot) ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned char ip[16];
	union address a;
	socklen_t len;

	if (kind_of(slot) == MULTICAST)
		send_by_wg0(fd, is_ipv6(slot));
	hub_address(slot, ip);
	len = fill(&a, is_ipv6(slot), ip, 0);
	if (bind(fd, &a.any, len))
		perror("bind");
	return fd;
}

static struct tag tag_begins(int sender, int slot, int peer)
{
	static uint32_t number;
	struct sent *sent = &shared->sent[sender][++number % SENT];

	sent->end = 0;
	sent->number = number;
	return (struct tag){ .magic = MAGIC, .time = now(), .slot = slot, .sender = sender, .number = number, .peer = peer };
}

static void tag_ends(const struct tag *t, bool sent)
{
	shared->sent[t->sender][t->number % SENT].end = now();
	shared->sends[t->sender] += sent;
}

/* One socket a slot: its dst is cached across all that happens to the route. */
void send_connected(int sender)
{
	static int fds[SLOTS];
	unsigned char ip[16];
	union address a;

	enter(HUBS);
	for (; !shared->stop; usleep(roll(2000))) {
		int slot = roll(SLOTS);
		struct tag t;

		if (fds[slot] && roll(300) == 0) {
			close(fds[slot]);
			fds[slot] = 0;
		}
		if (!fds[slot]) {
			socklen_t len;

			fds[slot] = bound_socket(slot);
			slot_address(slot, 1 + sender, ip);
			len = fill(&a, is_ipv6(slot), ip, 9);
			if (connect(fds[slot], &a.any, len)) {
				close(fds[slot]);
				fds[slot] = 0;
				continue;
			}
		}
		t = tag_begins(sender, slot, 0);
		tag_ends(&t, send(fds[slot], &t, sizeof(t), MSG_DONTWAIT) == sizeof(t));
	}
}

/* A lookup for each packet, with a socket for each of the hub's addresses. Groups have a socket of their own. */
void send_anew(int sender)
{
	int fds[3][2];
	static const enum kind kinds[3] = { REPLACED, SECOND, MULTICAST };
	unsigned char ip[16];
	union address a;

	enter(HUBS);
	for (int i = 0; i < 3; i++)
		for (int six = 0; six < 2; six++)
			fds[i][six] = bound_socket(kinds[i] * PER_KIND + six);
	for (; !shared->stop; usleep(roll(2000))) {
		int slot = roll(SLOTS), i = kind_of(slot) == SECOND ? 1 : kind_of(slot) == MULTICAST ? 2 : 0;
		struct tag t = tag_begins(sender, slot, 0);
		socklen_t len;

		slot_address(slot, 1 + roll(100), ip);
		len = fill(&a, is_ipv6(slot), ip, 9);
		tag_ends(&t, sendto(fds[i][is_ipv6(slot)], &t, sizeof(t), MSG_DONTWAIT, &a.any, len) == sizeof(t));
	}
}

static uint16_t ip_checksum(const void *header)
{
	const uint16_t *word = header;
	unsigned int sum = 0;

	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static bool send_raw(int fd, int ifindex, int slot, const unsigned char *from, const unsigned char *to, const struct tag *t)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_ifindex = ifindex,
				 .sll_protocol = htons(is_ipv6(slot) ? ETH_P_IPV6 : ETH_P_IP) };
	struct udphdr udp = { .source = htons(9), .dest = htons(9), .len = htons(sizeof(udp) + sizeof(*t)) };
	struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			    .tot_len = htons(sizeof(ip) + sizeof(udp) + sizeof(*t)) };
	struct ip6_hdr ip6 = { .ip6_flow = htonl(6u << 28), .ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64, .ip6_plen = udp.len };
	size_t header = is_ipv6(slot) ? sizeof(ip6) : sizeof(ip);
	unsigned char packet[sizeof(ip6) + sizeof(udp) + sizeof(*t)];

	memcpy(&ip.saddr, from, 4);
	memcpy(&ip.daddr, to, 4);
	ip.check = ip_checksum(&ip);
	memcpy(&ip6.ip6_src, from, 16);
	memcpy(&ip6.ip6_dst, to, 16);
	memcpy(packet, is_ipv6(slot) ? (void *)&ip6 : (void *)&ip, header);
	memcpy(packet + header, &udp, sizeof(udp));
	memcpy(packet + header + sizeof(udp), t, sizeof(*t));
	return sendto(fd, packet, header + sizeof(udp) + sizeof(*t), MSG_DONTWAIT, (void *)&a, sizeof(a)) > 0;
}

/* Without a route: WireGuard has to look one up. Sometimes on the device that is not the slot's. */
void send_raw_from_hub(int sender)
{
	int fd, ifindex[2] = { 0 };

	enter(HUBS);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (; !shared->stop; usleep(roll(2000))) {
		int slot = roll(SLOTS), second = (kind_of(slot) == SECOND) ^ (roll(10) == 0);
		unsigned char from[16], to[16];
		struct tag t;

		if (roll(20) == 0 || !ifindex[0]) {
			ifindex[0] = if_nametoindex("wg0");
			ifindex[1] = if_nametoindex("wg9");
		}
		hub_address(second ? SECOND * PER_KIND + is_ipv6(slot) : is_ipv6(slot), from);
		slot_address(slot, 1 + roll(100), to);
		t = tag_begins(sender, slot, 0);
		tag_ends(&t, send_raw(fd, ifindex[second], slot, from, to, &t));
	}
}

/* Every peer claims every slot's addresses: most of it the hub has to refuse. */
void send_from_spokes(int sender)
{
	int fd, ifindex[PEERS + 1];

	enter(SPOKES);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (int peer = 1; peer <= PEERS; peer++) {
		char name[8];

		snprintf(name, sizeof(name), "wg%d", peer);
		ifindex[peer] = if_nametoindex(name);
	}
	for (; !shared->stop; usleep(roll(1000))) {
		int slot = roll(SLOTS), peer = 1 + roll(PEERS);
		unsigned char from[16], to[16];
		struct tag t;

		slot_address(slot, 1 + roll(100), from);
		hub_address(slot, to);
		t = tag_begins(sender, slot, peer);
		tag_ends(&t, send_raw(fd, ifindex[peer], slot, from, to, &t));
	}
}

static int watch[3], peer_of_index[64], underlay_lo;

static int watch_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)), one = 1, size = 8 << 20;

	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return fd;
}

void open_checker(void)
{
	for (enum space s = UNDERLAY; s <= SPOKES; s++) {
		enter(s);
		watch[s] = watch_socket();
		if (s == UNDERLAY)
			underlay_lo = if_nametoindex("lo");
		for (int peer = 1; s == SPOKES && peer <= PEERS; peer++) {
			char name[8];

			snprintf(name, sizeof(name), "wg%d", peer);
			peer_of_index[if_nametoindex(name) % 64] = peer;
		}
	}
}

/* The tag of a packet of ours, or NULL: ICMP that quotes one is none. */
static const struct tag *tag_of(const unsigned char *p, size_t len, struct tag *t)
{
	size_t at = p[0] >> 4 == 4 ? (p[0] & 15) * 4 : 40;

	if ((p[0] >> 4 == 4 ? p[9] : p[6]) != IPPROTO_UDP || len < at + sizeof(struct udphdr) + sizeof(*t))
		return NULL;
	memcpy(t, p + at + sizeof(struct udphdr), sizeof(*t));
	return t->magic == MAGIC && t->slot < SLOTS && t->sender < SENDERS ? t : NULL;
}

/* Was the slot the peer's at any time between the two? 1, 0, or -1: too long ago to know. */
static int was_of(int slot, int peer, uint64_t from, uint64_t to)
{
	struct slot *s = &shared->slots[slot];
	unsigned int count = s->count;

	/* Only the newer half: the other may be written at this time. */
	for (unsigned int i = count; i > 0 && i + HISTORY / 2 > count; i--) {
		struct period *p = &s->history[(i - 1) % HISTORY];

		if (p->from > to)
			continue;
		if (p->until < from)
			return 0;
		if (p->peers >> peer & 1)
			return 1;
	}
	return count < HISTORY / 2 ? 0 : -1;
}

/* The last periods of a slot, in us from then on: who may have had it. */
static void print_history(int slot, uint64_t then)
{
	struct slot *s = &shared->slots[slot];

	for (unsigned int count = s->count, i = count > 12 ? count - 12 : 0; i < count; i++) {
		struct period *p = &s->history[i % HISTORY];

		printf("# slot %d, period %u: %ld to %ld, peers %#x\n", slot, i, (long)(p->from - then) / 1000,
		       p->until == UINT64_MAX ? -1L : (long)(p->until - then) / 1000, p->peers);
	}
}

/* What the peer sent to the hub may be believed because the source check was laxer. */
static bool was_lax(const struct tag *t, uint64_t to)
{
	return was_of(CHECK, WGDEVICE_SOURCE_CHECK_LOOSE, t->time, to) || was_of(CHECK, WGDEVICE_SOURCE_CHECK_OFF, t->time, to);
}

static void judge(struct checked *c, const struct tag *t, int peer, uint64_t arrived, long *right, long *wrong)
{
	struct sent *sent = &shared->sent[t->sender][t->number % SENT];
	uint64_t end = sent->number == t->number ? sent->end : 0, to = arrived;
	int was;

	/* Who gets it is decided when it is sent; whether the hub believes it, when it arrives. */
	if (!t->peer && end && end < to)
		to = end;
	was = was_of(t->slot, peer, t->time, to);
	if (was == 0 && t->peer && was_lax(t, to)) {
		c->lax++;
		return;
	}
	if (was < 0)
		c->unknown++;
	else
		++*(was ? right : wrong);
	if (was || c->first[0])
		return;
	print_history(t->slot, t->time);
	print_history(CHECK, t->time);
	snprintf(c->first, sizeof(c->first), "slot %u (kind %d, IPv%d) of sender %u at peer %d, decided within %ld us, arrived after %ld us",
		 t->slot, kind_of(t->slot), is_ipv6(t->slot) ? 6 : 4, t->sender, peer, (long)(to - t->time) / 1000,
		 (long)(arrived - t->time) / 1000);
}

static void check_one(struct checked *c, enum space space, const unsigned char *p, size_t len,
		      const struct sockaddr_ll *from, uint64_t arrived)
{
	static const uint64_t magic = MAGIC;
	struct tag t;

	if (space == UNDERLAY && from->sll_ifindex == underlay_lo) {
		c->underlay++;
		c->underlay_plain += memmem(p, len, &magic, sizeof(magic)) != NULL;
		return;
	}
	if (from->sll_pkttype == PACKET_OUTGOING || len < sizeof(struct iphdr) || !tag_of(p, len, &t))
		return;
	if (space == UNDERLAY)
		judge(c, &t, PLAIN_PEER, arrived, &c->plain, &c->wrong_plain);
	else if (space == SPOKES && !t.peer)
		judge(c, &t, peer_of_index[from->sll_ifindex % 64], arrived, &c->packets[kind_of(t.slot)][is_ipv6(t.slot)], &c->wrong);
	else if (space == HUBS && t.peer)
		judge(c, &t, t.peer, arrived, &c->to_hub, &c->wrong_to_hub);
}

static bool receive_one(struct checked *c, enum space space)
{
	unsigned char packet[2048], control[256];
	struct sockaddr_ll from;
	struct iovec iov = { packet, sizeof(packet) };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = control, .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(watch[space], &m, MSG_DONTWAIT);
	uint64_t arrived = now();

	if (len <= 0)
		return false;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
		struct timespec t;

		if (h->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(h), sizeof(t));
		arrived = t.tv_sec * 1000000000ull + t.tv_nsec;
	}
	check_one(c, space, packet, len, &from, arrived);
	return true;
}

bool check_packets(struct checked *c, int wait_ms)
{
	struct pollfd p[3] = { { watch[0], POLLIN, 0 }, { watch[1], POLLIN, 0 }, { watch[2], POLLIN, 0 } };

	if (poll(p, 3, wait_ms) <= 0)
		return false;
	for (enum space s = UNDERLAY; s <= SPOKES; s++)
		for (int i = 0; i < 100 && receive_one(c, s); i++)
			;
	return true;
}
