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

/* A counter of sysfs, or "delivered": the UDP packets that came out of the device since this was first called. */
long counter(int device, const char *name);
/* Waits up to 5 s, as handshakes and crypto are done by work queues; true if the counter is that very value then. */
bool reaches(int device, const char *name, long value);

int send_udp(const char *to);
/* A packet of the claimed source, put on a device without any route. */
void send_raw(int device, const char *from, const char *to);

#endif
