// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM: random changes of wg0's AllowedIPs by netlink, and after each what can be seen of them: the error, the
 * dump in its order, which peer packets go to and from which peer they are believed. A line a step, the same for a seed
 * whatever keeps the prefixes; run-fibtrie.sh compares two kernels. Arguments: seed, steps.
 */
#define _GNU_SOURCE
#include "netlink.h"
#include "tunnels.h"
#include "uapi.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOKUPS = 12, MOST_PREFIXES = 60 };

static uint64_t state, digest;
static int entries[2];

static unsigned int roll(unsigned int sides)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % sides;
}

static void add_to_digest(const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		digest = (digest ^ ((const unsigned char *)data)[i]) * 0x100000001b3u;
}

/* Few values for a byte, so that prefixes cover and meet one another. fd01::/16 and 10.0.0.0/8 keep away from the devices'. */
static void roll_address(int family, unsigned char *address)
{
	static const unsigned char values[] = { 0, 1, 3, 64, 128, 192, 254, 255 };

	for (int i = 0; i < 16; i++)
		address[i] = values[roll(sizeof(values))];
	address[0] = family == AF_INET ? 10 : 0xfd;
	if (family == AF_INET6)
		address[1] = 1;
}

struct prefix {
	unsigned char address[16], length;
	int family;
};

/* Half of them are among those of late, so that they move and go. */
static struct prefix roll_prefix(void)
{
	static struct prefix late[256];
	static unsigned int count;
	struct prefix prefix = { .family = roll(2) ? AF_INET : AF_INET6 };
	int bits = prefix.family == AF_INET ? 32 : 128;

	if (count > 256 && roll(2))
		return late[roll(256)];
	roll_address(prefix.family, prefix.address);
	prefix.length = bits;
	if (roll(4))
		prefix.length = roll(bits + 1);
	/* Too long a prefix ends the request there. Rarely, so that most go through. */
	if (!roll(40))
		prefix.length = roll(3) ? 0 : bits + 1;
	if (prefix.length <= bits)
		late[count++ % 256] = prefix;
	return prefix;
}

static void put_prefix(void)
{
	struct prefix prefix = roll_prefix();
	struct nlattr *ip = nest(0);

	put_u16(WGALLOWEDIP_A_FAMILY, prefix.family);
	put(WGALLOWEDIP_A_IPADDR, prefix.address, prefix.family == AF_INET ? 4 : 16);
	put(WGALLOWEDIP_A_CIDR_MASK, &prefix.length, 1);
	if (!roll(3))
		put_u32(WGALLOWEDIP_A_FLAGS, WGALLOWEDIP_F_REMOVE_ME);
	end(ip);
}

static int change(void)
{
	struct nlattr *list, *one, *ips;
	unsigned int flags = WGPEER_F_UPDATE_ONLY;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	for (int peers = 1 + roll(2); peers; peers--) {
		one = nest(0);
		put(WGPEER_A_PUBLIC_KEY, keys[1 + roll(PEERS)], WG_KEY_LEN);
		put_u32(WGPEER_A_FLAGS, flags | (roll(25) ? 0 : WGPEER_F_REPLACE_ALLOWEDIPS));
		ips = nest(WGPEER_A_ALLOWEDIPS);
		for (int left = 1 + roll(MOST_PREFIXES); left; left--)
			put_prefix();
		end(ips);
		end(one);
	}
	end(list);
	return talk(genl);
}

/* Forgets the other end of a peer, too: it would go on with a session that wg0 has lost. */
static void add_again(int peer)
{
	wg_peer(peer, 0, false, WGPEER_F_REMOVE_ME);
	wg_peer(peer, 0, true, 0);
	wg_peer(0, peer, false, 0);
}

/* Removes a peer, and adds it without prefixes. The pause is for its handshakes, of which there may be 50 a second. */
static void renew(int peer)
{
	wg_peer(0, peer, false, WGPEER_F_REMOVE_ME);
	usleep(50000);
	add_again(peer);
}

