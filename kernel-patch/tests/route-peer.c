// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with the patched kernel and prints one line a claim, "ok" or "not ok", then "done".
 */
#define _GNU_SOURCE
#include "netlink.h"
#include "tunnels.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SAMPLE = 10000 };

static int route_len(int type, int flags, const char *to, int bits, const char *dev, enum style style,
		     const unsigned char *key, int key_len)
{
	int family = strchr(to, ':') ? AF_INET6 : AF_INET;
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = bits, .rtm_table = RT_TABLE_MAIN,
			   .rtm_scope = type == RTM_DELROUTE ? RT_SCOPE_NOWHERE :
					family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
			   .rtm_protocol = type == RTM_DELROUTE ? 0 : RTPROT_STATIC,
			   .rtm_type = type == RTM_DELROUTE ? 0 : RTN_UNICAST };
	unsigned char address[16];

	inet_pton(family, to, address);
	begin(type, flags | NLM_F_ACK, &r, sizeof(r));
	put(RTA_DST, address, family == AF_INET6 ? 16 : 4);
	if (dev)
		put_u32(RTA_OIF, if_nametoindex(dev));
	put_peer(style, key, key_len, RTA_ENCAP, RTA_ENCAP_TYPE, RTA_WGPEER_);
	return talk(rtnl);
}

static int route(int type, int flags, const char *to, int bits, const char *dev, enum style style,
		 const unsigned char *key)
{
	return route_len(type, flags, to, bits, dev, style, key, WG_KEY_LEN);
}

static int add(const char *to, int bits, enum style style, int peer)
{
	return route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, to, bits, "wg0", style, keys[peer]);
}

static int delete(const char *to, int bits, const char *dev, enum style style, int peer)
{
	return route(RTM_DELROUTE, 0, to, bits, dev, style, keys[peer]);
}

static bool shows_peer(int peer, int encap, int encap_type, int header)
{
	const void *attrs = NLMSG_DATA(&reply.h) + header;
	int len = reply.h.nlmsg_len - NLMSG_HDRLEN - header;
	const struct nlattr *type = find(attrs, len, encap_type), *e = find(attrs, len, encap), *key;

	if (!type || !e || *(unsigned short *)((char *)type + NLA_HDRLEN) != ENCAP_WGPEER)
		return false;
	key = find((char *)e + NLA_HDRLEN, e->nla_len - NLA_HDRLEN, ENCAP_WGPEER_KEY);
	return key && !memcmp((char *)key + NLA_HDRLEN, keys[peer], WG_KEY_LEN);
}

static bool route_names(const char *to, int peer)
{
	int family = strchr(to, ':') ? AF_INET6 : AF_INET;
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = family == AF_INET6 ? 128 : 32,
			   .rtm_flags = RTM_F_FIB_MATCH };
	unsigned char address[16];

	inet_pton(family, to, address);
	begin(RTM_GETROUTE, 0, &r, sizeof(r));
	put(RTA_DST, address, family == AF_INET6 ? 16 : 4);
	return talk(rtnl) == 0 && shows_peer(peer, RTA_ENCAP, RTA_ENCAP_TYPE, NLMSG_ALIGN(sizeof(r)));
}

static void allowedips_without_routes(void)
{
	long before = counter(1, "delivered");

	claim(add("192.0.2.0", 24, PLAIN, 0) == 0 && send_udp("192.0.2.1") == 0 && reaches(1, "delivered", before + 1),
	      "without routes that name a peer, AllowedIPs chooses it");
	before = counter(0, "delivered");
	send_raw(1, "192.0.2.1", "172.16.0.1");
	claim(reaches(0, "delivered", before + 1), "... and believes its sources");
	before = counter(0, "rx_frame_errors");
	send_raw(2, "192.0.2.1", "172.16.0.1");
	claim(reaches(0, "rx_frame_errors", before + 1), "... and nobody else's");
}

