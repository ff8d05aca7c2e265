// SPDX-License-Identifier: GPL-2.0-only
// Part of the stress program: the processes that change routes, peers and devices.
#define _GNU_SOURCE
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static unsigned int now_of(int slot)
{
	struct slot *s = &shared->slots[slot];

	return s->count ? s->history[(s->count - 1) % HISTORY].peers : 0;
}

static int a_peer_of(unsigned int peers)
{
	int peer;

	do
		peer = roll(PEERS + 1);
	while (!(peers & only(peer)));
	return peer;
}

static void replace_route(int slot, int ifindex)
{
	struct target t = { .ifindex = ifindex, .peer = any_peer(), .by_gateway = kind_of(slot) == GATEWAY };

	/* IPv6 tells hops apart by their gateways, and these by their peers. */
	if (roll(4) == 0)
		t.peer2 = t.peer % PEERS + 1;
	change_begins(slot, only(t.peer) | (t.peer2 ? only(t.peer2) : 0));
	change_ends(slot, slot_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, slot, t));
}

/* Deletes the route of the peer that has the slot; of another there is none to delete. */
static void delete_route(int slot, int ifindex)
{
	struct target t = { .ifindex = ifindex, .peer = a_peer_of(now_of(slot)) };

	if (roll(3) == 0) {
		t.peer = t.peer % PEERS + 1;
		if (slot_route(RTM_DELROUTE, 0, slot, t) != ESRCH)
			shared->wrong_deletes++;
		return;
	}
	change_begins(slot, only(PLAIN_PEER));
	change_ends(slot, slot_route(RTM_DELROUTE, 0, slot, t));
}

static void delete_or_add(int slot, int ifindex)
{
	struct target t = { .ifindex = ifindex, .peer = any_peer() };

	if (now_of(slot) != only(PLAIN_PEER)) {
		delete_route(slot, ifindex);
		return;
	}
	change_begins(slot, only(t.peer));
	change_ends(slot, slot_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, slot, t));
}

static void churn_half(int half)
{
	enter(HUBS);
	for (int ifindex = if_nametoindex("wg0"); !shared->stop; usleep(roll(4000))) {
		int i = half * (PER_KIND / 2) + roll(PER_KIND / 2);

		switch (roll(4)) {
		case 0:
			replace_route(GATEWAY * PER_KIND + i, ifindex);
			break;
		case 1:
			replace_route(REPLACED * PER_KIND + i, ifindex);
			break;
		default:
			delete_or_add(DELETED * PER_KIND + i, ifindex);
		}
	}
}

void churn_routes(void) { churn_half(0); }
void churn_routes_too(void) { churn_half(1); }

/* The slots that AllowedIPs gives to the peer become nobody's; but for one, which is its again in the end. */
static void lose_prefixes(int peer, int but)
{
	for (int slot = ALLOWEDIPS * PER_KIND; slot < (ALLOWEDIPS + 1) * PER_KIND; slot++)
		if (slot != but && now_of(slot) == only(peer))
			change_begins(slot, 0);
}

static void lost_prefixes(int error)
{
	for (int slot = ALLOWEDIPS * PER_KIND; slot < (ALLOWEDIPS + 1) * PER_KIND; slot++) {
		struct slot *s = &shared->slots[slot];

		if (s->count > 1 && s->history[(s->count - 2) % HISTORY].until == UINT64_MAX)
			change_ends(slot, error);
	}
}

static void replace_set(int peer, int slot)
{
	lose_prefixes(peer, slot);
	change_begins(slot, only(peer));
	lost_prefixes(set_peer(HUB, peer, WGPEER_F_UPDATE_ONLY | WGPEER_F_REPLACE_ALLOWEDIPS, slot, false));
	shared->replaced_sets++;
}

static void remove_prefix(int peer, int slot)
{
	bool owns = now_of(slot) == only(peer);
	int error;

	/* Of a peer that has it not nothing is removed. */
	if (owns)
		change_begins(slot, 0);
	error = set_peer(HUB, peer, WGPEER_F_UPDATE_ONLY, slot, true);
	if (owns)
		change_ends(slot, error);
	shared->prefix_removals++;
}

/* By request, or because the device gets the very key of the peer, which WireGuard answers by removing the peer. */
static void remove_and_add_peer(int peer)
{
	lose_prefixes(peer, NO_SLOT);
	if (roll(3)) {
		lost_prefixes(set_peer(HUB, peer, WGPEER_F_REMOVE_ME, NO_SLOT, false));
	} else {
		lost_prefixes(set_private_key(HUB, private_keys[peer], 0));
		set_private_key(HUB, private_keys[HUB], 0);
		shared->key_changes++;
	}
	usleep(roll(2) ? 0 : roll(20000));
	set_peer(HUB, peer, 0, NO_SLOT, false);
	shared->peer_removals++;
}

