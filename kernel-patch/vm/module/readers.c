// SPDX-License-Identifier: GPL-2.0-only
/* Kernel threads, each on a processor, that find the peers of packets beside one that moves prefixes from peer to peer. */
#include "device.h"
#include "peer.h"
#include "allowedips.h"
#include "wgval.h"

#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>

#define MAIN_TABLE 254
#define MOST_READERS 16
#define MOST_MS 60000
#define POLL 64			/* packets between two chances for others to run: NAPI_POLL_WEIGHT */
#define LEAST_LOOKUPS (32 * POLL)	/* of each reader in a run, however long that takes: for a 99.9th percentile */
#define LOOKUPS_BETWEEN_RESCHEDS 0xffff

/* Times are counted in a histogram whose steps grow with them: octave 0 has a step for each number of cycles below STEPS, and octave
 * n STEPS steps between STEPS << (n - 1) and STEPS << n, so that a step is at most 1/64 of its time. The last has all above.
 */
#define STEPS 64
#define OCTAVES 26

typedef struct wg_peer *(*allowedips_t)(struct allowedips *table, struct sk_buff *skb);
typedef struct wg_peer *(*route_t)(struct wg_device *wg, struct sk_buff *skb);

/* The peers that a key may lead to while prefixes move: only compared, since they may be gone by now. */
struct expectation {
	const struct wg_peer *before, *after;
};

/* Of the last `readers prepare`. */
static struct expectation *expected;
static u32 expected_count;

enum reader_way { READ_WG, READ_TX, READ_NONE };

struct run {
	enum reader_way way;
	struct wg_device *wg;
	struct wg_peer **peers;
	struct fib_table *table;
	int device;
	const struct keys *keys;
	const struct ops *ops;
	struct completion go;
	bool stop;
	u64 changes;
	u32 failed;
};

struct reader {
	struct run *run;
	struct task_struct *task;
	struct sk_buff *skb;
	void *destination;
	u32 place;
	u64 lookups, none, wrong;
	u32 counts[OCTAVES][STEPS];
};

/* Of the processor that the thread is bound to: what comes before has ended, what comes after has not begun. */
#ifdef __x86_64__
static __always_inline u64 cycles_begin(void)
{
	u32 low, high;

	asm volatile("lfence\n\trdtsc\n\tlfence" : "=a" (low), "=d" (high) : : "memory");
	return low | (u64)high << 32;
}

static __always_inline u64 cycles_end(void)
{
	u32 low, high;

	asm volatile("rdtscp\n\tlfence" : "=a" (low), "=d" (high) : : "ecx", "memory");
	return low | (u64)high << 32;
}
#else
static __always_inline u64 cycles_begin(void)
{
	return ktime_get_ns();
}

static __always_inline u64 cycles_end(void)
{
	return ktime_get_ns();
}
#endif

static void last_reference(struct kref *kref)
{
	WARN_ONCE(1, "wgval: a configured peer lost its last reference\n");
}

static void set_destination(void *destination, const struct keys *keys, u32 place)
{
	if (keys->width == 4)
		*(u32 *)destination = ((const u32 *)keys->data)[place];
	else
		*(struct in6_addr *)destination = ((const struct in6_addr *)keys->data)[place];
}

/* With a reference, which transmitting holds until the packet is queued for the peer. */
static __always_inline struct wg_peer *find(const struct run *run, struct sk_buff *skb)
{
	struct wg_peer *peer;

	switch (run->way) {
	case READ_WG:
		return ((allowedips_t)wg_allowedips_lookup_dst_address)(&run->wg->peer_allowedips, skb);
	case READ_TX:
		peer = ((route_t)wg_route_lookup_dst_address)(run->wg, skb);
		return IS_ERR(peer) ? NULL : peer;
	default:
		return NULL;
	}
}

static __always_inline void put(struct wg_peer *peer)
{
	if (peer)
		kref_put(&peer->refcount, last_reference);
}

static void judge(struct reader *reader, const struct wg_peer *peer)
{
	const struct expectation *may = &expected[reader->place];

	if (likely(peer == may->before || peer == may->after))
		return;
	if (peer)
		reader->wrong++;
	else
		reader->none++;
}

static void count(struct reader *reader, u64 cycles)
{
	u32 octave = cycles < STEPS ? 0 : fls64(cycles) - fls(STEPS) + 1;

	if (octave >= OCTAVES)
		reader->counts[OCTAVES - 1][STEPS - 1]++;
	else
		reader->counts[octave][octave ? (cycles >> (octave - 1)) - STEPS : cycles]++;
}

static void poll(struct reader *reader)
{
	const struct run *run = reader->run;
	u32 i;

	for (i = 0; i < POLL; i++) {
		struct wg_peer *peer;
		u64 begun, took;

		set_destination(reader->destination, run->keys, reader->place);
		begun = cycles_begin();
		peer = find(run, reader->skb);
		put(peer);
		took = cycles_end() - begun;
		if (run->way != READ_NONE)
			judge(reader, peer);
		count(reader, took);
		if (++reader->place == run->keys->count)
			reader->place = 0;
	}
	WRITE_ONCE(reader->lookups, reader->lookups + POLL);
}

