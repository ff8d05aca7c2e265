// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with the patched kernel: what the modes of a device do, gateways, routes with several hops, policy
 * rules, and the removal of single prefixes. One line a claim, then "done".
 */
#define _GNU_SOURCE
#include "netlink.h"
#include "tunnels.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WGDEVICE_ROUTE_MODE_ = WGDEVICE_A_PEERS + 1, WGALLOWEDIP_FLAGS_ = WGALLOWEDIP_A_CIDR_MASK + 1, REMOVE_ME = 1 };
enum mode { AUTO, ALLOWEDIPS, PEER, GATEWAY, UNKNOWN };

/* A hop of a route: a peer, a gateway, both or none. */
struct hop {
	int peer;
	const char *gateway;
};

static int family_of(const char *address) { return strchr(address, ':') ? AF_INET6 : AF_INET; }
static int size_of(int family) { return family == AF_INET6 ? 16 : 4; }

static int set_mode(enum mode mode)
{
	unsigned char value = mode;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	put(WGDEVICE_ROUTE_MODE_, &value, 1);
	return talk(genl);
}

static int shown_mode(void)
{
	const struct nlattr *mode;
	int value;

	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, 0);
	talk(genl);
	mode = find(NLMSG_DATA(&reply.h) + GENL_HDRLEN, reply.h.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, WGDEVICE_ROUTE_MODE_);
	value = mode ? *((unsigned char *)mode + NLA_HDRLEN) : -1;
	recv(genl, &reply, sizeof(reply), MSG_DONTWAIT); /* the end of the dump, if it came by itself */
	return value;
}

static int allowed_ip(int peer, const char *to, unsigned char bits, unsigned int flags)
{
	unsigned char address[16];
	struct nlattr *list, *one, *ips, *ip;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, keys[peer], WG_KEY_LEN);
	ips = nest(WGPEER_A_ALLOWEDIPS);
	ip = nest(0);
	inet_pton(family_of(to), to, address);
	put_u16(WGALLOWEDIP_A_FAMILY, family_of(to));
	put(WGALLOWEDIP_A_IPADDR, address, size_of(family_of(to)));
	put(WGALLOWEDIP_A_CIDR_MASK, &bits, 1);
	put_u32(WGALLOWEDIP_FLAGS_, flags);
	end(ip);
	end(ips);
	end(one);
	end(list);
	return talk(genl);
}

static void put_gateway(int family, const char *gateway)
{
	struct {
		unsigned short family;
		unsigned char address[16];
	} via = { .family = family_of(gateway) };

	inet_pton(via.family, gateway, via.address);
	if (via.family == family)
		put(RTA_GATEWAY, via.address, size_of(family));
	else
		put(RTA_VIA, &via, sizeof(via));
}

static void put_hop(int family, const struct hop *hop)
{
	if (hop->gateway)
		put_gateway(family, hop->gateway);
	if (hop->peer)
		put_peer(WGPEER, keys[hop->peer], WG_KEY_LEN, RTA_ENCAP, RTA_ENCAP_TYPE, RTA_WGPEER_);
}

/* The hops of one route, onlink: of a WireGuard device that is usual. One hop without anything is a plain route. */
static void put_hops(int family, const struct hop *hops, int count)
{
	struct nlattr *multipath;

	if (count == 1) {
		put_u32(RTA_OIF, if_nametoindex("wg0"));
		put_hop(family, hops);
		return;
	}
	multipath = put(RTA_MULTIPATH, NULL, 0);
	for (int i = 0; i < count; i++) {
		struct rtnexthop *nh = (void *)&request + request.h.nlmsg_len;

		*nh = (struct rtnexthop){ .rtnh_ifindex = if_nametoindex("wg0"), .rtnh_flags = hops[i].gateway ? RTNH_F_ONLINK : 0 };
		request.h.nlmsg_len += sizeof(*nh);
		put_hop(family, hops + i);
		nh->rtnh_len = (char *)&request + request.h.nlmsg_len - (char *)nh;
	}
	end(multipath);
}

static int begin_route(const char *to, int bits, int table, bool gateway)
{
	int family = family_of(to);
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = bits, .rtm_table = table, .rtm_protocol = RTPROT_STATIC,
			   .rtm_scope = family == AF_INET && !gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
			   .rtm_type = RTN_UNICAST, .rtm_flags = gateway ? RTNH_F_ONLINK : 0 };
	unsigned char address[16];

	inet_pton(family, to, address);
	begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &r, sizeof(r));
	put(RTA_DST, address, size_of(family));
	return family;
}

static int route_hops(const char *to, int bits, int table, const struct hop *hops, int count)
{
	int family = begin_route(to, bits, table, hops->gateway);

	put_hops(family, hops, count);
	return talk(rtnl);
}

