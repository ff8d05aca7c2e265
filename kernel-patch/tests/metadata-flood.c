// SPDX-License-Identifier: GPL-2.0-only
/*
 * metadata-flood FAMILY OPERATION COUNT KEYS <PREFIXES: sends UDP packets between the hub, which is in this namespace, and the spoke wg1 in
 * s1, and prints the nanoseconds that a packet took.
 *
 *   OPERATION   encrypt: from the hub to addresses of the prefixes; decrypt: from such addresses to the hub
 *   COUNT       packets; the next 64 are sent when the last 64 have arrived, and the program fails if one does not
 *   KEYS        hot: the first prefix alone; uniform: drawn from all
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

enum { BATCH = 64, PAYLOAD = 64, PORT = 9, MOST = 1 << 20, LARGEST = sizeof(struct ip6_hdr) + sizeof(struct udphdr) + PAYLOAD };

static unsigned char (*addresses)[16];
static int count_of_addresses;
static bool six;

static void read_addresses(void)
{
	char line[64];

	addresses = calloc(MOST, sizeof(*addresses));
	while (count_of_addresses < MOST && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "/")] = 0;
		if (inet_pton(six ? AF_INET6 : AF_INET, line, addresses[count_of_addresses]) == 1)
			count_of_addresses++;
	}
	if (!count_of_addresses)
		errx(1, "no prefixes");
}

static unsigned int sum(const void *data, int len)
{
	unsigned int total = 0;

	for (int i = 0; i < len; i += 2)
		total += ntohs(*(unsigned short *)(data + i));
	return total;
}

static unsigned short folded(unsigned int total)
{
	total = (total & 0xffff) + (total >> 16);
	return htons(~(total + (total >> 16)));
}

/* A packet to the hub. Returns its length. */
static int fill(unsigned char *packet, const void *source)
{
	int head = six ? sizeof(struct ip6_hdr) : sizeof(struct iphdr), length = sizeof(struct udphdr) + PAYLOAD;
	int pseudo = six ? offsetof(struct ip6_hdr, ip6_src) : offsetof(struct iphdr, saddr);
	struct udphdr *udp = (void *)(packet + head);
	struct ip6_hdr *ip6 = (void *)packet;
	struct iphdr *ip = (void *)packet;

	memset(packet, 0, head + length);
	udp->source = udp->dest = htons(PORT);
	udp->len = htons(length);
	if (six) {
		*ip6 = (struct ip6_hdr){ .ip6_plen = htons(length), .ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64 };
		ip6->ip6_vfc = 6 << 4; /* of a union with the others */
		memcpy(&ip6->ip6_src, source, 16);
		inet_pton(AF_INET6, "fd00::1", &ip6->ip6_dst);
	} else {
		*ip = (struct iphdr){ .version = 4, .ihl = 5, .tot_len = htons(head + length), .ttl = 64, .protocol = IPPROTO_UDP };
		memcpy(&ip->saddr, source, 4);
		inet_pton(AF_INET, "172.16.0.1", &ip->daddr);
		ip->check = folded(sum(ip, head));
	}
	udp->check = folded(sum(packet + pseudo, head - pseudo) + IPPROTO_UDP + length + sum(udp, length));
	return head + length;
}

/* A socket of the hub: any address, the test's port. */
static int hub_socket(void)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	struct sockaddr_in a4 = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, six ? (void *)&a6 : (void *)&a4, six ? sizeof(a6) : sizeof(a4)))
		err(1, "bind");
	return fd;
}

static struct sockaddr_ll wg1;

/* Enters the namespace of the spoke. */
static int spoke_socket(void)
{
	int space = open("/run/netns/s1", O_RDONLY), fd;

	if (space < 0 || setns(space, CLONE_NEWNET))
		err(1, "s1");
	wg1 = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_protocol = htons(six ? ETH_P_IPV6 : ETH_P_IP),
				    .sll_ifindex = if_nametoindex("wg1") };
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (bind(fd, (void *)&wg1, sizeof(wg1)))
		err(1, "wg1");
	return fd;
}

static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static unsigned char packets[BATCH][LARGEST];
static union {
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} targets[BATCH];

static void prepare(int i, bool encrypt, const void *address)
{
	struct msghdr *h = &messages[i].msg_hdr;

	*h = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1, .msg_name = &wg1, .msg_namelen = sizeof(wg1) };
	vectors[i] = (struct iovec){ packets[i], PAYLOAD };
	if (!encrypt) {
		vectors[i].iov_len = fill(packets[i], address);
	} else if (six) {
		targets[i].v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
		memcpy(&targets[i].v6.sin6_addr, address, 16);
	} else {
		targets[i].v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT) };
		memcpy(&targets[i].v4.sin_addr, address, 4);
	}
	if (encrypt) {
		h->msg_name = &targets[i];
		h->msg_namelen = six ? sizeof(targets[i].v6) : sizeof(targets[i].v4);
	}
}

/* Sends so many packets and waits until all have arrived. */
static void send_and_receive(int out, int in, bool encrypt, int count, int keys)
{
	int sent = 0, arrived = 0;

	for (int i = 0; i < count; i++)
		prepare(i, encrypt, addresses[random() % keys]);
	while (sent < count) {
		int n = sendmmsg(out, messages + sent, count - sent, 0);

		if (n < 0)
			err(1, "send");
		sent += n;
	}
	for (int i = 0; i < count; i++) {
		vectors[i] = (struct iovec){ packets[i], LARGEST };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	while (arrived < count) {
		int n = recvmmsg(in, messages, count - arrived, MSG_WAITFORONE, NULL);

		if (n < 0)
			err(1, "%d of %d packets arrived", arrived, count);
		arrived += n;
	}
}

int main(int argc, char **argv)
{
	struct timeval patience = { .tv_sec = 15 };
	struct timespec start, end;
	int hub, spoke, count, keys;
	bool encrypt;

	if (argc != 5)
		return 64;
	six = !strcmp(argv[1], "6");
	encrypt = !strcmp(argv[2], "encrypt");
	count = (atoi(argv[3]) + BATCH - 1) / BATCH * BATCH;
	read_addresses();
	keys = strcmp(argv[4], "hot") ? count_of_addresses : 1;
	hub = hub_socket();
	spoke = spoke_socket();
	setsockopt(encrypt ? spoke : hub, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	send_and_receive(encrypt ? hub : spoke, encrypt ? spoke : hub, encrypt, 1, keys); /* the handshake */
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int done = 0; done < count; done += BATCH)
		send_and_receive(encrypt ? hub : spoke, encrypt ? spoke : hub, encrypt, BATCH, keys);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld\n", ((end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec) / count);
	return 0;
}
