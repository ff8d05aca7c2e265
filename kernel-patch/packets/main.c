// SPDX-License-Identifier: GPL-2.0-only
/*
 * packets [OPTION...] 4|6 LIST: sends packets by hubs of several schemes and prints what they cost. LIST is a file of prefixes, one a line.
 *
 *   --scheme NAME,...     allowed-ips, default-route, route, nexthop, gateway: all unless given. The first gets a second hub (aa)
 *   --prefixes N,...      sizes of the table, ascending; larger ones are the whole list: 10,1000,100000,9999999 unless given
 *   --operation NAME,...  encrypt, decrypt: both unless given
 *   --size N,...          bytes of UDP: 64,1400 unless given
 *   --keys NAME,...       hot, zipf, uniform: all unless given
 *   --variants NAME,...   plain, gso, rp-filter: all unless given; gso and rp-filter with the last of the keys alone
 *   --seconds S           of each measurement: 0.25 unless given
 *   --count N             packets of each measurement instead, and nothing else is sent but 256 packets before: for instructions
 *   --rounds N            5 unless given
 *   --no-aa               no second hub
 *   --variant WORD        what rows say instead of plain
 *   --churn               on two processors: prefixes change meanwhile
 *
 * Figures are lines "row NAME VALUE UNIT SCHEME FAMILY OPERATION KEYS PREFIXES PEERS SIZE VARIANT". The status is 0 if all claims hold.
 */
#include "packets.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum variant { PLAIN, GSO, RP_FILTER, VARIANTS };
enum { MAX_VALUES = 8, WARM = 4 * BATCH, CALIBRATION = 16 * BATCH, ALONE = 1000, UNWANTED = 64 };

static const char *const names_of_schemes[] = { "default-route", "allowed-ips", "route", "nexthop", "gateway" };
enum { ALL_SCHEMES = sizeof(names_of_schemes) / sizeof(*names_of_schemes) };

static const char *names_of_variants[VARIANTS] = { "plain", "gso", "rp-filter" };
static const struct rate {
	const char *name;
	double changes;
} rates[] = { { "rate-0", 0 }, { "rate-100", 100 }, { "rate-10000", 10000 }, { "rate-unlimited", -1 } };

struct list {
	int count, value[MAX_VALUES];
};

static struct {
	struct list schemes, prefixes, operations, sizes, keys, variants;
	double seconds;
	long count;
	int rounds;
	bool is_churn, no_aa;
} options = {
	.schemes = { ALL_SCHEMES, { 1, 0, 2, 3, 4 } },
	.prefixes = { 4, { 10, 1000, 100000, 9999999 } }, .operations = { 2, { ENCRYPT, DECRYPT } }, .sizes = { 2, { 64, 1400 } },
	.keys = { 3, { HOT, ZIPF, UNIFORM } }, .variants = { 3, { PLAIN, GSO, RP_FILTER } }, .seconds = 0.25, .rounds = 5,
};

/* What is measured in turns with all hubs. */
struct test {
	struct flow flow;
	enum variant variant;
	const char *name; /* of the variant */
	long packets;
};

static void row(const struct hub *hub, const struct test *t, const char *name, double value, const char *unit)
{
	printf("row %s %.9g %s %s %d %s %s %d %d %d %s\n", name, value, unit, hub->scheme->name, family == AF_INET ? 4 : 6,
	       names_of_operations[t->flow.operation], names_of_keys[t->flow.keys], table_size, PEERS, t->flow.size,
	       hub->is_second ? "aa" : t->name);
}

static void print_result(const struct hub *hub, const struct test *t, const struct result *r)
{
	row(hub, t, "pps", (r->sent - r->lost) / r->seconds, "packets/s");
	row(hub, t, "packet_ns", r->seconds * 1e9 / r->sent, "ns");
	row(hub, t, "idle", r->idle * 1000 / r->seconds, "permille");
	row(hub, t, "latency_median", r->median, "ns");
	row(hub, t, "latency_p99", r->p99, "ns");
	row(hub, t, "latency_p999", r->p999, "ns");
	row(hub, t, "lost", r->lost, "packets");
	row(hub, t, "dropped", r->dropped.all, "packets");
	row(hub, t, "wrong", r->wrong, "packets");
	row(hub, t, "damaged", r->damaged, "packets");
}

/* One packet at a time: the latency of an idle machine. */
static struct result print_alone(const struct hub *hub, const struct test *t)
{
	struct flow alone = t->flow;
	struct result r;