void churn_peers(void)
{
	int ifindex, rolled;

	enter(HUBS);
	ifindex = if_nametoindex("wg0");
	for (int slot = ALLOWEDIPS * PER_KIND; slot < (ALLOWEDIPS + 1) * PER_KIND; slot++) {
		change_begins(slot, 0);
		change_ends(slot, slot_route(RTM_NEWROUTE, NLM_F_CREATE, slot, (struct target){ .ifindex = ifindex }));
	}
	for (; !shared->stop; usleep(roll(8000))) {
		int peer = any_peer(), slot = ALLOWEDIPS * PER_KIND + roll(PER_KIND);

		rolled = roll(100);
		if (rolled < 60) {
			change_begins(slot, only(peer));
			change_ends(slot, set_peer(HUB, peer, WGPEER_F_UPDATE_ONLY, slot, false));
		} else if (rolled < 85) {
			remove_prefix(roll(2) || !(now_of(slot) & ~1u) ? peer : a_peer_of(now_of(slot)), slot);
		} else if (rolled < 93) { /* a debug kernel on a busy machine comes to some 800 of these changes in ten minutes */
			replace_set(peer, slot);
		} else {
			remove_and_add_peer(peer);
		}
	}
}

/* A peer that is removed and added gets none, so that it has fewer than the slots say. */
void churn_multicast(void)
{
	unsigned int peers = 0;

	enter(HUBS);
	for (; !shared->stop; usleep(roll(8000))) {
		int peer = any_peer(), error;
		bool on = roll(2);

		peers = on ? peers | only(peer) : peers & ~only(peer);
		for (int slot = MULTICAST * PER_KIND; slot < (MULTICAST + 1) * PER_KIND; slot++)
			change_begins(slot, peers);
		error = set_multicast(peer, on);
		for (int slot = MULTICAST * PER_KIND; slot < (MULTICAST + 1) * PER_KIND; slot++)
			change_ends(slot, error);
	}
}

/* Whom a mode or a source check permits less than the slots say needs no note: a packet may always be dropped. Routes that name a
 * peer are alike in all modes but one, in which AllowedIPs have nothing for them.
 */
static void change_check(unsigned int check)
{
	change_begins(CHECK, check == WGDEVICE_SOURCE_CHECK_STRICT ? 0 : only(check));
	change_ends(CHECK, set_device(HUB, WGDEVICE_A_SOURCE_CHECK, check));
}

void churn_modes(void)
{
	enter(HUBS);
	for (; !shared->stop; usleep(roll(30000))) {
		unsigned int rolled = roll(100), mode = rolled < 50 ? WGDEVICE_ROUTE_MODE_GATEWAY : rolled < 70 ? WGDEVICE_ROUTE_MODE_AUTO :
						       rolled < 85 ? WGDEVICE_ROUTE_MODE_PEER : WGDEVICE_ROUTE_MODE_ALLOWEDIPS;

		if (roll(3)) {
			shared->modes[mode] += set_device(HUB, WGDEVICE_A_ROUTE_MODE, mode) == 0;
		} else {
			change_check(roll(2) ? WGDEVICE_SOURCE_CHECK_LOOSE : WGDEVICE_SOURCE_CHECK_OFF);
			usleep(roll(10000));
			change_check(WGDEVICE_SOURCE_CHECK_STRICT);
		}
	}
}

static void second_slots_begin(void)
{
	for (int slot = SECOND * PER_KIND; slot < (SECOND + 1) * PER_KIND; slot++)
		change_begins(slot, only(PLAIN_PEER));
}

static void second_slots_end(int error)
{
	for (int slot = SECOND * PER_KIND; slot < (SECOND + 1) * PER_KIND; slot++)
		change_ends(slot, error);
}

