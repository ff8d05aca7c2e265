// SPDX-License-Identifier: GPL-2.0-only
/* The FIB's trie, from inside the kernel: its answers, what its functions cost. */
#include "fib_lookup.h"
#include "wgval.h"

#include <linux/ktime.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/unaligned.h>
#include <net/ip_fib.h>
#include <net/lwtunnel.h>
#include <net/netlink.h>
#include <net/nexthop.h>

#define LOOKUPS_BETWEEN_RESCHEDS 0xffff
#define NOTIFIED_ROUTES 64u
#define NOTIFY_ROUNDS 64u

typedef int (*change_t)(struct net *net, struct fib_table *tb, struct fib_config *cfg,
			struct netlink_ext_ack *extack);
typedef void (*notify_t)(int event, __be32 key, struct fib_alias *fa, int dst_len, u32 tb_id,
			 const struct nl_info *info, unsigned int nlm_flags);

struct fib_table *route_table(u32 id)
{
	struct fib_table *tb;

	rtnl_lock();
	tb = fib_new_table(&init_net, id);
	rtnl_unlock();
	return tb;
}

int route_sizes(struct seq_buf *out)
{
	seq_buf_printf(out, "name fib_alias bytes %zu\n", sizeof(struct fib_alias));
	seq_buf_printf(out, "name fib_info bytes %zu\n", sizeof(struct fib_info));
	seq_buf_printf(out, "name fib_nh bytes %zu\n", sizeof(struct fib_nh));
	seq_buf_printf(out, "name fib_nh_common bytes %zu\n", sizeof(struct fib_nh_common));
	seq_buf_printf(out, "name nexthop bytes %zu\n", sizeof(struct nexthop));
	seq_buf_printf(out, "name nh_info bytes %zu\n", sizeof(struct nh_info));
	return 0;
}

/* The peer's number and 1 more; 0 where it is gone. A state's data is a pointer to the series' struct route_peer, which begins
 * with a pointer to the peer.
 */
static u32 state_number(const struct lwtunnel_state *state)
{
	struct wg_peer __rcu *const *route_peer = *(struct wg_peer __rcu *const *const *)state->data;
	const struct wg_peer *peer = rcu_dereference_check(*route_peer, 1);

	return peer ? wireguard_number(peer) + 1 : 0;
}

u32 nexthop_common_number(const struct fib_nh_common *nhc)
{
	if (nhc->nhc_lwtstate && nhc->nhc_lwtstate->type == ENCAP_WGPEER)
		return state_number(nhc->nhc_lwtstate);
	if (nhc->nhc_gw_family == AF_INET)
		return ntohl(nhc->nhc_gw.ipv4);
	if (nhc->nhc_gw_family == AF_INET6)
		return ntohl(nhc->nhc_gw.ipv6.s6_addr32[3]);
	return nhc->nhc_oif;
}

/* What the harness knows a route's nexthop by. */
static u32 nexthop_number(struct fib_info *fi, const struct fib_nh_common *nhc)
{
	return fi->nh ? fi->nh->id : nexthop_common_number(nhc);
}

/* The nodes of the trie, which net/ipv4/fib_trie.c keeps to itself. A leaf has bits 0 and a list, a tnode 2^bits children. */
struct vector {
	u32 key;
	u8 pos, bits, slen;
	union {
		struct hlist_head leaf;
		struct vector __rcu *child[1];
	};
};

struct tnode {
	struct rcu_head rcu;
	u32 empty_children, full_children;
	struct vector __rcu *parent;
	struct vector vector;
};

struct trie_walk {
	u64 digest, tnodes, leaves, routes;
};

static void walk_leaf(struct trie_walk *walk, struct vector *n)
{
	struct fib_alias *fa;

	walk->leaves++;
	hlist_for_each_entry(fa, &n->leaf, fa_list) {
		walk->routes++;
		walk->digest = digest_add(walk->digest, 32 - fa->fa_slen);
		walk->digest = digest_add(walk->digest, nexthop_number(fa->fa_info, fib_info_nhc(fa->fa_info, 0)));
	}
}

/* At most 32 deep, since each level takes a bit of the key at least. */
static void walk_node(struct trie_walk *walk, struct vector *n, u32 depth)
{
	const struct tnode *tnode = container_of(n, struct tnode, vector);
	u32 i;

	walk->digest = digest_add(walk->digest, depth);
	walk->digest = digest_add(walk->digest, n->key);
	walk->digest = digest_add(walk->digest, n->pos << 16 | n->bits << 8 | n->slen);
	if (!n->bits) {
		walk_leaf(walk, n);
		return;
	}
	walk->tnodes++;
	walk->digest = digest_add(walk->digest, tnode->full_children);
	walk->digest = digest_add(walk->digest, tnode->empty_children);
	for (i = 0; i < 1U << n->bits; i++) {
		struct vector *child = rcu_dereference_protected(n->child[i], 1);

		if (child)
			walk_node(walk, child, depth + 1);
	}
	if (n->bits >= 16)
		cond_resched();
}

