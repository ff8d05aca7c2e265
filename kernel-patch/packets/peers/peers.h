/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program of peers.sh shares. n0 is the hub. n1 has all spokes; each is a WireGuard device of its own, and has an underlay
 * address of its own. The hub is one device with N peers, or N devices with one peer each. Peer I of the hub is spoke I, from 1 on.
 */
#ifndef PEERS_PEERS_H
#define PEERS_PEERS_H

#include "full.h"

enum { MAX_PEERS = 10000, MAX_SPOKES = 1000, FIRST_INDEX = 100000, BASE_PORT = 20000, SAMPLE = 8 };

/*
 * What chooses the peer of a packet. All but the last are one device:
 *   gateway        the route's gateway, which the peer has as an allowed IP
 *   route          the peer that the route names
 *   default-route  allowed IPs; one route leads to the device
 *   allowed-ips    allowed IPs; every prefix has a route to the device as well
 *   devices        a route to the device of the peer
 */
enum scheme { BY_GATEWAY, BY_ROUTE, BY_DEFAULT_ROUTE, BY_ALLOWED_IPS, BY_DEVICE };

/* What is measured now, for rows and for those who make the hub. Round 0 counts, proves and takes no times. */
extern struct now {
	enum scheme scheme;
	const char *variant;
	int peers;
	long prefixes; /* 0: without a table */
	bool is_counting;
} now;

static inline bool is_devices(void) { return now.scheme == BY_DEVICE; }
/* Peers that have a spoke, and those of them that packets are sent to. */
static inline int spokes_of(int peers) { return peers < MAX_SPOKES ? peers : MAX_SPOKES; }
int sample_size(void);
int sample_peer(int index);

void row(const char *operation, const char *name, double value, const char *unit);
/* Rows of rounds that take times, and the time since then. */
void row_time(const char *operation, const char *name, double since);
/* Rows of the requests since cost was set to zero. */
void row_cost(const char *operation);
/* claim() with what is measured now. The second one prints what does not hold alone. */
void claim_now(bool holds, const char *text);
void must(bool holds, const char *text);

/* requests.c: requests go in datagrams of many. They and their bytes are counted. */
extern struct cost {
	long messages, bytes;
} cost;
/* Called after each request that is put into a datagram; called after each datagram. NULL: nothing. */
extern void (*after_request)(void), (*after_datagram)(void);
void queue(int fd);
/* Sends what waits. flush() returns the errno of the first request that failed since its last call. */
void send_waiting(void);
int flush(void);

/* hub.c: addresses, the hub and the spokes. */
enum net { UNDERLAY_HUB, UNDERLAY_SPOKES, TUNNEL_HUB, TUNNEL_SPOKES };
void address_of(enum net net, int number, void *address);
extern unsigned char peer_keys[MAX_PEERS + 1][WG_KEY_LEN];
/* A request about a device of the hub or, if they are used, of the spokes: wg0 if there is one device. */
void begin_device(int cmd, int flags, int number);
/* A part of such a request: all that follows is about the peer, and takes its allowed IPs. */
struct peer_part {
	struct nlattr *list, *peer, *ips;
};
void begin_peers(struct peer_part *p);
void begin_peer(struct peer_part *p, const void *key, unsigned int flags);
void put_ip(const void *address, int bits);
void end_peer(struct peer_part *p);
void end_peers(struct peer_part *p);
void use_hub(void);
void open_both(void);
/* Each returns an errno. */
int make_hub(void);  /* devices, keys and peers */
int raise_hub(void); /* up, and tunnel addresses */
/* Both, and spokes that have it as their peer: all of them, or the sample. */
int start_hub(bool all);
int delete_hub(bool one_by_one);
/* The hub is deleted, and spokes forget it. */
int stop_hub(bool all);
int device_down(int number);
int make_spokes(int count);
/* Spokes forget their sessions, and get the hub as their peer again or stay without. All of them, or the sample. */
int reset_spokes(bool all, bool have_hub);

/* probe.c: packets with content. */
void open_probes(void);
void forget_probes(void);
/* Each returns the packet's number. */
int probe_spoke(const void *address);
int probe_hub(int spoke);
/* The spoke that a packet came to, or came from at the hub; 0: none. */
int probe_at(int number);
extern int damaged; /* packets with another content */
void take_arrivals(void);
/* Waits for a packet. False if none has arrived for so long. */
bool await_arrival(int patience_ms);
/* Waits until all packets from that number on have arrived, or none has for so long. */
void await_arrivals(int from, int patience_ms);
/* How many different packets have been sent and have arrived since forget_probes(). */
int probes(void);
int arrivals(void);
/* A packet to each peer of the sample by its tunnel address, another by the table, and one back. */
bool prove(void);

/* table.c */
void make_table(const char *list, long prefixes);
int load_routes(void);
int load_ips(void);
int add_default_route(int peer);
/* The routes of peer 1's share are replaced by such ones to another peer; its share of allowed IPs moves to another peer. */
int replace_share(int to);
int move_ips(int to);
/* An address that belongs to a prefix of the peer's share, and to no other prefix; one of so many each time. NULL: there is none. */
enum { PICKS = 64 };
const void *pick_address(int peer);

/* memory.c: growth of the kernel's memory, and of what the kernel has of threads, sockets and interfaces. */
void begin_growth(void);
void end_growth(const char *operation);

/* notes.c: what a routing daemon hears and reads. */
void begin_notes(void);
void end_notes(const char *operation);
void begin_scan(void);
void end_scan(void); /* what the hub adds to it */

void fail_over(void);
void storm(void);

#endif
