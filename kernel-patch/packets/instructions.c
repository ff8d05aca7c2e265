// SPDX-License-Identifier: GPL-2.0-only
/*
 * instructions 4|6 SCHEME,... PREFIXES,... KEYS,... SIZE,...: as init of a guest of instructions.sh, which mounts a folder of the machine
 * that has the list of prefixes. Sends frames to the hub of each scheme while the plugin counts (marks.h). Prints a line "count N SCHEME
 * FAMILY OPERATION KEYS PREFIXES PEERS SIZE FRAMES" for each of the plugin's numbers, and claims.
 */
#define _GNU_SOURCE
#include "instructions.h"
#include "marks.h"

#include <dirent.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RUNS = 3, MAX_WORDS = 8, CALLS = 20000, KEEPALIVE_S = 10 };

struct words {
	int count;
	char *word[MAX_WORDS];
};

static struct words split(char *text)
{
	struct words w = { 0 };

	for (char *word = strtok(text, ","); word && w.count < MAX_WORDS; word = strtok(NULL, ","))
		w.word[w.count++] = word;
	return w;
}

static int number; /* of the plugin's next count */
static const char *label = "";

static void end_count(const char *what)
{
	mark(MARK_WRITE);
	printf("count %d %s%s\n", number++, label, what);
}

/* The names of what is counted, in a file of the machine. */
static void show_symbols(void)
{
	static char buffer[1 << 16];
	FILE *from = fopen("/proc/kallsyms", "r"), *to = fopen("/lab/symbols", "w");
	size_t got;

	if (!from || !to)
		fail("symbols", errno);
	while ((got = fread(buffer, 1, sizeof(buffer), from)) > 0)
		if (fwrite(buffer, 1, got, to) != got)
			fail("symbols", errno);
	fclose(from);
	if (fclose(to))
		fail("symbols", errno);
	mark(MARK_SYMBOLS);
	sched_yield();
}

/* The machine's clock counts all instructions, and so must the plugin. */
static void count_clock(void)
{
	char text[64];
	int64_t start;

	mark(MARK_FIRST);
	start = now();
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	start = now() - start;
	mark(MARK_STOP);
	snprintf(text, sizeof(text), "clock %lld", (long long)start);
	end_count(text);
}

struct bytes {
	const struct hub *hub;
	int attribute;
	int64_t of[PEERS + 1];
};

static void note_peer(const struct nlattr *one, struct bytes *bytes)
{
	const struct nlattr *key = find(data_of(one), size_of(one), WGPEER_A_PUBLIC_KEY);
	const struct nlattr *value = find(data_of(one), size_of(one), bytes->attribute);

	for (int peer = 1; key && value && peer <= PEERS; peer++)
		if (!memcmp(data_of(key), bytes->hub->key[peer], WG_KEY_LEN))
			bytes->of[peer] = number_of(value);
}

static void note_peers(const struct nlmsghdr *h, void *bytes)
{
	const struct nlattr *list = find_in(h, GENL_HDRLEN, WGDEVICE_A_PEERS), *one;
	int left = list ? size_of(list) : 0;

	for (one = list ? data_of(list) : NULL; left >= NLA_HDRLEN;
	     left -= NLA_ALIGN(one->nla_len), one = (const void *)one + NLA_ALIGN(one->nla_len))
		note_peer(one, bytes);
}

/* What wg0 has sent to each peer, or received. */
static struct bytes read_bytes(const struct hub *hub, enum operation operation)
{
	struct bytes bytes = { .hub = hub, .attribute = operation == ENCRYPT ? WGPEER_A_TX_BYTES : WGPEER_A_RX_BYTES };
	long messages = 0;

	enter_space(hub, HUB);
	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, 0);
	must("peers", talk_dump(genl, &messages, note_peers, &bytes));
	return bytes;
}

/* The packets that the process's namespace has forwarded. */
static long read_forwarded(void)
{
	FILE *file = fopen(family == AF_INET ? "/proc/self/net/snmp" : "/proc/self/net/snmp6", "r");
	const char *format = family == AF_INET ? "Ip: %*d %*d %*d %*d %*d %ld" : "Ip6OutForwDatagrams %ld";
	long count = -1;
	char line[1024];

	while (file && fgets(line, sizeof(line), file) && sscanf(line, format, &count) != 1)
		;
	if (file)
		fclose(file);
	return count;
}

static bool is_right(const struct bytes *before, const struct bytes *after, const struct flow_key *keys, int size)
{
	int64_t wanted[PEERS + 1] = { 0 };
	bool right = true;

	for (int i = 0; i < FRAMES; i++)
		wanted[keys[i].peer] += PASSES * message_size(size);
	for (int peer = 1; peer <= PEERS; peer++) {
		int64_t seen = after->of[peer] - before->of[peer];

		if (seen != wanted[peer])
			printf("# peer %d: %lld bytes, and not %lld\n", peer, (long long)seen, (long long)wanted[peer]);
		right &= seen == wanted[peer];
	}
	return right;
}

