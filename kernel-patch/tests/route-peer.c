// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with the patched kernel: routes and nexthop objects that name a peer, in both families. One line a claim,
 * "ok" or "not ok", then "done". What the modes of a device do is route-modes.c's; here it is auto, but for refusals.
 */
#define _GNU_SOURCE
#include "routes.h"
#include "tunnels.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLE = 10000 };

static const int families[] = { AF_INET, AF_INET6 };

static int set_mode(unsigned int mode) { return set_device(0, WGDEVICE_A_ROUTE_MODE, mode); }
static int name_peer(int net, int peer) { return route_set((struct route){ .to = at(net, 0), .hop.peer = peer }); }
static int name_no_peer(int net) { return route_set((struct route){ .to = at(net, 0) }); }
static bool names(int net, int peer) { return peer_number(0, peer) > 0 && route_number(at(net, 1)) == peer_number(0, peer); }

/* Adds a route to a new prefix, or a nexthop object; it must not be there afterwards. */
static int refused(struct hop hop, bool object)
{
	int error;

	if (!object) {
		error = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, (struct route){ .to = at(90, 0), .hop = hop });
		return dead_hops(at(90, 1)) >= 0 ? 0 : error;
	}
	error = nexthop_set(90, hop);
	return nexthop_delete(90) == 0 ? 0 : error;
}

static void refusals(void)
{
	static const unsigned char unknown[WG_KEY_LEN + 1] = { 1 };

	for (int object = 0; object < 2; object++) {
		claim(refused((struct hop){ .key = unknown, .key_len = WG_KEY_LEN }, object) == ENOKEY, object ?
		      "a nexthop object with an unknown key is refused" : "a route with an unknown key is refused");
		claim(refused((struct hop){ .peer = 1, .dev = "dummy0" }, object) == EINVAL, "... and one by a device that is not WireGuard's");
		for (int len = 0; len <= WG_KEY_LEN + 1; len += len == 0 ? WG_KEY_LEN - 1 : 2)
			claim(refused((struct hop){ .key = unknown, .key_len = len }, object) != 0, "... and a key of another length");
		claim(refused((struct hop){ .number = peer_number(0, 1) }, object) == EINVAL, "... and a number in the place of the key");
		claim(refused((struct hop){ .peer = 1, .dev = no_device, .gateway = object ? NULL : gateway(1) }, object) != 0,
		      "... and a peer of no device");
		set_mode(WGDEVICE_ROUTE_MODE_ALLOWEDIPS);
		claim(refused((struct hop){ .peer = 1 }, object) == EOPNOTSUPP, "... and a peer of a device in mode allowedips");
		set_mode(WGDEVICE_ROUTE_MODE_AUTO);
	}
	/* The text is of the answer that was last: ask again. */
	route_set((struct route){ .to = at(90, 0), .hop = { .key = unknown, .key_len = WG_KEY_LEN } });
	claim(strstr(extack, "no WireGuard peer with this public key"), "the message says that there is no such peer");
	route_set((struct route){ .to = at(90, 0), .hop = { .peer = 1, .dev = "dummy0" } });
	claim(strstr(extack, "not WireGuard's"), "... what the device is not");
	route_set((struct route){ .to = at(90, 0), .hop.number = peer_number(0, 1) });
	claim(strstr(extack, "public key of the WireGuard peer is missing"), "... that the key is missing");
	set_mode(WGDEVICE_ROUTE_MODE_ALLOWEDIPS);
	route_set((struct route){ .to = at(90, 0), .hop.peer = 1 });
	claim(strstr(extack, "must be set to a route mode other than allowedips"), "... and what to set");
	set_mode(WGDEVICE_ROUTE_MODE_AUTO);
}

/* What the next message of that type says of the route's peer. */
static int64_t told(int listener, int type)
{
	static union reply message;

	while (recv(listener, &message, sizeof(message), MSG_DONTWAIT) > 0)
		if (message.h.nlmsg_type == type)
			return named_number((char *)NLMSG_DATA(&message.h) + sizeof(struct rtmsg),
					    message.h.nlmsg_len - NLMSG_SPACE(sizeof(struct rtmsg)), RTA_ENCAP, RTA_ENCAP_TYPE);
	return -3;
}

