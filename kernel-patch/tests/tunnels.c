// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "tunnels.h"

#include "netlink.h"

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

void add_link(const char *name, const char *kind)
{
	claim(make_link(name, kind) == 0, "the device can be made");
}

void wg_peer(int device, int peer, bool with_any, unsigned int flags)
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
	claim(talk(genl) == 0, "the peer can be set");
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
	for (int i = 0; i < 500 && counter(device, name) < value; i++)
		usleep(10000);
	return counter(device, name) == value;
}

int send_udp(const char *to)
{
	static int fd[2];
	int six = strchr(to, ':') != NULL;
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };

	if (!fd[six])
		fd[six] = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
	inet_pton(six ? AF_INET6 : AF_INET, to, six ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr);
	return sendto(fd[six], "x", 1, 0, six ? (void *)&a6 : (void *)&a4, six ? sizeof(a6) : sizeof(a4)) < 0 ? errno : 0;
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
	add_link("dummy0", "dummy");
	link_up("dummy0");
}
