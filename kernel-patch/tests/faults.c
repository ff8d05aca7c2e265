// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM whose kernel can make allocations fail (vm/debug.config): each request that has to do with routes that
 * name peers is sent again and again, and one allocation further fails each time, until none is left to fail. What can be seen
 * of routes, nexthop objects, peers and references to the module must then be as before the request or as after it, and
 * its answer must say which. At the end nothing leaks, and the module is unloaded though sockets have cached dsts.
 */
#define _GNU_SOURCE
#include "checks.h"
#include "routes.h"
#include "tunnels.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1000 };

static const int families[] = { AF_INET, AF_INET6 };

/* What can be seen of the state, as a digest: a sum, as the order of messages and peers says nothing. */
static void add_to_digest(const struct nlmsghdr *h, void *digest)
{
	const unsigned char *data = NLMSG_DATA(h);
	uint64_t one = 0xcbf29ce484222325u;

	for (size_t i = 0; i < h->nlmsg_len - NLMSG_HDRLEN; i++)
		one = (one ^ data[i]) * 0x100000001b3u;
	*(uint64_t *)digest += one;
}

/* Of the device what is set here, and the peers with their numbers: other things change with time. */
static void add_device(const struct nlmsghdr *h, void *digest)
{
	const struct nlattr *peers = find_in(h, GENL_HDRLEN, WGDEVICE_A_PEERS), *one;
	int left = peers ? size_of(peers) : 0;
	uint64_t sum = number_of(find_in(h, GENL_HDRLEN, WGDEVICE_A_ROUTE_MODE)) * 1000003 +
		       number_of(find_in(h, GENL_HDRLEN, WGDEVICE_A_SOURCE_CHECK)) * 10007;

	for (one = peers ? data_of(peers) : NULL; left >= NLA_HDRLEN;
	     left -= NLA_ALIGN(one->nla_len), one = (const void *)one + NLA_ALIGN(one->nla_len)) {
		const unsigned char *key = data_of(find(data_of(one), size_of(one), WGPEER_A_PUBLIC_KEY));

		sum += (number_of(find(data_of(one), size_of(one), WGPEER_A_ID)) + 2) * (key[0] + 256 * key[1] + 1);
	}
	*(uint64_t *)digest += sum;
}

static uint64_t state(void)
{
	struct nhmsg n = { 0 };
	struct rtmsg r = { .rtm_family = family };
	uint64_t digest = if_nametoindex("wg9") != 0;
	long messages = 0;

	begin(RTM_GETROUTE, NLM_F_DUMP, &r, sizeof(r));
	talk_dump(rtnl, &messages, add_to_digest, &digest);
	begin(RTM_GETNEXTHOP, NLM_F_DUMP, &n, sizeof(n));
	talk_dump(rtnl, &messages, add_to_digest, &digest);
	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, 0);
	talk_dump(genl, &messages, add_device, &digest);
	return digest;
}

/* fail-nth of this process counts down from N; the allocation at which it becomes 0 fails. That is for the next request alone,
 * and not for what the program does to make it.
 */
static int fail_nth, armed;
static bool injected;

static void set_countdown(int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	if (pwrite(fail_nth, text, strlen(text), 0) < 0)
		perror("fail-nth");
}

static int countdown(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	return atoi(text);
}

static void inject(bool before)
{
	if (!armed)
		return;
	if (before) {
		set_countdown(armed);
		return;
	}
	injected = countdown() == 0;
	set_countdown(0);
	armed = 0;
}

static uint64_t number_of_2;
static struct hop two[2], other_two[2];

static int add_route(void) { return route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, (struct route){ .to = at(1, 0), .hop.peer = 2 }); }
static int move_route(void) { return route_set((struct route){ .to = at(1, 0), .hop.peer = 3 }); }
static int move_back(void) { return route_set((struct route){ .to = at(1, 0), .hop.peer = 2 }); }
static int delete_route(void) { return route_delete((struct route){ .to = at(1, 0), .hop.peer = 2 }); }
static int delete_by_number(void) { return route_delete((struct route){ .to = at(1, 0), .hop.number = number_of_2 }); }
static int add_two(void) { return route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, (struct route){ .to = at(2, 0), .hops = two, .count = 2 }); }
static int move_two(void) { return route_set((struct route){ .to = at(2, 0), .hops = other_two, .count = 2 }); }
static int move_two_back(void) { return route_set((struct route){ .to = at(2, 0), .hops = two, .count = 2 }); }
static int delete_two(void) { return route_delete((struct route){ .to = at(2, 0), .hops = two, .count = 2 }); }
static int add_object(void) { return nexthop_set(1, (struct hop){ .peer = 2 }); }
static int move_object(void) { return nexthop_set(1, (struct hop){ .peer = 3 }); }
static int delete_object(void) { return nexthop_delete(1); }
static int add_group(void) { return group_set(9, 1, 2, false); }
static int delete_group(void) { return nexthop_delete(9); }
static int use_group(void) { return route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, (struct route){ .to = at(3, 0), .nexthop = 9 }); }
static int forget_group(void) { return route_delete((struct route){ .to = at(3, 0) }); }
static int set_peer_mode(void) { return set_device(0, WGDEVICE_A_ROUTE_MODE, WGDEVICE_ROUTE_MODE_PEER); }
static int set_auto(void) { return set_device(0, WGDEVICE_A_ROUTE_MODE, WGDEVICE_ROUTE_MODE_AUTO); }
static int set_loose(void) { return set_device(0, WGDEVICE_A_SOURCE_CHECK, WGDEVICE_SOURCE_CHECK_LOOSE); }
static int set_strict(void) { return set_device(0, WGDEVICE_A_SOURCE_CHECK, WGDEVICE_SOURCE_CHECK_STRICT); }
static int make_device(void) { return make_link("wg9", "wireguard"); }

