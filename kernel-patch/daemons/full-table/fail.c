// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: how spoke 1 fails, or how one request leads its packets to spoke 2.
 *
 *   session   its feeder ends
 *   removal   the hub removes its peer
 *   tunnel    its underlay link goes down
 *   move      its tunnel addresses become allowed IPs of spoke 2's peer
 *   object    the nexthop objects of its routes get spoke 2's address as their gateway
 *
 * All that has to be looked up is looked up before, so that the failure is one request.
 */
#include "full.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { MAX_OBJECTS = 64 };

static struct {
	int family, pid, device, link, link_socket;
	const struct sockaddr_storage *to;
	int addresses;
} lab;

static struct peers peers;
static int peer_1, peer_2;

static struct object {
	unsigned int id;
	int device;
	unsigned char family, protocol, gateway[16];
} objects[MAX_OBJECTS];
static int object_count;

/* What the failure's requests cost. */
static struct {
	long requests, bytes, messages, message_bytes;
	double took;
} cost;

/* Nexthop objects that somebody has led to spoke 1 again. */
static struct {
	long count;
	double first;
} put_back;

static int end_session(void) { return kill(lab.pid, SIGTERM) ? errno : 0; }

static int find_peers(void)
{
	struct sockaddr_storage address;

	lab.device = if_nametoindex("wg0") ? 0 : 1; /* wg1 leads to spoke 1 where each has its device */
	if (read_peers(lab.device, &peers))
		return ENODEV;
	tunnel_address(lab.family, 1, 0, &address);
	peer_1 = peer_of(&peers, lab.family, bytes_of(&address));
	tunnel_address(lab.family, 2, 0, &address);
	peer_2 = peer_of(&peers, lab.family, bytes_of(&address));
	return peer_1 < 0 ? ENOENT : 0;
}

static int remove_peer(void)
{
	struct nlattr *list, *peer;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, lab.device);
	list = nest(WGDEVICE_A_PEERS);
	peer = nest(0);
	put(WGPEER_A_PUBLIC_KEY, peers.key[peer_1], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_REMOVE_ME);
	end(peer);
	end(list);
	return talk(genl);
}

static void put_ip(const struct allowed_ip *a)
{
	unsigned char length = a->length;
	struct nlattr *ip = nest(0);

	put_u16(WGALLOWEDIP_A_FAMILY, a->family);
	put(WGALLOWEDIP_A_IPADDR, a->address, address_size(a->family));
	put(WGALLOWEDIP_A_CIDR_MASK, &length, 1);
	end(ip);
}

/* An allowed IP has one peer: giving it to another one takes it from the first. */
static int move_addresses(void)
{
	struct nlattr *list, *peer, *ips;

	if (peer_2 < 0 || peer_2 == peer_1)
		return ENOENT;
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, lab.device);
	list = nest(WGDEVICE_A_PEERS);
	peer = nest(0);
	put(WGPEER_A_PUBLIC_KEY, peers.key[peer_2], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
	ips = nest(WGPEER_A_ALLOWEDIPS);
	for (int i = 0; i < peers.ips; i++)
		if (peers.ip[i].peer == peer_1)
			put_ip(&peers.ip[i]);
	end(ips);
	end(peer);
	end(list);
	return talk(genl);
}

static struct object *find_object(unsigned int id)
{
	for (int i = 0; i < object_count; i++)
		if (objects[i].id == id)
			return &objects[i];
	return NULL;
}

/* The object as the kernel shows it. A group has no gateway, and is none that this can replace. */
static int read_object(unsigned int id)
{
	struct nhmsg n = { 0 };
	const struct nlattr *gateway, *device;
	struct object *o = &objects[object_count];
	const struct nhmsg *shown = NLMSG_DATA(&reply.h);
	int error;

	begin(RTM_GETNEXTHOP, 0, &n, sizeof(n));
	put_u32(NHA_ID, id);
	error = talk(rtnl);
	if (error)
		return error;
	gateway = find_in(&reply.h, sizeof(n), NHA_GATEWAY);
	device = find_in(&reply.h, sizeof(n), NHA_OIF);
	if (!gateway || !device || object_count == MAX_OBJECTS)
		return EINVAL;
	*o = (struct object){ .id = id, .device = number_of(device), .family = shown->nh_family, .protocol = shown->nh_protocol };
	memcpy(o->gateway, data_of(gateway), address_size(o->family));
	object_count++;
	return 0;
}

/* The objects of the routes that the packets take. */
static int find_objects(void)
{
	struct rtmsg r = { .rtm_family = lab.family, .rtm_dst_len = 8 * address_size(lab.family), .rtm_flags = RTM_F_FIB_MATCH };
	const struct nlattr *id;
	int error;

	for (int i = 0; i < lab.addresses; i++) {
		begin(RTM_GETROUTE, 0, &r, sizeof(r));
		put(RTA_DST, bytes_of((struct sockaddr_storage *)&lab.to[i]), address_size(lab.family));
		error = talk(rtnl);
		if (error)
			return error;
		id = find_in(&reply.h, sizeof(r), RTA_NH_ID);
		if (!id)
			return ENOENT;
		error = find_object(number_of(id)) ? 0 : read_object(number_of(id));
		if (error)
			return error;
	}
	return 0;
}

