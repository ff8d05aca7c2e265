// SPDX-License-Identifier: GPL-2.0-only
/* Nexthop objects and changes of routes: the rtnetlink socket whose traffic counts. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lab.h"
#include "netlink.h"

/* Peer p has the (p + 1)th address after these. */
#define FIRST_GATEWAY 0x0aff0000u	/* 10.255.0.0 */
#define FIRST_GATEWAY6 0xfe80u		/* fe80:: */

static struct channel routes;

int route_open(void)
{
	return channel_open(&routes, NETLINK_ROUTE);
}

/* How a route, or a nexthop object, says which peer it leads to. */
enum shape {
	SHAPE_NEXTHOP, SHAPE_DEVICE, SHAPE_GATEWAY, SHAPE_ENCAP, SHAPE_WGPEER, SHAPE_VIA, SHAPE_OWN_DEVICE,
};

static const char *const shape_names[] = {
	"nexthop", "device", "gateway", "encap", "wgpeer", "via", "own-device",
};

static int parse_shape(const char *word, enum shape *shape)
{
	for (size_t i = 0; i < sizeof(shape_names) / sizeof(*shape_names); i++)
		if (!strcmp(word, shape_names[i])) {
			*shape = i;
			return 0;
		}
	return fail("SHAPE: neither nexthop, device, gateway, encap, wgpeer, via nor own-device: %s", word);
}

/* The attributes by which routes and nexthop objects name a peer. */
struct peer_attributes {
	uint16_t type, nest, key;
};

static const struct peer_attributes
	route_peer = { .type = RTA_ENCAP_TYPE, .nest = RTA_ENCAP, .key = ROUTE_WGPEER },
	nexthop_peer = { .type = NHA_ENCAP_TYPE, .nest = NHA_ENCAP, .key = NEXTHOP_WGPEER };

static void put_peer(const struct peer_attributes *attributes, enum shape shape, uint32_t peer)
{
	uint8_t key[PEER_KEY_BYTES];
	size_t nest;

	make_public_key(key, peer);
	if (shape == SHAPE_WGPEER)
		put_attribute(&routes, attributes->key, key, sizeof(key));
	if (shape != SHAPE_ENCAP)
		return;
	put_u16(&routes, attributes->type, ENCAP_WGPEER);
	nest = nest_begin(&routes, attributes->nest);
	put_attribute(&routes, ENCAP_PUBLIC_KEY, key, sizeof(key));
	nest_end(&routes, nest);
}

/* A nexthop object as it is to be. */
struct object {
	enum shape shape;
	uint8_t family;
	unsigned int device;
	uint32_t peer;
};

static int new_nexthop(const struct object *object, uint32_t id, uint16_t flags, struct traffic *traffic)
{
	const struct nhmsg header = { .nh_family = object->family, .nh_protocol = RTPROT_STATIC };

	message_begin(&routes, RTM_NEWNEXTHOP, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | flags, &header,
		      sizeof(header));
	put_u32(&routes, NHA_ID, id);
	put_u32(&routes, NHA_OIF, object->device);
	put_peer(&nexthop_peer, object->shape, object->peer);
	message_end(&routes);
	return exchange_or_fail(&routes, traffic, "nexthop", id);
}

static int parse_object(struct object *object, const char *shape, const char *family)
{
	uint64_t number;

	if (parse_shape(shape, &object->shape) || parse_number(family, "FAMILY", 4, 6, &number))
		return -1;
	if (object->shape != SHAPE_DEVICE && object->shape != SHAPE_ENCAP && object->shape != SHAPE_WGPEER)
		return fail("SHAPE: not one of nexthop objects: %s", shape);
	object->family = number == 4 ? AF_INET : AF_INET6;
	object->device = device_index();
	return object->device ? 0 : -1;
}

static int parse_ids(char **words, uint64_t *from, uint64_t *count)
{
	return parse_number(words[0], "FROM", 1, UINT32_MAX, from) ||
	       parse_number(words[1], "COUNT", 0, UINT32_MAX - *from + 1, count) ? -1 : 0;
}

int nexthop_add(char **words)
{
	const char *shape = words[2] ? words[2] : "device";
	const char *family = words[2] && words[3] ? words[3] : "4";
	struct traffic traffic = NO_TRAFFIC;
	struct object object;
	uint64_t from, count;

	if (parse_ids(words, &from, &count) || parse_object(&object, shape, family))
		return -1;
	for (uint64_t id = from; id < from + count; id++) {
		object.peer = id - 1;
		if (new_nexthop(&object, id, NLM_F_EXCL, &traffic))
			return -1;
	}
	traffic_row(&traffic, "%s", "");
	return 0;
}

