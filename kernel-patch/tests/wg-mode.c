// SPDX-License-Identifier: GPL-2.0-only
/*
 * wg-mode NUMBER MODE [CHECK]: sets the mode of the device wgNUMBER and its source check, by their numbers, as the patched wg(8)
 * does by name: its source is not to be had everywhere.
 */
#include "netlink.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	int error;

	if (argc < 3)
		return 64;
	open_netlink();
	error = set_device(atoi(argv[1]), WGDEVICE_A_ROUTE_MODE, atoi(argv[2]));
	if (!error && argc > 3)
		error = set_device(atoi(argv[1]), WGDEVICE_A_SOURCE_CHECK, atoi(argv[3]));
	if (error)
		fprintf(stderr, "error %d: %s\n", error, extack);
	return error != 0;
}