static void dumps(void)
{
	int listener = open_listener(RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE, 0);

	claim(name_peer(1, 3) == 0 && names(1, 3), "a route shows the number that GET_DEVICE has for its peer, and no key");
	claim(told(listener, RTM_NEWROUTE) == peer_number(0, 3), "... so does the notification");
	claim(name_peer(1, 5) == 0 && names(1, 5), "a replaced route shows the new peer");
	claim(told(listener, RTM_NEWROUTE) == peer_number(0, 5), "... so does the notification");
	claim(nexthop_set(1, (struct hop){ .peer = 4 }) == 0 && nexthop_number(1) == peer_number(0, 4), "a nexthop object shows its peer's number");
	nexthop_delete(1);
	close(listener);
}

/* The child's status: 0 if it sees the numbers and no more. */
static int look_unprivileged(int64_t number)
{
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 1;
	open_netlink();
	if (peer_number(0, 5) != -1)
		return 2;
	return route_number(at(1, 1)) == number && nexthop_number(1) == number ? 0 : 3;
}

static void unprivileged(void)
{
	int64_t number = peer_number(0, 5);
	int status;
	pid_t child;

	nexthop_set(1, (struct hop){ .peer = 5 });
	fflush(stdout);
	child = fork();
	if (!child)
		_exit(look_unprivileged(number));
	waitpid(child, &status, 0);
	nexthop_delete(1);
	claim(status == 0, "who may not read the device sees the number of a route's and an object's peer, and no key");
}

static void deletes(void)
{
	uint64_t own = peer_number(0, 5), other = peer_number(0, 6);
	struct hop two[] = { { .peer = 5, .gateway = gateway(5) }, { .peer = 6, .gateway = gateway(6) } };
	struct hop wrong[] = { { .peer = 5, .gateway = gateway(5) }, { .peer = 7, .gateway = gateway(6) } };

	claim(route_delete((struct route){ .to = at(1, 0), .hop = { .peer = 6, .dev = no_device } }) == ESRCH && names(1, 5),
	      "a delete that names another peer finds nothing");
	claim(route_delete((struct route){ .to = at(1, 0), .hop = { .number = other } }) == ESRCH && names(1, 5), "... and another number");
	claim(route_delete((struct route){ .to = at(1, 0), .hop = { .number = own } }) == 0 && !names(1, 5), "... that of the route deletes it");
	name_peer(1, 5);
	claim(route_delete((struct route){ .to = at(1, 0), .hop = { .peer = 5, .dev = no_device } }) == 0 && !names(1, 5),
	      "... and so does the key, without the device");
	claim(route_set((struct route){ .to = at(1, 0), .hops = two, .count = 2 }) == 0, "a multipath route has a peer for each hop");
	/* IPv6 deletes hop by hop: the first is the very one. */
	claim(route_delete((struct route){ .to = at(1, 0), .hops = wrong, .count = 2 }) == ESRCH &&
	      (family == AF_INET6 ? names(1, 6) : dead_hops(at(1, 1)) == 0), "a delete by hops compares their peers");
	route_set((struct route){ .to = at(1, 0), .hops = two, .count = 2 });
	claim(route_delete((struct route){ .to = at(1, 0), .hops = two, .count = 2 }) == 0 && dead_hops(at(1, 1)) < 0, "... and deletes by the very ones");
}

static const char *sample_address(int i, int host)
{
	static char text[48];

	snprintf(text, sizeof(text), family == AF_INET6 ? "2001:db8:1:%x::%x" : "10.%d.%d.%d",
		 family == AF_INET6 ? i : i >> 8, family == AF_INET6 ? host : i & 255, host);
	return text;
}

/* The prefixes of one peer at a time: its counter must rise by their number and no other's at all. */
static void transmit(void)
{
	long before[PEERS + 1];
	bool added = true, right = true;

	for (int i = 0; i < SAMPLE; i++)
		added &= route_set((struct route){ .to = sample_address(i, 0), .bits = family == AF_INET6 ? 64 : 24, .hop.peer = 1 + i % PEERS }) == 0;
	claim(added, "10,000 routes by way of 8 peers can be added");
	for (int peer = 1; peer <= PEERS; peer++) {
		int sent = 0;

		/* The handshake first: what waits for it is limited to 128 packets. */
		right &= goes_to(sample_address(peer - 1, 1), peer);
		for (int d = 1; d <= PEERS; d++)
			before[d] = counter(d, "delivered");
		for (int i = peer - 1; i < SAMPLE; i += PEERS) {
			right &= send_udp(sample_address(i, 1)) == 0;
			if (++sent % 50 == 0)
				right &= reaches(peer, "delivered", before[peer] + sent);
		}
		right &= reaches(peer, "delivered", before[peer] + sent);
		for (int d = 1; d <= PEERS; d++)
			right &= counter(d, "delivered") == before[d] + (d == peer ? sent : 0);
	}
	claim(right, "each of 10,000 prefixes reaches its peer and no other");
	claim(raw_goes_to(sample_address(4, 1), 5), "a packet without a route reaches the peer of the route it would have");
}

