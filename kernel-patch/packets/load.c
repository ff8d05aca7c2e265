// SPDX-License-Identifier: GPL-2.0-only
/* Part of packets: routes and allowed IPs of a hub. Loading sends many requests at once, and waits for the answer to the last. */
#include "packets.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>

static struct {
	_Alignas(NLMSG_ALIGNTO) char data[1 << 16];
	size_t len, last; /* last: where the last request begins */
	unsigned int number;
} batch;

/* Sends what is in the batch. Returns the first error of all. */
static int flush(int fd)
{
	struct nlmsghdr *last = (void *)(batch.data + batch.last), *h;
	bool is_over = !batch.len;
	int error = 0;
	ssize_t got;

	last->nlmsg_flags |= NLM_F_ACK;
	if (batch.len && send(fd, batch.data, batch.len, 0) < 0)
		return errno;
	while (!is_over) {
		got = recv(fd, &reply, sizeof(reply), 0);
		if (got < 0)
			return errno;
		for (h = &reply.h; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == NLMSG_ERROR && !error)
				error = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
			is_over |= h->nlmsg_seq == last->nlmsg_seq;
		}
	}
	batch.len = 0;
	return error;
}

/* Adds the request to the batch. */
static int queue(int fd)
{
	size_t size = NLMSG_ALIGN(request.h.nlmsg_len);
	int error = batch.len + size > sizeof(batch.data) ? flush(fd) : 0;

	request.h.nlmsg_seq = ++batch.number;
	memcpy(batch.data + batch.len, &request, size);
	batch.last = batch.len;
	batch.len += size;
	return error;
}

static void put_route(const struct hub *hub, int prefix, int peer, int flags)
{
	const struct scheme *scheme = hub->scheme;
	const struct prefix *p = &table[prefix];
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = p->length, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			   .rtm_type = RTN_UNICAST };
	struct sockaddr_storage via;

	if (family == AF_INET && !scheme->object && !scheme->gateway)
		r.rtm_scope = RT_SCOPE_LINK;
	begin(RTM_NEWROUTE, NLM_F_CREATE | flags, &r, sizeof(r));
	put(RTA_DST, p->address, address_size(family));
	if (scheme->object) {
		put_u32(RTA_NH_ID, peer);
		return;
	}
	put_u32(RTA_OIF, hub->device);
	if (scheme->key)
		put_key(RTA_ENCAP, RTA_ENCAP_TYPE, hub->key[peer], WG_KEY_LEN);
	if (scheme->gateway) {
		tunnel_address(family, peer, 0, &via);
		put(RTA_GATEWAY, bytes_of(&via), address_size(family));
	}
}

static int load_routes(const struct hub *hub, int from)
{
	int error = 0;

	for (int i = 0; i < table_size && !error; i++)
		if (in_order[i] >= from) {
			put_route(hub, in_order[i], peer_after(in_order[i], 0), NLM_F_EXCL);
			error = queue(rtnl);
		}
	return error ? error : flush(rtnl);
}

static struct nlattr *list, *one, *ips;

static void begin_ips(const struct hub *hub, int peer)
{
	wg_begin(WG_CMD_SET_DEVICE, 0, 0);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, hub->key[peer], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
	ips = nest(WGPEER_A_ALLOWEDIPS);
}

static void put_ip(const void *address, unsigned char length)
{
	struct nlattr *ip = nest(0);

	put_u16(WGALLOWEDIP_A_FAMILY, family);
	put(WGALLOWEDIP_A_IPADDR, address, address_size(family));
	put(WGALLOWEDIP_A_CIDR_MASK, &length, 1);
	end(ip);
}

static void end_ips(void)
{
	end(ips);
	end(one);
	end(list);
}

/* A request holds a hundred and more prefixes of a peer. */
static int load_ips_of(const struct hub *hub, int peer, int from)
{
	int error = 0;

	begin_ips(hub, peer);
	for (int i = 0; i < table_size && !error; i++) {
		int prefix = in_order[i];

		if (prefix < from || peer_after(prefix, 0) != peer)
			continue;
		put_ip(table[prefix].address, table[prefix].length);
		if (request.h.nlmsg_len < sizeof(request) - 128)
			continue;
		end_ips();
		error = queue(genl);
		begin_ips(hub, peer);
	}
	end_ips();
	return error ? error : queue(genl);
}

static int load_ips(const struct hub *hub, int from)
{
	int error = 0;

	for (int peer = 1; peer <= PEERS && !error; peer++)
		error = load_ips_of(hub, peer, from);
	return error ? error : flush(genl);
}

static int add_object(const struct hub *hub, int peer)
{
	struct nhmsg n = { .nh_family = family, .nh_protocol = RTPROT_STATIC };

	begin(RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_EXCL, &n, sizeof(n));
	put_u32(NHA_ID, peer);
	put_u32(NHA_OIF, hub->device);
	put_key(NHA_ENCAP, NHA_ENCAP_TYPE, hub->key[peer], WG_KEY_LEN);
	return queue(rtnl);
}

static int add_gateway(const struct hub *hub, int peer)
{
	struct sockaddr_storage gateway;

	tunnel_address(family, peer, 0, &gateway);
	begin_ips(hub, peer);
	put_ip(bytes_of(&gateway), 8 * address_size(family));
	end_ips();
	return queue(genl);
}

/* Loads the prefixes from that number on. Before the first, the objects and gateways that routes need. */
int load_table(const struct hub *hub, int from)
{
	int error = 0;

	enter_space(hub, HUB);
	for (int peer = 1; peer <= PEERS && !from && !error; peer++)
		error = hub->scheme->object ? add_object(hub, peer) : hub->scheme->gateway ? add_gateway(hub, peer) : 0;
	if (!error && !from)
		error = flush(hub->scheme->object ? rtnl : genl);
	if (!error && hub->scheme->ips)
		error = load_ips(hub, from);
	if (!error && hub->scheme->routes)
		error = load_routes(hub, from);
	return error;
}

int change_prefix(const struct hub *hub, int prefix, int peer)
{
	if (hub->scheme->ips) {
		begin_ips(hub, peer);
		put_ip(table[prefix].address, table[prefix].length);
		end_ips();
	} else {
		put_route(hub, prefix, peer, NLM_F_REPLACE);
	}
	request.h.nlmsg_flags |= NLM_F_ACK;
	return talk(hub->scheme->ips ? genl : rtnl);
}
