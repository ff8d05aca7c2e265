// SPDX-License-Identifier: GPL-2.0-only
// Part of the stress program: the requests that its processes make.
#define _GNU_SOURCE
#include "stress.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t random_state;

uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void seed_random(uint64_t seed) { random_state = seed * 0x9e3779b97f4a7c15ull | 1; }

/* xorshift64*: the same rolls for the same seed, in each process. */
uint32_t roll(uint32_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dull >> 33) % below;
}

void enter(enum space space)
{
	if (setns(spaces[space], CLONE_NEWNET))
		perror("setns");
	open_netlink();
}

/* IPv4: 10.SLOT.0.HOST of a /24; IPv6: fd01:0:0:SLOT::HOST of a /64. A group: 224.0.0.SLOT, ff02::SLOT. */
void slot_address(int slot, int host, unsigned char address[16])
{
	memset(address, 0, 16);
	if (kind_of(slot) == MULTICAST) {
		memcpy(address, is_ipv6(slot) ? "\xff\x02" : "\xe0\0", 2);
		address[is_ipv6(slot) ? 15 : 3] = slot;
	} else if (is_ipv6(slot)) {
		address[0] = 0xfd;
		address[1] = 1;
		address[7] = slot;
		address[15] = host;
	} else {
		address[0] = 10;
		address[1] = slot;
		address[3] = host;
	}
}

static void add_period(int slot, unsigned int peers, uint64_t from)
{
	struct slot *s = &shared->slots[slot];
	struct period *p = &s->history[s->count % HISTORY];

	p->peers = peers;
	p->until = UINT64_MAX;
	p->from = from;
	s->count++;
}

void change_begins(int slot, unsigned int peers) { add_period(slot, peers, now()); }

/* A request that was refused changed nothing: the slot is again, and was all along, whose it was before. Whoever looks meanwhile
 * must find it somebody's, so that this is noted before the end of the others.
 */
void change_ends(int slot, int error)
{
	struct slot *s = &shared->slots[slot];
	struct period *p = &s->history[(s->count - 1) % HISTORY], *before = &s->history[(s->count - 2) % HISTORY];

	if (error)
		shared->refused++;
	else
		shared->changes[slot == CHECK ? KINDS : kind_of(slot)]++;
	if (s->count < 2)
		return;
	if (error) {
		add_period(slot, before->peers, p->from);
		p->until = now();
	}
	before->until = now();
}

void gateway_address(int peer, bool six, unsigned char address[16])
{
	memset(address, 0, 16);
	memcpy(address, six ? "\xfd\x02" : "\xac\x12", 2);
	address[six ? 15 : 3] = peer;
}

static void put_allowed_ip(bool six, const unsigned char *address, unsigned char bits, bool remove)
{
	struct nlattr *ip = nest(0);

	put_u16(WGALLOWEDIP_A_FAMILY, six ? AF_INET6 : AF_INET);
	put(WGALLOWEDIP_A_IPADDR, address, six ? 16 : 4);
	put(WGALLOWEDIP_A_CIDR_MASK, &bits, 1);
	if (remove)
		put_u32(WGALLOWEDIP_A_FLAGS, WGALLOWEDIP_F_REMOVE_ME);
	end(ip);
}

static void put_prefix(int slot, bool remove)
{
	static const unsigned char hub2[2][16] = { { 172, 17, 0, 1 }, { 0xfd, [15] = 9 } };
	unsigned char address[16] = { 0 };

	if (slot >= 0) {
		slot_address(slot, 0, address);
		put_allowed_ip(is_ipv6(slot), address, is_ipv6(slot) ? 64 : 24, remove);
	}
	for (int six = 0; slot < NO_SLOT && six < 2; six++)
		put_allowed_ip(six, slot == ANYTHING ? address : hub2[six], slot == ANYTHING ? 0 : six ? 128 : 32, remove);
}

int set_multicast(int peer, bool on)
{
	struct nlattr *list, *one;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, HUB);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, keys[peer], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
	put_u32(WGPEER_A_MULTICAST, on);
	end(one);
	end(list);
	return talk(genl);
}

int set_peer(int device, int peer, unsigned int flags, int slot, bool remove_slot)
{
	struct sockaddr_in endpoint = { .sin_family = AF_INET, .sin_port = htons(FIRST_PORT + peer),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct nlattr *list, *one, *ips;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, keys[peer], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, flags);
	if (!(flags & WGPEER_F_UPDATE_ONLY))
		put(WGPEER_A_ENDPOINT, &endpoint, sizeof(endpoint));
	ips = nest(WGPEER_A_ALLOWEDIPS);
	put_prefix(slot, remove_slot);
	for (int six = 0; device == HUB && !(flags & WGPEER_F_REMOVE_ME) && six < 2; six++) {
		unsigned char address[16];

		gateway_address(peer, six, address);
		put_allowed_ip(six, address, six ? 128 : 32, false);
	}
	end(ips);
	end(one);
	end(list);
	return talk(genl);
}

