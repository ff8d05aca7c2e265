// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "routes.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

const char no_device[] = "";

/* Each text is kept once, so that it lasts. */
static const char *keep(const char *format, int a, int b)
{
	static struct text { char text[40]; } texts[2048];
	static int count;
	char text[40];
	int i;

	snprintf(text, sizeof(text), format, a, b);
	for (i = 0; i < count; i++)
		if (!strcmp(texts[i].text, text))
			return texts[i].text;
	if (count == 2048) {
		fprintf(stderr, "too many addresses\n");
		abort();
	}
	return strcpy(texts[count++].text, text);
}

const char *at(int net, int host) { return keep(family == AF_INET6 ? "2001:db8:%x::%x" : "198.18.%d.%d", net, host); }
const char *gateway(int number) { return keep(family == AF_INET6 ? "fd00::%x" : "172.16.0.%d", number, 0); }
int prefix_bits(void) { return family == AF_INET6 ? 48 : 24; }
int host_bits(void) { return family == AF_INET6 ? 128 : 32; }

int parse(const char *text, void *address)
{
	int its_family = strchr(text, ':') ? AF_INET6 : AF_INET;

	inet_pton(its_family, text, address);
	return its_family;
}

static void put_address(int type, const char *text)
{
	unsigned char address[16];

	put(type, address, parse(text, address) == AF_INET6 ? 16 : 4);
}

/* RTA_VIA for a gateway of the other family. */
static void put_gateway(const char *text)
{
	struct {
		unsigned short family;
		unsigned char address[16];
	} via = { 0 };

	via.family = parse(text, via.address);
	if (via.family == family)
		put_address(RTA_GATEWAY, text);
	else
		put(RTA_VIA, &via, via.family == AF_INET6 ? sizeof(via) : 6);
}

static void put_peer(const struct hop *hop, int encap, int encap_type)
{
	if (hop->key)
		put_key(encap, encap_type, hop->key, hop->key_len);
	else if (hop->peer)
		put_key(encap, encap_type, keys[hop->peer], WG_KEY_LEN);
	else if (hop->number)
		put_number(encap, encap_type, hop->number);
}

static void put_hop(const struct hop *hop)
{
	if (hop->gateway)
		put_gateway(hop->gateway);
	put_peer(hop, RTA_ENCAP, RTA_ENCAP_TYPE);
}

static int index_of(const struct hop *hop) { return if_nametoindex(hop->dev ? hop->dev : "wg0"); }

/* Gateways are on the link, as is usual with WireGuard. */
static void put_hops(const struct route *route)
{
	struct nlattr *multipath;

	if (!route->count) {
		if (index_of(&route->hop))
			put_u32(RTA_OIF, index_of(&route->hop));
		put_hop(&route->hop);
		return;
	}
	multipath = put(RTA_MULTIPATH, NULL, 0);
	for (int i = 0; i < route->count; i++) {
		struct rtnexthop *nh = (void *)&request + request.h.nlmsg_len;

		*nh = (struct rtnexthop){ .rtnh_ifindex = index_of(route->hops + i),
					  .rtnh_flags = route->hops[i].gateway ? RTNH_F_ONLINK : 0 };
		request.h.nlmsg_len += sizeof(*nh);
		put_hop(route->hops + i);
		nh->rtnh_len = (char *)&request + request.h.nlmsg_len - (char *)nh;
	}
	end(multipath);
}

static bool has_hop(const struct route *route)
{
	const struct hop *hop = &route->hop;

	return route->count || hop->peer || hop->gateway || hop->dev || hop->number || hop->key;
}

int route_request(int type, int flags, struct route route)
{
	bool special = route.type && route.type != RTN_UNICAST, device = !special && !route.nexthop && !route.hop.gateway &&
		       !(route.count && route.hops->gateway);
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = route.bits ? route.bits : prefix_bits(),
			   .rtm_table = route.table ? route.table : RT_TABLE_MAIN };

	if (type == RTM_DELROUTE) {
		r.rtm_scope = RT_SCOPE_NOWHERE;
		r.rtm_type = route.type;
	} else {
		r.rtm_scope = family == AF_INET && device ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
		r.rtm_protocol = RTPROT_STATIC;
		r.rtm_type = route.type ? route.type : RTN_UNICAST;
		r.rtm_flags = route.hop.gateway ? RTNH_F_ONLINK : 0;
	}
	begin(type, NLM_F_ACK | flags, &r, sizeof(r));
	put_address(RTA_DST, route.to);
	if (route.metric)
		put_u32(RTA_PRIORITY, route.metric);
	if (route.nexthop)
		put_u32(RTA_NH_ID, route.nexthop);
	else if (!special && (type != RTM_DELROUTE || has_hop(&route)))
		put_hops(&route);
	return talk(rtnl);
}

int route_set(struct route route) { return route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route); }
int route_delete(struct route route) { return route_request(RTM_DELROUTE, 0, route); }