	alone.window = 1;
	r = send_flow(hub, &alone, ALONE);
	row(hub, t, "alone_median", r.median, "ns");
	row(hub, t, "alone_p99", r.p99, "ns");
	row(hub, t, "alone_p999", r.p999, "ns");
	return r;
}

static void add(struct result *sum, struct result r)
{
	sum->sent += r.sent;
	sum->lost += r.lost;
	sum->lost_steady += r.lost_steady;
	sum->moving += r.moving;
	sum->wrong += r.wrong;
	sum->damaged += r.damaged;
	sum->dropped.all += r.dropped.all;
	sum->dropped.from_host += r.dropped.from_host;
}

/* The text of a claim about the test. */
static const char *about(const struct test *t, const char *what)
{
	static char text[256];

	snprintf(text, sizeof(text), "%d prefixes, %s, %d bytes, %s, %s: %s", table_size, names_of_operations[t->flow.operation], t->flow.size,
		 names_of_keys[t->flow.keys], t->name, what);
	return text;
}

static void claim_sum(const struct test *t, const struct result *sum, bool holds, const char *what)
{
	claim(holds && sum->sent > 0, about(t, what));
	if (!holds)
		printf("#   %ld sent, %ld lost (%ld without a change), %lld dropped, %ld wrong, %ld damaged\n", sum->sent, sum->lost,
		       sum->lost_steady, sum->dropped.all, sum->wrong, sum->damaged);
}

/* The seed is the same for all hubs of a round, so that they get the same addresses. */
static struct result measure_hub(const struct hub *hub, const struct test *t, int round, struct result *sum)
{
	struct result r;

	if (t->variant == RP_FILTER && !set_rp_filter(hub, true))
		claim(false, about(t, "rp_filter can be set"));
	seed_random(2 * round);
	add(sum, send_flow(hub, &t->flow, WARM));
	seed_random(2 * round + 1);
	r = send_flow(hub, &t->flow, t->packets);
	add(sum, r);
	print_result(hub, t, &r);
	if (!options.count && t->variant == PLAIN && t->flow.keys == UNIFORM)
		add(sum, print_alone(hub, t));
	if (t->variant == RP_FILTER)
		set_rp_filter(hub, false);
	return r;
}

static long packets_for(const struct hub *hub, const struct flow *flow)
{
	struct result r;

	if (options.count)
		return options.count;
	seed_random(0);
	send_flow(hub, flow, WARM);
	r = send_flow(hub, flow, CALIBRATION);
	return options.seconds * r.sent / r.seconds + BATCH;
}

static void measure(struct test *t)
{
	struct result sum = { 0 }, r[MAX_HUBS];

	t->packets = packets_for(&hubs[0], &t->flow);
	for (int round = 0; round < options.rounds; round++) {
		int second = -1;

		for (int i = 0; i < hub_count; i++) {
			int h = (round + i) % hub_count;

			if (hubs[h].is_second && t->variant != PLAIN)
				continue;
			r[h] = measure_hub(&hubs[h], t, round, &sum);
			if (hubs[h].is_second)
				second = h;
		}
		if (second >= 0)
			row(&hubs[second], t, "aa_ratio", r[second].sent / r[second].seconds / (r[0].sent / r[0].seconds), "ratio");
	}
	claim_sum(t, &sum, !sum.lost && !sum.wrong && !sum.damaged && !sum.dropped.all,
		  "every packet arrives at the peer of its prefix, with its content");
	/* Neighbour discovery has packets as well. */
	if (t->variant == GSO && t->flow.operation == ENCRYPT)
		claim_sum(t, &sum, sum.dropped.from_host < 2 * sum.sent / SEGMENTS, "the hub gets packets of 32 datagrams");
}

static bool is_measured(const struct test *t)
{
	bool is_last = t->flow.keys == (enum keys)options.keys.value[options.keys.count - 1];

	switch (t->variant) {
	case GSO: return is_last;
	case RP_FILTER: return is_last && family == AF_INET && t->flow.size == options.sizes.value[0];
	default: return true;
	}
}

