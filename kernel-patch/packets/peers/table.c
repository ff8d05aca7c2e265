// SPDX-License-Identifier: GPL-2.0-only
/* Part of peers: the table of the hub. Its prefixes are shared out to the peers one by one: prefix J is of peer 1 + J modulo N. */
#include "peers.h"

#include <stdlib.h>
#include <string.h>

static struct prefix *prefixes;
static bool is_made;

/* As an odd number multiplies J, no two prefixes are the same: /24s of 64.0.0.0/3 or /48s of 2001::/16. */
static void make_prefix(long j, struct prefix *p)
{
	unsigned int scattered = j * 2654435761u;
	unsigned char *to = p->address;

	if (family == AF_INET) {
		scattered = (scattered & 0x1fffff) + (64 << 16);
		*p = (struct prefix){ { scattered >> 16, scattered >> 8, scattered }, 24 };
	} else {
		*p = (struct prefix){ { 0x20, 0x01 }, 48 };
		for (int i = 0; i < 4; i++)
			to[2 + i] = scattered >> (24 - 8 * i);
	}
}

void make_table(const char *list, long count)
{
	FILE *file = strcmp(list, "-") ? open_or_exit(list) : NULL;

	prefixes = calloc(count, sizeof(*prefixes));
	is_made = !file;
	for (long j = 0; j < count; j++) {
		if (!file) {
			make_prefix(j, &prefixes[j]);
		} else if (!read_prefix(file, family, &prefixes[j])) {
			fprintf(stderr, "peers: %s has %ld prefixes, not %ld\n", list, j, count);
			exit(1);
		}
	}
	if (file)
		fclose(file);
}

static void queue_route(int flags, const struct prefix *p, int peer)
{
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = p->length, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			   .rtm_type = RTN_UNICAST, .rtm_scope = family == AF_INET && now.scheme != BY_GATEWAY ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE };
	unsigned char gateway[16];
	int size = address_size(family);

	begin(RTM_NEWROUTE, NLM_F_CREATE | flags, &r, sizeof(r));
	put(RTA_DST, p->address, size);
	put_u32(RTA_OIF, FIRST_INDEX + (is_devices() ? peer : 0));
	if (now.scheme == BY_GATEWAY) {
		address_of(TUNNEL_SPOKES, peer, gateway);
		put(RTA_GATEWAY, gateway, size);
	} else if (now.scheme == BY_ROUTE) {
		put_key(RTA_ENCAP, RTA_ENCAP_TYPE, peer_keys[peer], WG_KEY_LEN);
	}
	queue(rtnl);
}

int load_routes(void)
{
	for (long j = 0; j < now.prefixes; j++)
		queue_route(NLM_F_EXCL, &prefixes[j], 1 + j % now.peers);
	return flush();
}

int add_default_route(int peer)
{
	struct prefix all = { 0 };

	queue_route(NLM_F_EXCL, &all, peer);
	return flush();
}

int replace_share(int to)
{
	for (long j = 0; j < now.prefixes; j += now.peers)
		queue_route(NLM_F_REPLACE, &prefixes[j], to);
	return flush();
}

/* The prefixes of a peer's share become allowed IPs of that or of another peer. A request is sent when it is full. */
static void put_share(struct peer_part *p, int share, int to)
{
	begin_peer(p, peer_keys[to], WGPEER_F_UPDATE_ONLY);
	for (long j = share - 1; j < now.prefixes; j += now.peers) {
		if (request.h.nlmsg_len > sizeof(request) - 256) {
			end_peer(p);
			end_peers(p);
			queue(genl);
			begin_device(WG_CMD_SET_DEVICE, 0, 0);
			begin_peers(p);
			begin_peer(p, peer_keys[to], WGPEER_F_UPDATE_ONLY);
		}
		put_ip(prefixes[j].address, prefixes[j].length);
	}
	end_peer(p);
}

static int set_shares(int first, int last, int to)
{
	struct peer_part p;

	begin_device(WG_CMD_SET_DEVICE, 0, 0);
	begin_peers(&p);
	for (int share = first; share <= last; share++)
		put_share(&p, share, to ? to : share);
	end_peers(&p);
	queue(genl);
	return flush();
}

int load_ips(void) { return set_shares(1, now.peers, 0); }
int move_ips(int to) { return set_shares(1, 1, to); }

static bool covers(const struct prefix *p, const unsigned char *address)
{
	int bytes = p->length / 8, bits = p->length % 8;

	return !memcmp(p->address, address, bytes) && (!bits || !((p->address[bytes] ^ address[bytes]) >> (8 - bits)));
}

/* A host of the prefix, which no other prefix of a list covers. */
static bool find_host(long of, unsigned char *address)
{
	int last = address_size(family) - 1;

	memcpy(address, prefixes[of].address, last + 1);
	if (prefixes[of].length < 8 * (last + 1))
		address[last] |= 1;
	for (long j = 0; !is_made && j < now.prefixes; j++)
		if (j != of && prefixes[j].length >= prefixes[of].length && covers(&prefixes[j], address))
			return false;
	return true;
}

/* From all over the share, with its first and its last prefix. */
const void *pick_address(int peer)
{
	static unsigned char picks[PICKS][16];
	static int picked_peer, picked_peers, count, next;
	long in_share = (now.prefixes - peer) / now.peers + 1;

	if (peer != picked_peer || now.peers != picked_peers) {
		picked_peer = peer;
		picked_peers = now.peers;
		count = next = 0;
		for (int n = 0; n < PICKS; n++)
			count += find_host(peer - 1 + (in_share - 1) * n / (PICKS - 1) * now.peers, picks[count]);
	}
	return count ? picks[next++ % count] : NULL;
}
