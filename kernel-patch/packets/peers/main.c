// SPDX-License-Identifier: GPL-2.0-only
/*
 * peers FAMILY ROUNDS PREFIXES LIST PEERS...: what peers.sh measures in its guest. FAMILY is 4 or 6. LIST has the prefixes, or is "-":
 * then they are made. Round 0 counts and proves, and the others take times. All ways of a round come after each other.
 *
 * Rows are lines "row " and the columns of packets.sh.
 */
#include "peers.h"

#include <stdlib.h>
#include <string.h>

struct now now;
static long table_size;

int sample_size(void) { return spokes_of(now.peers) < SAMPLE ? spokes_of(now.peers) : SAMPLE; }

/* Peers 1 and 2, others from all over, and the last one. */
int sample_peer(int index)
{
	return sample_size() < SAMPLE || index < 2 ? index + 1 : 1 + (spokes_of(now.peers) - 1) * index / (SAMPLE - 1);
}

static const char *scheme_name(void)
{
	static const char *const names[] = { "gateway", "route", "default-route", "allowed-ips", "devices" };

	return names[now.scheme];
}

void row(const char *operation, const char *name, double value, const char *unit)
{
	printf("row %s,%.10g,%s,%s,%d,%s,none,%ld,%d,0,%s\n", name, value, unit, scheme_name(), family == AF_INET ? 4 : 6, operation,
	       now.prefixes, now.peers, now.variant);
}

void row_time(const char *operation, const char *name, double since)
{
	double took = seconds() - since;

	if (!now.is_counting)
		row(operation, name, took, "s");
}

void claim_now(bool holds, const char *text)
{
	char whole[200];

	snprintf(whole, sizeof(whole), "%s, %d peers, %ld prefixes, %s: %s", scheme_name(), now.peers, now.prefixes, now.variant, text);
	claim(holds, whole);
}

void must(bool holds, const char *text)
{
	if (!holds)
		claim_now(false, text);
}

void row_cost(const char *operation)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_messages", operation);
	row(operation, name, cost.messages, "messages");
	snprintf(name, sizeof(name), "%s_bytes", operation);
	row(operation, name, cost.bytes, "bytes");
}

static void select_way(enum scheme scheme, const char *variant, long prefixes)
{
	now.scheme = scheme;
	now.variant = variant;
	now.prefixes = prefixes;
}

/* Makes the hub, and leaves it. */
static void create(void)
{
	double start = seconds();
	int error = make_hub();

	row_time("create", "create_time", start);
	start = seconds();
	error |= raise_hub();
	row_time("create", "up_time", start);
	must(!error, "the hub can be made");
}

static void delete(bool one_by_one)
{
	double start = seconds();
	int error = delete_hub(one_by_one);

	row_time("delete", "delete_time", start);
	must(!error, "the hub can be deleted");
}

static void count_bare(enum scheme scheme)
{
	select_way(scheme, "plain", 0);
	begin_scan();
	begin_growth();
	begin_notes();
	cost = (struct cost){ 0 };
	create();
	row_cost("create");
	end_notes("create");
	end_growth("create");
	end_scan();
	claim_now(reset_spokes(false, true) == 0 && prove(), "packets to and from a sample of the peers arrive");
	begin_notes();
	delete(false);
	end_notes("delete");
	reset_spokes(false, false);
}

static void time_bare(enum scheme scheme, const char *variant)
{
	select_way(scheme, variant, 0);
	create();
	delete(!strcmp(variant, "single"));
}

static void load_table(void)
{
	double start = seconds();
	int error = 0;

	cost = (struct cost){ 0 };
	if (now.scheme == BY_DEFAULT_ROUTE || now.scheme == BY_ALLOWED_IPS)
		error = load_ips();
	error |= now.scheme == BY_DEFAULT_ROUTE ? add_default_route(0) : load_routes();
	row_time("load", "load_time", start);
	must(!error, "the table can be loaded");
}

static void table_way(enum scheme scheme, const char *variant)
{
	bool is_proved;
	int error;

	select_way(scheme, variant, table_size);
	error = start_hub(false);
	if (now.is_counting) {
		begin_growth();
		begin_notes();
	}
	load_table();
	if (now.is_counting) {
		row_cost("load");
		end_notes("load");
		end_growth("load");
	}
	is_proved = !error && prove();
	claim_now(is_proved, "packets to and from a sample of the peers arrive, by their tunnel addresses and by the table");
	if (is_proved && now.peers > 1)
		fail_over();
	delete(false);
	reset_spokes(false, false);
}

static void storm_way(enum scheme scheme, const char *variant)
{
	select_way(scheme, variant, 0);
	storm();
}

static void round_of(int round, bool has_devices)
{
	now.is_counting = round == 0;
	if (now.is_counting) {
		count_bare(BY_GATEWAY);
		if (has_devices)
			count_bare(BY_DEVICE);
	} else {
		time_bare(BY_GATEWAY, "plain");
		if (has_devices) {
			time_bare(BY_DEVICE, "plain");
			time_bare(BY_DEVICE, "single");
		}
		time_bare(BY_GATEWAY, "aa");
	}
	for (int scheme = BY_GATEWAY; scheme <= BY_DEVICE; scheme++)
		if (scheme != BY_DEVICE || has_devices)
			table_way(scheme, "plain");
	if (!now.is_counting)
		table_way(BY_GATEWAY, "aa");
	if (!has_devices)
		return;
	storm_way(BY_GATEWAY, "plain");
	storm_way(BY_DEVICE, "plain");
	if (!now.is_counting)
		storm_way(BY_GATEWAY, "aa");
}

int main(int argc, char **argv)
{
	int rounds;

	if (argc < 6) {
		fprintf(stderr, "peers: FAMILY ROUNDS PREFIXES LIST PEERS...\n");
		return 64;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	family = strcmp(argv[1], "6") ? AF_INET : AF_INET6;
	rounds = atoi(argv[2]);
	table_size = atol(argv[3]);
	make_table(argv[4], table_size);
	open_both();
	open_probes();
	for (int i = 5; i < argc; i++) {
		double start = seconds();

		now.peers = atoi(argv[i]);
		if (now.peers < 1 || now.peers > MAX_PEERS || table_size < now.peers) {
			fprintf(stderr, "peers: %s peers\n", argv[i]);
			return 64;
		}
		select_way(BY_GATEWAY, "plain", 0);
		must(make_spokes(spokes_of(now.peers)) == 0, "there are spokes");
		for (int round = 0; round <= rounds; round++)
			round_of(round, now.peers <= MAX_SPOKES);
		printf("# IPv%s, %d peers: %.1f s\n", argv[1], now.peers, seconds() - start);
	}
	return failures != 0;
}
