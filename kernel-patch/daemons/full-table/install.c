// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: routes of the hub by nexthop objects, without a daemon. Objects 1 to 8 lead to the spokes, and every eighth prefix of the
 * list is of the same spoke, as in the UPDATEs of encode.c.
 */
#include "full.h"

#include <net/if.h>
#include <string.h>

static int add_object(int family, int spoke, int device)
{
	struct nhmsg n = { .nh_family = family, .nh_protocol = RTPROT_STATIC };
	struct sockaddr_storage gateway;

	tunnel_address(family, spoke, 0, &gateway);
	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &n, sizeof(n));
	put_u32(NHA_ID, spoke);
	put_u32(NHA_OIF, device);
	put(NHA_GATEWAY, bytes_of(&gateway), address_size(family));
	return talk(rtnl);
}

static int add_route(int family, const struct prefix *p, int spoke)
{
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = p->length, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			   .rtm_type = RTN_UNICAST };

	begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &r, sizeof(r));
	put(RTA_DST, p->address, address_size(family));
	put_u32(RTA_NH_ID, spoke);
	return talk(rtnl);
}

int install(int family, const char *table)
{
	FILE *list = open_or_exit(table);
	struct prefix prefix;
	double started;
	long before, line;
	int error = 0, device;

	enter(0);
	open_netlink();
	device = if_nametoindex("wg0");
	before = count_prefixes(family);
	started = seconds();
	for (int spoke = 1; spoke <= SPOKES && !error; spoke++)
		error = add_object(family, spoke, device);
	for (line = 0; !error && read_prefix(list, family, &prefix); line++)
		error = add_route(family, &prefix, 1 + line % SPOKES);
	fclose(list);
	if (error) {
		fprintf(stderr, "install: line %ld: %s %s\n", line, strerror(error), extack);
		return 1;
	}
	printf("fib_complete %.3f s\nfib_prefixes %ld prefixes\n", seconds() - started, count_prefixes(family) - before);
	return 0;
}
