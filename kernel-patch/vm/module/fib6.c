// SPDX-License-Identifier: GPL-2.0-only
/* The IPv6 FIB's tree, from inside the kernel: its shape, its answers, what its functions cost. */
#include "wgval.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/lwtunnel.h>
#include <net/netlink.h>
#include <net/nexthop.h>

#define LOOKUPS_BETWEEN_RESCHEDS 0xffff
#define DEEPEST 129			/* the root, and a node for each bit and length below it */
#define SHAPE_FLAGS (RTN_ROOT | RTN_TL_ROOT | RTN_RTINFO)

typedef int (*lookup_t)(struct net *net, struct fib6_table *table, int oif, struct flowi6 *fl6,
			struct fib6_result *res, int strict);
typedef int (*insert_t)(struct fib6_config *cfg, gfp_t gfp_flags, struct netlink_ext_ack *extack);
typedef int (*delete_t)(struct fib6_config *cfg, struct netlink_ext_ack *extack);

int route6_sizes(struct seq_buf *out)
{
	seq_buf_printf(out, "name fib6_node bytes %zu\n", sizeof(struct fib6_node));
	seq_buf_printf(out, "name fib6_info bytes %zu\n", sizeof(struct fib6_info));
	seq_buf_printf(out, "name fib6_nh bytes %zu\n", sizeof(struct fib6_nh));
	return 0;
}

/* What the harness knows a route's nexthop by. */
static u32 route_number(const struct fib6_info *rt)
{
	return rt->nh ? rt->nh->id : nexthop_common_number(&rt->fib6_nh->nh_common);
}

struct tree_walk {
	u64 nodes_at[DEEPEST + 1];
	u64 valued_at[DEEPEST + 1];
	u64 nodes, valued, routes, digest;
	u32 deepest;
};

static void digest_add_address(u64 *digest, const struct in6_addr *address)
{
	int i;

	for (i = 0; i < 4; i++)
		*digest = digest_add(*digest, ntohl(address->s6_addr32[i]));
}

/* A split node's leaf lends it its key: which route that is, is a part of the shape. */
static void walk_leaf(struct tree_walk *walk, const struct fib6_node *fn)
{
	const struct fib6_info *leaf = rcu_dereference_protected(fn->leaf, 1), *rt;
	u32 routes = 0;

	if (!leaf || leaf == init_net.ipv6.fib6_null_entry) {
		walk->digest = digest_add(walk->digest, 0);
		return;
	}
	digest_add_address(&walk->digest, &leaf->fib6_dst.addr);
	walk->digest = digest_add(walk->digest, leaf->fib6_dst.plen);
	if (!(fn->fn_flags & RTN_RTINFO))
		return;
	for (rt = leaf; rt; rt = rcu_dereference_protected(rt->fib6_next, 1))
		routes++;
	walk->routes += routes;
	walk->digest = digest_add(walk->digest, routes);
	for (rt = leaf; rt; rt = rcu_dereference_protected(rt->fib6_next, 1)) {
		walk->digest = digest_add(walk->digest, rt->fib6_metric);
		walk->digest = digest_add(walk->digest, route_number(rt));
	}
}

static void walk_node(struct tree_walk *walk, const struct fib6_node *fn, u32 depth)
{
	walk->nodes++;
	walk->nodes_at[depth]++;
	walk->deepest = max(walk->deepest, depth);
	if (fn->fn_flags & RTN_RTINFO) {
		walk->valued++;
		walk->valued_at[depth]++;
	}
	walk->digest = digest_add(walk->digest, depth);
	walk->digest = digest_add(walk->digest, fn->fn_bit);
	walk->digest = digest_add(walk->digest, fn->fn_flags & SHAPE_FLAGS);
	walk_leaf(walk, fn);
}

/* In preorder, left before right; subtrees, which source prefixes make, are left out. Up again by the nodes' parents: no stack. */
static void walk_tree(struct tree_walk *walk, const struct fib6_node *root)
{
	const struct fib6_node *fn = root, *from = NULL;
	u32 depth = 0;

	while (fn) {
		const struct fib6_node *left = rcu_dereference_protected(fn->left, 1);
		const struct fib6_node *right = rcu_dereference_protected(fn->right, 1);
		const struct fib6_node *parent = fn == root ? NULL : rcu_dereference_protected(fn->parent, 1);
		const struct fib6_node *next = parent;

		if (from == parent) {
			walk_node(walk, fn, depth);
			next = left ?: right ?: parent;
		} else if (from == left && right) {
			next = right;
		}
		if (next != parent && WARN_ON(depth == DEEPEST))
			return;
		depth += next == parent ? -1 : 1;
		from = fn;
		fn = next;
	}
}

int route6_trie(u32 id, struct seq_buf *out)
{
	struct fib6_table *table = fib6_new_table(&init_net, id);
	struct tree_walk *walk;
	u32 depth;

	walk = table ? kvzalloc(sizeof(*walk), GFP_KERNEL) : NULL;
	if (!walk)
		return -ENOMEM;
	walk->digest = DIGEST_START;
	rtnl_lock();
	spin_lock_bh(&table->tb6_lock);
	walk_tree(walk, &table->tb6_root);
	spin_unlock_bh(&table->tb6_lock);
	rtnl_unlock();
	seq_buf_printf(out, "nodes %llu valued %llu routes %llu max-depth %u digest %016llx\n",
		       walk->nodes, walk->valued, walk->routes, walk->deepest, walk->digest);
	for (depth = 0; depth <= walk->deepest; depth++)
		seq_buf_printf(out, "depth %u nodes %llu valued %llu\n",
			       depth, walk->nodes_at[depth], walk->valued_at[depth]);
	kvfree(walk);
	return 0;
}

