// SPDX-License-Identifier: GPL-2.0-only
/* The allowedips trie of wg0, from inside the kernel: its shape, its answers, what its functions cost. */
#include "device.h"
#include "peer.h"
#include "allowedips.h"
#include "wgval.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/skbuff.h>

#define DEEPEST 129 /* nodes on a path: one for each length from 0 to 128 */
#define LOOKUPS_BETWEEN_RESCHEDS 0xffff

typedef struct wg_peer *(*lookup_t)(struct allowedips *table, struct sk_buff *skb);
typedef int (*insert_v4_t)(struct allowedips *table, const struct in_addr *ip, u8 cidr,
			   struct wg_peer *peer, struct mutex *lock);
typedef int (*insert_v6_t)(struct allowedips *table, const struct in6_addr *ip, u8 cidr,
			   struct wg_peer *peer, struct mutex *lock);
typedef void (*remove_t)(struct allowedips *table, struct wg_peer *peer, struct mutex *lock);

struct wg_device *wireguard_device(void)
{
	struct net_device *dev = dev_get_by_name(&init_net, "wg0");

	if (!dev)
		return NULL;
	if (!dev->rtnl_link_ops || strcmp(dev->rtnl_link_ops->kind, "wireguard")) {
		dev_put(dev);
		return NULL;
	}
	return netdev_priv(dev);
}

static void device_put(struct wg_device *wg)
{
	dev_put(wg->dev);
}

/* The harness's number of a peer is in the first bytes of its public key. */
u32 wireguard_number(const struct wg_peer *peer)
{
	const u8 *key = peer->handshake.remote_static;

	return key[0] | key[1] << 8 | key[2] << 16 | (u32)key[3] << 24;
}

int wireguard_sizes(struct seq_buf *out)
{
	seq_buf_printf(out, "name allowedips_node bytes %zu\n", sizeof(struct allowedips_node));
	seq_buf_printf(out, "name wg_peer bytes %zu\n", sizeof(struct wg_peer));
	return 0;
}

#ifdef ALLOWEDIPS_IN_FIB
int wireguard_trie(int family, struct seq_buf *out)
{
	return -EOPNOTSUPP;
}
#else
struct walk {
	struct {
		struct allowedips_node *node;
		u32 depth;
	} stack[DEEPEST + 1];
	u32 top;
	u64 nodes_at[DEEPEST + 1];
	u64 valued_at[DEEPEST + 1];
	u64 nodes, valued, digest;
	u32 deepest;
};

static void walk_push(struct walk *walk, struct allowedips_node *node, u32 depth)
{
	if (!node || WARN_ON(walk->top > DEEPEST || depth > DEEPEST))
		return;
	walk->stack[walk->top].node = node;
	walk->stack[walk->top++].depth = depth;
}

/* Words of the address from the most significant one, host order; bits past the length are masked. */
static void digest_address(struct walk *walk, const struct allowedips_node *node)
{
	u32 words[4], count = node->bitlen / 32, left = node->cidr, i;
	const u64 *halves = (const u64 *)node->bits;

	if (count == 1) {
		words[0] = *(const u32 *)node->bits;
	} else {
		for (i = 0; i < 4; i++)
			words[i] = i & 1 ? lower_32_bits(halves[i / 2]) : upper_32_bits(halves[i / 2]);
	}
	for (i = 0; i < count; i++) {
		u32 bits = min(left, 32u);

		walk->digest = digest_add(walk->digest, bits ? words[i] & ~0U << (32 - bits) : 0);
		left -= bits;
	}
}

static void walk_node(struct walk *walk, struct allowedips_node *node, u32 depth)
{
	const struct wg_peer *peer = rcu_dereference_protected(node->peer, 1);

	walk->nodes++;
	walk->nodes_at[depth]++;
	walk->deepest = max(walk->deepest, depth);
	if (peer) {
		walk->valued++;
		walk->valued_at[depth]++;
	}
	walk->digest = digest_add(walk->digest, depth);
	walk->digest = digest_add(walk->digest, node->cidr);
	walk->digest = digest_add(walk->digest, peer ? wireguard_number(peer) + 1 : 0);
	digest_address(walk, node);
}