static void receive(void)
{
	claim(name_peer(2, 4) == 0 && believes(4, at(2, 9)), "a source whose route back names the sender is believed");
	claim(refuses(5, at(2, 9)), "... from another peer it is dropped and counted");
	claim(refuses(1, at(2, 9)), "... and from one that AllowedIPs would believe as well");
	claim(name_no_peer(3) == 0 && believes(1, at(3, 9)) && refuses(4, at(3, 9)), "where the route back names no peer, AllowedIPs decide");
}

static void moves(void)
{
	claim(name_peer(4, 1) == 0 && goes_to(at(4, 1), 1) && believes(1, at(4, 1)), "a route leads to its peer");
	claim(name_peer(4, 2) == 0 && goes_to(at(4, 1), 2), "... is moved, and takes its next packet along");
	claim(believes(2, at(4, 1)) && refuses(1, at(4, 1)), "... in both directions");
}

static void nexthop_object(void)
{
	claim(nexthop_set(7, (struct hop){ .peer = 6 }) == 0 && route_set((struct route){ .to = at(5, 0), .nexthop = 7 }) == 0 &&
	      goes_to(at(5, 1), 6) && believes(6, at(5, 1)) && refuses(7, at(5, 1)), "a route follows its nexthop object's peer");
	claim(nexthop_set(7, (struct hop){ .peer = 7 }) == 0 && goes_to(at(5, 1), 7) && believes(7, at(5, 1)) && refuses(6, at(5, 1)),
	      "... and moves when the object is replaced");
	nexthop_delete(7);
}

/* A group of one member, by which a connected socket has sent: what it cached must not outlive the member. */
static void nexthop_group(void)
{
	long before = counter(6, "delivered");
	int fd;

	nexthop_set(11, (struct hop){ .peer = 6 });
	nexthop_set(12, (struct hop){ .peer = 8 });
	claim(group_set(13, 11, 0, false) == 0 && route_set((struct route){ .to = at(6, 0), .nexthop = 13 }) == 0, "a group can have one member");
	fd = connected(at(6, 1));
	claim(send(fd, "x", 1, 0) == 1 && reaches(6, "delivered", before + 1), "a socket's packets go by its route's group of nexthops");
	before = counter(7, "delivered");
	nexthop_set(11, (struct hop){ .peer = 7 });
	claim(send(fd, "x", 1, 0) == 1 && reaches(7, "delivered", before + 1), "... and at once elsewhere when a member of the group is replaced");
	before = counter(8, "delivered");
	group_set(13, 11, 12, false);
	nexthop_delete(11);
	claim(send(fd, "x", 1, 0) == 1 && reaches(8, "delivered", before + 1), "... or removed");
	close(fd);
	nexthop_delete(13);
	nexthop_delete(12);
}

/* A socket keeps its dst, and so the state of the route, beyond the device. */
static void device_removed(void)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex("wg0") };
	int fds[2];

	for (int six = 0; six < 2; six++) {
		family = families[six];
		name_peer(8, 2);
		fds[six] = connected(at(8, 1));
		claim(send(fds[six], "x", 1, 0) == 1, "a socket can keep a dst");
	}
	family = 0;
	begin(RTM_DELLINK, NLM_F_ACK, &i, sizeof(i));
	claim(talk(rtnl) == 0, "the device can be removed meanwhile");
	for (int six = 0; six < 2; six++) {
		family = families[six];
		claim(send(fds[six], "x", 1, 0) < 0, "... after which the socket cannot send");
		close(fds[six]);
	}
	family = 0;
	add_link("wg0", "wireguard");
}

int main(void)
{
	vm_start();
	open_netlink();
	set_up();
	claim(set_mode(WGDEVICE_ROUTE_MODE_AUTO) == 0, "the mode can be set");
	for (int six = 0; six < 2; six++) {
		family = families[six];
		refusals();
		dumps();
		unprivileged();
		deletes();
		transmit();
		receive();
		moves();
		nexthop_object();
		nexthop_group();
	}
	device_removed();
	vm_stop();
	return 0;
}