int set_private_key(int device, const unsigned char *key, int port)
{
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	put(WGDEVICE_A_PRIVATE_KEY, key, WG_KEY_LEN);
	if (port)
		put_u16(WGDEVICE_A_LISTEN_PORT, port);
	return talk(genl);
}

int set_link(const char *name, unsigned int flags, enum space to)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex(name), .ifi_flags = flags, .ifi_change = IFF_UP | flags };

	begin(RTM_NEWLINK, NLM_F_ACK, &i, sizeof(i));
	if (to != SPACES)
		put_u32(IFLA_NET_NS_FD, spaces[to]);
	return talk(rtnl);
}

int delete_link(const char *name)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex(name) };

	begin(RTM_DELLINK, NLM_F_ACK, &i, sizeof(i));
	return talk(rtnl);
}

int add_address(const char *dev, const char *text)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	struct ifaddrmsg a = { .ifa_family = family, .ifa_prefixlen = family == AF_INET6 ? 128 : 32,
			       .ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0, .ifa_index = if_nametoindex(dev) };
	unsigned char address[16];

	inet_pton(family, text, address);
	begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a, sizeof(a));
	put(IFA_LOCAL, address, family == AF_INET6 ? 16 : 4);
	return talk(rtnl);
}

static struct rtmsg route_header(int type, int family, int bits, bool nexthop)
{
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = bits, .rtm_table = RT_TABLE_MAIN,
			   .rtm_scope = family == AF_INET && !nexthop ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
			   .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };

	if (type == RTM_DELROUTE)
		r.rtm_scope = RT_SCOPE_NOWHERE, r.rtm_protocol = r.rtm_type = 0;
	return r;
}

int add_default(int family, const char *dev)
{
	struct rtmsg r = route_header(RTM_NEWROUTE, family, 0, false);

	begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, &r, sizeof(r));
	put_u32(RTA_OIF, if_nametoindex(dev));
	return talk(rtnl);
}

static void put_hop(int family, int peer, bool with_gateway, bool by_gateway)
{
	unsigned char address[16];

	if (with_gateway || by_gateway) {
		gateway_address(peer, family == AF_INET6, address);
		put(RTA_GATEWAY, address, family == AF_INET6 ? 16 : 4);
	}
	if (peer && !by_gateway)
		put_key(RTA_ENCAP, RTA_ENCAP_TYPE, keys[peer], WG_KEY_LEN);
}

/* IPv6 takes hops with gateways alone. */
static void put_hops(int family, struct target target)
{
	struct nlattr *hops = put(RTA_MULTIPATH, NULL, 0);
	int peers[] = { target.peer, target.peer2 };

	for (int i = 0; i < 2; i++) {
		struct rtnexthop *hop = (void *)&request + request.h.nlmsg_len;
		bool with_gateway = family == AF_INET6;

		*hop = (struct rtnexthop){ .rtnh_ifindex = target.ifindex, .rtnh_flags = with_gateway || target.by_gateway ? RTNH_F_ONLINK : 0 };
		request.h.nlmsg_len += sizeof(*hop);
		put_hop(family, peers[i], with_gateway, target.by_gateway);
		hop->rtnh_len = (char *)&request + request.h.nlmsg_len - (char *)hop;
	}
	end(hops);
}

int slot_route(int type, int flags, int slot, struct target target)
{
	int family = is_ipv6(slot) ? AF_INET6 : AF_INET;
	struct rtmsg r = route_header(type, family, is_ipv6(slot) ? 64 : 24, target.nexthop || target.by_gateway);
	unsigned char address[16];

	if (target.by_gateway && !target.peer2)
		r.rtm_flags = RTNH_F_ONLINK;

	slot_address(slot, 0, address);
	begin(type, NLM_F_ACK | flags, &r, sizeof(r));
	put(RTA_DST, address, is_ipv6(slot) ? 16 : 4);
	if (target.nexthop) {
		put_u32(RTA_NH_ID, target.nexthop);
	} else if (target.peer2) {
		put_hops(family, target);
	} else {
		put_u32(RTA_OIF, target.ifindex);
		put_hop(family, target.peer, false, target.by_gateway);
	}
	return talk(rtnl);
}

int set_nexthop(unsigned int id, int family, int ifindex, int peer)
{
	struct nhmsg n = { .nh_family = family, .nh_protocol = RTPROT_STATIC };

	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, id);
	put_u32(NHA_OIF, ifindex);
	put_key(NHA_ENCAP, NHA_ENCAP_TYPE, keys[peer], WG_KEY_LEN);
	return talk(rtnl);
}

int set_group(unsigned int id, const unsigned int *members, int count)
{
	struct nhmsg n = { .nh_protocol = RTPROT_STATIC };
	struct nexthop_grp group[8] = { 0 };

	for (int i = 0; i < count; i++)
		group[i].id = members[i];
	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, id);
	put(NHA_GROUP, group, count * sizeof(*group));
	return talk(rtnl);
}