static void walk_trie(struct walk *walk, struct allowedips_node *root)
{
	walk_push(walk, root, 1);
	while (walk->top) {
		struct allowedips_node *node = walk->stack[--walk->top].node;
		u32 depth = walk->stack[walk->top].depth;

		walk_node(walk, node, depth);
		walk_push(walk, rcu_dereference_protected(node->bit[1], 1), depth + 1);
		walk_push(walk, rcu_dereference_protected(node->bit[0], 1), depth + 1);
		if (!(walk->nodes & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
}

int wireguard_trie(int family, struct seq_buf *out)
{
	struct wg_device *wg = wireguard_device();
	struct walk *walk;
	u32 depth;

	if (!wg)
		return -ENODEV;
	walk = kvzalloc(sizeof(*walk), GFP_KERNEL);
	if (!walk) {
		device_put(wg);
		return -ENOMEM;
	}
	walk->digest = DIGEST_START;
	mutex_lock(&wg->device_update_lock);
	walk_trie(walk, rcu_dereference_protected(family == 4 ? wg->peer_allowedips.root4 :
						  wg->peer_allowedips.root6, 1));
	mutex_unlock(&wg->device_update_lock);
	device_put(wg);
	seq_buf_printf(out, "nodes %llu valued %llu max-depth %u digest %016llx\n",
		       walk->nodes, walk->valued, walk->deepest, walk->digest);
	for (depth = 1; depth <= walk->deepest; depth++)
		seq_buf_printf(out, "depth %u nodes %llu valued %llu\n",
			       depth, walk->nodes_at[depth], walk->valued_at[depth]);
	kvfree(walk);
	return 0;
}
#endif

/* A packet that has an IP header and nothing else: lookup_dst reads the protocol and the destination. */
struct sk_buff *wireguard_packet(u32 width, void **destination)
{
	size_t bytes = width == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct sk_buff *skb = alloc_skb(bytes, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reset_network_header(skb);
	skb_put_zero(skb, bytes);
	skb->protocol = width == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	*destination = width == 4 ? (void *)&ip_hdr(skb)->daddr : (void *)&ipv6_hdr(skb)->daddr;
	return skb;
}

static void last_reference(struct kref *kref)
{
	WARN_ONCE(1, "wgval: a configured peer lost its last reference\n");
}

int wireguard_answers(const struct keys *keys, struct seq_buf *out)
{
	lookup_t lookup = (lookup_t)wg_allowedips_lookup_dst_address;
	struct wg_device *wg = wireguard_device();
	u64 digest = DIGEST_START;
	struct sk_buff *skb;
	void *destination;
	u32 i, hits = 0;

	if (!wg)
		return -ENODEV;
	skb = wireguard_packet(keys->width, &destination);
	if (!skb) {
		device_put(wg);
		return -ENOMEM;
	}
	for (i = 0; i < keys->count; i++) {
		struct wg_peer *peer;

		memcpy(destination, keys->data + (size_t)i * keys->width, keys->width);
		peer = lookup(&wg->peer_allowedips, skb);
		digest = digest_add(digest, peer ? wireguard_number(peer) + 1 : 0);
		if (peer) {
			hits++;
			kref_put(&peer->refcount, last_reference);
		}
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	kfree_skb(skb);
	device_put(wg);
	seq_buf_printf(out, "keys %u hits %u digest %016llx\n", keys->count, hits, digest);
	return 0;
}

/* One loop for each width, so that the copy of a key is an instruction or two as it is in a packet's path. */
#define LOOKUP_LOOP(type)							\
	for (i = 0; i < count; i++) {						\
		struct wg_peer *peer;						\
		u64 answer = 0;							\
										\
		*(type *)destination = ((const type *)keys->data)[chain.place];	\
		peer = lookup(&wg->peer_allowedips, skb);			\
		if (peer) {							\
			answer = peer->internal_id + 1;				\
			kref_put(&peer->refcount, last_reference);		\
		}								\
		sum += answer;							\
		chain_next(&chain, answer);					\
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))				\
			cond_resched();						\
	}

int wireguard_lookup(const struct keys *keys, u32 count, bool dependent, struct seq_buf *out)
{
	lookup_t lookup = (lookup_t)wg_allowedips_lookup_dst_address;
	struct chain chain = { .mask = dependent ? count - 1 : ~0U };
	struct wg_device *wg = wireguard_device();
	u64 started, sum = 0;
	struct sk_buff *skb;
	void *destination;
	u32 i;

	if (!wg)
		return -ENODEV;
	skb = wireguard_packet(keys->width, &destination);
	if (!skb) {
		device_put(wg);
		return -ENOMEM;
	}
	/* Independent lookups take the next key at once: what is masked by a plain constant waits for nothing. */
	if (dependent)
		OPTIMIZER_HIDE_VAR(chain.zero);
	started = ktime_get_ns();
	if (keys->width == 4) {
		LOOKUP_LOOP(u32)
	} else {
		LOOKUP_LOOP(struct in6_addr)
	}
	seq_buf_printf(out, "ns %llu sum %llu\n", ktime_get_ns() - started, sum);
	kfree_skb(skb);
	device_put(wg);
	return 0;
}

/* Peers by number, for updates that name them. */
struct wg_peer **wireguard_peers(struct wg_device *wg)
{
	struct wg_peer **peers = kvcalloc(U16_MAX + 1, sizeof(*peers), GFP_KERNEL);
	struct wg_peer *peer;

	if (peers) {
		list_for_each_entry(peer, &wg->peer_list, peer_list)
			if (wireguard_number(peer) <= U16_MAX)
				peers[wireguard_number(peer)] = peer;
	}
	return peers;
}

static int insert(struct wg_device *wg, struct wg_peer *const *peers, const struct op *op, u32 width)
{
	struct mutex *lock = &wg->device_update_lock;

	if (!peers[op->peer])
		return -ENOENT;
	if (width == 4)
		return ((insert_v4_t)wg_allowedips_insert_v4_address)(
			&wg->peer_allowedips, (const struct in_addr *)op->address, op->length, peers[op->peer], lock);
	return ((insert_v6_t)wg_allowedips_insert_v6_address)(
		&wg->peer_allowedips, (const struct in6_addr *)op->address, op->length, peers[op->peer], lock);
}

static int update_locked(struct wg_device *wg, struct wg_peer *const *peers, const struct ops *ops)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < ops->count; i++) {
		struct op op = op_at(ops, i);

		err = insert(wg, peers, &op, ops->width);
	}
	return err;
}

int wireguard_change(struct wg_device *wg, struct wg_peer *const *peers, const struct op *op, u32 width)
{
	int err;

	rtnl_lock();
	mutex_lock(&wg->device_update_lock);
	err = insert(wg, peers, op, width);
	mutex_unlock(&wg->device_update_lock);
	rtnl_unlock();
	return err;
}

int wireguard_update(const struct ops *ops, struct seq_buf *out)
{
	struct wg_device *wg = wireguard_device();
	struct wg_peer **peers;
	u64 started;
	int err;

	if (!wg)
		return -ENODEV;
	rtnl_lock(); /* as netlink does; tries of the FIB need it */
	mutex_lock(&wg->device_update_lock);
	peers = wireguard_peers(wg);
	started = ktime_get_ns();
	err = peers ? update_locked(wg, peers, ops) : -ENOMEM;
	seq_buf_printf(out, "ns %llu\n", ktime_get_ns() - started);
	mutex_unlock(&wg->device_update_lock);
	rtnl_unlock();
	kvfree(peers);
	device_put(wg);
	return err;
}

int wireguard_remove(u32 number, struct seq_buf *out)
{
	remove_t remove = (remove_t)wg_allowedips_remove_by_peer_address;
	struct wg_device *wg = wireguard_device();
	struct wg_peer **peers, *peer;
	u64 started;

	if (!wg)
		return -ENODEV;
	rtnl_lock(); /* as netlink does; tries of the FIB need it */
	mutex_lock(&wg->device_update_lock);
	peers = wireguard_peers(wg);
	peer = peers && number <= U16_MAX ? peers[number] : NULL;
	kvfree(peers);
	if (peer) {
		started = ktime_get_ns();
		remove(&wg->peer_allowedips, peer, &wg->device_update_lock);
		seq_buf_printf(out, "ns %llu\n", ktime_get_ns() - started);
	}
	mutex_unlock(&wg->device_update_lock);
	rtnl_unlock();
	device_put(wg);
	return peer ? 0 : -ENOENT;
}