/* All peers at once. */
static void renew_all(void)
{
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	put_u32(WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
	talk(genl);
	usleep(50000);
	for (int i = 1; i <= PEERS; i++)
		add_again(i);
}

static void read_prefixes(const struct nlattr *ips)
{
	int left = ips->nla_len - NLA_HDRLEN;

	for (const struct nlattr *a = (void *)ips + NLA_HDRLEN; left >= NLA_HDRLEN;
	     left -= NLA_ALIGN(a->nla_len), a = (const void *)a + NLA_ALIGN(a->nla_len)) {
		const struct nlattr *family = find((char *)a + NLA_HDRLEN, a->nla_len - NLA_HDRLEN, WGALLOWEDIP_A_FAMILY);

		add_to_digest(a, a->nla_len); /* the very bytes: family, address and length in their attributes */
		entries[*(unsigned short *)((char *)family + NLA_HDRLEN) == AF_INET6]++;
	}
}

static void read_peers(const struct nlattr *peers)
{
	int left = peers->nla_len - NLA_HDRLEN;

	for (const struct nlattr *a = (void *)peers + NLA_HDRLEN; left >= NLA_HDRLEN;
	     left -= NLA_ALIGN(a->nla_len), a = (const void *)a + NLA_ALIGN(a->nla_len)) {
		const void *inside = (char *)a + NLA_HDRLEN;
		const struct nlattr *key = find(inside, a->nla_len - NLA_HDRLEN, WGPEER_A_PUBLIC_KEY);
		const struct nlattr *ips = find(inside, a->nla_len - NLA_HDRLEN, WGPEER_A_ALLOWEDIPS);

		for (unsigned char peer = 1; peer <= PEERS; peer++)
			if (!memcmp((char *)key + NLA_HDRLEN, keys[peer], WG_KEY_LEN))
				add_to_digest(&peer, 1);
		if (ips)
			read_prefixes(ips);
	}
}

/* Digests the dump: peers, and each one's prefixes, in its order and messages. Returns the messages. */
static int dump(void)
{
	int messages = 0;

	digest = 0xcbf29ce484222325u;
	entries[0] = entries[1] = 0;
	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, 0);
	send(genl, &request, request.h.nlmsg_len, 0);
	for (;;) {
		ssize_t got = recv(genl, &reply, sizeof(reply), 0);

		for (struct nlmsghdr *h = &reply.h; got > 0 && NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			const struct nlattr *peers;

			if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
				return messages;
			messages++;
			peers = find(NLMSG_DATA(h) + GENL_HDRLEN, h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, WGDEVICE_A_PEERS);
			if (peers)
				read_peers(peers);
		}
	}
}

/* Waits for one of the counters to move and returns which: DEVICES when none does. */
static int mover(const long *before, long errors, int device, const char *error)
{
	for (int tries = 0; tries < 40000; tries++) {
		for (int d = 0; d <= PEERS; d++)
			if (counter(d, "delivered") != before[d])
				return d;
		if (counter(device, error) != errors)
			return -1;
		usleep(500);
	}
	return DEVICES;
}

/* Sends a packet and says where it came out: a device, or -1 where it was refused. */
static int pass(int device, const char *from, const char *to, const char *refusing)
{
	long before[PEERS + 1], errors;
	int refuser = device ? 0 : device;

	for (int d = 0; d <= PEERS; d++)
		before[d] = counter(d, "delivered");
	errors = counter(refuser, refusing);
	send_raw(device, from, to);
	return mover(before, errors, refuser, refusing);
}

static void look_up(void)
{
	int family = roll(2) ? AF_INET : AF_INET6, out, in, sender = 1 + roll(PEERS);
	unsigned char address[16];
	char text[64];

	roll_address(family, address);
	inet_ntop(family, address, text, sizeof(text));
	out = pass(0, family == AF_INET ? "172.16.0.1" : "fd00::1", text, "tx_errors");
	/* Half of the time the peer that it goes to, which has to be believed. */
	if (out > 0 && roll(2))
		sender = out;
	in = pass(sender, text, family == AF_INET ? "172.16.0.1" : "fd00::1", "rx_errors");
	printf(" %d:%d%c", out, sender, in == 0 ? '+' : in == -1 ? '-' : '?');
	if (in == DEVICES || out == DEVICES || (in == 0) != (sender == out))
		failures++;
}

int main(int argc, char **argv)
{
	int steps = argc > 2 ? atoi(argv[2]) : 200;

	state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	vm_start();
	open_netlink();
	set_up();
	renew(1); /* which has every address by set_up */
	for (int step = 0; step < steps; step++) {
		int error = 0, messages;

		if (!roll(60))
			renew_all();
		else if (!roll(15))
			renew(1 + roll(PEERS));
		else
			error = change();
		messages = dump();
		printf("step %d error %d messages %d entries %d %d digest %016llx answers", step, error, messages, entries[0],
		       entries[1], (unsigned long long)digest);
		for (int i = 0; i < LOOKUPS; i++)
			look_up();
		printf("\n");
	}
	vm_stop();
}
