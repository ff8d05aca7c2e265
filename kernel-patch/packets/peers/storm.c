// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of peers: the hub has just started, and all spokes start a handshake at once, each by one packet to the hub. The packet arrives
 * when the spoke has its session. A packet socket sees the handshakes on the underlay.
 */
#define _GNU_SOURCE
#include "peers.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* WireGuard gives a handshake up after 90 s. */
enum { LIMIT_S = 95, BUFFER = 64 << 20, INITIATION = 1, RESPONSE = 2, COOKIE = 3, TYPES = 4 };

static int open_sniffer(void)
{
	/* A socket of another protocol does not see what goes out. */
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex("under0") };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = BUFFER;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (void *)&a, sizeof(a)))
		perror("peers: packet socket");
	return fd;
}

static struct seen {
	long from_hub[TYPES], from_spokes[TYPES];
} seen;

static void read_sniffer(int fd)
{
	int version = family == AF_INET ? 4 : 6, head = version == 4 ? 20 : 40;
	unsigned char packet[128];
	struct sockaddr_ll from;
	socklen_t len;
	ssize_t got;

	memset(&seen, 0, sizeof(seen));
	while (len = sizeof(from), (got = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT, (void *)&from, &len)) > 0)
		if (got > head + 8 && packet[0] >> 4 == version && packet[version == 4 ? 9 : 6] == IPPROTO_UDP && packet[head + 8] < TYPES)
			(from.sll_pkttype == PACKET_OUTGOING ? seen.from_hub : seen.from_spokes)[packet[head + 8]]++;
}

/* Of all processors, in ticks of 10 ms: all that is neither idle nor stolen. */
static long busy_ticks(void)
{
	long user = 0, nice = 0, system = 0, idle, wait, irq = 0, softirq = 0;
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu %ld %ld %ld %ld %ld %ld %ld", &user, &nice, &system, &idle, &wait, &irq, &softirq) != 7)
		perror("/proc/stat");
	if (file)
		fclose(file);
	return user + nice + system + irq + softirq;
}

/* Prints when half of all spokes had a session, and when all had. */
static void start_all(int count)
{
	double start = seconds(), half = 0;

	for (int i = 1; i <= count; i++)
		probe_hub(i);
	while (arrivals() < count && seconds() < start + LIMIT_S) {
		await_arrival(1000);
		if (!half && arrivals() >= (count + 1) / 2)
			half = seconds() - start;
	}
	row_time("storm", "storm_time", start);
	if (!now.is_counting)
		row("storm", "storm_half_time", half, "s");
}

static bool all_by_right_peer(int count)
{
	for (int i = 0; i < count; i++)
		if (probe_at(i) != i + 1)
			return false;
	return true;
}

/* Unanswered: the hub dropped the initiation, or did not believe it. Spokes send cookies because they share the kernel with the hub. */
static void row_handshakes(void)
{
	long initiations = seen.from_spokes[INITIATION], responses = seen.from_hub[RESPONSE], cookies = seen.from_hub[COOKIE];

	row("storm", "storm_sessions", arrivals(), "sessions");
	row("storm", "storm_initiations", initiations, "packets");
	row("storm", "storm_responses", responses, "packets");
	row("storm", "storm_cookies", cookies, "packets");
	row("storm", "storm_cookies_of_spokes", seen.from_spokes[COOKIE], "packets");
	row("storm", "storm_unanswered", initiations - responses - cookies, "packets");
	must(initiations >= arrivals() && responses >= arrivals(), "storm: each session has a handshake that is seen");
}

void storm(void)
{
	int sniffer, count = spokes_of(now.peers), error = start_hub(true);
	long ticks;

	if (now.is_counting)
		begin_growth();
	sniffer = open_sniffer();
	damaged = 0;
	forget_probes();
	ticks = busy_ticks();
	start_all(count);
	row("storm", "storm_cpu_machine", (busy_ticks() - ticks) / 100.0, "s");
	claim_now(!error && all_by_right_peer(count) && !damaged, "storm: each peer gets a session, and its packet arrives");
	read_sniffer(sniffer);
	close(sniffer);
	row_handshakes();
	if (now.is_counting)
		end_growth("storm");
	must(stop_hub(true) == 0, "storm: the hub can be deleted, and spokes forget it");
}
