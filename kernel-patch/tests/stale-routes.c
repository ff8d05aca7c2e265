// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with two processors or more: a socket that looks its route up while the route changes does not keep the
 * old one.
 *
 * A writer and a reader run on two processors. In each round the writer prepares routes, and then both start at once: the writer
 * changes the route, and the reader connects a socket through it after a random delay. When both are done, the reader sends a packet.
 * The socket must then hold the new route, which has another MTU. No WireGuard is needed: a kernel without the series can be asked.
 *
 * IPv6 has such a race that the series does not mend: a socket takes its cookie, the number of its route's node, after the lookup. If a
 * more specific route is added in between, the cookie is newer than the lookup. This is counted and not claimed.
 */
#define _GNU_SOURCE
#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OLD_MTU = 1300, NEW_MTU = 1400, WARM_UP = 100 };

/* What the writer does to the prefix, and whether somebody had used the route before. A shorter prefix covers it where there must be a route. */
enum change { REPLACE_UNUSED, REPLACE_USED, REMOVE_UNUSED, REMOVE_USED, ADD, CHANGES };
static const char *const change_names[] = {
	"that is replaced before its first use", "that is replaced", "that is deleted before its first use", "that is deleted",
	"that a more specific one covers",
};

static struct shared {
	_Alignas(64) atomic_long arrived;
	int delay; /* of the reader, in steps */
	long stale, unreachable;
} *shared;

static int device;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void pause_steps(int steps)
{
	for (volatile int i = 0; i < steps; i++)
		;
}

/* Both processes wait for each other. */
static void meet(void)
{
	long both = (atomic_fetch_add(&shared->arrived, 1) / 2 + 1) * 2;

	for (long spins = 1; atomic_load(&shared->arrived) < both; spins++) {
		/* The writer's only child; the reader has none. */
		if (spins % (1 << 24) == 0 && waitpid(-1, NULL, WNOHANG) > 0) {
			claim(false, "the reader goes on");
			vm_stop();
		}
	}
}

static socklen_t address(bool local, struct sockaddr_storage *a)
{
	struct sockaddr_in *a4 = (void *)a;
	struct sockaddr_in6 *a6 = (void *)a;

	memset(a, 0, sizeof(*a));
	a->ss_family = family;
	if (family == AF_INET) {
		inet_pton(AF_INET, local ? "172.16.0.1" : "198.18.1.1", &a4->sin_addr);
		a4->sin_port = local ? 0 : htons(9);
		return sizeof(*a4);
	}
	inet_pton(AF_INET6, local ? "fd00::1" : "2001:db8:1::1", &a6->sin6_addr);
	a6->sin6_port = local ? 0 : htons(9);
	return sizeof(*a6);
}

static int bound_socket(void)
{
	struct sockaddr_storage a;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = address(true, &a);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len)) {
		perror("bind");
		abort();
	}
	return fd;
}

/* An IPv6 lookup that finds a route just as that is replaced fails, which sends nothing to anyone. */
static bool connect_it(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = address(false, &a);

	if (!connect(fd, (struct sockaddr *)&a, len))
		return true;
	if (family == AF_INET || errno != ENETUNREACH) {
		perror("connect");
		abort();
	}
	return false;
}

static int mtu_after_send(int fd)
{
	int mtu = 0;
	socklen_t len = sizeof(mtu);

	if (send(fd, "x", 1, 0) != 1)
		return -1;
	if (family == AF_INET)
		getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &len);
	else
		getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &len);
	return mtu;
}

