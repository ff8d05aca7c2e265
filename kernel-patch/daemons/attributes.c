// SPDX-License-Identifier: GPL-2.0-only
/* Part of lab: sets the attributes of WireGuard that Debian's wg(8) does not know. */
#include "lab.h"
#include "netlink.h"

#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PEERS = 8 };

static const char *const modes[] = { "allowedips", "gateway", "peer", "auto", NULL };
static const char *const checks[] = { "off", "strict", "loose", NULL };
static const char *const multicasts[] = { "off", "link-local", NULL };

static struct {
	int count;
	unsigned char key[MAX_PEERS][WG_KEY_LEN];
} peers;

static int number_of_word(const char *const words[], const char *word)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	fprintf(stderr, "lab: no %s\n", word);
	exit(64);
}

static int report(int node, int error)
{
	if (error)
		fprintf(stderr, "n%d: %s %s\n", node, strerror(error), extack);
	return error != 0;
}

static int set_of_nodes(int attribute, int value, int argc, char **argv)
{
	int failed = 0;

	for (int i = 0; i < argc; i++) {
		enter(atoi(argv[i]));
		open_netlink();
		failed |= report(atoi(argv[i]), set_device(0, attribute, value));
	}
	return failed;
}

int set_mode(const char *mode, int argc, char **argv)
{
	return set_of_nodes(WGDEVICE_A_ROUTE_MODE, number_of_word(modes, mode), argc, argv);
}

int set_source_check(const char *check, int argc, char **argv)
{
	return set_of_nodes(WGDEVICE_A_SOURCE_CHECK, number_of_word(checks, check), argc, argv);
}

static void note_keys(const struct nlmsghdr *h, void *context)
{
	const struct nlattr *list = find_in(h, GENL_HDRLEN, WGDEVICE_A_PEERS), *peer;
	int left = list ? size_of(list) : 0;

	(void)context;
	for (peer = list ? data_of(list) : NULL; left >= NLA_HDRLEN && peers.count < MAX_PEERS;
	     left -= NLA_ALIGN(peer->nla_len), peer = (const void *)peer + NLA_ALIGN(peer->nla_len)) {
		const struct nlattr *key = find(data_of(peer), size_of(peer), WGPEER_A_PUBLIC_KEY);

		if (key)
			memcpy(peers.key[peers.count++], data_of(key), WG_KEY_LEN);
	}
}

static int set_of_peers(int value)
{
	struct nlattr *list, *peer;
	long messages = 0;
	int error;

	peers.count = 0;
	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, 0);
	error = talk_dump(genl, &messages, note_keys, NULL);
	if (error)
		return error;
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	for (int i = 0; i < peers.count; i++) {
		peer = nest(0);
		put(WGPEER_A_PUBLIC_KEY, peers.key[i], WG_KEY_LEN);
		put_u32(WGPEER_A_MULTICAST, value);
		end(peer);
	}
	end(list);
	return talk(genl);
}

int set_multicast(const char *multicast, int argc, char **argv)
{
	int failed = 0;

	for (int i = 0; i < argc; i++) {
		enter(atoi(argv[i]));
		open_netlink();
		failed |= report(atoi(argv[i]), set_of_peers(number_of_word(multicasts, multicast)));
	}
	return failed;
}