/* As packets are sent: with softirqs off, which then run between two polls. The kernel is not preempted, so that a writer on the same
 * processor runs between two polls as well.
 */
static int reader_main(void *data)
{
	struct reader *reader = data;

	wait_for_completion(&reader->run->go);
	while (!READ_ONCE(reader->run->stop)) {
		local_bh_disable();
		poll(reader);
		local_bh_enable();
		cond_resched();
	}
	return 0;
}

static int change(const struct run *run, u32 place)
{
	const struct op op = op_at(run->ops, place);

	cond_resched();
	if (run->way != READ_TX)
		return wireguard_change(run->wg, run->peers, &op, run->ops->width);
	if (run->ops->width == 4)
		return route_change(run->table, &op, run->device);
	return route6_change(MAIN_TABLE, &op, run->device);
}

/* Does the operations round and round, and ends where it began. */
static int writer_main(void *data)
{
	struct run *run = data;
	u32 place = 0, failed = 0;
	u64 changes = 0;

	wait_for_completion(&run->go);
	while (!READ_ONCE(run->stop)) {
		failed += !!change(run, place);
		changes++;
		if (++place == run->ops->count)
			place = 0;
	}
	for (; place && place < run->ops->count; place++)
		failed += !!change(run, place);
	/* Not before: readers have the same line of the cache. */
	run->changes = changes;
	run->failed = failed;
	return 0;
}

/* A thread on the nth processor of those that are online, which has not run yet. */
static struct task_struct *thread_on(u32 nth, int (*run)(void *), void *data, const char *name)
{
	struct task_struct *task = kthread_create(run, data, "wgval/%s/%u", name, nth);
	int cpu;

	if (IS_ERR(task))
		return task;
	get_task_struct(task); /* it may end before it is told to */
	for_each_online_cpu(cpu)
		if (!nth--)
			break;
	kthread_bind(task, cpu);
	return task;
}

static struct reader *reader_create(struct run *run, u32 nth, u32 place)
{
	struct reader *reader = kvzalloc(sizeof(*reader), GFP_KERNEL);
	struct task_struct *task;

	if (!reader)
		return ERR_PTR(-ENOMEM);
	reader->run = run;
	reader->place = place;
	reader->skb = wireguard_packet(run->keys->width, &reader->destination);
	task = reader->skb ? thread_on(nth, reader_main, reader, "reader") : ERR_PTR(-ENOMEM);
	if (IS_ERR(task)) {
		kfree_skb(reader->skb);
		kvfree(reader);
		return ERR_CAST(task);
	}
	reader->task = task;
	return reader;
}

static void reader_end(struct reader *reader)
{
	kfree_skb(reader->skb);
	kvfree(reader);
}

static void show_counts(const struct reader *reader, u32 number, struct seq_buf *out)
{
	u32 octave, step;

	for (octave = 0; octave < OCTAVES; octave++) {
		if (!memchr_inv(reader->counts[octave], 0, sizeof(reader->counts[octave])))
			continue;
		seq_buf_printf(out, "reader %u octave %u counts ", number, octave);
		for (step = 0; step < STEPS; step++)
			seq_buf_printf(out, "%s%u", step ? "," : "", reader->counts[octave][step]);
		seq_buf_printf(out, "\n");
	}
}

static void show(struct reader *const *readers, u32 number, struct seq_buf *out)
{
	u32 i;

	for (i = 0; i < number; i++)
		seq_buf_printf(out, "reader %u lookups %llu none %llu wrong %llu\n",
			       i, readers[i]->lookups, readers[i]->none, readers[i]->wrong);
	for (i = 0; i < number; i++)
		show_counts(readers[i], i, out);
}

/* Where the host has other work, a reader's processor may have stood still. */
static bool all_have_run(struct reader *const *readers, u32 number)
{
	while (number)
		if (READ_ONCE(readers[--number]->lookups) < LEAST_LOOKUPS)
			return false;
	return true;
}

/* Lets all threads that are there go, ends them after a while, and tells how long that was. */
static void run_threads(struct run *run, struct reader *const *readers, u32 number, struct task_struct *writer, u32 ms,
			struct seq_buf *out)
{
	u64 cycles, ns;
	u32 i;

	for (i = 0; i < number; i++)
		wake_up_process(readers[i]->task);
	if (writer)
		wake_up_process(writer);
	ns = ktime_get_ns();
	cycles = cycles_begin();
	complete_all(&run->go);
	if (ms)
		do
			msleep(ms);
		while (!all_have_run(readers, number));
	WRITE_ONCE(run->stop, true);
	ns = ktime_get_ns() - ns;
	cycles = cycles_end() - cycles;
	for (i = 0; i < number; i++)
		kthread_stop_put(readers[i]->task);
	if (writer)
		kthread_stop_put(writer);
	seq_buf_printf(out, "ns %llu cycles %llu changes %llu failed %u\n", ns, cycles, run->changes, run->failed);
}

