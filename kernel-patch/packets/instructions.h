/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program of instructions.sh has on top of packets.sh's: frames that reach the hub from outside, so that only what the hub does
 * with them is counted. What the hub sends goes to devices that drop it: "lan" in its namespace, and "sink" below its tunnels.
 */
#ifndef PACKETS_INSTRUCTIONS_H
#define PACKETS_INSTRUCTIONS_H

#include "packets.h"

enum { FRAMES = 2048, FRAME_SIZE = 1700 };

struct frame {
	int length;
	unsigned char bytes[FRAME_SIZE]; /* struct virtio_net_hdr, then the frame */
};
struct flow_key {
	unsigned char address[16];
	int peer;
};

/* A namespace that is none of a hub's: the first one, where the tunnels' UDP is. */
void enter_first(void);
/* Once, in the first namespace. */
void make_sink(void);
void make_lan(const struct hub *hub);

/*
 * New sessions, and packets between the hub and all spokes. True if all arrive, undamaged and at the right peer. For 10 s afterwards
 * WireGuard sends nothing of its own accord.
 */
bool exchange(const struct hub *hub);
/* Leads the hub's messages to the sink. exchange() takes that back. */
void use_sink(const struct hub *hub);

/*
 * Makes frames with packets to the keys, or with messages of spokes with packets from the keys. Sends them to nobody, whom the hub's device
 * drops them for at once, and then to the hub. Tells the plugin of both. Before, the same packets pass once uncounted, as IPv6 remembers
 * addresses and the scheduler what threads did. True if all frames could be made.
 */
enum { PASSES = 2 };
bool count_frames(const struct hub *hub, enum operation operation, const struct flow_key *keys, int size);
/* What WireGuard counts for such a packet. */
int message_size(int size);

#endif
