// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with the patched kernel: what the modes of a device and its source check do, gateways, routes with several
 * hops, special routes and policy rules, in both families. One line a claim, then "done".
 */
#define _GNU_SOURCE
#include "routes.h"
#include "tunnels.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ALLOWEDIPS = WGDEVICE_ROUTE_MODE_ALLOWEDIPS, GATEWAY, PEER, AUTO, MODES };
static const char *const mode_names[] = { "allowedips", "gateway", "peer", "auto" };
enum { NAMED = 1, VIA, NEITHER }; /* prefixes: their routes name peer 3, have the gateway of peer 2, or neither */
static const int families[] = { AF_INET, AF_INET6 };

static int set_mode(unsigned int mode) { return set_device(0, WGDEVICE_A_ROUTE_MODE, mode); }
static int set_check(unsigned int check) { return set_device(0, WGDEVICE_A_SOURCE_CHECK, check); }

static void claimf(bool holds, const char *format, const char *a, const char *b)
{
	char text[200];

	snprintf(text, sizeof(text), format, a, b);
	claim(holds, text);
}

static void setting(int attribute, unsigned int first, unsigned int last, const char *what)
{
	unsigned char byte = last;

	claimf(shown_of_device(0, attribute) == first, "a new device shows the default of its %s%s", what, "");
	for (unsigned int value = 0; value <= last; value++)
		claimf(set_device(0, attribute, value) == 0 && shown_of_device(0, attribute) == value, "a %s that is set is shown%s", what, "");
	wg_peer(0, 2, false, 0);
	claimf(shown_of_device(0, attribute) == last, "a message without the %s leaves it%s", what, "");
	claimf(set_device(0, attribute, last + 1) == ERANGE && shown_of_device(0, attribute) == last,
	       "an unknown %s is refused and changes nothing%s", what, "");
	set_device(0, attribute, first);
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	put(attribute, &byte, 1);
	claimf(talk(genl) != 0 && shown_of_device(0, attribute) == first, "a %s of one byte is refused%s", what, "");
}

/* The peer that AllowedIPs, the gateway or the route's name choose. */
static void name_routes(void)
{
	for (int peer = 2; peer <= 4; peer++)
		claim(allowed_ip(peer, gateway(peer), host_bits(), 0) == 0, "a peer has a tunnel address");
	set_mode(AUTO);
	claim(route_set((struct route){ .to = at(NAMED, 0), .hop.peer = 3 }) == 0 &&
	      route_set((struct route){ .to = at(VIA, 0), .hop.gateway = gateway(2) }) == 0 &&
	      route_set((struct route){ .to = at(NEITHER, 0) }) == 0, "routes name a peer, have a gateway, or neither");
}

static bool leads_to(int net, int peer)
{
	bool right;

	if (!peer)
		return goes_nowhere(at(net, 1)) && refuses(1, at(net, 9)) && refuses(2, at(net, 9)) && refuses(3, at(net, 9));
	right = goes_to(at(net, 1), peer) && believes(peer, at(net, 9)) && raw_goes_to(at(net, 1), peer);
	for (int other = 1; other <= 4; other++)
		right &= other == peer || refuses(other, at(net, 9));
	return right;
}

/* The table of Documentation/networking/wireguard-routes.rst. */
static void modes(void)
{
	static const int peers[MODES][NEITHER + 1] = {
		[ALLOWEDIPS] = { [NAMED] = 1, [VIA] = 1, [NEITHER] = 1 },
		[GATEWAY] = { [NAMED] = 3, [VIA] = 2, [NEITHER] = 1 },
		[PEER] = { [NAMED] = 3, [VIA] = 0, [NEITHER] = 0 },
		[AUTO] = { [NAMED] = 3, [VIA] = 1, [NEITHER] = 1 },
	};
	static const char *const routes[] = { "", "names a peer", "has a gateway", "has neither" };

	for (int mode = 0; mode < MODES; mode++) {
		set_mode(mode);
		for (int net = NAMED; net <= NEITHER; net++)
			claimf(leads_to(net, peers[mode][net]), "mode %s, and the route %s: as documented, in both directions",
			       mode_names[mode], routes[net]);
	}
	set_mode(ALLOWEDIPS);
	claim(route_set((struct route){ .to = at(20, 0), .hop.peer = 3 }) == EOPNOTSUPP && strstr(extack, "mode"),
	      "mode allowedips: routes that name a peer are refused, with a message");
	claim(route_set((struct route){ .to = at(20, 0), .hop.gateway = gateway(3) }) == 0, "... and others are not");
	set_mode(AUTO);
	route_delete((struct route){ .to = at(NAMED, 0) });
	claim(refuses(3, at(NAMED, 9)) && believes(1, at(NAMED, 9)), "mode auto: without such routes, AllowedIPs decide");
	set_mode(PEER);
	claim(refuses(3, at(NAMED, 9)) && refuses(1, at(NAMED, 9)), "mode peer: without such routes, nobody is believed");
	route_set((struct route){ .to = at(NAMED, 0), .hop.peer = 3 });
}

