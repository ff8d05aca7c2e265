// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of peers: peer 1 is lost, and its share of the table moves to peer 2.
 *
 *   move     one device: the gateway of peer 1's routes becomes an allowed IP of peer 2. AllowedIPs: each prefix does
 *   replace  each route is replaced
 *   down     the device of peer 1 goes down. The kernel deletes its routes, and a default route leads to peer 2
 *
 * There is one processor, so packets are sent between requests. Those runs are not timed.
 */
#include "peers.h"

#include <string.h>

enum { BYTES_BETWEEN = 4096, PACKETS_PER_SECOND = 2000, PATIENCE_MS = 1000 };

static int move_gateway(int to)
{
	unsigned char address[16];
	struct peer_part p;

	address_of(TUNNEL_SPOKES, 1, address);
	begin_device(WG_CMD_SET_DEVICE, 0, 0);
	begin_peers(&p);
	begin_peer(&p, peer_keys[to], WGPEER_F_UPDATE_ONLY);
	put_ip(address, 8 * address_size(family));
	end_peer(&p);
	end_peers(&p);
	queue(genl);
	return flush();
}

/* The default route to peer 2 is there before. The device stays down: the hub is made anew afterwards. */
static int take_down(int to)
{
	(void)to;
	return device_down(1);
}

static const struct kind {
	enum scheme scheme;
	const char *name;
	int (*move)(int to);
} kinds[] = {
	{ BY_GATEWAY, "move", move_gateway },
	{ BY_GATEWAY, "replace", replace_share },
	{ BY_ROUTE, "replace", replace_share },
	{ BY_ALLOWED_IPS, "move", move_ips },
	{ BY_DEVICE, "replace", replace_share },
	{ BY_DEVICE, "down", take_down },
};

static double due;
static long next_bytes;

static void probe_when_due(void)
{
	if (cost.bytes < next_bytes)
		return;
	next_bytes = cost.bytes + BYTES_BETWEEN;
	send_waiting();
	take_arrivals();
	if (seconds() < due)
		return;
	due = seconds() + 1.0 / PACKETS_PER_SECOND;
	probe_spoke(pick_address(1));
}

/* Those from the first to the last that a spoke got. */
static int count_at(int first, int last, int spoke)
{
	int count = 0;

	for (int i = first; i < last; i++)
		count += probe_at(i) == spoke;
	return count;
}

static void claim_share_is_at(int peer)
{
	char text[64];
	int first = probes();

	for (int i = 0; i < PICKS; i++)
		probe_spoke(pick_address(1));
	await_arrivals(0, PATIENCE_MS);
	snprintf(text, sizeof(text), "failover: packets to the share arrive at peer %d", peer);
	claim_now(count_at(first, probes(), peer) == PICKS, text);
}

/* Moves the share while packets are sent to it. */
static void probe_move(const struct kind *k)
{
	int first, last, error;

	damaged = 0;
	forget_probes();
	claim_share_is_at(1);
	first = probes();
	next_bytes = cost.bytes + BYTES_BETWEEN;
	due = 0;
	after_request = probe_when_due;
	error = k->move(2);
	after_request = NULL;
	last = probes();
	must(!error, "failover: no request is refused");
	claim_share_is_at(2);
	claim_now(count_at(first, last, 1) + count_at(first, last, 2) == last - first && !damaged,
		  "failover: no packet is lost or damaged between requests, or arrives at another peer");
	row("failover", "failover_packets", last - first, "packets");
	row("failover", "failover_old_way", count_at(first, last, 1), "packets");
	row("failover", "failover_lost", count_at(first, last, 0), "packets");
}

static void count_move(const struct kind *k)
{
	int error;

	begin_notes();
	cost = (struct cost){ 0 };
	error = k->move(2);
	row_cost("failover");
	end_notes("failover");
	must(!error, "failover: no request is refused");
}

static void time_move(const struct kind *k)
{
	double start = seconds();
	int error = k->move(2);

	row_time("failover", "failover_time", start);
	must(!error, "failover: no request is refused");
}

/* What cannot be undone happens once a round: the packets after it show that it has happened. */
static void fail_over_by(const struct kind *k)
{
	bool is_last = k->move == take_down;

	must(!is_last || add_default_route(2) == 0, "failover: there can be a default route");
	if (now.is_counting)
		count_move(k);
	else
		time_move(k);
	if (is_last) {
		forget_probes();
		claim_share_is_at(2);
		return;
	}
	must(k->move(1) == 0, "failover: the share can move back");
	if (now.is_counting)
		return;
	probe_move(k);
	must(k->move(1) == 0, "failover: the share can move back");
}

void fail_over(void)
{
	const char *variant = now.variant;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct kind *k = &kinds[i];

		if (k->scheme != now.scheme || (!strcmp(variant, "aa") && k->move != replace_share))
			continue;
		now.variant = strcmp(variant, "aa") ? k->name : "aa";
		fail_over_by(k);
	}
	now.variant = variant;
}