/* The readers are on the last processors, the writer is on the first: they share one when there is a reader for each. */
static int run_all(struct run *run, u32 number, bool writes, u32 ms, struct seq_buf *out)
{
	struct reader *readers[MOST_READERS];
	struct task_struct *writer = NULL;
	u32 made = 0;
	int err = 0;

	if (writes)
		writer = thread_on(0, writer_main, run, "writer");
	if (IS_ERR(writer)) {
		err = PTR_ERR(writer);
		writer = NULL;
	}
	for (; !err && made < number; made++) {
		readers[made] = reader_create(run, num_online_cpus() - number + made,
					      (u32)((u64)made * run->keys->count / number));
		if (IS_ERR(readers[made])) {
			err = PTR_ERR(readers[made]);
			break;
		}
	}
	run_threads(run, readers, made, writer, err ? 0 : ms, out);
	if (!err)
		show(readers, number, out);
	while (made)
		reader_end(readers[--made]);
	return err;
}

static int run_command(enum reader_way way, const struct keys *keys, const struct ops *ops, u32 number, bool writes, u32 ms,
		       struct seq_buf *out)
{
	struct run run = { .way = way, .keys = keys, .ops = ops };
	int err = -ENOMEM;

	if (!keys->count || keys->count != expected_count || (writes && (!ops->count || ops->count % 2)))
		return -ENODATA;
	if (!number || number > min_t(u32, num_online_cpus(), MOST_READERS) || ms > MOST_MS)
		return -ERANGE;
	if (way == READ_TX && !wg_route_lookup_dst_address)
		return -EOPNOTSUPP;
	run.wg = wireguard_device();
	if (!run.wg)
		return -ENODEV;
	init_completion(&run.go);
	run.peers = wireguard_peers(run.wg);
	run.table = route_table(MAIN_TABLE);
	run.device = run.wg->dev->ifindex;
	if (run.peers && run.table)
		err = run_all(&run, number, writes, ms, out);
	kvfree(run.peers);
	dev_put(run.wg->dev);
	return err;
}

/* What AllowedIPs answer now, when nothing moves. */
static int expect(const struct keys *keys, bool moved, u64 *digest)
{
	struct wg_device *wg = wireguard_device();
	struct sk_buff *skb;
	void *destination;
	u32 i;

	if (!wg)
		return -ENODEV;
	skb = wireguard_packet(keys->width, &destination);
	for (i = 0; skb && i < keys->count; i++) {
		struct wg_peer *peer;

		set_destination(destination, keys, i);
		peer = ((allowedips_t)wg_allowedips_lookup_dst_address)(&wg->peer_allowedips, skb);
		*digest = digest_add(*digest, peer ? wireguard_number(peer) + 1 : 0);
		if (moved)
			expected[i].after = peer;
		else
			expected[i].before = peer;
		put(peer);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	dev_put(wg->dev);
	kfree_skb(skb);
	return skb ? 0 : -ENOMEM;
}

/* Does a half of the operations on AllowedIPs. */
static int move(const struct ops *ops, u32 from)
{
	const struct ops half = {
		.data = ops->data + (size_t)from * (ops->width + 4),
		.count = ops->count / 2,
		.width = ops->width,
	};
	char text[64];
	struct seq_buf nowhere;

	seq_buf_init(&nowhere, text, sizeof(text));
	return wireguard_update(&half, &nowhere);
}

static int prepare_command(const struct keys *keys, const struct ops *ops, struct seq_buf *out)
{
	u64 before = DIGEST_START, after = DIGEST_START;
	int err, back;

	if (!keys->count || !ops->count || ops->count % 2)
		return -ENODATA;
	kvfree(expected);
	expected_count = 0;
	expected = kvcalloc(keys->count, sizeof(*expected), GFP_KERNEL);
	if (!expected)
		return -ENOMEM;
	err = expect(keys, false, &before);
	if (err)
		return err;
	err = move(ops, 0) ?: expect(keys, true, &after);
	back = move(ops, ops->count / 2);
	if (err ?: back)
		return err ?: back;
	expected_count = keys->count;
	seq_buf_printf(out, "keys %u before %016llx after %016llx\n", keys->count, before, after);
	return 0;
}

int readers_command(const char *words, const struct keys *keys, const struct ops *ops, struct seq_buf *out)
{
	static const char *const ways[] = { [READ_WG] = "wg", [READ_TX] = "tx", [READ_NONE] = "none" };
	u32 number, writers, ms;
	char name[8];
	int way;

	if (!strcmp(words, "prepare"))
		return prepare_command(keys, ops, out);
	if (sscanf(words, "run %7s %u %u %u", name, &number, &writers, &ms) != 4 || writers > 1)
		return -EINVAL;
	way = match_string(ways, ARRAY_SIZE(ways), name);
	return way < 0 ? -EINVAL : run_command(way, keys, ops, number, writers, ms, out);
}

void readers_free(void)
{
	kvfree(expected);
}
