// SPDX-License-Identifier: GPL-2.0-only
/* Part of packets: the namespaces and devices of a hub. */
#define _GNU_SOURCE
#include "packets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANY_TABLE = 100, PORTS_OF_A_HUB = 16 };

static const struct scheme schemes[] = {
	{ "default-route", .mode = -1, .ips = true },
	{ "allowed-ips", .mode = -1, .ips = true, .routes = true },
	{ "route", .mode = WGDEVICE_ROUTE_MODE_PEER, .routes = true, .key = true },
	{ "nexthop", .mode = WGDEVICE_ROUTE_MODE_PEER, .routes = true, .object = true },
	{ "gateway", .mode = WGDEVICE_ROUTE_MODE_GATEWAY, .routes = true, .gateway = true },
};

struct hub hubs[MAX_HUBS];
int hub_count;
static int first_space = -1;

const struct scheme *scheme_of(const char *name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (!strcmp(schemes[i].name, name))
			return &schemes[i];
	fprintf(stderr, "packets: no scheme %s\n", name);
	exit(64);
}

void fail(const char *what, int error)
{
	fflush(stdout);
	fprintf(stderr, "packets: %s: %s %s\n", what, strerror(error), extack);
	exit(1);
}

void enter_fd(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		fail("setns", errno);
	open_netlink();
}

void enter_space(const struct hub *hub, enum space space) { enter_fd(hub->space[space]); }

int open_space(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail("/proc/self/ns/net", errno);
	return fd;
}

static void make_spaces(struct hub *hub)
{
	for (enum space s = 0; s < SPACES; s++) {
		if (unshare(CLONE_NEWNET))
			fail("unshare", errno);
		hub->space[s] = open_space();
		open_netlink();
		link_up("lo");
	}
}

bool write_setting(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

int set_link(const char *name, int space, int mtu)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex(name), .ifi_flags = mtu ? IFF_UP : 0, .ifi_change = mtu ? IFF_UP : 0 };

	begin(RTM_NEWLINK, NLM_F_ACK, &i, sizeof(i));
	if (space >= 0)
		put_u32(IFLA_NET_NS_FD, space);
	if (mtu)
		put_u32(IFLA_MTU, mtu);
	return talk(rtnl);
}

int add_address(int device, const char *text)
{
	struct ifaddrmsg a = { .ifa_family = family, .ifa_prefixlen = family == AF_INET ? 24 : 64,
			       .ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0, .ifa_index = device };
	struct sockaddr_storage address;

	socket_address(family, text, 0, &address);
	begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a, sizeof(a));
	put(IFA_LOCAL, bytes_of(&address), address_size(family));
	return talk(rtnl);
}

static const char *by_family(const char *four, const char *six) { return family == AF_INET ? four : six; }

void host_address(struct sockaddr_storage *address)
{
	socket_address(family, by_family("198.51.100.2", "2001:db8:ffff::2"), PORT, address);
}

void nobody_address(unsigned char address[16]) { inet_pton(family, by_family("198.18.7.1", "2001:db8:dead::1"), address); }

/* A route to a device without a gateway, or a local one. A length of 0 is the default route. */
static int add_route(int type, int table, int device, const unsigned char *to, int length)
{
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = length, .rtm_table = table, .rtm_protocol = RTPROT_STATIC, .rtm_type = type,
			   .rtm_scope = type == RTN_LOCAL ? RT_SCOPE_HOST : family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE };

	begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND, &r, sizeof(r));
	if (length)
		put(RTA_DST, to, address_size(family));
	put_u32(RTA_OIF, device);
	return talk(rtnl);
}

/* The host's default route has a gateway, so that one neighbour is enough. */
static int add_gateway(const char *text)
{
	struct rtmsg r = { .rtm_family = family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };
	struct sockaddr_storage via;

	socket_address(family, text, 0, &via);
	begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE, &r, sizeof(r));
	put(RTA_GATEWAY, bytes_of(&via), address_size(family));
	return talk(rtnl);
}

/* Spokes take packets to any address as their own. */
static int receive_everything(void)
{
	struct fib_rule_hdr rule = { .family = family, .table = ANY_TABLE, .action = FR_ACT_TO_TBL, .flags = FIB_RULE_INVERT };
	int error = add_route(RTN_LOCAL, ANY_TABLE, if_nametoindex("lo"), NULL, 0);

	begin(RTM_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &rule, sizeof(rule));
	put(FRA_IIFNAME, "lo", 3);
	put_u32(FRA_PRIORITY, 1);
	return error ? error : talk(rtnl);
}

/* The port is of the first namespace, as the socket of the device is. */
static int set_port(int device, int port)
{
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	put_u16(WGDEVICE_A_LISTEN_PORT, port);
	return talk(genl);
}

