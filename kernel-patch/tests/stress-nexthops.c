// SPDX-License-Identifier: GPL-2.0-only
// Part of the stress program: the process that changes nexthop objects and their groups.
#define _GNU_SOURCE
#include "stress.h"

#include <net/if.h>
#include <unistd.h>

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
		error = set_nexthop(nexthop_id(slot, member), slot_family(slot), ifindex, to.peers[member]);
	}
	change_ends(slot, error);
	if (!error)
		*g = to;
}

static void change_nexthop(int slot, int ifindex)
{
	int peer = any_peer();

	change_begins(slot, only(peer));
	change_ends(slot, set_nexthop(nexthop_id(slot, 0), slot_family(slot), ifindex, peer));
}

/* The objects come first, each when its peer is there and the mode permits it: until the route comes, they lead nothing. */
static void start_slot(int slot, int ifindex)
{
	struct group *g = &groups[slot % PER_KIND];
	struct target to = { .nexthop = kind_of(slot) == GROUP ? group_id(slot) : nexthop_id(slot, 0) };

	for (int m = 0; m < (kind_of(slot) == GROUP ? MEMBERS : 1); m++)
		while (g->peers[m] = any_peer(), set_nexthop(nexthop_id(slot, m), slot_family(slot), ifindex, g->peers[m]) && !shared->stop)
			usleep(1000);
	g->count = 1;
	g->members[0] = 0;
	if (kind_of(slot) == GROUP)
		send_group(slot, g);
	change_begins(slot, only(g->peers[0]));
	change_ends(slot, slot_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, slot, to));
}

void churn_nexthops(void)
{
	int ifindex;

	enter(HUBS);
	ifindex = if_nametoindex("wg0");
	for (int slot = NEXTHOP * PER_KIND; slot < (GROUP + 1) * PER_KIND; slot++)
		start_slot(slot, ifindex);
	for (; !shared->stop; usleep(roll(4000))) {
		if (roll(3) == 0)
			change_nexthop(NEXTHOP * PER_KIND + roll(PER_KIND), ifindex);
		else
			change_group(GROUP * PER_KIND + roll(PER_KIND), ifindex);
	}
}
