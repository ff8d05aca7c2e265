// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM: hellos to peers that are not there cost one handshake initiation a minute each.
 *
 * A device has a thousand peers that are set to get multicast. Their endpoints are one UDP socket, which answers nothing and counts. A
 * hello is sent every four seconds, as Babel does, for two minutes. What the machine does meanwhile is read from /proc/stat, before
 * with hellos to nobody, and then with them.
 */
#define _GNU_SOURCE
#include "netlink.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PEERS = 1000, PER_MESSAGE = 50, SINK_PORT = 7000, HELLO_MS = 4000, INITIATION = 148, RETRY_MS = 60000 };

static unsigned char peer_keys[PEERS][WG_KEY_LEN];

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Of all processors, in ticks of 10 ms: all that is neither idle nor stolen. */
static long busy_ticks(void)
{
	long user, nice, system, idle, iowait, irq, softirq;
	FILE *file = fopen("/proc/stat", "re");

	if (!file || fscanf(file, "cpu %ld %ld %ld %ld %ld %ld %ld", &user, &nice, &system, &idle, &iowait, &irq, &softirq) != 7) {
		perror("/proc/stat");
		abort();
	}
	fclose(file);
	return user + nice + system + irq + softirq;
}

static int sink_socket(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(SINK_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = 8 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	claim(bind(fd, (void *)&a, sizeof(a)) == 0, "the endpoint of the peers can be bound");
	return fd;
}

/* Adds the peers, or sets them again. */
static int set_peers(int first, bool multicast)
{
	struct sockaddr_in endpoint = { .sin_family = AF_INET, .sin_port = htons(SINK_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct nlattr *list, *one;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	for (int i = first; i < first + PER_MESSAGE; i++) {
		one = nest(0);
		put(WGPEER_A_PUBLIC_KEY, peer_keys[i], WG_KEY_LEN);
		put(WGPEER_A_ENDPOINT, &endpoint, sizeof(endpoint));
		put_u32(WGPEER_A_MULTICAST, multicast);
		end(one);
	}
	end(list);
	return talk(genl);
}

/* Hellos need a source. */
static int add_link_local(int ifindex)
{
	struct ifaddrmsg a = { .ifa_family = AF_INET6, .ifa_prefixlen = 64, .ifa_flags = IFA_F_NODAD, .ifa_scope = RT_SCOPE_LINK,
			       .ifa_index = ifindex };
	unsigned char address[16];

	inet_pton(AF_INET6, "fe80::1", address);
	begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a, sizeof(a));
	put(IFA_LOCAL, address, sizeof(address));
	return talk(rtnl);
}

static int hello_socket(int ifindex)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex));
	return fd;
}

/* Babel's group and port. */
static bool send_hello(int fd)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(6696) };

	inet_pton(AF_INET6, "ff02::1:6", &a.sin6_addr);
	return sendto(fd, "hello", 5, 0, (void *)&a, sizeof(a)) == 5;
}

/* Takes what arrives until then. Returns how many handshake initiations that were; others are claimed not to come. */
static long initiations_until(int sink, long until)
{
	unsigned char packet[2048];
	long count = 0, other = 0, left;

	while ((left = until - now_ms()) > 0) {
		struct pollfd p = { sink, POLLIN, 0 };
		ssize_t len;

		poll(&p, 1, left);
		while ((len = recv(sink, packet, sizeof(packet), MSG_DONTWAIT)) > 0)
			++*(len == INITIATION && packet[0] == 1 ? &count : &other);
	}
	if (other)
		claim(false, "nothing but handshake initiations is sent");
	return count;
}

/* Hellos for so long. Returns the initiations, and tells the time that all processors were busy, in ms. Where nobody gets a hello, the
 * device refuses it.
 */
static long hellos(int fd, int sink, long ms, bool are_sent, long *busy_ms)
{
	long started = now_ms(), ticks = busy_ticks(), count = 0, unexpected = 0;

	for (long at = 0; at < ms; at += HELLO_MS) {
		unexpected += send_hello(fd) != are_sent;
		count += initiations_until(sink, started + at + HELLO_MS);
	}
	if (unexpected)
		claim(false, "hellos can be sent if a peer gets them");
	*busy_ms = (busy_ticks() - ticks) * 1000 / sysconf(_SC_CLK_TCK);
	return count;
}

int main(void)
{
	long first, second, busy[3];
	int sink, fd, errors = 0;

	vm_start();
	open_netlink();
	link_up("lo");
	sink = sink_socket();
	claim(make_link("wg0", "wireguard") == 0, "the device can be made");
	wg_identity(0);
	link_up("wg0");
	if (getrandom(peer_keys, sizeof(peer_keys), 0) != sizeof(peer_keys))
		abort();
	for (int i = 0; i < PEERS; i += PER_MESSAGE)
		errors += set_peers(i, false) != 0;
	claim(!errors, "a thousand peers can be added");
	claim(add_link_local(if_nametoindex("wg0")) == 0, "the device can have an address");
	fd = hello_socket(if_nametoindex("wg0"));
	claim(hellos(fd, sink, RETRY_MS / 2, false, &busy[0]) == 0, "a hello makes no handshakes where multicast is off");
	for (int i = 0; i < PEERS; i += PER_MESSAGE)
		errors += set_peers(i, true) != 0;
	claim(!errors, "all can be set to get multicast");
	first = hellos(fd, sink, RETRY_MS, true, &busy[1]);
	second = hellos(fd, sink, RETRY_MS, true, &busy[2]);
	printf("# %d peers, a hello every %d ms: %ld initiations in the first minute, %ld in the second\n", PEERS, HELLO_MS, first, second);
	printf("# busy %ld ms in 30 s without copies, then %ld and %ld ms a minute\n", busy[0], busy[1], busy[2]);
	claim(first == PEERS, "in a minute each peer is sent one handshake initiation");
	claim(second == PEERS, "... and in the next minute one more");
	vm_stop();
}