static int route_peer(const char *to, int bits, int peer)
{
	return route_hops(to, bits, RT_TABLE_MAIN, &(struct hop){ .peer = peer }, 1);
}

static int route_via(const char *to, int bits, const char *gateway, int peer)
{
	return route_hops(to, bits, RT_TABLE_MAIN, &(struct hop){ .peer = peer, .gateway = gateway }, 1);
}

static int route_delete(const char *to, int bits)
{
	int family = family_of(to);
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = bits, .rtm_table = RT_TABLE_MAIN, .rtm_scope = RT_SCOPE_NOWHERE };
	unsigned char address[16];

	inet_pton(family, to, address);
	begin(RTM_DELROUTE, NLM_F_ACK, &r, sizeof(r));
	put(RTA_DST, address, size_of(family));
	return talk(rtnl);
}

/* The packet arrives at that peer, and at no other. */
static bool goes_to(const char *to, int peer)
{
	long before[PEERS + 1];
	bool right;

	for (int d = 1; d <= PEERS; d++)
		before[d] = counter(d, "delivered");
	right = send_udp(to) == 0 && reaches(peer, "delivered", before[peer] + 1);
	for (int d = 1; d <= PEERS; d++)
		right &= counter(d, "delivered") == before[d] + (d == peer);
	return right;
}

static bool goes_nowhere(const char *to)
{
	long errors = counter(0, "tx_errors");

	send_udp(to);
	return reaches(0, "tx_errors", errors + 1);
}

static const char *own_address(const char *other) { return strchr(other, ':') ? "fd00::1" : "172.16.0.1"; }

static bool believes(int peer, const char *source)
{
	long before = counter(0, "delivered");

	send_raw(peer, source, own_address(source));
	return reaches(0, "delivered", before + 1);
}

static bool refuses(int peer, const char *source)
{
	long before = counter(0, "rx_frame_errors"), delivered = counter(0, "delivered");

	send_raw(peer, source, own_address(source));
	return reaches(0, "rx_frame_errors", before + 1) && counter(0, "delivered") == delivered;
}

static void setting(void)
{
	claim(shown_mode() == AUTO, "a new device shows the mode auto");
	claim(set_mode(PEER) == 0 && shown_mode() == PEER, "a mode that is set is shown");
	wg_peer(0, 2, false, 0);
	claim(shown_mode() == PEER, "a message without the attribute leaves it");
	claim(set_mode(UNKNOWN) != 0 && shown_mode() == PEER, "an unknown mode is refused and changes nothing");
	claim(set_mode(AUTO) == 0 && shown_mode() == AUTO, "the mode can be set back");
}

static void mode_allowedips(void)
{
	claim(route_peer("198.51.100.0", 24, 2) == 0 && goes_to("198.51.100.1", 2), "auto: a route's peer is used");
	claim(set_mode(ALLOWEDIPS) == 0 && goes_to("198.51.100.1", 1), "allowedips: AllowedIPs choose, not the route's peer");
	claim(believes(1, "198.51.100.9") && refuses(2, "198.51.100.9"), "... and say whose sources are believed");
	claim(route_peer("203.0.113.0", 24, 3) == EOPNOTSUPP && strstr(extack, "mode"), "... and such routes are refused, with a message");
	claim(route_peer("203.0.113.0", 24, 0) == 0, "... while plain routes are not");
	claim(set_mode(AUTO) == 0 && goes_to("198.51.100.1", 2), "auto again: the route that is still there decides");
}

static void mode_peer(void)
{
	route_peer("192.0.2.0", 24, 0);
	claim(goes_to("192.0.2.1", 1) && believes(1, "192.0.2.1"), "auto: AllowedIPs decide where the route names no peer");
	claim(set_mode(PEER) == 0 && goes_to("198.51.100.1", 2) && believes(2, "198.51.100.9"), "peer: a route's peer is used and believed");
	claim(goes_nowhere("192.0.2.1"), "... and a packet whose route names none is dropped");
	claim(refuses(1, "192.0.2.1") && refuses(1, "8.8.8.8"), "... and no source is believed by AllowedIPs");
	claim(route_peer("2001:db8::", 32, 3) == 0 && goes_to("2001:db8::1", 3), "... IPv6 packets go by their routes");
	claim(believes(3, "2001:db8::9") && refuses(4, "2001:db8::9") && refuses(1, "2001:db9::1"), "... and IPv6 sources are believed by theirs");
	route_delete("2001:db8::", 32);
	claim(route_delete("198.51.100.0", 24) == 0 && refuses(2, "198.51.100.9") && goes_nowhere("192.0.2.1"),
	      "... also when no route names a peer");
	claim(set_mode(AUTO) == 0 && goes_to("192.0.2.1", 1), "auto again: without such routes, AllowedIPs decide");
}

