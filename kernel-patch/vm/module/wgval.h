/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the measurement module share; ../README.md has the commands. */
#ifndef WGVAL_H
#define WGVAL_H

#include <linux/seq_buf.h>
#include <linux/types.h>
#include <net/netlink.h>

#define MULTIPLIER 0x9E3779B97F4A7C15ULL
#define DIGEST_START 0xCBF29CE484222325ULL

static inline u64 digest_add(u64 digest, u32 word)
{
	digest = (digest ^ word) * MULTIPLIER;
	return digest ^ digest >> 32;
}

/* Addresses to look up, in network order; each is width bytes (4 or 16). */
struct keys {
	const u8 *data;
	u32 count;
	u32 width;
};

/* One operation of a file: address (4 or 16 bytes), length, kind, peer. */
struct op {
	const u8 *address;
	u8 length;
	u8 kind;
	u16 peer;
};

enum { OP_ADD, OP_DELETE, OP_MOVE, OP_APPEND };

struct ops {
	const u8 *data;
	u32 count;
	u32 width;
};

static inline struct op op_at(const struct ops *ops, u32 i)
{
	const u8 *record = ops->data + (size_t)i * (ops->width + 4);
	const u8 *rest = record + ops->width;

	return (struct op){
		.address = record,
		.length = rest[0],
		.kind = rest[1],
		.peer = rest[2] | rest[3] << 8,
	};
}

/* Where the next key is. A dependent chain waits for the answer, which zero masks away: no lookup can begin before the
 * one before it has ended. The same chain as Sim.Workloads.Keys.KeyChain.
 */
struct chain {
	u32 place;
	u32 mask;
	u64 zero;
};

static inline void chain_next(struct chain *chain, u64 answer)
{
	chain->place = (chain->place + 1 + (u32)(answer & chain->zero)) & chain->mask;
}

/* Functions of the kernel that no module may link with: addresses given when the module is loaded. */
extern unsigned long wg_allowedips_lookup_dst_address;
extern unsigned long wg_allowedips_insert_v4_address;
extern unsigned long wg_allowedips_insert_v6_address;
extern unsigned long wg_allowedips_remove_by_peer_address;
extern unsigned long wg_allowedips_lookup_src_address;
extern unsigned long fib_table_insert_address;
extern unsigned long fib_table_delete_address;
extern unsigned long rtmsg_fib_address;
extern unsigned long fib6_table_lookup_address;
extern unsigned long ip6_route_add_address;
extern unsigned long ip6_route_del_address;
extern unsigned long kvfree_rcu_barrier_address;
/* Of the series; 0 in other kernels. */
extern unsigned long wg_route_lookup_dst_address;
extern unsigned long wg_route_check_src_address;

/* Each writes its answer to out and returns 0, or an error. */
int wireguard_sizes(struct seq_buf *out);
int wireguard_trie(int family, struct seq_buf *out);
int wireguard_answers(const struct keys *keys, struct seq_buf *out);
int wireguard_lookup(const struct keys *keys, u32 count, bool dependent, struct seq_buf *out);
int wireguard_update(const struct ops *ops, struct seq_buf *out);
int wireguard_remove(u32 peer, struct seq_buf *out);
int wireguard_gateways(struct seq_buf *out);

struct sk_buff;
struct wg_device;
struct wg_peer;

/* wg0, held; NULL where there is none. */
struct wg_device *wireguard_device(void);
/* Its peers by the harness's number, up to U16_MAX; to be freed by kvfree(). */
struct wg_peer **wireguard_peers(struct wg_device *wg);
/* A packet of nothing but its IP header, and the place of its destination. */
struct sk_buff *wireguard_packet(u32 width, void **destination);
/* Moves a prefix as a message of netlink does, with its locks. */
int wireguard_change(struct wg_device *wg, struct wg_peer *const *peers, const struct op *op, u32 width);
/* The harness's number of a peer. */
u32 wireguard_number(const struct wg_peer *peer);

/* Ways to find the peer of a packet. */
enum path_kind {
	PATH_SRC,	/* AllowedIPs by its source, as a kernel without the series checks what it receives */
	PATH_TX,	/* the route, for a packet that brings none along */
	PATH_DST,	/* the route that the packet brings */
	PATH_RX,	/* the route back to its source */
};

int path_answers(enum path_kind kind, const struct keys *keys, struct seq_buf *out);
int path_lookup(enum path_kind kind, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out);

/* How an update of the FIB names a peer. */
enum update_shape { UPDATE_NEXTHOP, UPDATE_DEVICE, UPDATE_ENCAP };

/* Of the series, which the source need not have. */
#define ENCAP_WGPEER 11		/* LWTUNNEL_ENCAP_WGPEER */
#define ENCAP_PUBLIC_KEY 1	/* LWT_WGPEER_PUBLIC_KEY */
#define PEER_KEY_BYTES 32

/* RTA_ENCAP with the key that the agent makes of a peer's number. */
struct peer_attribute {
	struct nlattr nest, header;
	u8 key[PEER_KEY_BYTES];
};

void peer_attribute_set(struct peer_attribute *attribute, u32 peer);
/* The flags and the type of the message that an operation is. */
u32 update_flags(u8 kind);
u16 update_type(u8 kind);
/* The index of wg0; 0 where there is none. */
int update_device(void);

struct fib_nh_common;
struct fib_table;

/* What the harness knows an inline nexthop by: its peer's number + 1, else its gateway's last word, else its device. */
u32 nexthop_common_number(const struct fib_nh_common *nhc);

int route_sizes(struct seq_buf *out);
int route_trie(u32 table, struct seq_buf *out);
int route_answers(u32 table, const struct keys *keys, struct seq_buf *out);
int route_lookup(u32 table, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out);
int route_update(u32 table, const struct ops *ops, enum update_shape shape, struct seq_buf *out);
int route_notify(u32 table, const struct ops *ops, struct seq_buf *out);

/* The table, made when there is none; tables live as long as their namespace. */
struct fib_table *route_table(u32 id);
/* Replaces a route that names a peer, or adds it, as a message does: in IPv6 without RTNL, as since Linux 6.16. */
int route_change(struct fib_table *tb, const struct op *op, int device);
int route6_change(u32 table, const struct op *op, int device);

int route6_sizes(struct seq_buf *out);
int route6_trie(u32 table, struct seq_buf *out);
int route6_answers(u32 table, const struct keys *keys, struct seq_buf *out);
int route6_lookup(u32 table, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out);
int route6_update(u32 table, const struct ops *ops, enum update_shape shape, struct seq_buf *out);

/* `readers ...`, without its first word. */
int readers_command(const char *words, const struct keys *keys, const struct ops *ops, struct seq_buf *out);
void readers_free(void);

#endif
