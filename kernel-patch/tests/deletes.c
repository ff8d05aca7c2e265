// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM: of several routes to a prefix, a delete that names an encapsulation takes the one that has it.
 *
 * The encapsulation is LWTUNNEL_ENCAP_IP or _IP6, which a kernel without the series has as well: there the claims fail,
 * and the lines of figures say how often another route went, and what a delete costs.
 */
#define _GNU_SOURCE
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PREFIXES = 2000, ROUTES = 8 };
/* What a delete says besides the prefix. */
enum form { ENCAP_ALONE, ENCAP_AND_DEVICE, ENCAP_OF_HOP, METRIC_ALONE, FORMS };
static const char *const form_names[] = { "the encapsulation", "device and encapsulation", "a hop with the encapsulation", "the metric" };

static int listener, device;

static void put_encap(int which)
{
	unsigned long long id = htobe64(which + 1);
	unsigned short type = family == AF_INET ? LWTUNNEL_ENCAP_IP : LWTUNNEL_ENCAP_IP6;
	struct nlattr *encap;

	put(RTA_ENCAP_TYPE, &type, sizeof(type));
	encap = nest(RTA_ENCAP);
	put(family == AF_INET ? LWTUNNEL_IP_ID : LWTUNNEL_IP6_ID, &id, sizeof(id));
	end(encap);
}

static void begin_route(int type, int prefix)
{
	bool v6 = family == AF_INET6;
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = v6 ? 64 : 24, .rtm_table = RT_TABLE_MAIN,
			   .rtm_scope = RT_SCOPE_NOWHERE };
	unsigned char address[16] = { 0 };

	if (type == RTM_NEWROUTE) {
		r.rtm_scope = v6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
		r.rtm_protocol = RTPROT_STATIC;
		r.rtm_type = RTN_UNICAST;
	}
	memcpy(address, v6 ? "\x20\x01\x0d\xb8" : "\x0a", v6 ? 4 : 1);
	address[v6 ? 6 : 1] = prefix >> 8;
	address[v6 ? 7 : 2] = prefix;
	begin(type, NLM_F_ACK | (type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_APPEND : 0), &r, sizeof(r));
	put(RTA_DST, address, v6 ? 16 : 4);
}

static int add(int prefix, int which)
{
	begin_route(RTM_NEWROUTE, prefix);
	put_u32(RTA_OIF, device);
	put_u32(RTA_PRIORITY, which + 1);
	put_encap(which);
	return talk(rtnl);
}

static void put_form(enum form form, int which)
{
	struct nlattr *hops;
	struct rtnexthop hop = { .rtnh_ifindex = device };
	char *place;

	switch (form) {
	case ENCAP_OF_HOP:
		hops = put(RTA_MULTIPATH, &hop, sizeof(hop));
		place = (char *)hops + NLA_HDRLEN;
		put_encap(which);
		end(hops);
		((struct rtnexthop *)place)->rtnh_len = (char *)&request + request.h.nlmsg_len - place;
		break;
	case METRIC_ALONE:
		put_u32(RTA_PRIORITY, which + 1);
		break;
	case ENCAP_AND_DEVICE:
		put_u32(RTA_OIF, device);
		/* fall through */
	default:
		put_encap(which);
	}
}

/* Which route of the prefix the kernel says has gone: its metric - 1; -1 if none. */
static int gone(void)
{
	static union reply message;
	ssize_t got;
	int which = -1;

	while ((got = recv(listener, &message, sizeof(message), MSG_DONTWAIT)) > 0) {
		if (message.h.nlmsg_type == RTM_DELROUTE)
			which = number_of(find_in(&message.h, sizeof(struct rtmsg), RTA_PRIORITY)) - 1;
	}
	return which;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void deletes(enum form form)
{
	static double took[PREFIXES];
	int refused = 0, others = 0;
	char text[128];

	for (int prefix = 0; prefix < PREFIXES; prefix++) {
		int which = random() % ROUTES, found;
		double started;

		begin_route(RTM_DELROUTE, prefix);
		put_form(form, which);
		gone();
		started = now();
		refused += talk(rtnl) != 0;
		took[prefix] = now() - started;
		found = gone();
		others += found >= 0 && found != which;
		if (found >= 0 && add(prefix, found))
			refused++;
	}
	qsort(took, PREFIXES, sizeof(*took), by_value);
	printf("# IPv%d, delete by %s: n %d, another of the %d routes went %d times, refused %d, us %.2f %.2f %.2f (quartiles)\n",
	       family == AF_INET ? 4 : 6, form_names[form], PREFIXES, ROUTES, others, refused,
	       took[PREFIXES / 4], took[PREFIXES / 2], took[PREFIXES * 3 / 4]);
	snprintf(text, sizeof(text), "a delete by prefix and %s takes that route", form_names[form]);
	claim(!others && !refused, text);
}

int main(void)
{
	vm_start();
	open_netlink();
	claim(make_link("dummy0", "dummy") == 0, "the device can be made");
	link_up("dummy0");
	device = if_nametoindex("dummy0");
	for (int six = 0; six < 2; six++) {
		family = six ? AF_INET6 : AF_INET;
		for (int prefix = 0; prefix < PREFIXES; prefix++)
			for (int which = 0; which < ROUTES; which++)
				if (add(prefix, which))
					claim(false, "a route can be added");
	}
	listener = open_listener(RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE, 0);
	srandom(1);
	/* Twice: the first round warms up, and a second must do as well. */
	for (int round = 0; round < 2; round++)
		for (int six = 0; six < 2; six++) {
			family = six ? AF_INET6 : AF_INET;
			for (int form = 0; form < FORMS; form++)
				deletes(form);
		}
	vm_stop();
}
