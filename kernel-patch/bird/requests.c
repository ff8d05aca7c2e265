// SPDX-License-Identifier: GPL-2.0-only
/*
 * requests SECONDS: counts the changes of routes and nexthop objects that processes of this network namespace ask the kernel for, as nlmon0
 * sees them, and prints
 *
 *   routes N objects M scans S
 *
 * S counts dumps of routes. Requests that fail count as well; what the kernel tells of changes does not. "counting" on standard error says
 * that it has begun.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static long routes, objects, scans;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void count(const struct nlmsghdr *h, int size)
{
	for (; NLMSG_OK(h, size); h = NLMSG_NEXT(h, size)) {
		/* What the kernel sends may have the flags of the request, but it has a sender's number. */
		if (!(h->nlmsg_flags & NLM_F_REQUEST) || h->nlmsg_pid)
			continue;
		routes += h->nlmsg_type == RTM_NEWROUTE || h->nlmsg_type == RTM_DELROUTE;
		objects += h->nlmsg_type == RTM_NEWNEXTHOP || h->nlmsg_type == RTM_DELNEXTHOP;
		scans += h->nlmsg_type == RTM_GETROUTE && (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(3) /* all */ };
	static char buffer[1 << 18] __attribute__((aligned(8)));
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(3)), room = 64 << 20;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	double end, left;

	address.sll_ifindex = if_nametoindex("nlmon0");
	if (argc != 2 || fd < 0 || !address.sll_ifindex || bind(fd, (void *)&address, sizeof(address))) {
		perror("requests");
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	fprintf(stderr, "counting\n");
	for (end = now() + atof(argv[1]); (left = end - now()) > 0;) {
		struct sockaddr_ll from;
		socklen_t length = sizeof(from);
		int size;

		if (poll(&p, 1, left * 1000 + 1) != 1)
			continue;
		size = recvfrom(fd, buffer, sizeof(buffer), 0, (void *)&from, &length);
		if (size > 0 && ntohs(from.sll_protocol) == NETLINK_ROUTE)
			count((void *)buffer, size);
	}
	printf("routes %ld objects %ld scans %ld\n", routes, objects, scans);
	return 0;
}