static void unreachable(void)
{
	int fd, error = 0, one = 1;
	socklen_t len = sizeof(error);
	struct pollfd p;

	set_mode(PEER);
	fd = connected(at(NEITHER, 1));
	setsockopt(fd, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, family == AF_INET6 ? IPV6_RECVERR : IP_RECVERR, &one, sizeof(one));
	p = (struct pollfd){ .fd = fd };
	claim(send(fd, "x", 1, 0) < 0 && errno == ENOKEY && poll(&p, 1, 5000) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 &&
	      error == EHOSTUNREACH, "mode peer: what nobody gets is refused at once, and answered with ICMP's host unreachable");
	close(fd);
}

static void gateways(void)
{
	struct hop two[] = { { .gateway = gateway(2) }, { .gateway = gateway(3) } };

	set_mode(GATEWAY);
	if (family == AF_INET) {
		claim(route_set((struct route){ .to = at(4, 0), .hop.gateway = "fd00::4" }) == 0 && allowed_ip(4, "fd00::4", 128, 0) == 0 &&
		      leads_to(4, 4), "mode gateway: an IPv4 route can have an IPv6 gateway");
	}
	route_set((struct route){ .to = at(4, 0), .hop = { .gateway = gateway(2), .peer = 3 } });
	claim(leads_to(4, 3), "mode gateway: a peer that is named outweighs a gateway");
	claim(route_set((struct route){ .to = at(4, 0), .hops = two, .count = 2 }) == 0 && spreads(4, 2, 3),
	      "... the gateways of a multipath route share its flows");
	claim(believes(2, at(4, 9)) && believes(3, at(4, 9)) && refuses(4, at(4, 9)) && refuses(1, at(4, 9)),
	      "... each is believed, and nobody else");
	route_set((struct route){ .to = at(4, 0), .hop.gateway = gateway(0x77) });
	allowed_ip(1, family == AF_INET6 ? "::" : "0.0.0.0", 0, WGALLOWEDIP_F_REMOVE_ME);
	allowed_ip(1, at(4, 0), prefix_bits(), 0);
	claim(leads_to(4, 0), "... a gateway that no peer has leads nowhere, even if a peer has the destination");
	allowed_ip(1, family == AF_INET6 ? "::" : "0.0.0.0", 0, 0);
	claim(leads_to(4, 1), "... one that is another's allowed IP only as part of a prefix leads to that peer");
	nexthop_set(31, (struct hop){ .gateway = gateway(2) });
	nexthop_set(32, (struct hop){ .gateway = gateway(4) });
	claim(group_set(33, 31, 32, false) == 0 && route_set((struct route){ .to = at(4, 0), .nexthop = 33 }) == 0 && spreads(4, 2, 4) &&
	      believes(2, at(4, 9)) && believes(4, at(4, 9)) && refuses(3, at(4, 9)), "... so do those of a group of nexthop objects");
	nexthop_delete(33);
	nexthop_delete(32);
	nexthop_delete(31);
}

static void several_hops(void)
{
	struct hop two[] = { { .peer = 5, .gateway = gateway(5) }, { .peer = 6, .gateway = gateway(6) } };

	set_mode(AUTO);
	claim(route_set((struct route){ .to = at(5, 0), .hops = two, .count = 2 }) == 0 && spreads(5, 5, 6),
	      "a multipath route reaches the peers of both hops");
	claim(believes(5, at(5, 9)) && believes(6, at(5, 9)) && refuses(7, at(5, 9)), "... and believes both, and no other");
	claim(nexthop_set(1, (struct hop){ .peer = 7 }) == 0 && nexthop_set(2, (struct hop){ .peer = 8 }) == 0 &&
	      group_set(10, 1, 2, false) == 0 && route_set((struct route){ .to = at(6, 0), .nexthop = 10 }) == 0 && spreads(6, 7, 8),
	      "a group of nexthop objects reaches the peers of both");
	claim(believes(7, at(6, 9)) && believes(8, at(6, 9)) && refuses(5, at(6, 9)), "... and believes both, and no other");
	nexthop_delete(10);
	nexthop_delete(2);
	nexthop_delete(1);
}

/* Peer 5 is the best path to the source, and peer 6 sends from there as well. */
static void source_checks(void)
{
	route_set((struct route){ .to = at(7, 0), .hop.peer = 5 });
	for (int mode = GATEWAY; mode < MODES; mode++) {
		set_mode(mode);
		set_check(WGDEVICE_SOURCE_CHECK_STRICT);
		claimf(believes(5, at(7, 9)) && refuses(6, at(7, 9)), "mode %s, strict: the peer of the route back alone is believed%s", mode_names[mode], "");
		set_check(WGDEVICE_SOURCE_CHECK_LOOSE);
		claimf(believes(5, at(7, 9)) && believes(6, at(7, 9)), "mode %s, loose: so is any other%s", mode_names[mode], "");
		claimf(refuses(6, at(NEITHER, 9)) && (mode == PEER ? refuses : believes)(1, at(NEITHER, 9)),
		       "... but not where the route back leads to no peer%s%s", "", "");
		set_check(WGDEVICE_SOURCE_CHECK_OFF);
		claimf(believes(6, at(7, 9)) && believes(6, at(NEITHER, 9)), "mode %s, off: anybody is believed%s", mode_names[mode], "");
	}
	set_mode(ALLOWEDIPS);
	claim(believes(1, at(7, 9)) && refuses(6, at(7, 9)), "mode allowedips, off: AllowedIPs say who is believed");
	set_mode(AUTO);
	claim(set_check(WGDEVICE_SOURCE_CHECK_STRICT) == 0 && refuses(6, at(7, 9)), "strict again");
	claim(goes_to(at(7, 1), 5), "the check has no part in sending");
}

