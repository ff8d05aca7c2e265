/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the measurement module share; ../README.md has the commands. */
#ifndef WGVAL_H
#define WGVAL_H

#include <linux/seq_buf.h>
#include <linux/types.h>

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

enum { OP_ADD, OP_DELETE, OP_MOVE };

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
extern unsigned long fib_table_insert_address;
extern unsigned long fib_table_delete_address;
extern unsigned long rtmsg_fib_address;

/* Each writes its answer to out and returns 0, or an error. */
int wireguard_sizes(struct seq_buf *out);
int wireguard_trie(int family, struct seq_buf *out);
int wireguard_answers(const struct keys *keys, struct seq_buf *out);
int wireguard_lookup(const struct keys *keys, u32 count, bool dependent, struct seq_buf *out);
int wireguard_update(const struct ops *ops, struct seq_buf *out);
int wireguard_remove(u32 peer, struct seq_buf *out);

int route_sizes(struct seq_buf *out);
int route_trie(u32 table, struct seq_buf *out);
int route_answers(u32 table, const struct keys *keys, struct seq_buf *out);
int route_lookup(u32 table, const struct keys *keys, u32 count, bool dependent, struct seq_buf *out);
int route_update(u32 table, const struct ops *ops, struct seq_buf *out);
int route_notify(u32 table, const struct ops *ops, struct seq_buf *out);

#endif
