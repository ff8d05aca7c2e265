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

static int any_peer(void) { return 1 + roll(PEERS); }
static unsigned int only(int peer) { return 1u << peer; }
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
	struct target t = { .ifindex = ifindex, .peer = any_peer() };

	if (!is_ipv6(slot) && roll(4) == 0)
		t.peer2 = any_peer(); /* IPv6 wants gateways in its multipath routes */
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

void churn_routes(void)
{
	enter(HUBS);
	for (int ifindex = if_nametoindex("wg0"); !shared->stop; usleep(roll(4000))) {
		int i = roll(PER_KIND);

		if (roll(2))
			replace_route(REPLACED * PER_KIND + i, ifindex);
		else
			delete_or_add(DELETED * PER_KIND + i, ifindex);
	}
}

/* A nexthop object for each slot of NEXTHOP; for each of GROUP three, and a group of some of them. */
enum { MEMBERS = 3 };
static unsigned int nexthop_id(int slot, int member) { return 1 + slot * 10 + member; }
static unsigned int group_id(int slot) { return nexthop_id(slot, MEMBERS); }

static struct group {
	int peers[MEMBERS], members[MEMBERS], count;
} groups[PER_KIND];

static unsigned int peers_of(const struct group *g)
{
	unsigned int peers = 0;

	for (int i = 0; i < g->count; i++)
		peers |= only(g->peers[g->members[i]]);
	return peers;
}

static int send_group(int slot, const struct group *g)
{
	unsigned int ids[MEMBERS];

	for (int i = 0; i < g->count; i++)
		ids[i] = nexthop_id(slot, g->members[i]);
	return set_group(group_id(slot), ids, g->count);
}

static int family_of(int slot) { return is_ipv6(slot) ? AF_INET6 : AF_INET; }

static void change_group(int slot, int ifindex)
{
	struct group *g = &groups[slot % PER_KIND], to = *g;
	int error, member = roll(MEMBERS);

	if (roll(2)) {
		to.count = 1 + roll(MEMBERS);
		for (int i = 0; i < to.count; i++)
			to.members[i] = (member + i) % MEMBERS;
		change_begins(slot, peers_of(&to));
		error = send_group(slot, &to);
	} else {
		to.peers[member] = any_peer();
		change_begins(slot, peers_of(&to));
		error = set_nexthop(nexthop_id(slot, member), family_of(slot), ifindex, to.peers[member]);
	}
	change_ends(slot, error);
	if (!error)
		*g = to;
}

static void change_nexthop(int slot, int ifindex)
{
	int peer = any_peer();

	change_begins(slot, only(peer));
	change_ends(slot, set_nexthop(nexthop_id(slot, 0), family_of(slot), ifindex, peer));
}

static int start_slot(int slot, int ifindex)
{
	struct group *g = &groups[slot % PER_KIND];
	struct target to = { .nexthop = kind_of(slot) == GROUP ? group_id(slot) : nexthop_id(slot, 0) };
	int error = 0;

	for (int m = 0; m < (kind_of(slot) == GROUP ? MEMBERS : 1); m++) {
		g->peers[m] = any_peer();
		error |= set_nexthop(nexthop_id(slot, m), family_of(slot), ifindex, g->peers[m]);
	}
	g->count = 1;
	g->members[0] = 0;
	if (kind_of(slot) == GROUP)
		error |= send_group(slot, g);
	change_begins(slot, only(g->peers[0]));
	error |= slot_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, slot, to);
	change_ends(slot, error);
	return error;
}

void churn_nexthops(void)
{
	int ifindex;

	enter(HUBS);
	ifindex = if_nametoindex("wg0");
	for (int slot = NEXTHOP * PER_KIND; slot < (GROUP + 1) * PER_KIND; slot++)
		while (start_slot(slot, ifindex) && !shared->stop)
			usleep(1000); /* its peer is away just now */
	for (; !shared->stop; usleep(roll(4000))) {
		if (roll(3) == 0)
			change_nexthop(NEXTHOP * PER_KIND + roll(PER_KIND), ifindex);
		else
			change_group(GROUP * PER_KIND + roll(PER_KIND), ifindex);
	}
}

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
		} else if (rolled < 97) {
			replace_set(peer, slot);
		} else {
			remove_and_add_peer(peer);
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
		} else if (set_nexthop(9000 + peer * 2 + is_ipv6(slot), family_of(slot), ifindex, peer) == 0) {
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
	talk_dump(rtnl, &messages);
	shared->dumped += messages;
}

static void look_up(int slot)
{
	struct rtmsg r = { .rtm_family = family_of(slot), .rtm_dst_len = is_ipv6(slot) ? 128 : 32,
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
		talk_dump(rtnl, &messages);
		wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, roll(2) ? HUB : HUB2);
		talk_dump(genl, &messages);
		for (int i = 0; i < 10; i++)
			look_up(roll(SLOTS));
		shared->dumped += messages;
		shared->dumps++;
	}
}