static enum keys keys_of(const char *name)
{
	for (enum keys k = 0; k < ALL_KEYS; k++)
		if (!strcmp(names_of_keys[k], name))
			return k;
	fail(name, EINVAL);
}

static void count_packets(const struct hub *hub, enum operation operation, const char *keys_name, int size)
{
	static struct flow_key keys[FRAMES];
	struct bytes before, after;
	char what[128], text[192];
	long packets;
	bool good;

	snprintf(what, sizeof(what), "%s %d %s %s %d %d %d %d", hub->scheme->name, family == AF_INET ? 4 : 6, names_of_operations[operation],
		 keys_name, table_size, PEERS, size, FRAMES);
	for (int i = 0; i < FRAMES; i++)
		keys[i].peer = peer_after(draw(keys_of(keys_name), keys[i].address), 0);
	good = exchange(hub);
	if (!good)
		printf("# a packet does not arrive\n");
	if (operation == ENCRYPT)
		use_sink(hub);
	before = read_bytes(hub, operation);
	packets = read_forwarded();
	good = good && count_frames(hub, operation, keys, size);
	after = read_bytes(hub, operation);
	packets = read_forwarded() - packets;
	if (packets != PASSES * FRAMES)
		printf("# %ld packets are forwarded\n", packets);
	snprintf(text, sizeof(text), "%s: every packet is forwarded, and is its peer's", what);
	claim(is_right(&before, &after, keys, size) && packets == PASSES * FRAMES && good, text);
	end_count(what);
	/* The hub gives the spokes a keepalive 10 s after their last packet. It is not to fall in another count. */
	if (operation == DECRYPT)
		sleep(KEEPALIVE_S + 1);
}

static void count_hub(const struct hub *hub, const struct words *keys, const struct words *sizes)
{
	for (enum operation o = 0; o < OPERATIONS; o++)
		for (int s = 0; s < sizes->count; s++)
			for (int k = 0; k < keys->count; k++)
				for (int run = 0; run < RUNS; run++) {
					seed_random(1); /* which peers come after which matters when they are decrypted */
					count_packets(hub, o, keys->word[k], atoi(sizes->word[s]));
				}
}

/* The first packets of a guest find caches empty and threads that have not run yet. Nobody takes what they cost. */
static void warm_up(const struct hub *hub, const struct words *keys, const struct words *sizes)
{
	label = "warm-up ";
	for (int run = 0; run < RUNS; run++)
		count_packets(hub, ENCRYPT, keys->word[0], atoi(sizes->word[0]));
	label = "";
}

static void make_hubs(const struct words *schemes)
{
	for (int i = 0; i < schemes->count; i++) {
		struct hub *hub = &hubs[hub_count++];

		hub->scheme = scheme_of(schemes->word[i]);
		make_hub(hub);
		make_lan(hub);
	}
}

/*
 * WireGuard's polls have threads of their own. These are not to interrupt the thread that decrypts: how many packets a poll finds would
 * depend on what the scheduler remembers of earlier counts.
 */
static void calm_polls(void)
{
	static const struct sched_param none = { 0 };
	DIR *processes = opendir("/proc");
	struct dirent *e;
	int calmed = 0;

	while (processes && (e = readdir(processes))) {
		char path[280], name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		file = atoi(e->d_name) ? fopen(path, "r") : NULL;
		if (file && fgets(name, sizeof(name), file) && !strncmp(name, "napi/wg", 7))
			calmed += sched_setscheduler(atoi(e->d_name), SCHED_IDLE, &none) == 0;
		if (file)
			fclose(file);
	}
	if (processes)
		closedir(processes);
	printf("# %d threads that poll\n", calmed);
}

/* The same random addresses for all hubs: use_table() draws one, too. */
static void load_hubs(int prefixes)
{
	int from = table_size;

	seed_random(prefixes);
	use_table(prefixes);
	for (int h = 0; h < hub_count; h++)
		must("load", load_table(&hubs[h], from));
}

int main(int argc, char **argv)
{
	static const struct sched_param first = { .sched_priority = 1 };
	struct words schemes, prefixes, keys, sizes;
	int all;

	vm_start();
	if (argc != 6 || mkdir("/lab", 0755) || mount("lab", "/lab", "9p", 0, "trans=virtio,version=9p2000.L,msize=262144"))
		fail("arguments, or the folder", errno);
	family = atoi(argv[1]) == 6 ? AF_INET6 : AF_INET;
	schemes = split(argv[2]);
	prefixes = split(argv[3]);
	keys = split(argv[4]);
	sizes = split(argv[5]);
	enter_first();
	make_sink();
	make_hubs(&schemes);
	all = read_table("/lab/list", 1);
	calm_polls();
	show_symbols();
	/* A batch is sent before the kernel's threads get to work. */
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		fail("priority", errno);
	count_clock();
	for (int i = 0; i < prefixes.count && table_size < all; i++) {
		load_hubs(atoi(prefixes.word[i]) < all ? atoi(prefixes.word[i]) : all);
		if (!i)
			warm_up(&hubs[0], &keys, &sizes);
		for (int h = 0; h < hub_count; h++)
			count_hub(&hubs[h], &keys, &sizes);
	}
	vm_stop();
}
