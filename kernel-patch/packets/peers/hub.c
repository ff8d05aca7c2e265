// SPDX-License-Identifier: GPL-2.0-only
/* Part of peers: the hub, as one device or as many, and the spokes. */
#include "peers.h"

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { GROUP = 7, HUB_HOST = 0xfffe };

unsigned char peer_keys[MAX_PEERS + 1][WG_KEY_LEN]; /* public; random ones where there is no spoke */
static unsigned char hub_private[WG_KEY_LEN], hub_public[WG_KEY_LEN];
static int made_spokes;
static struct side {
	int rtnl, genl;
} hub, spokes;

void address_of(enum net net, int number, void *address)
{
	static const unsigned char nets[][2][4] = {
		[UNDERLAY_HUB] = { { 10, 1 }, { 0xfd, 0x10, 0, 1 } },
		[UNDERLAY_SPOKES] = { { 10, 2 }, { 0xfd, 0x10, 0, 2 } },
		[TUNNEL_HUB] = { { 172, 17 }, { 0xfd, 1 } },
		[TUNNEL_SPOKES] = { { 172, 16 }, { 0xfd, 0 } },
	};
	int size = address_size(family);
	unsigned char *bytes = address;

	memset(bytes, 0, size);
	memcpy(bytes, nets[net][family == AF_INET6], size == 4 ? 2 : 4);
	bytes[size - 2] = number >> 8;
	bytes[size - 1] = number;
}

static void use(const struct side *side)
{
	rtnl = side->rtnl;
	genl = side->genl;
}

void use_hub(void) { use(&hub); }

static void open_side(int node, struct side *side)
{
	enter(node);
	rtnl = 0; /* those of the other side stay open */
	open_netlink();
	*side = (struct side){ rtnl, genl };
}

static void queue_link(int number)
{
	struct ifinfomsg i = { .ifi_index = FIRST_INDEX + number };
	struct nlattr *info;
	char name[16];

	snprintf(name, sizeof(name), "wg%d", number);
	begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof(i));
	put(IFLA_IFNAME, name, strlen(name) + 1);
	put_u32(IFLA_GROUP, GROUP);
	info = nest(IFLA_LINKINFO);
	put(IFLA_INFO_KIND, "wireguard", sizeof("wireguard"));
	end(info);
	queue(rtnl);
}

/* One request for all devices of the namespace's WireGuard. */
static void queue_group(int type, unsigned int flags)
{
	struct ifinfomsg i = { .ifi_flags = flags, .ifi_change = flags };

	begin(type, 0, &i, sizeof(i));
	put_u32(IFLA_GROUP, GROUP);
	queue(rtnl);
}

static void queue_address(int number, enum net net, int host, enum net far_net, int bits)
{
	struct ifaddrmsg a = { .ifa_family = family, .ifa_prefixlen = bits, .ifa_index = FIRST_INDEX + number,
			       .ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0 };
	unsigned char address[16];
	int size = address_size(family);

	begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &a, sizeof(a));
	address_of(net, host, address);
	put(IFA_LOCAL, address, size);
	address_of(far_net, host, address);
	put(IFA_ADDRESS, address, size);
	queue(rtnl);
}

void begin_device(int cmd, int flags, int number)
{
	struct genlmsghdr g = { .cmd = cmd, .version = WG_GENL_VERSION };

	begin(wireguard_family, flags, &g, sizeof(g));
	put_u32(WGDEVICE_A_IFINDEX, FIRST_INDEX + number);
}

void begin_peers(struct peer_part *p) { p->list = nest(WGDEVICE_A_PEERS); }
void end_peers(struct peer_part *p) { end(p->list); }

void begin_peer(struct peer_part *p, const void *key, unsigned int flags)
{
	p->peer = nest(0);
	put(WGPEER_A_PUBLIC_KEY, key, WG_KEY_LEN);
	if (flags)
		put_u32(WGPEER_A_FLAGS, flags);
	p->ips = nest(WGPEER_A_ALLOWEDIPS);
}

