// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab COMMAND ...: what the scenes ask of the guest.
 *
 *   routes SECONDS              waits until each node has routes to the prefixes of all others, and prints how long that took
 *   packets all                 sends packets from each node to each other: all have to arrive
 *   packets none                none may arrive
 *   packets except FROM-TO...   none may arrive from node FROM to node TO, and all between others
 *   mode MODE NODE...           sets the route mode of wg0: allowedips, gateway, peer, auto
 *   check CHECK NODE...         sets the source check of wg0: off, strict, loose
 *   multicast WHAT NODE...      sets what all peers of wg0 get a copy of: off, link-local
 */
#include "lab.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int families[FAMILIES] = { AF_INET, AF_INET6 };

int own_address(int family, int node, void *address)
{
	char text[32];

	snprintf(text, sizeof(text), family == AF_INET ? "10.9.%d.1" : "2001:db8:%d::1", node);
	inet_pton(family, text, address);
	return family == AF_INET ? 4 : 16;
}

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "";

	if (!strcmp(command, "routes"))
		return routes(atof(argv[2]));
	if (!strcmp(command, "packets"))
		return packets(argc - 2, argv + 2);
	if (!strcmp(command, "mode"))
		return set_mode(argv[2], argc - 3, argv + 3);
	if (!strcmp(command, "check"))
		return set_source_check(argv[2], argc - 3, argv + 3);
	if (!strcmp(command, "multicast"))
		return set_multicast(argv[2], argc - 3, argv + 3);
	fprintf(stderr, "lab: no command %s, or not enough words\n", command);
	return 64;
}
