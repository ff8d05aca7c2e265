// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with the patched kernel: what becomes of routes and nexthop objects whose peer is removed, and added
 * again, in both families. One line a claim, "ok" or "not ok", then "done".
 */
#define _GNU_SOURCE
#include "routes.h"
#include "tunnels.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const int families[] = { AF_INET, AF_INET6 };

static void remove_peer(int peer) { wg_peer(0, peer, false, WGPEER_F_REMOVE_ME); }
static void add_peer(int peer) { wg_peer(0, peer, false, 0); }

static int name_peer(int net, int peer) { return route_set((struct route){ .to = at(net, 0), .hop.peer = peer }); }

/* What the notifications about a nexthop object say: -1 none, 0 alive, 1 dead. */
static int told_dead(int listener, unsigned int id)
{
	static union reply message;
	int dead = -1;

	while (recv(listener, &message, sizeof(message), MSG_DONTWAIT) > 0)
		if (message.h.nlmsg_type == RTM_NEWNEXTHOP && number_of(find_in(&message.h, sizeof(struct nhmsg), NHA_ID)) == id)
			dead = !!(((struct nhmsg *)NLMSG_DATA(&message.h))->nh_flags & RTNH_F_DEAD);
	return dead;
}

/* The longer prefix names peer 3, the shorter one peer 4; AllowedIPs give all to peer 1. */
static void lone_route(void)
{
	int64_t number = peer_number(0, 3);

	name_peer(1, 4);
	route_set((struct route){ .to = at(1, 1), .bits = host_bits(), .hop.peer = 3 });
	claim(goes_to(at(1, 1), 3) && dead_hops(at(1, 1)) == 0, "a route leads to its peer");
	remove_peer(3);
	claim(goes_nowhere(at(1, 1)), "when the peer is removed, its packets are dropped, and given neither to the shorter prefix's nor to AllowedIPs");
	claim(refuses(4, at(1, 1)) && refuses(1, at(1, 1)), "... and nobody else is believed");
	claim(dead_hops(at(1, 1)) == 1 && route_number(at(1, 1)) == number, "... the route stays, dead, with its peer's number");
	claim(name_peer(2, 3) == ENOKEY, "... no further route can name the peer");
	claim(route_delete((struct route){ .to = at(1, 1), .bits = host_bits(), .hop.peer = 3 }) == 0, "... and the route can be deleted by its key");
	add_peer(3);
	/* The route is freed, and the number forgotten, after a grace period. */
	for (int i = 0; i < 100 && peer_number(0, 3) == number; i++) {
		remove_peer(3);
		usleep(50000);
		add_peer(3);
	}
	claim(peer_number(0, 3) > number, "without routes, the peer added again has a new number");

	route_set((struct route){ .to = at(1, 1), .bits = host_bits(), .hop.peer = 3 });
	number = peer_number(0, 3);
	remove_peer(3);
	add_peer(3);
	claim(peer_number(0, 3) == number && dead_hops(at(1, 1)) == 0, "with a route it has its former one, and the route is alive");
	claim(goes_to(at(1, 1), 3) && believes(3, at(1, 1)), "... and leads there again");
	route_delete((struct route){ .to = at(1, 1), .bits = host_bits() }); /* or it holds the number of the other family's */
}

static void two_hops(void)
{
	struct hop two[] = { { .peer = 5, .gateway = gateway(5) }, { .peer = 6, .gateway = gateway(6) } };

	claim(route_set((struct route){ .to = at(3, 0), .hops = two, .count = 2 }) == 0 && spreads(3, 5, 6), "64 flows spread over two hops");
	for (int gone = 5; gone <= 6; gone++) {
		remove_peer(gone);
		claim(all_go_to(3, gone == 5 ? 6 : 5) && dead_hops(at(3, 1)) == 1, gone == 5 ?
		      "the first hop's peer is removed: all of 64 flows arrive by the other, and one hop is dead" :
		      "... the second's: likewise");
		claim(raw_goes_to(at(3, 1), gone == 5 ? 6 : 5), "... packets without a route take the other hop, too");
		claim(refuses(1, at(3, 9)) && believes(gone == 5 ? 6 : 5, at(3, 9)), "... whose peer is believed");
		add_peer(gone);
		claim(spreads(3, 5, 6) && dead_hops(at(3, 1)) == 0, "... and spread again when it is added");
	}
	remove_peer(5);
	remove_peer(6);
	claim(goes_nowhere(at(3, 1)) && dead_hops(at(3, 1)) == 2, "when both peers are gone, the packets are dropped");
	add_peer(5);
	add_peer(6);
	claim(spreads(3, 5, 6), "... until they are back");
}

static void groups(bool resilient)
{
	int listener;

	nexthop_set(21, (struct hop){ .peer = 7 });
	nexthop_set(22, (struct hop){ .peer = 8 });
	claim(group_set(23, 21, 22, resilient) == 0 && route_set((struct route){ .to = at(4, 0), .nexthop = 23 }) == 0 && spreads(4, 7, 8),
	      resilient ? "64 flows spread over a resilient group" : "64 flows spread over a group of nexthop objects");
	listener = open_listener(0, RTNLGRP_NEXTHOP);
	remove_peer(7);
	claim(told_dead(listener, 21) == 1 && nexthop_is_dead(21), "... a member's peer is removed: its object is told and shown as dead");
	claim(told_dead(listener, 22) == -1 && !nexthop_is_dead(22), "... the other is not");
	claim(all_go_to(4, 8), "... and all of 64 flows arrive by the other");
	claim(believes(8, at(4, 9)) && refuses(1, at(4, 9)), "... whose peer is believed");
	add_peer(7);
	claim(told_dead(listener, 21) == 0 && !nexthop_is_dead(21), "... it is told and shown as alive when the peer is added");
	claim(spreads(4, 7, 8), "... and the flows spread again");
	add_peer(7);
	claim(told_dead(listener, 21) == -1, "... nothing is told when nothing changes");
	close(listener);
	nexthop_delete(23);
	nexthop_delete(22);
	nexthop_delete(21);
}

/* A connected socket keeps the hop that it has, until that is dead. */
static void socket_moves(void)
{
	struct hop two[] = { { .peer = 5, .gateway = gateway(5) }, { .peer = 6, .gateway = gateway(6) } };
	long before[2] = { counter(5, "delivered"), counter(6, "delivered") };
	int fd, has;

	route_set((struct route){ .to = at(3, 0), .hops = two, .count = 2 });
	fd = connected(at(3, 7));
	send(fd, "x", 1, 0);
	for (int i = 0; i < 500 && counter(5, "delivered") == before[0] && counter(6, "delivered") == before[1]; i++)
		usleep(10000);
	has = counter(5, "delivered") > before[0] ? 5 : 6;
	remove_peer(has);
	before[0] = counter(11 - has, "delivered");
	claim(send(fd, "x", 1, 0) == 1 && reaches(11 - has, "delivered", before[0] + 1), "a connected socket's packets take the other hop at once");
	add_peer(has);
	close(fd);
}

int main(void)
{
	vm_start();
	open_netlink();
	set_up();
	claim(set_device(0, WGDEVICE_A_ROUTE_MODE, WGDEVICE_ROUTE_MODE_AUTO) == 0, "the mode can be set");
	for (int six = 0; six < 2; six++) {
		family = families[six];
		lone_route();
		two_hops();
		groups(false);
		groups(true);
		socket_moves();
	}
	vm_stop();
	return 0;
}