static void special_routes(void)
{
	static const int types[] = { RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT };
	static const char *const names[] = { "blackhole", "unreachable", "prohibit" };

	route_set((struct route){ .to = at(8, 0), .hop.peer = 2 });
	for (int mode = GATEWAY; mode < MODES; mode++) {
		set_mode(mode);
		for (int i = 0; i < 3; i++) {
			struct route special = { .to = at(8, 9), .bits = host_bits(), .type = types[i] };

			route_set(special);
			claimf(refuses(2, at(8, 9)) && refuses(1, at(8, 9)) && send_udp(at(8, 9)) != 0 && believes(2, at(8, 8)),
			       "mode %s: the source of a route of type %s is refused, others are not", mode_names[mode], names[i]);
			route_delete(special);
			claimf(believes(2, at(8, 9)) && goes_to(at(8, 9), 2), "... until it is deleted%s%s", "", "");
		}
	}
	set_mode(ALLOWEDIPS);
	route_set((struct route){ .to = at(8, 9), .bits = host_bits(), .type = RTN_BLACKHOLE });
	claim(believes(1, at(8, 9)) && refuses(2, at(8, 9)), "mode allowedips: a blackhole says nothing of sources");
	route_delete((struct route){ .to = at(8, 9), .bits = host_bits(), .type = RTN_BLACKHOLE });
	set_mode(AUTO);
}

/* The main table leads to peer 2, table 100 to peer 3. */
static void rules(void)
{
	struct rule by[] = {
		{ .priority = 100, .table = 100, .to = at(9, 0) },
		/* The route back starts at the hub's address. */
		{ .priority = 100, .table = 100, .from = gateway(1), .bits = host_bits() },
		{ .priority = 100, .table = 100, .to = at(9, 0), .suppress_prefix = prefix_bits() - 1 },
	};
	static const char *const names[] = { "of destinations", "of sources", "that suppresses shorter prefixes than there are" };
	struct rule reject = { .priority = 100, .action = FR_ACT_BLACKHOLE, .to = at(9, 0) };
	struct rule main_only = { .priority = 100, .table = 100, .to = at(9, 0), .suppress_prefix = prefix_bits() };

	route_set((struct route){ .to = at(9, 0), .hop.peer = 2 });
	route_set((struct route){ .to = at(9, 0), .table = 100, .hop.peer = 3 });
	claim(leads_to(9, 2), "without a rule the main table's route decides");
	for (int i = 0; i < 3; i++) {
		claimf(rule_request(RTM_NEWRULE, by[i]) == 0 && leads_to(9, 3), "a rule %s leads to its table's route%s", names[i], "");
		rule_request(RTM_DELRULE, by[i]);
	}
	claim(rule_request(RTM_NEWRULE, main_only) == 0 && leads_to(9, 2), "a rule that suppresses prefixes of this length leaves the main table's route");
	rule_request(RTM_DELRULE, main_only);
	main_only.suppress_prefix = 0;
	main_only.suppress_group = true;
	claim(rule_request(RTM_NEWRULE, main_only) == 0 && leads_to(9, 2), "... and so does one that suppresses the device's group");
	rule_request(RTM_DELRULE, main_only);
	rule_request(RTM_NEWRULE, by[0]);
	route_set((struct route){ .to = at(9, 9), .bits = host_bits(), .table = 100, .type = RTN_THROW });
	claim(believes(2, at(9, 9)) && refuses(3, at(9, 9)) && goes_to(at(9, 9), 2) && believes(3, at(9, 8)),
	      "a throw route goes on to the next rule, in both directions");
	rule_request(RTM_DELRULE, by[0]);
	claim(rule_request(RTM_NEWRULE, reject) == 0 && refuses(2, at(9, 9)) && send_udp(at(9, 9)) != 0, "a rule that is a blackhole refuses the source");
	rule_request(RTM_DELRULE, reject);
	claim(leads_to(9, 2), "... until it is deleted");
}

int main(void)
{
	vm_start();
	open_netlink();
	set_up();
	counter(0, "delivered");

	setting(WGDEVICE_A_ROUTE_MODE, ALLOWEDIPS, AUTO, "route mode");
	setting(WGDEVICE_A_SOURCE_CHECK, WGDEVICE_SOURCE_CHECK_STRICT, WGDEVICE_SOURCE_CHECK_LOOSE, "source check");
	for (int six = 0; six < 2; six++) {
		family = families[six];
		name_routes();
		modes();
		unreachable();
		gateways();
		several_hops();
		source_checks();
		special_routes();
		rules();
	}
	vm_stop();
	return 0;
}