/* A new wg9 with all peers, in the namespace of the hubs. */
static bool make_second_device(void)
{
	int error;

	enter(UNDERLAY);
	error = make_link("wg9", "wireguard");
	/* The port is in use while the device of a dead namespace still is on its way out. */
	for (int i = 0; i < 500 && set_private_key(HUB2, private_keys[HUB2], FIRST_PORT + HUB2) && !shared->stop; i++)
		usleep(10000);
	error |= set_device(HUB2, WGDEVICE_A_ROUTE_MODE, WGDEVICE_ROUTE_MODE_GATEWAY + roll(3));
	for (int peer = 1; peer <= PEERS; peer++)
		error |= set_peer(HUB2, peer, 0, NO_SLOT, false);
	error |= set_link("wg9", 0, HUBS);
	enter(HUBS);
	shared->devices++;
	return !error && !set_link("wg9", IFF_UP, SPACES);
}

static void use_second_device(int rounds)
{
	int ifindex = if_nametoindex("wg9");

	for (int i = 0; i < rounds && !shared->stop; i++, usleep(roll(8000))) {
		int slot = SECOND * PER_KIND + roll(PER_KIND), peer = any_peer();

		if (roll(4)) {
			replace_route(slot, ifindex);
		} else if (set_nexthop(9000 + peer * 2 + is_ipv6(slot), slot_family(slot), ifindex, peer) == 0) {
			change_begins(slot, only(peer));
			change_ends(slot, slot_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, slot,
						     (struct target){ .nexthop = 9000 + peer * 2 + is_ipv6(slot) }));
		}
	}
}

/* Elsewhere the device gets a route as well; the hub's packets have none there. */
static void visit(enum space space)
{
	int slot = SECOND * PER_KIND + roll(PER_KIND);

	enter(space);
	set_link("wg9", IFF_UP, SPACES);
	slot_route(RTM_NEWROUTE, NLM_F_CREATE, slot, (struct target){ .ifindex = if_nametoindex("wg9"), .peer = any_peer() });
	usleep(roll(20000));
}

static void move_second_device(void)
{
	second_slots_begin();
	second_slots_end(set_link("wg9", 0, ELSEWHERE));
	visit(ELSEWHERE);
	set_link("wg9", 0, HUBS);
	enter(HUBS);
	set_link("wg9", IFF_UP, SPACES);
	shared->device_moves++;
}

/* Into a namespace that dies with the device in it. */
static void bury_second_device(void)
{
	int elsewhere = spaces[ELSEWHERE];

	if (unshare(CLONE_NEWNET))
		return;
	spaces[ELSEWHERE] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	enter(HUBS);
	second_slots_begin();
	second_slots_end(set_link("wg9", 0, ELSEWHERE));
	visit(ELSEWHERE);
	enter(HUBS);
	close(spaces[ELSEWHERE]);
	spaces[ELSEWHERE] = elsewhere;
	shared->space_deaths++;
}

/* The second round has seen every fate, so that a short run has. */
void churn_device(void)
{
	for (int round = 0; !shared->stop; round++) {
		if (make_second_device())
			use_second_device(20 + roll(60));
		for (int moves = round ? roll(3) : 1; moves > 0 && !shared->stop; moves--) {
			move_second_device();
			use_second_device(10 + roll(30));
		}
		if (round % 3 == 1) {
			bury_second_device();
			continue;
		}
		second_slots_begin();
		second_slots_end(delete_link("wg9"));
	}
}

static void dump_routes(int family)
{
	struct rtmsg r = { .rtm_family = family };
	long messages = 0;

	begin(RTM_GETROUTE, NLM_F_DUMP, &r, sizeof(r));
	talk_dump(rtnl, &messages, NULL, NULL);
	shared->dumped += messages;
}

static void look_up(int slot)
{
	struct rtmsg r = { .rtm_family = slot_family(slot), .rtm_dst_len = is_ipv6(slot) ? 128 : 32,
			   .rtm_flags = roll(2) ? RTM_F_FIB_MATCH : 0 };
	unsigned char address[16];

	slot_address(slot, 1, address);
	begin(RTM_GETROUTE, 0, &r, sizeof(r));
	put(RTA_DST, address, is_ipv6(slot) ? 16 : 4);
	talk(rtnl);
}

void read_all(void)
{
	enter(HUBS);
	for (; !shared->stop; usleep(roll(10000))) {
		struct nhmsg n = { 0 };
		long messages = 0;

		dump_routes(AF_INET);
		dump_routes(AF_INET6);
		begin(RTM_GETNEXTHOP, NLM_F_DUMP, &n, sizeof(n));
		talk_dump(rtnl, &messages, NULL, NULL);
		wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, roll(2) ? HUB : HUB2);
		talk_dump(genl, &messages, NULL, NULL);
		for (int i = 0; i < 10; i++)
			look_up(roll(SLOTS));
		shared->dumped += messages;
		shared->dumps++;
	}
}
