// SPDX-License-Identifier: GPL-2.0-only
/* Part of full: the peers of a device, by their allowed IPs. */
#include "full.h"

#include <linux/genetlink.h>
#include <string.h>

static const struct nlattr *next_of(const struct nlattr *a) { return (const void *)a + NLA_ALIGN(a->nla_len); }

static void note_ip(const struct nlattr *ip, struct peers *to, int peer)
{
	const struct nlattr *address = find(data_of(ip), size_of(ip), WGALLOWEDIP_A_IPADDR);
	struct allowed_ip *a = &to->ip[to->ips];

	if (!address || to->ips == (int)(sizeof(to->ip) / sizeof(to->ip[0])))
		return;
	to->ips++;
	a->peer = peer;
	a->family = number_of(find(data_of(ip), size_of(ip), WGALLOWEDIP_A_FAMILY));
	a->length = number_of(find(data_of(ip), size_of(ip), WGALLOWEDIP_A_CIDR_MASK));
	memcpy(a->address, data_of(address), size_of(address));
}

static void note_peer(const struct nlattr *peer, struct peers *to)
{
	const struct nlattr *key = find(data_of(peer), size_of(peer), WGPEER_A_PUBLIC_KEY);
	const struct nlattr *ips = find(data_of(peer), size_of(peer), WGPEER_A_ALLOWEDIPS), *ip;

	if (!key || to->peers == SPOKES)
		return;
	memcpy(to->key[to->peers], data_of(key), WG_KEY_LEN);
	for (ip = ips ? data_of(ips) : NULL; ip && (const char *)ip < (const char *)ips + ips->nla_len; ip = next_of(ip))
		note_ip(ip, to, to->peers);
	to->peers++;
}

static void note_peers(const struct nlmsghdr *h, void *context)
{
	const struct nlattr *list = find_in(h, GENL_HDRLEN, WGDEVICE_A_PEERS), *peer;

	for (peer = list ? data_of(list) : NULL; peer && (const char *)peer < (const char *)list + list->nla_len; peer = next_of(peer))
		note_peer(peer, context);
}

int read_peers(int device, struct peers *to)
{
	long messages = 0;

	*to = (struct peers){ 0 };
	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, device);
	return talk_dump(genl, &messages, note_peers, to);
}

int peer_of(const struct peers *peers, int family, const void *address)
{
	for (int i = 0; i < peers->ips; i++) {
		const struct allowed_ip *ip = &peers->ip[i];

		if (ip->family == family && (!ip->length || !memcmp(ip->address, address, address_size(family))))
			return ip->peer;
	}
	return -1;
}
