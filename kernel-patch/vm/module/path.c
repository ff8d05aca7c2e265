// SPDX-License-Identifier: GPL-2.0-only
/* The peer of a packet as WireGuard finds it on its way out and in, by AllowedIPs and by the route attribute of the series. */
#include "device.h"
#include "peer.h"
#include "allowedips.h"
#include "wgval.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip6_route.h>
#include <net/route.h>

#define LOOKUPS_BETWEEN_RESCHEDS 0xffff
#define SEVERAL_PEERS U32_MAX

/* The verdicts of wg_route_check_src; a kernel without the series has no header to take them from. */
enum { SILENT, ACCEPT, REFUSE };

typedef struct wg_peer *(*lookup_src_t)(struct allowedips *table, struct sk_buff *skb);
typedef struct wg_peer *(*lookup_dst_t)(struct wg_device *wg, struct sk_buff *skb);
typedef int (*check_src_t)(struct wg_peer *peer, struct sk_buff *skb);

/* A packet of nothing but its IP header, and for each key what its lookup needs besides. */
struct packet_path {
	enum path_kind kind;
	struct wg_device *wg;
	struct sk_buff *skb;
	void *address;			/* the one in the header that is looked up */
	struct dst_entry **routes;	/* PATH_DST: of each key */
	struct wg_peer **senders;	/* PATH_RX: of each key */
	u32 count;
};

static void last_reference(struct kref *kref)
{
	WARN_ONCE(1, "wgval: a configured peer lost its last reference\n");
}

static u32 let_go(struct wg_peer *peer)
{
	u32 answer;

	if (IS_ERR_OR_NULL(peer))
		return 0;
	answer = peer->internal_id + 1;
	kref_put(&peer->refcount, last_reference);
	return answer;
}

static void set_address(const struct packet_path *path, const struct keys *keys, u32 place)
{
	if (keys->width == 4)
		*(u32 *)path->address = ((const u32 *)keys->data)[place];
	else
		*(struct in6_addr *)path->address = ((const struct in6_addr *)keys->data)[place];
}

/* What ip_route_output gives a socket for the address: NULL where it refuses. */
static struct dst_entry *route_of(const struct wg_device *wg, const struct keys *keys, u32 place)
{
	struct dst_entry *dst;
	struct rtable *rt;

	if (keys->width == 4) {
		struct flowi4 flow = {
			.daddr = ((const __be32 *)keys->data)[place],
			.flowi4_oif = wg->dev->ifindex,
		};

		rt = ip_route_output_key(&init_net, &flow);
		return IS_ERR(rt) ? NULL : &rt->dst;
	} else {
		struct flowi6 flow = {
			.daddr = ((const struct in6_addr *)keys->data)[place],
			.flowi6_oif = wg->dev->ifindex,
		};

		dst = ip6_route_output(&init_net, NULL, &flow);
		if (!dst->error)
			return dst;
		dst_release(dst);
		return NULL;
	}
}

static struct wg_peer *peer_by_route(const struct packet_path *path)
{
	return ((lookup_dst_t)wg_route_lookup_dst_address)(path->wg, path->skb);
}

static struct wg_peer *peer_by_source(const struct packet_path *path)
{
	return ((lookup_src_t)wg_allowedips_lookup_src_address)(&path->wg->peer_allowedips, path->skb);
}

static int verdict_on(const struct packet_path *path, struct wg_peer *sender)
{
	return ((check_src_t)wg_route_check_src_address)(sender, path->skb);
}

