// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "tunnels.h"

#include "routes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In 10 ms: a handshake that follows another too closely is refused, and tried again after 5 s. */
enum { PATIENCE = 1200 };

void add_link(const char *name, const char *kind)
{
	claim(make_link(name, kind) == 0, "the device can be made");
}

static int set_peer(int device, int peer, bool with_any, unsigned int flags)
{
	struct sockaddr_in endpoint = { .sin_family = AF_INET, .sin_port = htons(FIRST_PORT + peer),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct nlattr *list, *one, *ips, *ip;
	unsigned char zero[16] = { 0 };

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, keys[peer], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, flags);
	put(WGPEER_A_ENDPOINT, &endpoint, sizeof(endpoint));
	if (with_any) {
		ips = nest(WGPEER_A_ALLOWEDIPS);
		for (int family = 0; family < 2; family++) {
			ip = nest(0);
			put_u16(WGALLOWEDIP_A_FAMILY, family ? AF_INET6 : AF_INET);
			put(WGALLOWEDIP_A_IPADDR, zero, family ? 16 : 4);
			put(WGALLOWEDIP_A_CIDR_MASK, zero, 1);
			end(ip);
		}
		end(ips);
	}
	end(one);
	end(list);
	return talk(genl);
}

void wg_peer(int device, int peer, bool with_any, unsigned int flags)
{
	claim(set_peer(device, peer, with_any, flags) == 0, "the peer can be set");
}

int set_peer_flags(int device, int peer, unsigned int flags) { return set_peer(device, peer, false, flags); }

int allowed_ip(int peer, const char *to, unsigned char bits, unsigned int flags)
{
	struct nlattr *list, *one, *ips, *ip;
	unsigned char address[16];
	int its_family = parse(to, address);

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, keys[peer], WG_KEY_LEN);
	ips = nest(WGPEER_A_ALLOWEDIPS);
	ip = nest(0);
	put_u16(WGALLOWEDIP_A_FAMILY, its_family);
	put(WGALLOWEDIP_A_IPADDR, address, its_family == AF_INET6 ? 16 : 4);
	put(WGALLOWEDIP_A_CIDR_MASK, &bits, 1);
	if (flags)
		put_u32(WGALLOWEDIP_A_FLAGS, flags);
	end(ip);
	end(ips);
	end(one);
	end(list);
	return talk(genl);
}

/* The UDP packets that came out of a device. Its rx_packets will not do: handshakes and keepalives count there. */
static long delivered(int device)
{
	static long count[PEERS + 1];
	static int fd;
	unsigned char head[sizeof(struct ip6_hdr)];
	struct sockaddr_ll from;
	socklen_t len;

	if (!fd)
		fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	while (len = sizeof(from), recvfrom(fd, head, sizeof(head), MSG_DONTWAIT, (void *)&from, &len) > 0) {
		int protocol = head[0] >> 4 == 4 ? head[9] : head[6], d;
		char name[IF_NAMESIZE];

		if (from.sll_pkttype != PACKET_OUTGOING && protocol == IPPROTO_UDP &&
		    if_indextoname(from.sll_ifindex, name) && sscanf(name, "wg%d", &d) == 1)
			count[d]++;
	}
	return count[device];
}

long counter(int device, const char *name)
{
	char path[96];
	long value = -1;
	FILE *f;

	if (!strcmp(name, "delivered"))
		return delivered(device);
	snprintf(path, sizeof(path), "/sys/class/net/wg%d/statistics/%s", device, name);
	f = fopen(path, "r");
	if (f) {
		if (fscanf(f, "%ld", &value) != 1)
			value = -1;
		fclose(f);
	}
	return value;
}

bool reaches(int device, const char *name, long value)
{
	for (int i = 0; i < PATIENCE && counter(device, name) < value; i++)
		usleep(10000);
	return counter(device, name) == value;
}

/* Bound to wg0's address, as rules may ask for it. */
int send_udp(const char *to)
{
	static int fd[2];
	int six = strchr(to, ':') != NULL;
	struct sockaddr_in own4 = { .sin_family = AF_INET };
	struct sockaddr_in6 own6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };

	if (!fd[six]) {
		parse(six ? "fd00::1" : "172.16.0.1", six ? (void *)&own6.sin6_addr : (void *)&own4.sin_addr);
		fd[six] = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
		if (bind(fd[six], six ? (void *)&own6 : (void *)&own4, six ? sizeof(own6) : sizeof(own4)))
			perror("bind");
	}
	inet_pton(six ? AF_INET6 : AF_INET, to, six ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr);
	return sendto(fd[six], "x", 1, 0, six ? (void *)&a6 : (void *)&a4, six ? sizeof(a6) : sizeof(a4)) < 0 ? errno : 0;
}

int connected(const char *to)
{
	int six = strchr(to, ':') != NULL, fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };

	parse(to, six ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr);
	if (connect(fd, six ? (void *)&a6 : (void *)&a4, six ? sizeof(a6) : sizeof(a4)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int raw4(unsigned char *packet, const char *from, const char *to)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .tot_len = htons(28), .ttl = 64, .protocol = IPPROTO_UDP };
	unsigned int sum = 0;

	inet_pton(AF_INET, from, &ip.saddr);
	inet_pton(AF_INET, to, &ip.daddr);
	for (int i = 0; i < 10; i++)
		sum += ((unsigned short *)&ip)[i];
	ip.check = ~((sum & 0xffff) + (sum >> 16));
	memcpy(packet, &ip, sizeof(ip));
	return 28;
}