/* Of a spoke's addresses 172.16.0.N, fd00::N and fe80::N the last byte is the same. */
static unsigned char *last_byte(unsigned char *gateway, int family) { return gateway + address_size(family) - 1; }

static int replace_object(const struct object *o)
{
	struct nhmsg n = { .nh_family = o->family, .nh_protocol = o->protocol };
	unsigned char gateway[16];

	memcpy(gateway, o->gateway, sizeof(gateway));
	*last_byte(gateway, o->family) = 2 + 1;
	begin(RTM_NEWNEXTHOP, NLM_F_ACK | NLM_F_REPLACE, &n, sizeof(n));
	put_u32(NHA_ID, o->id);
	put_u32(NHA_OIF, o->device);
	put(NHA_GATEWAY, gateway, address_size(o->family));
	return talk(rtnl);
}

static int replace_objects(void)
{
	int error = 0;

	for (int i = 0; i < object_count && !error; i++)
		error = replace_object(&objects[i]);
	return error;
}

void note_nexthop(const struct nlmsghdr *h)
{
	const struct nlattr *id, *gateway;
	const struct object *o;

	if (h->nlmsg_type != RTM_NEWNEXTHOP)
		return;
	id = find_in(h, sizeof(struct nhmsg), NHA_ID);
	gateway = find_in(h, sizeof(struct nhmsg), NHA_GATEWAY);
	o = id ? find_object(number_of(id)) : NULL;
	if (!o || !gateway || memcmp(data_of(gateway), o->gateway, address_size(o->family)))
		return;
	if (!put_back.count++)
		put_back.first = seconds();
}

/* The hub's netlink sockets stay what they are. */
static int find_link(void)
{
	enter(1);
	open_netlink();
	lab.link_socket = dup(rtnl);
	lab.link = if_nametoindex("u0");
	enter(0);
	open_netlink();
	return lab.link ? 0 : ENODEV;
}

static int cut_link(void)
{
	struct ifinfomsg i = { .ifi_index = lab.link, .ifi_change = IFF_UP };

	begin(RTM_NEWLINK, NLM_F_ACK, &i, sizeof(i));
	return talk(lab.link_socket);
}

/* An instant failure needs no daemon, and begins with its request; others begin when it has been done. */
static const struct kind {
	const char *name;
	int (*prepare)(void), (*act)(void);
	bool is_at_hub, is_instant;
} kinds[] = {
	{ "session", NULL, end_session, false, false },
	{ "removal", find_peers, remove_peer, true, false },
	{ "tunnel", find_link, cut_link, false, false },
	{ "move", find_peers, move_addresses, true, true },
	{ "object", find_objects, replace_objects, true, true },
};
static const struct kind *kind;

bool is_instant(void) { return kind->is_instant; }

static int complain(const char *what, int error)
{
	fprintf(stderr, "failover: %s: %s: %s %s\n", kind->name, what, strerror(error), extack);
	return error;
}

int prepare_failure(int family, const char *name, int pid, const struct sockaddr_storage *to, int addresses)
{
	int error;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			kind = &kinds[i];
	if (!kind) {
		fprintf(stderr, "failover: no kind %s\n", name);
		return EINVAL;
	}
	lab.family = family;
	lab.pid = pid;
	lab.to = to;
	lab.addresses = addresses;
	error = kind->prepare ? kind->prepare() : 0;
	return error ? complain("what it needs is not there", error) : 0;
}

/* All of the hub's netlink traffic, if nlmon counts it. */
static void read_nlmon(long *messages, long *bytes)
{
	FILE *file = fopen("/proc/self/net/dev", "r");
	char line[512];

	*messages = *bytes = 0;
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " nlmon0: %ld %ld", bytes, messages) == 2)
			break;
	if (file)
		fclose(file);
}

static void count_request(bool before)
{
	if (!before)
		return;
	cost.requests++;
	cost.bytes += request.h.nlmsg_len;
}

int fail_spoke(double *failed_at)
{
	long messages, bytes, messages_after, bytes_after;
	double started;
	int error;

	read_nlmon(&messages, &bytes);
	around_talk = count_request;
	started = seconds();
	error = kind->act();
	cost.took = seconds() - started;
	around_talk = NULL;
	*failed_at = kind->is_instant || kind->act == end_session ? started : started + cost.took;
	read_nlmon(&messages_after, &bytes_after);
	cost.messages = messages_after - messages;
	cost.message_bytes = bytes_after - bytes;
	return error ? complain("refused", error) : 0;
}

void print_failure(double failed_at)
{
	if (!kind->is_at_hub)
		return;
	printf("failover_requests %ld messages\nfailover_request_bytes %ld bytes\n", cost.requests, cost.bytes);
	printf("failover_request_time %.6f s\n", cost.took);
	if (cost.messages)
		printf("failover_request_netlink_messages %ld messages\nfailover_request_netlink_bytes %ld bytes\n", cost.messages,
		       cost.message_bytes);
	if (!object_count)
		return;
	printf("failover_objects %d objects\nfailover_objects_put_back %ld objects\n", object_count, put_back.count);
	if (put_back.count)
		printf("failover_put_back %.3f s\n", put_back.first - failed_at);
}