static int add_peer(int device, int peer, int port, bool has_any)
{
	struct sockaddr_storage endpoint;
	unsigned char zero[16] = { 0 };
	struct nlattr *list, *one, *ips, *ip;
	socklen_t size = socket_address(family, by_family("127.0.0.1", "::1"), port, &endpoint);

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, keys[peer], WG_KEY_LEN);
	put(WGPEER_A_ENDPOINT, &endpoint, size);
	if (has_any) {
		ips = nest(WGPEER_A_ALLOWEDIPS);
		ip = nest(0);
		put_u16(WGALLOWEDIP_A_FAMILY, family);
		put(WGALLOWEDIP_A_IPADDR, zero, address_size(family));
		put(WGALLOWEDIP_A_CIDR_MASK, zero, 1);
		end(ip);
		end(ips);
	}
	end(one);
	end(list);
	return talk(genl);
}

static void make_devices(struct hub *hub)
{
	int first_port = FIRST_PORT + PORTS_OF_A_HUB * (hub - hubs);
	char name[8];

	for (int d = 0; d <= PEERS; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		must("a WireGuard device", make_link(name, "wireguard"));
		wg_identity(d);
		must("port", set_port(d, first_port + d));
		memcpy(hub->key[d], keys[d], WG_KEY_LEN);
	}
	if (hub->scheme->mode >= 0)
		must("route mode", set_device(0, WGDEVICE_A_ROUTE_MODE, hub->scheme->mode));
	for (int d = 1; d <= PEERS; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		must("peer of the hub", add_peer(0, d, first_port + d, false));
		must("peer of a spoke", add_peer(d, 0, first_port, true));
		must("spoke", set_link(name, hub->space[SPOKES_OF_HUB], 0));
	}
	must("hub", set_link("wg0", hub->space[HUB], 0));
	/* The other end is called veth0. */
	must("veth", make_link("host", "veth"));
	must("veth of the hub", set_link("veth0", hub->space[HUB], 0));
	must("veth of the host", set_link("host", hub->space[HOST], 0));
}

static void set_up_hub(struct hub *hub)
{
	unsigned char nobody[16];

	enter_space(hub, HUB);
	hub->device = if_nametoindex("wg0");
	hub->veth = if_nametoindex("veth0");
	if (!write_setting(by_family("/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"), "1"))
		fail("forwarding", errno);
	must("veth0", set_link("veth0", -1, LARGEST_MTU));
	must("wg0", set_link("wg0", -1, LARGEST_MTU));
	must("address of veth0", add_address(hub->veth, by_family("198.51.100.1", "2001:db8:ffff::1")));
	must("address of wg0", add_address(hub->device, by_family("172.16.0.1", "fd00::1")));
	nobody_address(nobody);
	if (!hub->scheme->routes)
		must("default route", add_route(RTN_UNICAST, RT_TABLE_MAIN, hub->device, NULL, 0));
	else
		must("route to nobody", add_route(RTN_UNICAST, RT_TABLE_MAIN, hub->device, nobody, 8 * address_size(family)));
}

static void set_up_host(struct hub *hub)
{
	enter_space(hub, HOST);
	must("host", set_link("host", -1, LARGEST_MTU));
	must("address of the host", add_address(if_nametoindex("host"), by_family("198.51.100.2", "2001:db8:ffff::2")));
	must("route of the host", add_gateway(by_family("198.51.100.1", "2001:db8:ffff::1")));
}

/* Each packet names the device that it leaves by. IPv6 heeds that among routes of one metric alone. */
static void set_up_spokes(struct hub *hub)
{
	char name[8];

	enter_space(hub, SPOKES_OF_HUB);
	for (int d = 1; d <= PEERS; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		must(name, set_link(name, -1, LARGEST_MTU));
		hub->device_of_spoke[d] = if_nametoindex(name);
		must("route of a spoke", add_route(RTN_UNICAST, RT_TABLE_MAIN, hub->device_of_spoke[d], NULL, 0));
	}
	must("local addresses of spokes", receive_everything());
}

void make_hub(struct hub *hub)
{
	if (first_space < 0) {
		first_space = open_space();
		open_netlink();
		link_up("lo");
	}
	make_spaces(hub);
	enter_fd(first_space);
	make_devices(hub);
	set_up_hub(hub);
	set_up_host(hub);
	set_up_spokes(hub);
}

bool set_rp_filter(const struct hub *hub, bool on)
{
	enter_space(hub, HUB);
	return write_setting("/proc/sys/net/ipv4/conf/all/rp_filter", on ? "1" : "0");
}

static struct rtnl_link_stats64 stats_of(int device)
{
	struct ifinfomsg i = { .ifi_index = device };
	struct rtnl_link_stats64 stats;
	const struct nlattr *a;

	begin(RTM_GETLINK, 0, &i, sizeof(i));
	must("counters", talk(rtnl));
	a = find_in(&reply.h, sizeof(i), IFLA_STATS64);
	if (!a)
		fail("counters", ENODATA);
	memcpy(&stats, data_of(a), sizeof(stats));
	return stats;
}

struct drops count_drops(const struct hub *hub)
{
	struct rtnl_link_stats64 wg = stats_of(hub->device), veth = stats_of(hub->veth);

	return (struct drops){ .tx_errors = wg.tx_errors, .rx_frame_errors = wg.rx_frame_errors, .from_host = veth.rx_packets,
			       .all = wg.tx_errors + wg.rx_errors + wg.tx_dropped + wg.rx_dropped + veth.tx_errors + veth.rx_errors +
				      veth.tx_dropped + veth.rx_dropped };
}