/* Calls the function for each combination that is measured. */
static void for_each_test(void (*run)(struct test *t))
{
	for (int o = 0; o < options.operations.count; o++)
		for (int v = 0; v < options.variants.count; v++)
			for (int s = 0; s < options.sizes.count; s++)
				for (int k = 0; k < options.keys.count; k++) {
					struct test t = { .variant = options.variants.value[v] };

					t.name = names_of_variants[t.variant];
					t.flow = (struct flow){ .operation = options.operations.value[o], .keys = options.keys.value[k],
								.size = options.sizes.value[s], .window = WINDOW,
								.segments = t.variant == GSO ? SEGMENTS : 1 };
					if (is_measured(&t))
						run(&t);
				}
}

static double churn_hub(struct hub *hub, struct test *t, const struct rate *rate, int round, struct result *sum)
{
	long refused;
	double changes;
	struct result r;

	t->name = rate->name;
	seed_random(2 * round);
	add(sum, send_flow(hub, &t->flow, WARM));
	start_changes(hub, rate->changes);
	seed_random(2 * round + 1);
	r = send_flow(hub, &t->flow, t->packets);
	changes = stop_changes(&refused);
	add(sum, r);
	sum->damaged += refused;
	row(hub, t, "changes", changes, "changes/s");
	row(hub, t, "moving", r.moving, "packets");
	print_result(hub, t, &r);
	return r.sent / r.seconds;
}

enum { RATES = sizeof(rates) / sizeof(*rates) };

/* Each round begins with another rate. The second hub of the first scheme is measured without changes alone. */
static void churn_round(struct test *t, int round, struct result *sum)
{
	double first = 0, pps;

	for (int i = 0; i < RATES; i++) {
		const struct rate *rate = &rates[(round + i) % RATES];

		for (int h = 0; h < hub_count; h++) {
			if (hubs[h].is_second && rate->changes)
				continue;
			pps = churn_hub(&hubs[h], t, rate, round, sum);
			if (!h && !rate->changes)
				first = pps;
			if (hubs[h].is_second)
				row(&hubs[h], t, "aa_ratio", pps / first, "ratio");
		}
	}
}

static void churn(struct test *t)
{
	struct result sum = { 0 };

	run_on(0);
	t->packets = packets_for(&hubs[0], &t->flow);
	for (int round = 0; round < options.rounds; round++)
		churn_round(t, round, &sum);
	t->name = "while prefixes change";
	/* Prefixes that change often are those that zipf draws often. */
	if (t->flow.keys == ZIPF)
		claim_sum(t, &sum, sum.moving > 0, "some packets are under way when their prefix changes");
	claim_sum(t, &sum, !sum.wrong, "no packet goes to a peer that its prefix did not belong to");
	claim_sum(t, &sum, !sum.damaged, "no packet is damaged, and no change is refused");
	claim_sum(t, &sum, !sum.lost_steady, "no packet is lost whose prefix did not change");
}

static const char *with_name(const struct hub *hub, const char *what)
{
	static char text[256];

	snprintf(text, sizeof(text), "%d prefixes, %s%s: %s", table_size, hub->scheme->name, hub->is_second ? ", second hub" : "", what);
	return text;
}

/* What has no peer, or another one, must be dropped and counted. */
static void claim_drops(const struct hub *hub)
{
	unsigned char address[16];
	int prefix;

	nobody_address(address);
	claim(send_unwanted(hub, ENCRYPT, address, 0, UNWANTED) == UNWANTED,
	      with_name(hub, "packets to a prefix without a peer are dropped, and all are counted in tx_errors"));
	claim(send_unwanted(hub, DECRYPT, address, 1, UNWANTED) == UNWANTED,
	      with_name(hub, "packets from a source without a peer are dropped, and all are counted in rx_frame_errors"));
	prefix = draw(UNIFORM, address);
	claim(send_unwanted(hub, DECRYPT, address, peer_after(prefix, 1), UNWANTED) == UNWANTED,
	      with_name(hub, "packets from a source of another peer are dropped, and all are counted in rx_frame_errors"));
}

/* The checks can fail: a prefix that is led to another peer in secret is noticed. */
static void claim_checks(const struct hub *hub)
{
	struct flow flow = { .operation = ENCRYPT, .keys = HOT, .size = 64, .segments = 1, .window = WINDOW };
	unsigned char address[16];
	int prefix = draw(HOT, address);
	struct result at_spoke, at_hub;

	enter_space(hub, HUB);
	must("move", change_prefix(hub, prefix, peer_after(prefix, 1)));
	at_spoke = send_flow(hub, &flow, UNWANTED);
	flow.operation = DECRYPT;
	at_hub = send_flow(hub, &flow, UNWANTED);
	enter_space(hub, HUB);
	must("move", change_prefix(hub, prefix, peer_after(prefix, 0)));
	claim(at_spoke.wrong == UNWANTED && !at_spoke.lost, with_name(hub, "if a prefix has moved in secret, all its packets count as wrong"));
	claim(at_hub.lost_steady == UNWANTED && at_hub.dropped.rx_frame_errors == UNWANTED,
	      with_name(hub, "if a prefix has moved in secret, all packets from the peer of before count as lost, and as dropped"));
}