static void unreachable(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one));
	set_mode(PEER);
	inet_pton(AF_INET, "192.0.2.1", &a.sin_addr);
	connect(fd, (void *)&a, sizeof(a));
	send(fd, "x", 1, 0);
	usleep(100000);
	claim(send(fd, "x", 1, 0) < 0 && errno == EHOSTUNREACH, "peer: the drop is answered with ICMP's host unreachable");
	close(fd);
	set_mode(AUTO);
}

static void gateways(void)
{
	claim(route_via("203.0.113.0", 24, "172.16.0.2", 0) == 0 && goes_to("203.0.113.1", 1) && believes(1, "203.0.113.9"),
	      "auto: a gateway means nothing");
	for (int peer = 2; peer <= 4; peer++) {
		char address[2][16];

		sprintf(address[0], "172.16.0.%d", peer);
		sprintf(address[1], "fd00::%d", peer);
		claim(allowed_ip(peer, address[0], 32, 0) == 0 && allowed_ip(peer, address[1], 128, 0) == 0, "a peer has addresses");
	}
	claim(set_mode(GATEWAY) == 0 && goes_to("203.0.113.1", 2), "gateway: the peer that has the gateway's address gets the packet");
	claim(believes(2, "203.0.113.9") && refuses(3, "203.0.113.9") && refuses(1, "203.0.113.9"), "... and alone is believed");
	claim(route_via("203.0.113.0", 24, "fd00::4", 0) == 0 && goes_to("203.0.113.1", 4), "... an IPv4 route can have an IPv6 gateway");
	claim(believes(4, "203.0.113.9") && refuses(2, "203.0.113.9"), "... in receiving as well");
	claim(route_via("2001:db8::", 32, "fd00::3", 0) == 0 && goes_to("2001:db8::1", 3), "... an IPv6 packet goes by its gateway");
	claim(believes(3, "2001:db8::9") && refuses(4, "2001:db8::9") && refuses(1, "2001:db8::9"), "... which alone is believed");
	claim(goes_to("192.0.2.1", 1) && believes(1, "192.0.2.1"), "... without a gateway AllowedIPs are asked for the address itself");
	claim(route_via("198.51.100.0", 24, "172.16.0.2", 3) == 0 && goes_to("198.51.100.1", 3), "... a peer that is named outweighs a gateway");
	claim(believes(3, "198.51.100.9") && refuses(2, "198.51.100.9"), "... in receiving as well");
}

static void gateway_corners(void)
{
	struct hop two[] = { { .gateway = "172.16.0.2" }, { .gateway = "172.16.0.3" } };
	long before;

	before = counter(4, "delivered");
	send_raw(0, "172.16.0.1", "203.0.113.1");
	claim(reaches(4, "delivered", before + 1), "gateway: a packet without a route goes by the one it would have");
	claim(route_hops("198.18.0.0", 24, RT_TABLE_MAIN, two, 2) == 0 && believes(2, "198.18.0.9") && believes(3, "198.18.0.9") &&
	      refuses(4, "198.18.0.9"), "... each gateway of a multipath route is believed, and nobody else");
	claim(allowed_ip(1, "0.0.0.0", 0, REMOVE_ME) == 0 && route_via("203.0.113.0", 24, "172.16.0.77", 0) == 0 &&
	      goes_nowhere("203.0.113.1"), "... a gateway that no peer has leads nowhere");
	allowed_ip(1, "203.0.113.0", 24, 0);
	claim(goes_nowhere("203.0.113.1") && refuses(1, "203.0.113.9"), "... even if a peer has the destination");
	allowed_ip(1, "0.0.0.0", 0, 0);
	set_mode(AUTO);
}

/* Spreads packets over 64 addresses; they must all arrive at the two peers, and some at each. */
static bool spreads(const char *format, int first, int second)
{
	long before[2] = { counter(first, "delivered"), counter(second, "delivered") }, got[2];
	char to[40];

	for (int i = 1; i <= 64; i++) {
		snprintf(to, sizeof(to), format, i);
		if (send_udp(to))
			return false;
		counter(first, "delivered"); /* reads what has come, before the socket is full */
	}
	for (int i = 0; i < 500; i++) {
		got[0] = counter(first, "delivered") - before[0];
		got[1] = counter(second, "delivered") - before[1];
		if (got[0] + got[1] >= 64)
			break;
		usleep(10000);
	}
	return got[0] + got[1] == 64 && got[0] && got[1];
}

static int nexthop(int family, int id, int peer)
{
	struct nhmsg n = { .nh_family = family, .nh_protocol = RTPROT_STATIC };

	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, id);
	put_u32(NHA_OIF, if_nametoindex("wg0"));
	put_peer(WGPEER, keys[peer], WG_KEY_LEN, NHA_ENCAP, NHA_ENCAP_TYPE, NHA_WGPEER_);
	return talk(rtnl);
}