static void refusals(void)
{
	unsigned char unknown[WG_KEY_LEN] = { 1 };
	const int make = NLM_F_CREATE | NLM_F_EXCL;

	for (enum style s = ENCAP; s <= WGPEER; s++) {
		claim(route(RTM_NEWROUTE, make, "198.51.100.0", 24, "wg0", s, unknown) == ENOKEY && strstr(extack, "no WireGuard peer"),
		      "an unknown key is refused, with a message");
		claim(route(RTM_NEWROUTE, make, "2001:db8::", 32, "wg0", s, unknown) == ENOKEY && strstr(extack, "no WireGuard peer"),
		      "... in IPv6 as well");
		claim(route(RTM_NEWROUTE, make, "198.51.100.0", 24, "dummy0", s, keys[1]) == EINVAL && strstr(extack, "not WireGuard's"),
		      "another type of device is refused, with a message");
		claim(route_len(RTM_NEWROUTE, make, "198.51.100.0", 24, "wg0", s, keys[1], 31) != 0 && extack[0],
		      "a key of 31 bytes is refused, with a message");
	}
}

static void dumps(void)
{
	for (enum style s = ENCAP; s <= WGPEER; s++) {
		claim(add("198.51.100.0", 24, s, 3) == 0 && route_names("198.51.100.1", 3), "an IPv4 route shows its peer");
		claim(add("2001:db8::", 32, s, 4) == 0 && route_names("2001:db8::1", 4), "an IPv6 route shows its peer");
		claim(add("198.51.100.0", 24, s, 5) == 0 && route_names("198.51.100.1", 5), "a replaced route shows the new peer");
	}
}

static void deletes(void)
{
	claim(delete("198.51.100.0", 24, NULL, WGPEER, 6) == ESRCH && route_names("198.51.100.1", 5),
	      "an IPv4 delete that names another peer finds nothing");
	claim(delete("198.51.100.0", 24, NULL, WGPEER, 5) == 0 && !route_names("198.51.100.1", 5), "... and the same peer's route goes");
	claim(delete("2001:db8::", 32, "wg0", ENCAP, 6) == ESRCH && route_names("2001:db8::1", 4),
	      "an IPv6 delete that names another peer finds nothing");
	claim(delete("2001:db8::", 32, "wg0", ENCAP, 4) == 0 && !route_names("2001:db8::1", 4), "... and the same peer's route goes");
}

static void nexthop_object(void)
{
	struct nhmsg n = { .nh_family = AF_INET, .nh_protocol = RTPROT_STATIC };
	struct rtmsg r = { .rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };
	unsigned char address[4];
	bool ok = true;

	inet_pton(AF_INET, "203.0.113.0", address);
	for (int peer = 6; peer <= 7; peer++) {
		long before = counter(peer, "delivered");

		begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
		put_u32(NHA_ID, 7);
		put_u32(NHA_OIF, if_nametoindex("wg0"));
		put_peer(peer == 6 ? ENCAP : WGPEER, keys[peer], WG_KEY_LEN, NHA_ENCAP, NHA_ENCAP_TYPE, NHA_WGPEER_);
		ok &= talk(rtnl) == 0;
		begin(RTM_GETNEXTHOP, 0, &n, sizeof(n));
		((struct nhmsg *)NLMSG_DATA(&request.h))->nh_family = 0;
		((struct nhmsg *)NLMSG_DATA(&request.h))->nh_protocol = 0;
		put_u32(NHA_ID, 7);
		ok &= talk(rtnl) == 0 && shows_peer(peer, NHA_ENCAP, NHA_ENCAP_TYPE, NLMSG_ALIGN(sizeof(n)));
		if (peer == 6) {
			begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, &r, sizeof(r));
			put(RTA_DST, address, 4);
			put_u32(RTA_NH_ID, 7);
			ok &= talk(rtnl) == 0;
		}
		ok &= send_udp("203.0.113.1") == 0 && reaches(peer, "delivered", before + 1);
		claim(ok, peer == 6 ? "a route follows its nexthop object's peer" : "... and moves when the object is replaced");
	}
}