static int number_of_name(const char *name, const char *const names[], int count, const char *option)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "packets: no %s %s\n", option, name);
	exit(64);
}

/* Words, or numbers if there are no names. */
static struct list parse_list(char *text, const char *const names[], int count, const char *option)
{
	struct list l = { 0 };

	for (char *word = strtok(text, ","); word && l.count < MAX_VALUES; word = strtok(NULL, ","))
		l.value[l.count++] = names ? number_of_name(word, names, count, option) : atoi(word);
	return l;
}

static void parse(int option, char *value)
{
	switch (option) {
	case 's': options.schemes = parse_list(value, names_of_schemes, ALL_SCHEMES, "scheme"); break;
	case 'p': options.prefixes = parse_list(value, NULL, 0, NULL); break;
	case 'o': options.operations = parse_list(value, names_of_operations, OPERATIONS, "operation"); break;
	case 'b': options.sizes = parse_list(value, NULL, 0, NULL); break;
	case 'k': options.keys = parse_list(value, names_of_keys, ALL_KEYS, "keys"); break;
	case 'v': options.variants = parse_list(value, names_of_variants, VARIANTS, "variant"); break;
	case 't': options.seconds = atof(value); break;
	case 'c': options.count = atol(value); break;
	case 'r': options.rounds = atoi(value); break;
	case 'a': options.no_aa = true; break;
	case 'w': names_of_variants[PLAIN] = value; break;
	case 'x': options.is_churn = true; break;
	default: exit(64);
	}
}

static void parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "scheme", 1, NULL, 's' }, { "prefixes", 1, NULL, 'p' }, { "operation", 1, NULL, 'o' }, { "size", 1, NULL, 'b' },
		{ "keys", 1, NULL, 'k' }, { "variants", 1, NULL, 'v' }, { "seconds", 1, NULL, 't' }, { "count", 1, NULL, 'c' },
		{ "rounds", 1, NULL, 'r' }, { "no-aa", 0, NULL, 'a' }, { "variant", 1, NULL, 'w' }, { "churn", 0, NULL, 'x' }, { 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		parse(option, optarg);
	if (argc - optind != 2) {
		fprintf(stderr, "packets: a family and a list are needed\n");
		exit(64);
	}
	family = atoi(argv[optind]) == 6 ? AF_INET6 : AF_INET;
}

static void add_hub(int scheme, bool is_second)
{
	struct hub *hub = &hubs[hub_count++];

	hub->scheme = scheme_of(names_of_schemes[scheme]);
	hub->is_second = is_second;
	make_hub(hub);
	open_sockets(hub);
}

static void load_hubs(int prefixes)
{
	int from = table_size;
	int64_t start = now();

	use_table(prefixes);
	for (int h = 0; h < hub_count; h++)
		must("load", load_table(&hubs[h], from));
	printf("# %d prefixes are loaded in %d hubs after %.1f s\n", prefixes, hub_count, (now() - start) / 1e9);
}

int main(int argc, char **argv)
{
	int all;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse_options(argc, argv);
	all = read_table(argv[optind + 1], 1);
	for (int i = 0; i < options.schemes.count; i++)
		add_hub(options.schemes.value[i], false);
	if (!options.no_aa)
		add_hub(options.schemes.value[0], true);
	for (int h = 0; h < hub_count && options.is_churn; h++)
		share_changes(&hubs[h], all);
	for (int i = 0; i < options.prefixes.count && table_size < all; i++) {
		int prefixes = options.prefixes.value[i] < all ? options.prefixes.value[i] : all;

		if (prefixes <= table_size)
			continue;
		load_hubs(prefixes);
		for (int h = 0; h < hub_count; h++) {
			claim_drops(&hubs[h]);
			claim_checks(&hubs[h]);
		}
		for_each_test(options.is_churn ? churn : measure);
	}
	printf("done, %d failed\n", failures);
	return failures != 0 || !table_size;
}