/* One object leads to another peer, and every route that names it with it. */
int nexthop_replace(char **words)
{
	struct traffic traffic = NO_TRAFFIC;
	struct object object;
	uint64_t id, peer;

	if (parse_number(words[0], "ID", 1, UINT32_MAX, &id) ||
	    parse_number(words[1], "PEER", 0, UINT16_MAX, &peer) ||
	    parse_object(&object, words[2], words[3]))
		return -1;
	object.peer = peer;
	if (new_nexthop(&object, id, NLM_F_REPLACE, &traffic))
		return -1;
	traffic_row(&traffic, "%s", "");
	return 0;
}

int nexthop_delete(char **words)
{
	const struct nhmsg header = { .nh_family = AF_INET };
	struct traffic traffic = NO_TRAFFIC;
	uint64_t from, count;

	if (parse_ids(words, &from, &count))
		return -1;
	for (uint64_t id = from; id < from + count; id++) {
		message_begin(&routes, RTM_DELNEXTHOP, NLM_F_REQUEST | NLM_F_ACK, &header, sizeof(header));
		put_u32(&routes, NHA_ID, id);
		message_end(&routes);
		if (exchange_or_fail(&routes, &traffic, "nexthop", id))
			return -1;
	}
	traffic_row(&traffic, "%s", "");
	return 0;
}

/* Whether a changed object announces each of its routes, as the kernel does by default. */
int nexthop_compat(char **words)
{
	const char *path = "/proc/sys/net/ipv4/nexthop_compat_mode";
	uint64_t mode;
	FILE *file;

	if (parse_number(words[0], "MODE", 0, 1, &mode))
		return -1;
	file = fopen(path, "w");
	if (!file)
		return fail("%s: %s", path, strerror(errno));
	fprintf(file, "%u\n", (unsigned int)mode);
	return fclose(file) ? fail("%s: %s", path, strerror(errno)) : 0;
}

static const struct {
	uint16_t type, flags;
} kinds[] = {
	[KIND_ADD] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL },
	[KIND_DELETE] = { RTM_DELROUTE, 0 },
	[KIND_MOVE] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE },
	[KIND_APPEND] = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND },
};

struct run {
	struct input input;
	size_t from, end;
	enum shape shape;
	uint32_t table;
	size_t batch;
	unsigned int device;
};

static void put_gateway(int family, uint16_t peer)
{
	const uint32_t gateway = htonl(FIRST_GATEWAY + peer + 1), last = htonl(peer + 1u);
	struct in6_addr gateway6 = { .s6_addr = { FIRST_GATEWAY6 >> 8, FIRST_GATEWAY6 & 0xff } };

	memcpy(&gateway6.s6_addr[12], &last, sizeof(last));
	put_attribute(&routes, RTA_GATEWAY, family == AF_INET ? (const void *)&gateway : &gateway6,
		      address_size(family));
}

/* RTA_VIA: fe80:: + (p + 1), a gateway of another family than the route's. */
static void put_via(uint16_t peer)
{
	struct {
		uint16_t family;
		uint8_t address[16];
	} via = { .family = AF_INET6, .address = { 0xfe, 0x80 } };
	const uint32_t number = htonl(peer + 1);

	memcpy(via.address + sizeof(via.address) - sizeof(number), &number, sizeof(number));
	put_attribute(&routes, RTA_VIA, &via, sizeof(via));
}

static bool has_gateway(enum shape shape)
{
	return shape == SHAPE_GATEWAY || shape == SHAPE_VIA;
}

static void put_route(const struct run *run, struct operation operation, bool acknowledge)
{
	const struct rtmsg header = {
		.rtm_family = run->input.family,
		.rtm_dst_len = operation.length,
		.rtm_table = run->table < 256 ? run->table : RT_TABLE_UNSPEC,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = run->shape == SHAPE_NEXTHOP || has_gateway(run->shape) ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = has_gateway(run->shape) ? RTNH_F_ONLINK : 0,
	};
	const uint16_t flags = NLM_F_REQUEST | kinds[operation.kind].flags | (acknowledge ? NLM_F_ACK : 0);

	message_begin(&routes, kinds[operation.kind].type, flags, &header, sizeof(header));
	if (operation.length)
		put_attribute(&routes, RTA_DST, operation.address, address_size(run->input.family));
	if (run->shape == SHAPE_NEXTHOP)
		put_u32(&routes, RTA_NH_ID, operation.peer + 1);
	if (run->shape == SHAPE_GATEWAY)
		put_gateway(run->input.family, operation.peer);
	if (run->shape == SHAPE_VIA)
		put_via(operation.peer);
	if (run->shape != SHAPE_NEXTHOP)
		put_u32(&routes, RTA_OIF, run->device + (run->shape == SHAPE_OWN_DEVICE ? operation.peer : 0));
	put_peer(&route_peer, run->shape, operation.peer);
	if (run->table > 255)
		put_u32(&routes, RTA_TABLE, run->table);
	message_end(&routes);
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
	if (run->shape == SHAPE_VIA && run->input.family != AF_INET)
		return fail("SHAPE: via is that of IPv4 routes");
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
