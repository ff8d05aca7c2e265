// SPDX-License-Identifier: GPL-2.0-only
/* The hash of gateways of wg0, which the series has, from inside the kernel: its seed and every slot. */
#include "device.h"
#include "peer.h"
#include "wgval.h"

#include <linux/rtnetlink.h>

#ifdef WIREGUARD_HAS_GATEWAYS
/* As drivers/net/wireguard/gateways.c has them, to itself. */
struct gateway {
	struct wg_peer *peer;
	struct in6_addr ip;
	sa_family_t family;
};

struct gateways {
	struct rcu_head rcu;
	u32 seed, mask;
	struct gateway slots[];
};

static u64 digest_slot(u64 digest, const struct gateway *slot)
{
	int i;

	digest = digest_add(digest, slot->peer ? wireguard_number(slot->peer) + 1 : 0);
	if (!slot->peer)
		return digest;
	digest = digest_add(digest, slot->family);
	for (i = 0; i < 4; i++)
		digest = digest_add(digest, ntohl(slot->ip.s6_addr32[i]));
	return digest;
}

int wireguard_gateways(struct seq_buf *out)
{
	struct wg_device *wg = wireguard_device();
	const struct gateways *table;
	u64 digest = DIGEST_START;
	u32 i, taken = 0;

	if (!wg)
		return -ENODEV;
	mutex_lock(&wg->device_update_lock);
	table = rcu_dereference_protected(wg->gateways, 1);
	for (i = 0; table && i <= table->mask; i++) {
		taken += !!table->slots[i].peer;
		digest = digest_slot(digest, &table->slots[i]);
	}
	seq_buf_printf(out, "slots %u taken %u bytes %zu seed %u digest %016llx\n", i, taken,
		       table ? struct_size(table, slots, i) : 0, table ? table->seed : 0, digest);
	mutex_unlock(&wg->device_update_lock);
	dev_put(wg->dev);
	return 0;
}
#else
int wireguard_gateways(struct seq_buf *out)
{
	return -EOPNOTSUPP;
}
#endif