int route_trie(u32 table, struct seq_buf *out)
{
	struct trie_walk walk = { .digest = DIGEST_START };
	struct fib_table *tb = route_table(table);
	struct vector *trie, *root;

	if (!tb)
		return -ENOMEM;
	rtnl_lock();
	/* struct trie begins with a vector of one child: the root. */
	trie = (struct vector *)tb->tb_data;
	root = rcu_dereference_protected(trie->child[0], 1);
	if (root)
		walk_node(&walk, root, 0);
	rtnl_unlock();
	seq_buf_printf(out, "tnodes %llu leaves %llu routes %llu digest %016llx\n",
		       walk.tnodes, walk.leaves, walk.routes, walk.digest);
	return 0;
}

int route_answers(u32 table, const struct keys *keys, struct seq_buf *out)
{
	const __be32 *addresses = (const __be32 *)keys->data;
	struct fib_table *tb = route_table(table);
	u64 digest = DIGEST_START;
	u32 i, hits = 0;

	if (!tb)
		return -ENOMEM;
	for (i = 0; i < keys->count; i++) {
		struct flowi4 flow = { .daddr = addresses[i] };
		u32 words[3] = {};
		struct fib_result res;

		rcu_read_lock();
		if (!fib_table_lookup(tb, &flow, &res, FIB_LOOKUP_NOREF)) {
			hits++;
			words[0] = nexthop_number(res.fi, res.nhc);
			words[1] = ntohl(res.prefix);
			words[2] = res.prefixlen;
		}
		rcu_read_unlock();
		digest = digest_add(digest, words[0]);
		digest = digest_add(digest, words[1]);
		digest = digest_add(digest, words[2]);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	seq_buf_printf(out, "keys %u hits %u digest %016llx\n", keys->count, hits, digest);
	return 0;
}

int route_lookup(u32 table, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out)
{
	struct chain chain = { .mask = dependent ? count - 1 : ~0U };
	const __be32 *addresses = (const __be32 *)keys->data;
	struct fib_table *tb = route_table(table);
	struct flowi4 flow = { };
	struct fib_result res;
	u64 started, sum = 0;
	u32 i;

	if (!tb)
		return -ENOMEM;
	if (dependent)
		OPTIMIZER_HIDE_VAR(chain.zero);
	started = ktime_get_ns();
	for (i = 0; i < count; i++) {
		u64 answer = 0;

		flow.daddr = addresses[chain.place];
		rcu_read_lock();
		if (!fib_table_lookup(tb, &flow, &res, FIB_LOOKUP_NOREF))
			answer = res.nhc->nhc_oif;
		rcu_read_unlock();
		sum += answer;
		chain_next(&chain, answer);
		if (!(i & LOOKUPS_BETWEEN_RESCHEDS))
			cond_resched();
	}
	seq_buf_printf(out, "ns %llu sum %llu\n", ktime_get_ns() - started, sum);
	return 0;
}

void peer_attribute_set(struct peer_attribute *attribute, u32 peer)
{
	u32 j;

	attribute->nest.nla_len = sizeof(*attribute);
	attribute->header.nla_len = sizeof(*attribute) - NLA_HDRLEN;
	attribute->header.nla_type = ENCAP_PUBLIC_KEY;
	put_unaligned_le32(peer, attribute->key);
	for (j = sizeof(peer); j < PEER_KEY_BYTES; j++)
		attribute->key[j] = peer * 37 + j * 11 + 5;
	attribute->key[PEER_KEY_BYTES - 1] &= 0x7f;
}

u32 update_flags(u8 kind)
{
	static const u32 flags[] = {
		[OP_ADD] = NLM_F_CREATE | NLM_F_EXCL,
		[OP_DELETE] = 0,
		[OP_MOVE] = NLM_F_CREATE | NLM_F_REPLACE,
		[OP_APPEND] = NLM_F_CREATE | NLM_F_APPEND,
	};

	return flags[kind];
}

u16 update_type(u8 kind)
{
	return kind == OP_DELETE ? RTM_DELROUTE : RTM_NEWROUTE;
}

int update_device(void)
{
	struct net_device *dev = __dev_get_by_name(&init_net, "wg0");

	return dev ? dev->ifindex : 0;
}

/* A request as rtm_to_fib_config makes it of RTM_NEWROUTE or RTM_DELROUTE. */
static struct fib_config config_of(u32 table, const struct op *op, enum update_shape shape, int device,
				   struct nlmsghdr *header, struct peer_attribute *peer)
{
	struct fib_config cfg = {
		.fc_dst = *(const __be32 *)op->address,
		.fc_dst_len = op->length,
		.fc_table = table,
		.fc_protocol = RTPROT_STATIC,
		.fc_type = RTN_UNICAST,
		.fc_scope = shape == UPDATE_NEXTHOP ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.fc_nlflags = update_flags(op->kind),
		.fc_nlinfo.nl_net = &init_net,
		.fc_nlinfo.nlh = header,
	};

	header->nlmsg_type = update_type(op->kind);
	if (shape == UPDATE_NEXTHOP)
		cfg.fc_nh_id = op->peer + 1;
	else
		cfg.fc_oif = device;
	if (shape == UPDATE_ENCAP) {
		peer_attribute_set(peer, op->peer);
		cfg.fc_encap = &peer->nest;
		cfg.fc_encap_type = ENCAP_WGPEER;
	}
	return cfg;
}

int route_update(u32 table, const struct ops *ops, enum update_shape shape, struct seq_buf *out)
{
	change_t insert = (change_t)fib_table_insert_address;
	change_t delete = (change_t)fib_table_delete_address;
	struct fib_table *tb = route_table(table);
	struct nlmsghdr header = { };
	struct peer_attribute peer = { };
	u32 i, failed = 0;
	u64 started;
	int device;

	if (!tb)
		return -ENOMEM;
	rtnl_lock();
	device = update_device();
	started = ktime_get_ns();
	for (i = 0; i < ops->count; i++) {
		struct op op = op_at(ops, i);
		struct fib_config cfg = config_of(table, &op, shape, device, &header, &peer);

		if ((op.kind == OP_DELETE ? delete : insert)(&init_net, tb, &cfg, NULL))
			failed++;
	}
	seq_buf_printf(out, "ns %llu failed %u\n", ktime_get_ns() - started, failed);
	rtnl_unlock();
	return 0;
}

int route_change(struct fib_table *tb, const struct op *op, int device)
{
	struct nlmsghdr header = { };
	struct peer_attribute peer = { };
	struct fib_config cfg = config_of(tb->tb_id, op, UPDATE_ENCAP, device, &header, &peer);
	int err;

	rtnl_lock();
	err = ((change_t)fib_table_insert_address)(&init_net, tb, &cfg, NULL);
	rtnl_unlock();
	return err;
}

/* The alias of exactly this route, found as a lookup finds it. */
static struct fib_alias *alias_of(struct fib_table *tb, const struct op *op)
{
	struct flowi4 flow = { .daddr = *(const __be32 *)op->address };
	struct fib_result res;
	struct fib_alias *fa;

	if (fib_table_lookup(tb, &flow, &res, FIB_LOOKUP_NOREF))
		return NULL;
	hlist_for_each_entry_rcu(fa, res.fa_head, fa_list)
		if (fa->fa_info == res.fi && fa->fa_slen == 32 - op->length)
			return fa;
	return NULL;
}

/* Times one pass that finds aliases, and tells of each where asked to. The alias stays: only we, who hold RTNL, could remove it. */
static u64 notify_pass(struct fib_table *tb, const struct ops *ops, u32 count, notify_t notify)
{
	const struct nl_info info = { .nl_net = &init_net };
	u64 started = ktime_get_ns();
	u32 i;

	for (i = 0; i < count; i++) {
		struct op op = op_at(ops, i);
		struct fib_alias *fa;

		rcu_read_lock();
		fa = alias_of(tb, &op);
		rcu_read_unlock();
		if (fa && notify)
			notify(RTM_NEWROUTE, *(const __be32 *)op.address, fa, op.length, tb->tb_id, &info, 0);
	}
	return ktime_get_ns() - started;
}

/* Over few routes, again and again, so that both kinds of pass find them in the processor's cache: what rtmsg_fib costs
 * does not depend on the table, and finding the alias, which does, is taken off.
 */
int route_notify(u32 table, const struct ops *ops, struct seq_buf *out)
{
	notify_t notify = (notify_t)rtmsg_fib_address;
	u32 count = min(ops->count, NOTIFIED_ROUTES), round;
	struct fib_table *tb = route_table(table);
	u64 without = 0, with = 0;

	if (!tb)
		return -ENOMEM;
	if (!count)
		return -ENODATA;
	rtnl_lock();
	notify_pass(tb, ops, count, notify);
	for (round = 0; round < NOTIFY_ROUNDS; round++) {
		without += notify_pass(tb, ops, count, NULL);
		with += notify_pass(tb, ops, count, notify);
	}
	rtnl_unlock();
	seq_buf_printf(out, "ns %llu calls %u\n", with > without ? with - without : 0, count * NOTIFY_ROUNDS);
	return 0;
}