/* One lookup as bpf_fib_lookup makes it: no interface given, no flags. False where there is no route. */
static bool find(struct fib6_table *table, struct flowi6 *flow, struct fib6_result *res)
{
	lookup_t lookup = (lookup_t)fib6_table_lookup_address;

	return !lookup(&init_net, table, 0, flow, res, 0) && res->f6i != init_net.ipv6.fib6_null_entry;
}

int route6_answers(u32 id, const struct keys *keys, struct seq_buf *out)
{
	const struct in6_addr *addresses = (const struct in6_addr *)keys->data;
	struct fib6_table *table = fib6_new_table(&init_net, id);
	const struct in6_addr none = { };
	u64 digest = DIGEST_START;
	u32 i, hits = 0;

	if (!table)
		return -ENOMEM;
	for (i = 0; i < keys->count; i++) {
		struct flowi6 flow = { .daddr = addresses[i] };
		struct fib6_result res = { };

		rcu_read_lock();
		if (find(table, &flow, &res)) {
			hits++;
			digest = digest_add(digest, route_number(res.f6i));
			digest_add_address(&digest, &res.f6i->fib6_dst.addr);
			digest = digest_add(digest, res.f6i->fib6_dst.plen);
		} else {
			digest = digest_add(digest, 0);
			digest_add_address(&digest, &none);
			digest = digest_add(digest, 0);
		}
		rcu_read_unlock();
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	seq_buf_printf(out, "keys %u hits %u digest %016llx\n", keys->count, hits, digest);
	return 0;
}

int route6_lookup(u32 id, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out)
{
	const struct in6_addr *addresses = (const struct in6_addr *)keys->data;
	struct chain chain = { .mask = dependent ? count - 1 : ~0U };
	struct fib6_table *table = fib6_new_table(&init_net, id);
	struct flowi6 flow = { };
	struct fib6_result res;
	u64 started, sum = 0;
	u32 i;

	if (!table)
		return -ENOMEM;
	if (dependent)
		OPTIMIZER_HIDE_VAR(chain.zero);
	started = ktime_get_ns();
	for (i = 0; i < count; i++) {
		u64 answer = 0;

		flow.daddr = addresses[chain.place];
		rcu_read_lock();
		if (find(table, &flow, &res))
			answer = res.nh->fib_nh_oif;
		rcu_read_unlock();
		sum += answer;
		chain_next(&chain, answer);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	seq_buf_printf(out, "ns %llu sum %llu\n", ktime_get_ns() - started, sum);
	return 0;
}

/* A request as rtm_to_fib6_config and inet6_rtm_newroute make it; nobody is told of the change. */
static struct fib6_config config_of(u32 table, const struct op *op, enum update_shape shape, int device,
				    struct nlmsghdr *header, struct peer_attribute *peer)
{
	struct fib6_config cfg = {
		.fc_table = table,
		.fc_dst_len = op->length,
		.fc_flags = RTF_UP,
		.fc_protocol = RTPROT_STATIC,
		.fc_type = RTN_UNICAST,
		.fc_metric = op->kind == OP_DELETE ? 0 : IP6_RT_PRIO_USER,
		.fc_nlinfo.nl_net = &init_net,
		.fc_nlinfo.nlh = header,
		.fc_nlinfo.skip_notify = 1,
		.fc_nlinfo.skip_notify_kernel = 1,
	};

	header->nlmsg_type = update_type(op->kind);
	header->nlmsg_flags = update_flags(op->kind);
	memcpy(&cfg.fc_dst, op->address, sizeof(cfg.fc_dst));
	if (shape == UPDATE_NEXTHOP)
		cfg.fc_nh_id = op->peer + 1;
	else
		cfg.fc_ifindex = device;
	if (shape == UPDATE_ENCAP) {
		peer_attribute_set(peer, op->peer);
		cfg.fc_encap = &peer->nest;
		cfg.fc_encap_type = ENCAP_WGPEER;
	}
	return cfg;
}

int route6_update(u32 id, const struct ops *ops, enum update_shape shape, struct seq_buf *out)
{
	insert_t insert = (insert_t)ip6_route_add_address;
	delete_t delete = (delete_t)ip6_route_del_address;
	struct nlmsghdr header = { };
	struct peer_attribute peer = { };
	u32 i, failed = 0;
	u64 started;
	int device;

	if (!insert || !delete)
		return -EOPNOTSUPP;
	if (!fib6_new_table(&init_net, id))
		return -ENOMEM;
	rtnl_lock();
	device = update_device();
	started = ktime_get_ns();
	for (i = 0; i < ops->count; i++) {
		struct op op = op_at(ops, i);
		struct fib6_config cfg = config_of(id, &op, shape, device, &header, &peer);

		if (op.kind == OP_DELETE ? delete(&cfg, NULL) : insert(&cfg, GFP_KERNEL, NULL))
			failed++;
	}
	seq_buf_printf(out, "ns %llu failed %u\n", ktime_get_ns() - started, failed);
	rtnl_unlock();
	return 0;
}

int route6_change(u32 table, const struct op *op, int device)
{
	struct nlmsghdr header = { };
	struct peer_attribute peer = { };
	struct fib6_config cfg = config_of(table, op, UPDATE_ENCAP, device, &header, &peer);

	return ((insert_t)ip6_route_add_address)(&cfg, GFP_KERNEL, NULL);
}
