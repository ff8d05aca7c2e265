/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes, nexthop objects and rules of the tests, all of the family that claims are about: see netlink.h. */
#ifndef TESTS_ROUTES_H
#define TESTS_ROUTES_H

#include "netlink.h"

#include <linux/fib_rules.h>

/* Host HOST of prefix NET, a /24 or a /48, of addresses that nobody has. */
const char *at(int net, int host);
/* The tunnel address of wg0 (1) and those that peers get as allowed IPs. */
const char *gateway(int number);
int prefix_bits(void);
int host_bits(void);
/* The bytes of an address of its own family, which is returned. */
int parse(const char *text, void *address);

/* Names a peer by key or, if that is 0, by number if that is not 0; has a gateway, both or neither. */
struct hop {
	int peer;
	const char *gateway, *dev; /* NULL: none, wg0 */
	uint64_t number;
	const void *key; /* instead of the peer's */
	size_t key_len;
};
extern const char no_device[]; /* as dev */

struct route {
	const char *to;
	int bits, table, type; /* 0: of a prefix; RT_TABLE_MAIN; RTN_UNICAST */
	unsigned int metric, nexthop; /* 0: no object */
	struct hop hop;
	const struct hop *hops; /* two and more instead of that */
	int count;
};

/* Each returns the errno of its answer. */
int route_request(int type, int flags, struct route route);
int route_set(struct route route); /* adds or replaces */
int route_delete(struct route route); /* without a hop: by prefix alone */
int nexthop_set(unsigned int id, struct hop hop);
int group_set(unsigned int id, unsigned int first, unsigned int second, bool resilient);
int nexthop_delete(unsigned int id);
/* IPv6 spreads flows over gateways that are neighbours alone, unless it is built with CONFIG_IPV6_ROUTER_PREF. */
int neighbour_set(const char *address);

struct rule {
	int priority, table, action; /* 0: FR_ACT_TO_TBL */
	const char *to, *from; /* NULL: all */
	int bits; /* of them; 0: of a prefix */
	int suppress_prefix; /* routes of this length and shorter; 0: none */
	bool suppress_group; /* routes by devices of group 0 */
};
int rule_request(int type, struct rule rule);

/* What the route of an address, or the object, shows of its peer: as named_number(). */
int64_t route_number(const char *address);
int64_t nexthop_number(unsigned int id);
/* How many of its hops are shown as dead; -1 if there is no route. */
int dead_hops(const char *address);
bool nexthop_is_dead(unsigned int id);

#endif