/* A group of one member, by which a connected socket has sent: what it cached must not outlive the member. */
static void nexthop_group(int family)
{
	bool six = family == AF_INET6;
	struct nhmsg n = { .nh_family = family, .nh_protocol = RTPROT_STATIC }, any = { .nh_protocol = RTPROT_STATIC };
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = six ? 64 : 24, .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct nexthop_grp member = { .id = six ? 21 : 11 };
	int fd = socket(family, SOCK_DGRAM, 0);
	unsigned char address[16];
	bool ok = true;

	for (int peer = 6; peer <= 7; peer++) {
		long before = counter(peer, "delivered"), other = counter(6, "delivered");

		begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
		put_u32(NHA_ID, member.id);
		put_u32(NHA_OIF, if_nametoindex("wg0"));
		put_peer(WGPEER, keys[peer], WG_KEY_LEN, NHA_ENCAP, NHA_ENCAP_TYPE, NHA_WGPEER_);
		ok &= talk(rtnl) == 0;
		if (peer == 6) {
			begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE, &any, sizeof(any));
			put_u32(NHA_ID, member.id + 1);
			put(NHA_GROUP, &member, sizeof(member));
			ok &= talk(rtnl) == 0;
			inet_pton(family, six ? "2001:db8:7::" : "203.0.112.0", address);
			begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, &r, sizeof(r));
			put(RTA_DST, address, six ? 16 : 4);
			put_u32(RTA_NH_ID, member.id + 1);
			ok &= talk(rtnl) == 0;
			inet_pton(family, six ? "2001:db8:7::1" : "203.0.112.1", six ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr);
			ok &= connect(fd, six ? (void *)&a6 : (void *)&a4, six ? sizeof(a6) : sizeof(a4)) == 0;
		}
		ok &= send(fd, "x", 1, 0) == 1 && reaches(peer, "delivered", before + 1);
		ok &= peer == 6 || counter(6, "delivered") == other;
		claim(ok, peer == 6 ? "a socket's packets go by its route's group of nexthops" :
				      "... and at once elsewhere when a member of the group is replaced");
	}
	close(fd);
}

static void sample_address(char *text, int i, int host) { sprintf(text, "10.%d.%d.%d", i >> 8, i & 255, host); }

/* The prefixes of one peer at a time: its counter must rise by their number and no other's at all. */
static void transmit(void)
{
	long before[PEERS + 1];
	bool added = true, right = true;
	char to[16];

	for (int i = 0; i < SAMPLE; i++) {
		sample_address(to, i, 0);
		added &= add(to, 24, i & 1 ? ENCAP : WGPEER, 1 + i % PEERS) == 0;
	}
	claim(added, "10,000 routes by way of 8 peers can be added");
	for (int peer = 1; peer <= PEERS; peer++) {
		int sent = 0;

		/* The handshake first: what waits for it is limited to 128 packets. */
		long first = counter(peer, "delivered");

		sample_address(to, peer - 1, 1);
		send_udp(to);
		right &= reaches(peer, "delivered", first + 1);
		for (int d = 1; d <= PEERS; d++)
			before[d] = counter(d, "delivered");
		for (int i = peer - 1; i < SAMPLE; i += PEERS) {
			sample_address(to, i, 1);
			right &= send_udp(to) == 0;
			if (++sent % 50 == 0)
				right &= reaches(peer, "delivered", before[peer] + sent);
		}
		right &= reaches(peer, "delivered", before[peer] + sent);
		for (int d = 1; d <= PEERS; d++)
			right &= counter(d, "delivered") == before[d] + (d == peer ? sent : 0);
	}
	claim(right, "each of 10,000 prefixes reaches its peer and no other");
}

