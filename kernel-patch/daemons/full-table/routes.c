// SPDX-License-Identifier: GPL-2.0-only
/* Part of full: the hub's FIB. */
#include "full.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool parse_route(const struct nlmsghdr *h, struct route *route)
{
	const struct rtmsg *r = NLMSG_DATA(h);
	const struct nlattr *a;

	if ((h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE) || r->rtm_table != RT_TABLE_MAIN || r->rtm_type != RTN_UNICAST)
		return false;
	*route = (struct route){ .family = r->rtm_family, .length = r->rtm_dst_len, .is_new = h->nlmsg_type == RTM_NEWROUTE,
				 .is_replaced = h->nlmsg_flags & NLM_F_REPLACE };
	a = find_in(h, sizeof(*r), RTA_DST);
	route->destination = a ? data_of(a) : NULL;
	a = find_in(h, sizeof(*r), RTA_GATEWAY);
	route->gateway = a ? data_of(a) : NULL;
	a = find_in(h, sizeof(*r), RTA_OIF);
	route->device = a ? *(const int *)data_of(a) : 0;
	return true;
}

/* /proc/net/fib_triestat walks the table; rt6_stats has it counted: the fourth number. */
long count_prefixes(int family)
{
	FILE *file = fopen(family == AF_INET ? "/proc/self/net/fib_triestat" : "/proc/self/net/rt6_stats", "r");
	char line[256];
	bool in_main = false;
	long count = 0;

	if (!file)
		return 0;
	if (family == AF_INET6 && fscanf(file, "%*x %*x %*x %lx", &count) != 1)
		count = 0;
	while (family == AF_INET && fgets(line, sizeof(line), file)) {
		if (line[0] != '\t')
			in_main = !strncmp(line, "Main:", 5) || (in_main && strncmp(line, "Local:", 6));
		if (in_main && sscanf(line, " Prefixes: %ld", &count) == 1)
			break;
	}
	fclose(file);
	return count;
}

int print_count(int family)
{
	enter(0);
	printf("%ld\n", count_prefixes(family));
	return 0;
}

/* The prefixes that the agent has copied: the first number of its file. */
static long count_copied(const char *agent_file)
{
	FILE *file = fopen(agent_file, "r");
	long count = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%ld", &count) != 1)
		count = 0;
	fclose(file);
	return count;
}

/* A poll may take a twentieth of the time at most, as the one processor is the daemon's, too. */
static long poll_count(int family)
{
	double started = seconds(), took;
	long count = count_prefixes(family);

	took = seconds() - started;
	usleep(took < 1e-3 ? 20000 : took * 20e6);
	return count;
}

int load(int family, long prefixes, double limit, const char *agent_file, int argc, char **pids)
{
	double started, complete = 0, now;
	long before, copied = 0, count;
	bool has_agent = agent_file[0];

	enter(0);
	before = count_prefixes(family);
	started = seconds();
	for (int i = 0; i < argc; i++)
		kill(atoi(pids[i]), SIGUSR1);
	do {
		count = poll_count(family) - before;
		now = seconds() - started;
		if (!complete && count >= prefixes) {
			complete = now;
			printf("fib_complete %.3f s\n", complete);
		}
		copied = has_agent ? count_copied(agent_file) : prefixes;
	} while (now < limit && (!complete || copied < prefixes));
	if (has_agent)
		printf("agent_complete %.3f s\nagent_prefixes %ld prefixes\n", now, copied);
	printf("fib_prefixes %ld prefixes\n", count);
	return 0;
}

struct via {
	int family, node;
	long count;
};

static void count_via(const struct nlmsghdr *h, void *context)
{
	struct via *v = context;
	struct route r;

	/* Of a spoke's addresses 172.16.0.N, fd00::N and fe80::N the last byte is the same. */
	if (parse_route(h, &r) && r.gateway)
		v->count += ((const unsigned char *)r.gateway)[address_size(v->family) - 1] == v->node + 1;
}

int print_routes_via(int family, int node)
{
	struct via v = { family, node, 0 };
	struct rtmsg r = { .rtm_family = family };
	long messages = 0;
	int error;

	enter(0);
	open_netlink();
	begin(RTM_GETROUTE, NLM_F_DUMP, &r, sizeof(r));
	error = talk_dump(rtnl, &messages, count_via, &v);
	if (error)
		fprintf(stderr, "full: dump of routes: %s\n", strerror(error));
	printf("%ld\n", v.count);
	return error != 0;
}
