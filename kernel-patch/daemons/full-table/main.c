// SPDX-License-Identifier: GPL-2.0-only
/*
 * full COMMAND ...: what full-table.sh asks of the host and of its guests. FAMILY is 4 or 6.
 *
 *   feed FAMILY NODE FOLDER SPEED         a BGP speaker at the spoke; each SIGUSR1 makes it play the next file. Speed 0: there is no trace
 *   load FAMILY PREFIXES SECONDS FILE PID...  tells the feeders to start, and waits until the hub's FIB has the prefixes, and the agent of FILE
 *   replay FAMILY BEACONS SECONDS PID...  tells the feeders to play their traces, and sends packets to the beacons
 *   count FAMILY                          prints the number of prefixes in the hub's FIB
 *   via FAMILY NODE                       prints the number of routes by the spoke
 *   agent FILE                            copies routes into the allowed IPs of wg0, and its counts into FILE
 *   install FAMILY TABLE                  makes nexthop objects and routes that use them, without a daemon
 *   failover FAMILY KIND PID TABLE SECONDS  spoke 1, whose feeder is PID or 0, fails while packets go to its prefixes; fail.c has the kinds
 *
 * Figures are lines "NAME VALUE UNIT".
 */
#include "full.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	int af = argc > 2 && !strcmp(argv[2], "6") ? AF_INET6 : AF_INET;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(command, "feed") && argc == 6)
		return feed(af, atoi(argv[3]), argv[4], atof(argv[5]));
	if (!strcmp(command, "load") && argc > 6)
		return load(af, atol(argv[3]), atof(argv[4]), argv[5], argc - 6, argv + 6);
	if (!strcmp(command, "count") && argc == 3)
		return print_count(af);
	if (!strcmp(command, "via") && argc == 4)
		return print_routes_via(af, atoi(argv[3]));
	if (!strcmp(command, "agent") && argc == 3)
		return agent(argv[2]);
	if (!strcmp(command, "install") && argc == 4)
		return install(af, argv[3]);
	if (!strcmp(command, "replay") && argc > 5)
		return replay(af, atoi(argv[3]), atof(argv[4]), argc - 5, argv + 5);
	if (!strcmp(command, "failover") && argc == 7)
		return failover(af, argv[3], atoi(argv[4]), argv[5], atof(argv[6]));
	fprintf(stderr, "full: no command %s, or not its number of words\n", command);
	return 64;
}
