// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of series-optional/metadata for the device wgNUMBER:
 *
 *   wg-tunnel NUMBER metadata 0|1    whether tunnel ids count
 *   wg-tunnel NUMBER id ID           the tunnel id of the peer whose key, 32 bytes, is the standard input
 *   wg-tunnel NUMBER show            prints both, with 0 for a peer without an id
 */
#include "netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WGDEVICE_A_TUNNEL_METADATA 9
#define WGPEER_A_TUNNEL_ID 11

static int set_id(int device, unsigned int id)
{
	unsigned char key[WG_KEY_LEN];
	struct nlattr *list, *one;

	if (fread(key, 1, sizeof(key), stdin) != sizeof(key))
		return EINVAL;
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, key, sizeof(key));
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
	put_u32(WGPEER_A_TUNNEL_ID, id);
	end(one);
	end(list);
	return talk(genl);
}

static int show(int device)
{
	int64_t metadata = shown_of_device(device, WGDEVICE_A_TUNNEL_METADATA);
	const struct nlattr *peers = find_in(&reply.h, GENL_HDRLEN, WGDEVICE_A_PEERS), *one = peers ? data_of(peers) : NULL;
	int left = peers ? size_of(peers) : 0;

	printf("%d", (int)metadata);
	for (; left >= NLA_HDRLEN; left -= NLA_ALIGN(one->nla_len), one = (const void *)one + NLA_ALIGN(one->nla_len)) {
		const struct nlattr *id = find(data_of(one), size_of(one), WGPEER_A_TUNNEL_ID);

		printf(" %u", id ? (unsigned int)number_of(id) : 0);
	}
	printf("\n");
	return metadata < 0;
}

int main(int argc, char **argv)
{
	int error = 64;

	if (argc < 3)
		return error;
	open_netlink();
	if (argc == 4 && !strcmp(argv[2], "metadata"))
		error = set_device(atoi(argv[1]), WGDEVICE_A_TUNNEL_METADATA, strtoul(argv[3], NULL, 0));
	else if (argc == 4 && !strcmp(argv[2], "id"))
		error = set_id(atoi(argv[1]), strtoul(argv[3], NULL, 0));
	else if (!strcmp(argv[2], "show"))
		error = show(atoi(argv[1]));
	if (error)
		fprintf(stderr, "%s %s\n", strerror(error), extack);
	return error != 0;
}