int neighbour_set(const char *address)
{
	struct ndmsg n = { .ndm_family = family, .ndm_ifindex = if_nametoindex("wg0"), .ndm_state = NUD_NOARP };

	begin(RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_address(NDA_DST, address);
	return talk(rtnl);
}

int nexthop_set(unsigned int id, struct hop hop)
{
	struct nhmsg n = { .nh_family = family, .nh_protocol = RTPROT_STATIC, .nh_flags = hop.gateway ? RTNH_F_ONLINK : 0 };

	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, id);
	if (index_of(&hop))
		put_u32(NHA_OIF, index_of(&hop));
	if (hop.gateway)
		put_address(NHA_GATEWAY, hop.gateway);
	put_peer(&hop, NHA_ENCAP, NHA_ENCAP_TYPE);
	return talk(rtnl);
}

int group_set(unsigned int id, unsigned int first, unsigned int second, bool resilient)
{
	struct nhmsg n = { .nh_family = AF_UNSPEC, .nh_protocol = RTPROT_STATIC };
	struct nexthop_grp members[] = { { .id = first }, { .id = second } };

	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, id);
	if (resilient) {
		struct nlattr *table;

		put_u16(NHA_GROUP_TYPE, NEXTHOP_GRP_TYPE_RES);
		table = nest(NHA_RES_GROUP);
		put_u16(NHA_RES_GROUP_BUCKETS, 32);
		end(table);
	}
	put(NHA_GROUP, members, second ? sizeof(members) : sizeof(*members));
	return talk(rtnl);
}

int nexthop_delete(unsigned int id)
{
	struct nhmsg n = { 0 };

	begin(RTM_DELNEXTHOP, NLM_F_ACK, &n, sizeof(n));
	put_u32(NHA_ID, id);
	return talk(rtnl);
}

int rule_request(int type, struct rule rule)
{
	int bits = rule.bits ? rule.bits : prefix_bits();
	struct fib_rule_hdr r = { .family = family, .table = rule.table, .action = rule.action ? rule.action : FR_ACT_TO_TBL,
				  .dst_len = rule.to ? bits : 0, .src_len = rule.from ? bits : 0 };

	begin(type, NLM_F_ACK | (type == RTM_NEWRULE ? NLM_F_CREATE : 0), &r, sizeof(r));
	put_u32(FRA_PRIORITY, rule.priority);
	if (rule.to)
		put_address(FRA_DST, rule.to);
	if (rule.from)
		put_address(FRA_SRC, rule.from);
	if (rule.suppress_prefix)
		put_u32(FRA_SUPPRESS_PREFIXLEN, rule.suppress_prefix);
	if (rule.suppress_group)
		put_u32(FRA_SUPPRESS_IFGROUP, 0);
	return talk(rtnl);
}

static int get_route(const char *address)
{
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = host_bits(), .rtm_flags = RTM_F_FIB_MATCH };

	begin(RTM_GETROUTE, 0, &r, sizeof(r));
	put_address(RTA_DST, address);
	return talk(rtnl);
}

static int get_nexthop(unsigned int id)
{
	struct nhmsg n = { 0 };

	begin(RTM_GETNEXTHOP, 0, &n, sizeof(n));
	put_u32(NHA_ID, id);
	return talk(rtnl);
}

int64_t route_number(const char *address)
{
	size_t header = NLMSG_SPACE(sizeof(struct rtmsg));

	return get_route(address) ? -1 : named_number((char *)&reply + header, reply.h.nlmsg_len - header, RTA_ENCAP, RTA_ENCAP_TYPE);
}

int64_t nexthop_number(unsigned int id)
{
	size_t header = NLMSG_SPACE(sizeof(struct nhmsg));

	return get_nexthop(id) ? -1 : named_number((char *)&reply + header, reply.h.nlmsg_len - header, NHA_ENCAP, NHA_ENCAP_TYPE);
}

int dead_hops(const char *address)
{
	const struct nlattr *multipath;
	int dead = 0;

	if (get_route(address))
		return -1;
	multipath = find_in(&reply.h, sizeof(struct rtmsg), RTA_MULTIPATH);
	if (!multipath)
		return !!(((struct rtmsg *)NLMSG_DATA(&reply.h))->rtm_flags & RTNH_F_DEAD);
	for (const char *at = data_of(multipath), *end = at + size_of(multipath); at < end;) {
		const struct rtnexthop *hop = (const void *)at;

		dead += !!(hop->rtnh_flags & RTNH_F_DEAD);
		at += NLMSG_ALIGN(hop->rtnh_len);
	}
	return dead;
}

bool nexthop_is_dead(unsigned int id)
{
	return get_nexthop(id) == 0 && ((struct nhmsg *)NLMSG_DATA(&reply.h))->nh_flags & RTNH_F_DEAD;
}