void put_ip(const void *address, int bits)
{
	unsigned char mask = bits;
	struct nlattr *ip = nest(0);

	put_u16(WGALLOWEDIP_A_FAMILY, family);
	put(WGALLOWEDIP_A_IPADDR, address, address_size(family));
	put(WGALLOWEDIP_A_CIDR_MASK, &mask, 1);
	end(ip);
}

void end_peer(struct peer_part *p)
{
	end(p->ips);
	end(p->peer);
}

static void put_endpoint(enum net net, int number, int port)
{
	struct sockaddr_storage a = { .ss_family = family };

	((struct sockaddr_in *)&a)->sin_port = htons(port); /* where sin6_port is, too */
	address_of(net, number, bytes_of(&a));
	put(WGPEER_A_ENDPOINT, &a, family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
}

/* A peer with an endpoint. It may have every address, or that of its tunnel. */
static void put_peer(const void *key, enum net net, int number, int port, bool has_all)
{
	struct peer_part p;
	unsigned char address[16] = { 0 };

	begin_peer(&p, key, 0);
	if (!has_all)
		address_of(TUNNEL_SPOKES, number, address);
	put_ip(address, has_all ? 0 : 8 * address_size(family));
	end(p.ips);
	put_endpoint(net, number, port);
	end(p.peer);
}

static void put_identity(const void *private_key, int port)
{
	put(WGDEVICE_A_PRIVATE_KEY, private_key, WG_KEY_LEN);
	put_u16(WGDEVICE_A_LISTEN_PORT, port);
}

static void queue_devices(void)
{
	struct peer_part p;

	for (int i = 1; i <= now.peers; i++) {
		begin_device(WG_CMD_SET_DEVICE, 0, i);
		put_identity(hub_private, BASE_PORT + i);
		begin_peers(&p);
		put_peer(peer_keys[i], UNDERLAY_SPOKES, i, BASE_PORT + i, true);
		end_peers(&p);
		queue(genl);
	}
}

/* The peers of one device, as many as a request holds at a time. */
static void queue_peers(void)
{
	static const unsigned int modes[] = { [BY_GATEWAY] = WGDEVICE_ROUTE_MODE_GATEWAY, [BY_ROUTE] = WGDEVICE_ROUTE_MODE_AUTO,
					      [BY_DEFAULT_ROUTE] = WGDEVICE_ROUTE_MODE_ALLOWEDIPS,
					      [BY_ALLOWED_IPS] = WGDEVICE_ROUTE_MODE_ALLOWEDIPS };
	struct peer_part p;

	begin_device(WG_CMD_SET_DEVICE, 0, 0);
	put_identity(hub_private, BASE_PORT);
	put_u32(WGDEVICE_A_ROUTE_MODE, modes[now.scheme]);
	begin_peers(&p);
	for (int i = 1; i <= now.peers; i++) {
		if (request.h.nlmsg_len > sizeof(request) - 256) {
			end_peers(&p);
			queue(genl);
			begin_device(WG_CMD_SET_DEVICE, 0, 0);
			begin_peers(&p);
		}
		put_peer(peer_keys[i], UNDERLAY_SPOKES, i, BASE_PORT + i, false);
	}
	end_peers(&p);
	queue(genl);
}

int make_hub(void)
{
	use_hub();
	for (int i = is_devices(); i <= (is_devices() ? now.peers : 0); i++)
		queue_link(i);
	if (is_devices())
		queue_devices();
	else
		queue_peers();
	return flush();
}

/* IPv6 makes a route to the far end only if the device is up, so addresses come last. */
int raise_hub(void)
{
	int bits = 8 * address_size(family);

	queue_group(RTM_NEWLINK, IFF_UP);
	if (!is_devices())
		queue_address(0, TUNNEL_SPOKES, HUB_HOST, TUNNEL_SPOKES, family == AF_INET ? 16 : 64);
	for (int i = 1; is_devices() && i <= now.peers; i++)
		queue_address(i, TUNNEL_HUB, i, TUNNEL_SPOKES, bits);
	return flush();
}

int delete_hub(bool one_by_one)
{
	if (!one_by_one)
		queue_group(RTM_DELLINK, 0);
	for (int i = 1; one_by_one && i <= now.peers; i++) {
		struct ifinfomsg link = { .ifi_index = FIRST_INDEX + i };

		begin(RTM_DELLINK, 0, &link, sizeof(link));
		queue(rtnl);
	}
	return flush();
}

int device_down(int number)
{
	struct ifinfomsg i = { .ifi_index = FIRST_INDEX + number, .ifi_change = IFF_UP };

	begin(RTM_NEWLINK, 0, &i, sizeof(i));
	queue(rtnl);
	return flush();
}

static void note_key(const struct nlmsghdr *h, void *key)
{
	const struct nlattr *a = find_in(h, GENL_HDRLEN, WGDEVICE_A_PUBLIC_KEY);

	if (a)
		memcpy(key, data_of(a), WG_KEY_LEN);
}

/* The public key that the kernel makes of a device's private one. */
static int read_key(int number, void *key)
{
	long messages = 0;

	begin_device(WG_CMD_GET_DEVICE, NLM_F_DUMP, number);
	return talk_dump(genl, &messages, note_key, key);
}

static void make_private_key(unsigned char *key)
{
	if (getrandom(key, WG_KEY_LEN, 0) != WG_KEY_LEN)
		abort();
	key[0] &= 248;
	key[31] = (key[31] & 127) | 64;
}

static int make_hub_key(void)
{
	int error;

	make_private_key(hub_private);
	use_hub();
	queue_link(0);
	begin_device(WG_CMD_SET_DEVICE, 0, 0);
	put(WGDEVICE_A_PRIVATE_KEY, hub_private, WG_KEY_LEN);
	queue(genl);
	error = flush();
	if (!error)
		error = read_key(0, hub_public);
	return error ? error : delete_hub(false);
}

void open_both(void)
{
	/* The kernel's generator gives no more than 256 bytes at a time for sure. */
	for (int i = 1; i <= MAX_PEERS; i++)
		if (getrandom(peer_keys[i], WG_KEY_LEN, 0) != WG_KEY_LEN)
			abort();
	open_side(1, &spokes);
	open_side(0, &hub);
	if (make_hub_key()) {
		fprintf(stderr, "peers: no WireGuard\n");
		exit(1);
	}
}

int make_spokes(int count)
{
	unsigned char key[WG_KEY_LEN];
	int error, first = made_spokes + 1;

	use(&spokes);
	for (int i = first; i <= count; i++)
		queue_link(i);
	for (int i = first; i <= count; i++) {
		make_private_key(key);
		begin_device(WG_CMD_SET_DEVICE, 0, i);
		put_identity(key, BASE_PORT + i);
		queue(genl);
	}
	queue_group(RTM_NEWLINK, IFF_UP);
	for (int i = first; i <= count; i++)
		queue_address(i, TUNNEL_SPOKES, i, TUNNEL_HUB, 8 * address_size(family));
	error = flush();
	for (int i = first; i <= count && !error; i++)
		error = read_key(i, peer_keys[i]);
	if (count > made_spokes)
		made_spokes = count;
	use_hub();
	return error;
}

int reset_spokes(bool all, bool have_hub)
{
	int error, count = all ? spokes_of(now.peers) : sample_size();
	struct peer_part p;

	use(&spokes);
	for (int k = 0; k < count; k++) {
		int i = all ? k + 1 : sample_peer(k);

		begin_device(WG_CMD_SET_DEVICE, 0, i);
		put_u32(WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
		begin_peers(&p);
		if (have_hub)
			put_peer(hub_public, UNDERLAY_HUB, i, BASE_PORT + (is_devices() ? i : 0), true);
		end_peers(&p);
		queue(genl);
	}
	error = flush();
	use_hub();
	return error;
}

int start_hub(bool all)
{
	int error = make_hub();

	if (!error)
		error = raise_hub();
	return error ? error : reset_spokes(all, true);
}

int stop_hub(bool all)
{
	int error = delete_hub(false);

	return error ? error : reset_spokes(all, false);
}