static int raw6(unsigned char *packet, const char *from, const char *to)
{
	struct ip6_hdr ip = { .ip6_plen = htons(8), .ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64 };

	ip.ip6_vfc = 6 << 4; /* of a union with the others */
	inet_pton(AF_INET6, from, &ip.ip6_src);
	inet_pton(AF_INET6, to, &ip.ip6_dst);
	memcpy(packet, &ip, sizeof(ip));
	return 48;
}

void send_raw(int device, const char *from, const char *to)
{
	bool six = strchr(to, ':');
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(six ? ETH_P_IPV6 : ETH_P_IP) };
	unsigned char packet[48] = { 0 };
	int len = six ? raw6(packet, from, to) : raw4(packet, from, to);
	char name[8];
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	snprintf(name, sizeof(name), "wg%d", device);
	a.sll_ifindex = if_nametoindex(name);
	sendto(fd, packet, len, 0, (void *)&a, sizeof(a));
	close(fd);
}

static bool arrives_at(const char *to, int peer, bool raw)
{
	long before[PEERS + 1];
	bool right = true;

	for (int d = 1; d <= PEERS; d++)
		before[d] = counter(d, "delivered");
	if (raw)
		send_raw(0, gateway(1), to);
	else
		right = send_udp(to) == 0;
	right &= reaches(peer, "delivered", before[peer] + 1);
	for (int d = 1; d <= PEERS; d++)
		right &= counter(d, "delivered") == before[d] + (d == peer);
	return right;
}

bool goes_to(const char *to, int peer) { return arrives_at(to, peer, false); }
bool raw_goes_to(const char *to, int peer) { return arrives_at(to, peer, true); }

bool goes_nowhere(const char *to)
{
	long errors = counter(0, "tx_errors");

	send_udp(to);
	return reaches(0, "tx_errors", errors + 1);
}

/* How many of 64 packets each peer got, when all have arrived or none has for long. */
static bool send_64(int net, long got[PEERS + 1])
{
	long before[PEERS + 1], all = 0;

	for (int d = 1; d <= PEERS; d++)
		before[d] = counter(d, "delivered");
	for (int host = 1; host <= 64; host++) {
		if (send_udp(at(net, host)))
			return false;
		counter(1, "delivered"); /* reads what has come, before the socket is full */
	}
	for (int i = 0; i < PATIENCE && all < 64; i++) {
		all = 0;
		for (int d = 1; d <= PEERS; d++)
			all += got[d] = counter(d, "delivered") - before[d];
		if (all < 64)
			usleep(10000);
	}
	return all == 64;
}

bool spreads(int net, int first, int second)
{
	long got[PEERS + 1];

	return send_64(net, got) && got[first] && got[second] && got[first] + got[second] == 64;
}

bool all_go_to(int net, int peer)
{
	long got[PEERS + 1];

	return send_64(net, got) && got[peer] == 64;
}

bool believes(int peer, const char *source)
{
	long before = counter(0, "delivered");

	send_raw(peer, source, gateway(1));
	return reaches(0, "delivered", before + 1);
}

bool refuses(int peer, const char *source)
{
	long before = counter(0, "rx_frame_errors"), errors = counter(0, "rx_errors"), delivered = counter(0, "delivered");

	send_raw(peer, source, gateway(1));
	return reaches(0, "rx_frame_errors", before + 1) && counter(0, "rx_errors") == errors + 1 &&
	       counter(0, "delivered") == delivered;
}

void set_up(void)
{
	struct ifaddrmsg a = { .ifa_family = AF_INET, .ifa_prefixlen = 32 };
	struct ifaddrmsg a6 = { .ifa_family = AF_INET6, .ifa_prefixlen = 128, .ifa_flags = IFA_F_NODAD };
	unsigned char address[16];
	char name[8];

	link_up("lo");
	for (int i = 0; i <= PEERS; i++) {
		snprintf(name, sizeof(name), "wg%d", i);
		add_link(name, "wireguard");
		wg_identity(i);
	}
	for (int i = 1; i <= PEERS; i++) {
		wg_peer(0, i, i == 1, 0);
		wg_peer(i, 0, true, 0);
	}
	for (int i = 0; i <= PEERS; i++) {
		snprintf(name, sizeof(name), "wg%d", i);
		link_up(name);
	}
	inet_pton(AF_INET, "172.16.0.1", address);
	a.ifa_index = a6.ifa_index = if_nametoindex("wg0");
	begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a, sizeof(a));
	put(IFA_LOCAL, address, 4);
	talk(rtnl);
	inet_pton(AF_INET6, "fd00::1", address);
	begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a6, sizeof(a6));
	put(IFA_LOCAL, address, 16);
	talk(rtnl);
	for (int peer = 2; peer <= PEERS; peer++) {
		family = AF_INET6;
		claim(neighbour_set(gateway(peer)) == 0, "a gateway can be a neighbour");
	}
	family = 0;
	add_link("dummy0", "dummy");
	link_up("dummy0");
}