static void transmit6_and_raw(void)
{
	long before = counter(4, "delivered");

	claim(add("2001:db8::", 32, WGPEER, 4) == 0 && send_udp("2001:db8::1") == 0 && reaches(4, "delivered", before + 1),
	      "an IPv6 packet reaches the peer of its route");
	before = counter(5, "delivered");
	send_raw(0, "172.16.0.1", "10.0.4.1");
	claim(reaches(5, "delivered", before + 1), "a packet without a route reaches the peer of the route it would have");
}

static void receive(void)
{
	long good = counter(0, "delivered"), bad = counter(0, "rx_frame_errors"), errors = counter(0, "rx_errors");

	send_raw(4, "10.0.3.9", "172.16.0.1");
	claim(reaches(0, "delivered", good + 1), "a source whose route back names the sender is accepted");
	send_raw(5, "10.0.3.9", "172.16.0.1");
	claim(reaches(0, "rx_frame_errors", bad + 1) && counter(0, "rx_errors") == errors + 1 && counter(0, "delivered") == good + 1,
	      "... from another peer it is dropped and counted");
	send_raw(1, "10.0.3.9", "172.16.0.1");
	claim(reaches(0, "rx_frame_errors", bad + 2) && counter(0, "delivered") == good + 1,
	      "... and from one that AllowedIPs would believe as well");
	send_raw(1, "192.0.2.7", "172.16.0.1");
	claim(reaches(0, "delivered", good + 2), "where the route back names no peer, AllowedIPs decides");
}

static void moves(void)
{
	long to2 = counter(2, "delivered"), to1 = counter(1, "delivered");

	claim(add("10.0.0.0", 24, WGPEER, 2) == 0 && send_udp("10.0.0.1") == 0 && reaches(2, "delivered", to2 + 1) &&
	      counter(1, "delivered") == to1, "a route that is moved takes its next packet along");
}

static void lifetimes(void)
{
	long before[PEERS + 1], now = 0, errors = counter(0, "tx_errors");
	bool none = true;

	wg_peer(0, 3, false, WGPEER_F_REMOVE_ME);
	for (int d = 1; d <= PEERS; d++)
		before[d] = counter(d, "delivered");
	send_udp("10.0.2.1");
	usleep(200000);
	for (int d = 1; d <= PEERS; d++)
		none &= counter(d, "delivered") == before[d];
	claim(none && counter(0, "tx_errors") == errors + 1, "a packet to a peer that is gone is dropped, not given to AllowedIPs");
	claim(route_names("10.0.2.1", 3), "... and the route stays and still shows it");
	claim(route(RTM_NEWROUTE, NLM_F_CREATE, "10.0.2.0", 25, "wg0", WGPEER, keys[3]) == ENOKEY, "... but no further one can be added");

	wg_peer(0, 3, false, 0);
	now = counter(3, "delivered");
	send_udp("10.0.2.1");
	claim(reaches(3, "delivered", now + 1), "the peer added again is reached by the old route");
}

/* A socket that is connected keeps its dst, and so the state of the route, beyond the device. */
static void device_removed(void)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex("wg0") };
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, "10.0.1.1", &a.sin_addr);
	claim(connect(fd, (void *)&a, sizeof(a)) == 0 && send(fd, "x", 1, 0) == 1, "a socket can keep a dst");
	begin(RTM_DELLINK, NLM_F_ACK, &i, sizeof(i));
	claim(talk(rtnl) == 0, "the device can be removed meanwhile");
	claim(send(fd, "x", 1, 0) < 0, "... after which the socket cannot send");
	close(fd);
	add_link("wg0", "wireguard");
}

int main(void)
{
	vm_start();
	open_netlink();

	set_up();
	allowedips_without_routes();
	refusals();
	dumps();
	deletes();
	transmit();
	transmit6_and_raw();
	nexthop_object();
	nexthop_group(AF_INET);
	nexthop_group(AF_INET6);
	receive();
	moves();
	lifetimes();
	device_removed();
	vm_stop();
	return 0;
}