static int group(int id, int first, int second)
{
	struct nhmsg n = { .nh_family = AF_UNSPEC, .nh_protocol = RTPROT_STATIC };
	struct nexthop_grp members[] = { { .id = first }, { .id = second } };

	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, id);
	put(NHA_GROUP, members, sizeof(members));
	return talk(rtnl);
}

static int route_by_group(const char *to, int bits, int id)
{
	begin_route(to, bits, RT_TABLE_MAIN, false);
	put_u32(RTA_NH_ID, id);
	return talk(rtnl);
}

static void several_hops(void)
{
	struct hop two[] = { { .peer = 5 }, { .peer = 6 } };

	claim(route_hops("198.18.1.0", 24, RT_TABLE_MAIN, two, 2) == 0 && spreads("198.18.1.%d", 5, 6), "a multipath route reaches the peers of both hops");
	claim(believes(5, "198.18.1.9") && believes(6, "198.18.1.9") && refuses(7, "198.18.1.9"), "... and believes both, and no other");
	claim(nexthop(AF_INET, 1, 7) == 0 && nexthop(AF_INET, 2, 8) == 0 && group(10, 1, 2) == 0 && route_by_group("198.18.2.0", 24, 10) == 0 &&
	      spreads("198.18.2.%d", 7, 8), "a group of nexthop objects reaches the peers of both");
	claim(believes(7, "198.18.2.9") && believes(8, "198.18.2.9") && refuses(5, "198.18.2.9"), "... and believes both, and no other");
	claim(nexthop(AF_INET6, 3, 5) == 0 && nexthop(AF_INET6, 4, 6) == 0 && group(11, 3, 4) == 0 && route_by_group("2001:db8:2::", 48, 11) == 0 &&
	      spreads("2001:db8:2::%d", 5, 6), "... in IPv6 as well");
	claim(believes(5, "2001:db8:2::9") && believes(6, "2001:db8:2::9") && refuses(7, "2001:db8:2::9"), "... and believes both, and no other");
}

static void policy_rules(void)
{
	struct fib_rule_hdr r = { .family = AF_INET, .dst_len = 24, .table = 100, .action = FR_ACT_TO_TBL };
	unsigned char address[4];

	route_peer("198.18.3.0", 24, 2);
	route_hops("198.18.3.0", 24, 100, &(struct hop){ .peer = 3 }, 1);
	claim(goes_to("198.18.3.1", 2), "without a rule the main table's route decides");
	inet_pton(AF_INET, "198.18.3.0", address);
	begin(RTM_NEWRULE, NLM_F_ACK | NLM_F_CREATE, &r, sizeof(r));
	put(FRA_DST, address, 4);
	claim(talk(rtnl) == 0 && goes_to("198.18.3.1", 3), "a policy rule leads to its table's route");
	claim(believes(3, "198.18.3.9") && refuses(2, "198.18.3.9"), "... in receiving as well");
}

static void remove_one_prefix(void)
{
	claim(set_mode(ALLOWEDIPS) == 0 && allowed_ip(6, "10.6.0.0", 16, 0) == 0 && allowed_ip(7, "10.6.1.0", 24, 0) == 0 &&
	      route_peer("10.6.0.0", 16, 0) == 0 && goes_to("10.6.1.1", 7), "the longest prefix chooses");
	claim(allowed_ip(6, "10.6.1.0", 24, REMOVE_ME) == 0 && goes_to("10.6.1.1", 7), "a prefix of another peer is not removed");
	claim(allowed_ip(7, "10.6.1.0", 25, REMOVE_ME) == 0 && goes_to("10.6.1.1", 7), "... nor a shorter one than is named");
	claim(allowed_ip(7, "10.6.1.0", 33, REMOVE_ME) == EINVAL, "a bad length is refused");
	claim(allowed_ip(7, "10.6.1.0", 24, 2) != 0, "an unknown flag is refused");
	claim(allowed_ip(7, "10.6.1.0", 24, REMOVE_ME) == 0 && goes_to("10.6.1.1", 6), "that very prefix is removed, and nothing else");
	claim(allowed_ip(7, "10.6.1.0", 24, REMOVE_ME) == 0, "... and no error when it is not there");
	set_mode(AUTO);
}

int main(void)
{
	vm_start();
	open_netlink();
	set_up();
	counter(0, "delivered");

	setting();
	mode_allowedips();
	mode_peer();
	unreachable();
	gateways();
	gateway_corners();
	several_hops();
	policy_rules();
	remove_one_prefix();

	vm_stop();
	return 0;
}