static void run_on(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static _Noreturn void reader(void)
{
	run_on(1);
	for (;;) {
		int fd = bound_socket(), mtu;
		bool connected;

		meet();
		pause_steps(shared->delay);
		connected = connect_it(fd);
		meet();
		mtu = connected ? mtu_after_send(fd) : NEW_MTU;
		if (mtu != OLD_MTU && mtu != NEW_MTU) {
			printf("not ok - MTU %d\n", mtu);
			abort();
		}
		shared->stale += mtu == OLD_MTU;
		shared->unreachable += !connected;
		close(fd);
		meet();
	}
}

/* A route by the device; of the prefix or of the shorter one that covers it. Returns the errno. */
static int route(int type, bool cover, int mtu)
{
	bool v6 = family == AF_INET6;
	struct rtmsg r = { .rtm_family = family, .rtm_dst_len = v6 ? 48 - 16 * cover : 24 - 8 * cover, .rtm_table = RT_TABLE_MAIN,
			   .rtm_scope = v6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK, .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST };
	unsigned char to[16];
	struct nlattr *metrics;

	inet_pton(family, v6 ? cover ? "2001:db8::" : "2001:db8:1::" : cover ? "198.18.0.0" : "198.18.1.0", to);
	begin(type, NLM_F_ACK | (type == RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_REPLACE : 0), &r, sizeof(r));
	put(RTA_DST, to, v6 ? 16 : 4);
	put_u32(RTA_OIF, device);
	if (type == RTM_NEWROUTE) {
		metrics = nest(RTA_METRICS);
		put_u32(RTAX_MTU, mtu);
		end(metrics);
	}
	return talk(rtnl);
}

static void add_local_address(void)
{
	struct ifaddrmsg a = { .ifa_family = family, .ifa_prefixlen = family == AF_INET6 ? 128 : 32,
			       .ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0, .ifa_index = device };
	unsigned char local[16];

	inet_pton(family, family == AF_INET6 ? "fd00::1" : "172.16.0.1", local);
	begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, &a, sizeof(a));
	put(IFA_LOCAL, local, family == AF_INET6 ? 16 : 4);
	claim(talk(rtnl) == 0, "the device can have an address");
}

static void use(void)
{
	int fd = bound_socket();

	connect_it(fd);
	close(fd);
}

/* Returns how many requests failed. */
static int prepare(enum change change)
{
	int refused = route(RTM_NEWROUTE, true, change == ADD ? OLD_MTU : NEW_MTU) != 0;

	route(RTM_DELROUTE, false, 0);
	if (change != ADD)
		refused += route(RTM_NEWROUTE, false, OLD_MTU) != 0;
	if (change == REPLACE_USED || change == REMOVE_USED)
		use();
	return refused;
}

static int make(enum change change)
{
	bool removes = change == REMOVE_UNUSED || change == REMOVE_USED;

	return route(removes ? RTM_DELROUTE : RTM_NEWROUTE, false, NEW_MTU) != 0;
}

/* How many steps a pause has while a request is made. */
static int steps_of_a_request(enum change change)
{
	double started, request, step;
	int steps = 10000;

	prepare(change);
	started = now();
	make(change);
	request = now() - started;
	started = now();
	pause_steps(steps);
	step = (now() - started) / steps;
	return request / step + 1;
}

static void races(enum change change, int seconds)
{
	int range = 1;
	long refused = 0;
	double until;
	long rounds = 0;
	char text[128];

	for (int i = 0; i < WARM_UP; i++) {
		int steps = steps_of_a_request(change);

		/* The least, as others may have had the processor. */
		range = i && range < steps ? range : steps;
	}
	shared->stale = shared->unreachable = 0;
	until = now() + seconds;
	while (now() < until) {
		refused += prepare(change);
		/* Sometimes the reader is late, and mostly it comes while the request is made. */
		shared->delay = random() % (range + range / 4);
		meet();
		refused += make(change);
		meet();
		rounds++;
		meet();
	}
	printf("# IPv%d, a route %s: %ld rounds, %ld sockets kept the old one, %ld found none\n", family == AF_INET ? 4 : 6,
	       change_names[change], rounds, shared->stale, shared->unreachable);
	snprintf(text, sizeof(text), "no socket keeps a route %s", change_names[change]);
	if (family == AF_INET6 && change == ADD)
		snprintf(text, sizeof(text), "a more specific route can be added during lookups");
	else
		refused += shared->stale;
	claim(rounds > 0 && !refused, text);
}

static void both_run(int seconds)
{
	pid_t other;

	shared->arrived = 0;
	other = fork();
	if (!other)
		reader();
	for (int change = 0; change < CHANGES; change++)
		races(change, seconds);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

int main(int argc, char **argv)
{
	int seconds = argc > 2 && !strcmp(argv[1], "--seconds") ? atoi(argv[2]) : 5;

	vm_start();
	open_netlink();
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		claim(false, "there are two processors");
		vm_stop();
	}
	run_on(0);
	claim(make_link("dummy0", "dummy") == 0, "the device can be made");
	link_up("dummy0");
	device = if_nametoindex("dummy0");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	srandom(1);
	for (int six = 0; six < 2; six++) {
		family = six ? AF_INET6 : AF_INET;
		add_local_address();
		both_run(seconds);
	}
	vm_stop();
}
