/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tunnels of the tests. One device, wg0, has 8 peers; each of them is a device of its own, wg1 to wg8, in the same
 * namespace, which believes any source of wg0. What reached which peer is read from the devices' counters.
 */
#ifndef TESTS_TUNNELS_H
#define TESTS_TUNNELS_H

#include <stdbool.h>

enum { PEERS = 8 };

/* Makes the devices and a dummy0. wg0 has 172.16.0.1 and fd00::1; AllowedIPs give every address to peer 1. */
void set_up(void);
void add_link(const char *name, const char *kind);
/* The peer of a device is the device that has the key; with_any: it may have any address. */
void wg_peer(int device, int peer, bool with_any, unsigned int flags);
int set_peer_flags(int device, int peer, unsigned int flags); /* without a claim: errno */

/* A counter of sysfs, or "delivered": the UDP packets that came out of the device since this was first called. */
long counter(int device, const char *name);
/* Waits up to 12 s, as handshakes and crypto are done by work queues; true if the counter is that very value then. */
bool reaches(int device, const char *name, long value);

/* Returns errno. */
int send_udp(const char *to);
/* A socket that is connected to UDP's discard port; -1 if that fails. */
int connected(const char *to);
/* A packet of the claimed source, put on a device without any route. */
void send_raw(int device, const char *from, const char *to);
/* The peer has this as one more allowed IP, or no more with WGALLOWEDIP_F_REMOVE_ME. Returns errno. */
int allowed_ip(int peer, const char *to, unsigned char bits, unsigned int flags);

/* A packet arrives at that peer, and at no other; a packet without a route does; it is dropped and counted in tx_errors. */
bool goes_to(const char *to, int peer);
bool raw_goes_to(const char *to, int peer);
bool goes_nowhere(const char *to);
/* 64 packets to hosts of the prefix at(NET): all arrive at the two peers, and some at each; all arrive at the one. */
bool spreads(int net, int first, int second);
bool all_go_to(int net, int peer);
/* The hub believes a packet of that source from the peer, or drops and counts it. */
bool believes(int peer, const char *source);
bool refuses(int peer, const char *source);

#endif
