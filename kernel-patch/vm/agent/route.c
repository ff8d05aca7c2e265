// SPDX-License-Identifier: GPL-2.0-only
/* Nexthop objects and changes of routes: the rtnetlink socket whose traffic counts. */
#include <arpa/inet.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "lab.h"
#include "netlink.h"

#define FIRST_GATEWAY 0x0aff0000u	/* 10.255.0.0; peer p has the (p + 1)th address after it */

static struct channel routes;

int route_open(void)
{
	return channel_open(&routes, NETLINK_ROUTE);
}

static int change_nexthops(char **words, uint16_t type, uint16_t flags, const struct nhmsg *header)
{
	struct traffic traffic = NO_TRAFFIC;
	unsigned int device = device_index();
	uint64_t from, count;

	if (!device || parse_number(words[0], "FROM", 1, UINT32_MAX, &from) ||
	    parse_number(words[1], "COUNT", 0, UINT32_MAX - from + 1, &count))
		return -1;
	for (uint64_t id = from; id < from + count; id++) {
		message_begin(&routes, type, NLM_F_REQUEST | NLM_F_ACK | flags, header, sizeof(*header));
		put_u32(&routes, NHA_ID, id);
		if (type == RTM_NEWNEXTHOP)
			put_u32(&routes, NHA_OIF, device);
		message_end(&routes);
		if (exchange_or_fail(&routes, &traffic, "nexthop", id))
			return -1;
	}
	traffic_row(&traffic, "%s", "");
	return 0;
}

int nexthop_add(char **words)
{
	const struct nhmsg header = { .nh_family = AF_INET, .nh_protocol = RTPROT_STATIC };

	return change_nexthops(words, RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_EXCL, &header);
}

int nexthop_delete(char **words)
{
	const struct nhmsg header = { .nh_family = AF_INET };

	return change_nexthops(words, RTM_DELNEXTHOP, 0, &header);
}

enum shape { SHAPE_NEXTHOP, SHAPE_DEVICE, SHAPE_GATEWAY };

static const char *const shape_names[] = { "nexthop", "device", "gateway" };

static const struct {
	uint16_t type, flags;
} kinds[] = {
	[KIND_ADD] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL },
	[KIND_DELETE] = { RTM_DELROUTE, 0 },
	[KIND_MOVE] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE },
};

struct run {
	struct input input;
	size_t from, end;
	enum shape shape;
	uint32_t table;
	size_t batch;
	unsigned int device;
};

static void put_route(const struct run *run, struct operation operation, bool acknowledge)
{
	const struct rtmsg header = {
		.rtm_family = run->input.family,
		.rtm_dst_len = operation.length,
		.rtm_table = run->table < 256 ? run->table : RT_TABLE_UNSPEC,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = run->shape == SHAPE_DEVICE ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = run->shape == SHAPE_GATEWAY ? RTNH_F_ONLINK : 0,
	};
	const uint16_t flags = NLM_F_REQUEST | kinds[operation.kind].flags | (acknowledge ? NLM_F_ACK : 0);

	message_begin(&routes, kinds[operation.kind].type, flags, &header, sizeof(header));
	if (operation.length)
		put_attribute(&routes, RTA_DST, operation.address, address_size(run->input.family));
	if (run->shape == SHAPE_NEXTHOP)
		put_u32(&routes, RTA_NH_ID, operation.peer + 1);
	if (run->shape == SHAPE_GATEWAY)
		put_u32(&routes, RTA_GATEWAY, htonl(FIRST_GATEWAY + operation.peer + 1));
	if (run->shape != SHAPE_NEXTHOP)
		put_u32(&routes, RTA_OIF, run->device);
	if (run->table > 255)
		put_u32(&routes, RTA_TABLE, run->table);
	message_end(&routes);
}

static int parse_shape(const char *word, enum shape *shape)
{
	for (size_t i = 0; i < sizeof(shape_names) / sizeof(*shape_names); i++)
		if (!strcmp(word, shape_names[i])) {
			*shape = i;
			return 0;
		}
	return fail("SHAPE: neither nexthop nor device nor gateway: %s", word);
}

static int parse_run(struct run *run, char **words)
{
	uint64_t table, batch;
	size_t count;

	if (parse_range(&run->input, words, &run->from, &count) ||
	    parse_shape(words[2], &run->shape) ||
	    parse_number(words[3], "TABLE", 1, UINT32_MAX, &table) ||
	    parse_number(words[4], "BATCH", 1, MAX_BATCH, &batch))
		return -1;
	run->end = run->from + count;
	run->table = table;
	run->batch = batch;
	if (run->shape == SHAPE_GATEWAY && run->input.family != AF_INET)
		return fail("SHAPE: gateways are IPv4");
	if (run->shape != SHAPE_NEXTHOP) {
		run->device = device_index();
		if (!run->device)
			return -1;
	}
	for (size_t i = run->from; i < run->end; i++)
		if (check_operation(&run->input, i))
			return -1;
	return 0;
}

/* A refused operation does not stop the run: the kernel goes on with the call's next message. */
static int run_operations(const struct run *run, bool barriers)
{
	struct traffic traffic = NO_TRAFFIC;
	struct refusals refusals = { 0 };

	for (size_t index = run->from; index < run->end;) {
		const size_t left = run->end - index;
		const size_t last = index + (left < run->batch ? left : run->batch) - 1;

		for (; index <= last; index++)
			put_route(run, operation_at(&run->input, index), index == last);
		if (exchange(&routes, &traffic, &refusals, NULL, NULL) || (barriers && module_barrier()))
			return -1;
	}
	traffic_row(&traffic, " failed %ju first-error %d", refusals.count, refusals.first_error);
	return 0;
}

static int run_file(char **words, bool barriers)
{
	struct run run = { .device = 0 };
	int result;

	if (open_operations(&run.input, words[0]))
		return -1;
	result = parse_run(&run, words + 1) || run_operations(&run, barriers) ? -1 : 0;
	close_input(&run.input);
	return result;
}

int route_run(char **words)
{
	return run_file(words, false);
}

int route_churn(char **words)
{
	return run_file(words, true);
}