static int remove_peer(void) { return set_peer_flags(0, 2, WGPEER_F_REMOVE_ME); }
static int add_peer(void) { return set_peer_flags(0, 2, 0); }

static int delete_device(void)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex("wg9") };

	begin(RTM_DELLINK, NLM_F_ACK, &i, sizeof(i));
	return talk(rtnl);
}

static int dump_routes(void)
{
	struct rtmsg r = { .rtm_family = family };
	long messages = 0;

	begin(RTM_GETROUTE, NLM_F_DUMP, &r, sizeof(r));
	return talk_dump(rtnl, &messages, NULL, NULL);
}

static int get_route(void) { return dead_hops(at(1, 1)) < 0 ? ENOMEM : 0; }
static int nothing(void) { return 0; }

/* In this order each finds what it needs; at the end of a request all is as before it, but where it is kept. */
static const struct step {
	const char *name;
	int (*request)(void), (*undo)(void);
	bool keep, any_family; /* any: it is tried once */
} steps[] = {
	{ "add a route", add_route, delete_route, true, false },
	{ "move a route", move_route, move_back, false, false },
	{ "delete a route by its peer's key", delete_route, add_route, false, false },
	{ "delete a route by its peer's number", delete_by_number, add_route, false, false },
	{ "add a multipath route", add_two, delete_two, true, false },
	{ "move a multipath route", move_two, move_two_back, false, false },
	{ "delete a multipath route", delete_two, add_two, false, false },
	{ "add a nexthop object", add_object, delete_object, true, false },
	{ "add a group", add_group, delete_group, true, false },
	{ "add a route by the group", use_group, forget_group, true, false },
	{ "move a nexthop object", move_object, add_object, false, false },
	{ "remove a peer", remove_peer, add_peer, true, false },
	{ "add a peer that routes name", add_peer, remove_peer, true, false },
	{ "set the mode", set_peer_mode, set_auto, false, true },
	{ "set the source check", set_loose, set_strict, false, true },
	{ "get a route", get_route, nothing, false, false },
	{ "dump routes", dump_routes, nothing, false, false },
	{ "make a device", make_device, delete_device, true, true },
	{ "delete a device", delete_device, make_device, true, true },
	{ "delete a route by the group", forget_group, use_group, true, false },
	{ "delete a group", delete_group, add_group, true, false },
	{ "delete a nexthop object", delete_object, add_object, true, false },
	{ "delete the multipath route", delete_two, add_two, true, false },
	{ "delete the route", delete_route, add_route, true, false },
};

struct ends {
	uint64_t state;
	long references;
};

/* States are freed after a grace period: until the references are the same for some time. */
static struct ends ends_now(void)
{
	struct ends ends = { state(), module_references() };

	for (int same = 0; same < 5; same++) {
		usleep(20000);
		if (module_references() != ends.references)
			same = -1;
		ends.references = module_references();
	}
	return ends;
}

static bool is_at(const struct ends *ends)
{
	if (state() != ends->state)
		return false;
	for (int i = 0; i < 200 && module_references() != ends->references; i++)
		usleep(10000);
	return module_references() == ends->references;
}

/* Whether the answer says the truth: without an error all is done; with one nothing is, unless the answer itself was lost. What
 * core code says of a device that it could not make is not ours. IPv6 deletes a multipath route by its hops one hop after the
 * other, and stops where memory is short; the message of fix 3 says so.
 */
static bool is_honest(const struct step *step, int error, bool done, bool undone)
{
	if (!error)
		return done;
	if (step->request == delete_two && family == AF_INET6 && error == ENOMEM)
		return true;
	return (step->request == make_device && undone) || (error == ENOMEM && undone) || (error == ENOBUFS && (done || undone));
}