static int prepare_routes(struct packet_path *path, const struct keys *keys)
{
	u32 i;

	path->routes = kvcalloc(path->count, sizeof(*path->routes), GFP_KERNEL);
	if (!path->routes)
		return -ENOMEM;
	for (i = 0; i < path->count; i++) {
		path->routes[i] = route_of(path->wg, keys, i);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	return 0;
}

/* The peer that the route names is the sender, so that its packets are accepted; any, where there is none. */
static int prepare_senders(struct packet_path *path, const struct keys *keys)
{
	struct wg_peer *any = list_first_entry_or_null(&path->wg->peer_list, struct wg_peer, peer_list);
	void *source = path->address, *destination;
	u32 i;

	if (!any)
		return -ENOENT;
	path->senders = kvcalloc(path->count, sizeof(*path->senders), GFP_KERNEL);
	if (!path->senders)
		return -ENOMEM;
	destination = keys->width == 4 ? (void *)&ip_hdr(path->skb)->daddr : (void *)&ipv6_hdr(path->skb)->daddr;
	path->address = destination;
	for (i = 0; i < path->count; i++) {
		struct wg_peer *peer;

		set_address(path, keys, i);
		peer = peer_by_route(path);
		path->senders[i] = IS_ERR_OR_NULL(peer) ? any : peer;
		let_go(peer);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	memset(destination, 0, keys->width);
	path->address = source;
	return 0;
}

static int packet_init(struct packet_path *path, const struct keys *keys)
{
	const bool source = path->kind == PATH_SRC || path->kind == PATH_RX;
	size_t bytes = keys->width == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct sk_buff *skb = alloc_skb(bytes, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	skb_reset_network_header(skb);
	skb_put_zero(skb, bytes);
	skb->protocol = keys->width == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	if (keys->width == 4)
		path->address = source ? &ip_hdr(skb)->saddr : &ip_hdr(skb)->daddr;
	else
		path->address = source ? &ipv6_hdr(skb)->saddr : &ipv6_hdr(skb)->daddr;
	path->skb = skb;
	return 0;
}

static void path_end(struct packet_path *path)
{
	u32 i;

	for (i = 0; path->routes && i < path->count; i++)
		dst_release(path->routes[i]);
	kvfree(path->routes);
	kvfree(path->senders);
	if (path->skb) {
		path->skb->_skb_refdst = 0; /* its reference was the array's */
		kfree_skb(path->skb);
	}
	if (path->wg)
		dev_put(path->wg->dev);
}

static int path_begin(struct packet_path *path, enum path_kind kind, const struct keys *keys, u32 count)
{
	int err;

	if (kind == PATH_SRC ? !wg_allowedips_lookup_src_address :
	    !wg_route_lookup_dst_address || !wg_route_check_src_address)
		return -EOPNOTSUPP;
	*path = (struct packet_path){ .kind = kind, .count = count };
	path->wg = wireguard_device();
	if (!path->wg)
		return -ENODEV;
	err = packet_init(path, keys);
	if (!err && kind == PATH_DST)
		err = prepare_routes(path, keys);
	if (!err && kind == PATH_RX)
		err = prepare_senders(path, keys);
	if (err)
		path_end(path);
	return err;
}

/* One loop for each kind, as wireguard_lookup has one for each width. */
#define PATH_LOOP(statement)							\
	for (i = 0; i < count; i++) {						\
		u64 answer;							\
										\
		set_address(&path, keys, chain.place);				\
		statement;							\
		sum += answer;							\
		chain_next(&chain, answer);					\
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))				\
			cond_resched();						\
	}

int path_lookup(enum path_kind kind, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out)
{
	struct chain chain = { .mask = dependent ? count - 1 : ~0U };
	u64 started, sum = 0;
	struct packet_path path;
	int err, i;

	err = path_begin(&path, kind, keys, count);
	if (err)
		return err;
	if (dependent)
		OPTIMIZER_HIDE_VAR(chain.zero);
	started = ktime_get_ns();
	switch (kind) {
	case PATH_SRC:
		PATH_LOOP(answer = let_go(peer_by_source(&path)))
		break;
	case PATH_TX:
		PATH_LOOP(answer = let_go(peer_by_route(&path)))
		break;
	case PATH_DST:
		PATH_LOOP(path.skb->_skb_refdst = (unsigned long)path.routes[chain.place];
			  answer = let_go(peer_by_route(&path)))
		break;
	case PATH_RX:
		PATH_LOOP(answer = verdict_on(&path, path.senders[chain.place]))
		break;
	}
	seq_buf_printf(out, "ns %llu sum %llu\n", ktime_get_ns() - started, sum);
	path_end(&path);
	return 0;
}

/* The one peer that the receive path believes, as number + 1. Every peer is tried, so that a check that believes too
 * many gives another answer.
 */
static u32 believed(const struct packet_path *path, u32 *silent)
{
	struct wg_peer *peer;
	u32 answer = 0;
	bool spoke = false;

	list_for_each_entry(peer, &path->wg->peer_list, peer_list) {
		int verdict = verdict_on(path, peer);

		spoke |= verdict != SILENT;
		if (verdict == ACCEPT)
			answer = answer ? SEVERAL_PEERS : wireguard_number(peer) + 1;
	}
	*silent += !spoke;
	return answer;
}

static u32 answer_of(struct packet_path *path, u32 place, u32 *silent)
{
	struct wg_peer *peer;
	u32 answer;

	if (path->kind == PATH_RX)
		return believed(path, silent);
	if (path->kind == PATH_DST)
		path->skb->_skb_refdst = (unsigned long)path->routes[place];
	peer = path->kind == PATH_SRC ? peer_by_source(path) : peer_by_route(path);
	*silent += !peer;
	answer = IS_ERR_OR_NULL(peer) ? 0 : wireguard_number(peer) + 1;
	let_go(peer);
	return answer;
}

int path_answers(enum path_kind kind, const struct keys *keys, struct seq_buf *out)
{
	u64 digest = DIGEST_START;
	u32 i, hits = 0, silent = 0;
	struct packet_path path;
	int err;

	err = path_begin(&path, kind, keys, keys->count);
	if (err)
		return err;
	mutex_lock(&path.wg->device_update_lock);
	for (i = 0; i < keys->count; i++) {
		u32 answer;

		set_address(&path, keys, i);
		answer = answer_of(&path, i, &silent);
		hits += answer != 0;
		digest = digest_add(digest, answer);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	mutex_unlock(&path.wg->device_update_lock);
	path_end(&path);
	seq_buf_printf(out, "keys %u hits %u silent %u digest %016llx\n", keys->count, hits, silent, digest);
	return 0;
}
