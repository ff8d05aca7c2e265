/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the stress program share.
 *
 * Every destination belongs to a slot. The process that changes a slot's route notes who may have its packets now: a
 * set of peers, where PLAIN_PEER stands for "by the default route, as plain text". The checker takes each packet that
 * arrived anywhere and asks who was allowed at the time.
 */
#ifndef TESTS_STRESS_H
#define TESTS_STRESS_H

#include "netlink.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdint.h>

enum { PEERS = 8, HUB = 0, HUB2 = 9, PLAIN_PEER = 0 };

/* Slots of each kind; the even ones are IPv4, the odd ones IPv6. The first three kinds are never without a route. MULTICAST's are groups,
 * of which all peers that are set to get copies have one.
 */
enum kind { REPLACED, NEXTHOP, GROUP, DELETED, GATEWAY, ALLOWEDIPS, SECOND, MULTICAST, KINDS };
enum { PER_KIND = 8, SLOTS = KINDS * PER_KIND, HISTORY = 1024, SENDERS = 5, SENT = 4096 };
/* One slot more has no addresses. Its "peers" say how the hub checks sources: 1 << WGDEVICE_SOURCE_CHECK_LOOSE, _OFF, or 0. */
enum { CHECK = SLOTS };

static inline enum kind kind_of(int slot) { return slot / PER_KIND; }
static inline bool is_ipv6(int slot) { return slot & 1; }

/* Times are CLOCK_REALTIME in ns, as the kernel stamps received packets. */
struct period {
	_Atomic uint64_t from, until; /* from before the request that made it, until after the answer that ended it */
	_Atomic unsigned int peers;
};

struct slot {
	_Atomic unsigned int count; /* of periods ever; the last is at (count - 1) % HISTORY */
	struct period history[HISTORY];
};

/* What each packet carries after its UDP header. */
struct tag {
	uint64_t magic, time;
	uint32_t slot, sender, number, peer; /* peer: that sent it to the hub, or 0 */
};

struct shared {
	_Atomic bool stop;
	struct slot slots[SLOTS + 1];
	/* When the system call returned that sent a packet: who gets it was decided by then. */
	struct sent { _Atomic uint32_t number; _Atomic uint64_t end; } sent[SENDERS][SENT];
	_Atomic long sends[SENDERS], changes[KINDS + 1], refused, wrong_deletes, modes[4];
	_Atomic long peer_removals, key_changes, prefix_removals, replaced_sets;
	_Atomic long devices, device_moves, space_deaths, dumps, dumped;
};

extern struct shared *shared;
enum space { UNDERLAY, HUBS, SPOKES, ELSEWHERE, SPACES };
extern int spaces[SPACES];

static inline int slot_family(int slot) { return is_ipv6(slot) ? AF_INET6 : AF_INET; }
static inline unsigned int only(int peer) { return 1u << peer; }

#define MAGIC 0x57475045455253ull

uint64_t now(void);
uint32_t roll(uint32_t below);
static inline int any_peer(void) { return 1 + roll(PEERS); }
void seed_random(uint64_t seed);
void enter(enum space space); /* with new netlink sockets */
void slot_address(int slot, int host, unsigned char address[16]);
/* What a peer has as allowed IP for the gateways of GATEWAY's slots, 172.18.0.PEER or fd02::PEER; all of its prefix are on no link. */
void gateway_address(int peer, bool six, unsigned char address[16]);

/* Between them the slot may be anyone's of before and of after. */
void change_begins(int slot, unsigned int peers);
void change_ends(int slot, int error);

/* Endless until shared->stop. */
void churn_routes(void); /* half of the slots each */
void churn_routes_too(void);
void churn_nexthops(void);
void churn_peers(void);
void churn_multicast(void);
void churn_modes(void);
void churn_device(void);
void read_all(void);
void send_connected(int sender);
void send_anew(int sender);
void send_raw_from_hub(int sender);
void send_from_spokes(int sender);

/* Requests; each returns the errno of its answer. A slot in set_peer is a prefix for AllowedIPs, ANYTHING all addresses. A peer of
 * the hub has its gateway's address, too.
 */
enum { NO_SLOT = -1, ANYTHING = -2, HUB2_SOURCES = -3 };
int set_peer(int device, int peer, unsigned int flags, int slot, bool remove_slot);
int set_multicast(int peer, bool on); /* of the hub */
int set_private_key(int device, const unsigned char *key, int port);
int set_link(const char *name, unsigned int flags, enum space to); /* SPACES: stays where it is */
int delete_link(const char *name);
int add_address(const char *dev, const char *text);
int add_default(int family, const char *dev);

/* Where a route leads: its second peer is 0 unless it has two hops; by_gateway: the peer is not named; a nexthop object replaces
 * all of it.
 */
struct target {
	int ifindex, peer, peer2;
	bool by_gateway;
	unsigned int nexthop;
};
int slot_route(int type, int flags, int slot, struct target target);
int set_nexthop(unsigned int id, int family, int ifindex, int peer);
int set_group(unsigned int id, const unsigned int *members, int count);

struct checked {
	long packets[KINDS][2], plain, to_hub, underlay; /* seen, and who got them was allowed */
	long lax; /* refused by the strict check, and believed by another */
	long wrong, wrong_plain, wrong_to_hub, underlay_plain, unknown;
	char first[200]; /* the first that is wrong */
};
void open_checker(void);
bool check_packets(struct checked *c, int wait_ms); /* false: none came */

#endif