static void try_step(const struct step *step)
{
	struct ends before = ends_now(), after;
	int n = 0, failed = 0, wrong = 0, error;
	char text[160];

	error = step->request();
	after = ends_now();
	if (error || step->undo() || !is_at(&before)) {
		snprintf(text, sizeof(text), "%s: it can be done and undone", step->name);
		claim(false, text);
		return;
	}
	for (injected = true; injected && n < MOST;) {
		bool done, undone;

		armed = ++n;
		error = step->request();
		open_netlink(); /* a dump that failed half-way is still going on in the old one */
		done = is_at(&after);
		undone = before.state == after.state ? done : !done && is_at(&before);
		failed += injected;
		if (!is_honest(step, error, done, undone)) {
			printf("# %s: allocation %d failed, errno %d (%s), %s\n", step->name, n, error, extack,
			       done ? "done" : undone ? "not done" : "half done");
			wrong++;
		}
		/* What was done by half is done in full first. */
		if (!undone && step->undo() && (step->request(), step->undo()))
			printf("# %s cannot be undone\n", step->name);
	}
	if (step->keep)
		step->request();
	snprintf(text, sizeof(text), "%s: %d allocations failed, and each time the answer said what was done", step->name, failed);
	claim(failed > 0 && n < MOST && !wrong, text);
}

/* What holds the module is let go after a grace period. */
static bool is_let_go(void)
{
	for (int i = 0; i < 200 && module_references() > 0; i++)
		usleep(10000);
	return module_references() == 0;
}

/* A socket with a cached dst of a route that names a peer. */
static int cache_dst(void)
{
	int fd;

	add_route();
	fd = connected(at(1, 1));
	claim(send(fd, "x", 1, 0) == 1, "a socket has cached the dst of a route that names a peer");
	return fd;
}

static void hold_module(void)
{
	int fd;

	claim(is_let_go(), "without routes that name peers nothing refers to the module");
	fd = cache_dst();
	claim(unload_module() == EWOULDBLOCK, "the module cannot be unloaded under the route");
	delete_route();
	usleep(200000); /* a grace period and more */
	claim(unload_module() == EWOULDBLOCK, "... nor, without it, under the dst");
	send(fd, "x", 1, 0);
	claim(is_let_go(), "... which the socket gives back when it sends again");
	close(fd);
}

static void delete_devices(void)
{
	for (int d = 0; d <= PEERS; d++) {
		char name[8];
		struct ifinfomsg i = { 0 };

		snprintf(name, sizeof(name), "wg%d", d);
		i.ifi_index = if_nametoindex(name);
		begin(RTM_DELLINK, NLM_F_ACK, &i, sizeof(i));
		talk(rtnl);
	}
}

static void unload(void)
{
	int fds[2];

	for (int six = 0; six < 2; six++) {
		family = families[six];
		hold_module();
	}
	for (int six = 0; six < 2; six++) {
		family = families[six];
		fds[six] = cache_dst();
	}
	family = 0;
	claim(unload_module() == EWOULDBLOCK, "the module cannot be unloaded under routes");
	delete_devices();
	claim(unload_module() == EWOULDBLOCK, "... nor, without devices, under cached dsts");
	for (int six = 0; six < 2; six++) {
		send(fds[six], "x", 1, 0);
		close(fds[six]);
	}
	claim_unloading();
}

/* An argument, 4 or 6, is the only family to try. */
int main(int argc, char **argv)
{
	int only = argc > 1 ? atoi(argv[1]) : 0, tried = 0;

	vm_start();
	claim(argc <= 1 || only == 4 || only == 6, "the argument is a family");
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	claim(write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N") && write_file("/sys/kernel/debug/failslab/verbose", "0"),
	      "the kernel can make allocations fail");
	around_talk = inject;
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	forget_leaks();
	open_netlink();
	set_up();
	set_auto();
	for (int six = 0; six < 2; six++) {
		if (only && only != (six ? 6 : 4))
			continue;
		tried++;
		family = families[six];
		two[0] = (struct hop){ .peer = 4, .gateway = gateway(4) };
		two[1] = (struct hop){ .peer = 5, .gateway = gateway(5) };
		other_two[0] = (struct hop){ .peer = 6, .gateway = gateway(4) };
		other_two[1] = (struct hop){ .peer = 7, .gateway = gateway(5) };
		nexthop_set(2, (struct hop){ .peer = 8 });
		number_of_2 = peer_number(0, 2);
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
			if (!steps[i].any_family || !six)
				try_step(&steps[i]);
		nexthop_delete(2);
	}
	claim(tried == (only ? 1 : 2), "every family was tried");
	unload();
	claim_no_leak();
	claim_clean_log();
	vm_stop();
	return 0;
}
