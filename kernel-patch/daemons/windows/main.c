// SPDX-License-Identifier: GPL-2.0-only
/*
 * windows COMMAND ...: what the scenes of windows.sh ask of the guest. FAMILY is 4 or 6. Figures are lines "NAME VALUE UNIT".
 *
 *   loop SCENE FAMILY SECONDS           requests of daemons in a tight loop, with packets meanwhile; the scenes are in loop.c
 *   watch FAMILY FLIPS PREFIXES FIFO    sends packets while a daemon moves routes between spokes 1 and 2, as it is told by the FIFO
 */
#include "windows.h"

#include <stdlib.h>
#include <string.h>

static int family_of(const char *text) { return strcmp(text, "6") ? AF_INET : AF_INET6; }

int main(int argc, char **argv)
{
	const char *command = argc > 2 ? argv[1] : "";

	if (!strcmp(command, "loop") && argc == 5)
		return loop(argv[2], family_of(argv[3]), atof(argv[4]));
	if (!strcmp(command, "watch") && argc == 6)
		return watch(family_of(argv[2]), atoi(argv[3]), atoi(argv[4]), argv[5]);
	fprintf(stderr, "windows: no command %s, or not its number of words\n", command);
	return 64;
}
