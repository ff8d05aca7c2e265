// SPDX-License-Identifier: GPL-2.0-only
/* The devices. Their messages go through sockets of their own, so that they move no sequence number. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lab.h"
#include "netlink.h"

#define MAX_DEVICES 4096

/* Sends the message that was begun on a fresh channel, and closes that. */
static int send_alone(struct channel *channel, const char *what)
{
	struct traffic traffic = NO_TRAFFIC;
	struct refusals refusals = { 0 };
	int result;

	message_end(channel);
	result = exchange(channel, &traffic, &refusals, NULL, NULL);
	channel_close(channel);
	if (!result && refusals.count)
		return fail("%s: %s%s", what, strerror(refusals.first_error), refusals.first_text);
	return result;
}

int loopback_up(void)
{
	/* With lo's address comes the table `local`, without which no gateway counts as valid. */
	const struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct channel channel;

	if (channel_open(&channel, NETLINK_ROUTE))
		return -1;
	message_begin(&channel, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, &up, sizeof(up));
	put_string(&channel, IFLA_IFNAME, "lo");
	return send_alone(&channel, "lo");
}

unsigned int device_index(void)
{
	unsigned int index = if_nametoindex(DEVICE);

	if (!index)
		fail(DEVICE ": %s", strerror(errno));
	return index;
}

static int create_device(const char *type, const char *name)
{
	const struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct channel channel;
	size_t nest;

	if (channel_open(&channel, NETLINK_ROUTE))
		return -1;
	message_begin(&channel, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		      &up, sizeof(up));
	put_string(&channel, IFLA_IFNAME, name);
	nest = nest_begin(&channel, IFLA_LINKINFO);
	put_string(&channel, IFLA_INFO_KIND, type);
	nest_end(&channel, nest);
	return send_alone(&channel, type);
}

static int create_any(const char *name)
{
	if (wg_family())
		return create_device("wireguard", name);
	/* for routes any device will do that is up without a peer; not every kernel has both */
	return create_device("dummy", name) && create_device("ifb", name);
}

/* wg0, and as many more as are asked for, whose indices follow its own. */
int wg_create(char **words)
{
	char name[IF_NAMESIZE] = DEVICE;
	uint64_t count = 1;
	unsigned int index;

	if (words[0] && parse_number(words[0], "COUNT", 1, MAX_DEVICES, &count))
		return -1;
	if (create_any(DEVICE))
		return -1;
	index = device_index();
	if (!index)
		return -1;
	for (uint64_t more = 1; more < count; more++) {
		snprintf(name, sizeof(name), "wg%u", (unsigned int)more);
		if (create_any(name))
			return -1;
		if (if_nametoindex(name) != index + more)
			return fail("%s: its index does not follow the one before", name);
	}
	row("ifindex %u", index);
	return 0;
}

int wg_delete(char **words)
{
	const struct ifinfomsg none = { 0 };
	struct channel channel;
	unsigned int index = device_index();

	(void)words;
	if (!index || channel_open(&channel, NETLINK_ROUTE))
		return -1;
	message_begin(&channel, RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK, &none, sizeof(none));
	put_string(&channel, IFLA_IFNAME, DEVICE);
	if (send_alone(&channel, DEVICE))
		return -1;
	row("ifindex %u", index);
	return 0;
}
