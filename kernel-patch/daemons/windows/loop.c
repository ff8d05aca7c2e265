// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of windows: the requests of daemons in a tight loop. A changer moves a prefix from spoke 1 to spoke 2 and back, again and again.
 *
 * The changer counts in shared memory: change K is under way while the number is 2K - 1, and confirmed by the kernel when it is 2K. The
 * prober reads the number before and after each sendto(). So the order of both is certain, whatever clocks say. A packet may come to
 * each spoke that the prefix belonged to at some time between, and no packet may come to a spoke that the prefix had already left.
 */
#define _GNU_SOURCE
#include "windows.h"

#include <net/if.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_CHANGES = 1 << 18, COVER = 3, OTHER_IPS = 100, FOLLOW_MS = 5000 };

static struct shared {
	_Alignas(64) atomic_uint number;
	_Alignas(64) atomic_uint arrived; /* the last change after which a packet has come to the new spoke */
	atomic_bool is_over, is_done; /* for the changer: make no other change; from it: all have been made, and followed */
	int refused, late;
	struct change {
		int64_t begun, confirmed;
	} changes[MAX_CHANGES];
} *shared;

static int device;
static struct peers peers;
static int peer_of_spoke[RECEIVERS + 1];

/* Before the first change, 0, the prefix belongs to spoke 1. */
static int spoke_after(unsigned int change) { return 1 + change % 2; }
static int other(int spoke) { return 3 - spoke; }

/*
 * What a route is to: the prefix that moves, a shorter one that covers it, or one of the spoke's own, which stays. The last keeps the
 * kernel's fib_info of the spoke's gateway alive: see replace-alone.
 */
enum destination { MOVING, COVERING, STAYING = 200 };

/* A route via a spoke; 0: by the device alone. Returns errno. */
static int route(int type, int flags, enum destination destination, int spoke)
{
	bool cover = destination == COVERING;
	struct sockaddr_storage to, via;
	struct rtmsg r = { .rtm_family = family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BABEL, .rtm_type = RTN_UNICAST };
	int size = address_size(family);

	r.rtm_dst_len = family == AF_INET ? cover ? 16 : 24 : cover ? 32 : 64;
	r.rtm_scope = family == AF_INET && !spoke ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	probed_address(family, destination == STAYING ? STAYING + spoke : 0, &to);
	memset(bytes_of(&to) + (r.rtm_dst_len + 7) / 8, 0, size - (r.rtm_dst_len + 7) / 8);
	begin(type, NLM_F_ACK | flags, &r, sizeof(r));
	put(RTA_DST, bytes_of(&to), size);
	put_u32(RTA_OIF, device);
	if (spoke) {
		tunnel_address(family, spoke, 0, &via);
		put(RTA_GATEWAY, bytes_of(&via), size);
	}
	return talk(rtnl);
}

static int add_route(enum destination to, int spoke) { return route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, to, spoke); }

static int replace_route(int to) { return route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, MOVING, to); }

/* As babeld moves every route, and BIRD 2.0.12 IPv6 routes without gateway. */
static int delete_and_add_route(int to)
{
	int error = route(RTM_DELROUTE, 0, MOVING, other(to));

	return error ? error : add_route(MOVING, to);
}

/* The check of the test itself: here packets must be lost. */
static int delete_wait_and_add_route(int to)
{
	int error = route(RTM_DELROUTE, 0, MOVING, other(to));

	usleep(20000);
	return error ? error : add_route(MOVING, to);
}

/* What a request about AllowedIPs is made of. */
static struct nlattr *list, *part, *ips;

static void begin_peer(int spoke, unsigned int flags)
{
	part = nest(0);
	put(WGPEER_A_PUBLIC_KEY, peers.key[peer_of_spoke[spoke]], WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY | flags);
	ips = nest(WGPEER_A_ALLOWEDIPS);
}

static void put_ip(const struct sockaddr_storage *address, unsigned char length, unsigned int flags)
{
	struct nlattr *ip = nest(0);

	put_u16(WGALLOWEDIP_A_FAMILY, address->ss_family);
	put(WGALLOWEDIP_A_IPADDR, bytes_of((void *)address), address_size(address->ss_family));
	put(WGALLOWEDIP_A_CIDR_MASK, &length, 1);
	if (flags)
		put_u32(WGALLOWEDIP_A_FLAGS, flags);
	end(ip);
}

static void end_peer(void)
{
	end(ips);
	end(part);
}

static int one_ip(int spoke, const struct sockaddr_storage *address, int length, unsigned int flags)
{
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	begin_peer(spoke, 0);
	put_ip(address, length, flags);
	end_peer();
	end(list);
	return talk(genl);
}

static int prefix_ip(int spoke, unsigned int flags)
{
	struct sockaddr_storage to;

	probed_address(family, 0, &to);
	return one_ip(spoke, &to, family == AF_INET ? 24 : 64, flags);
}

static int move_ip(int to) { return prefix_ip(to, 0); }

static int remove_and_add_ip(int to)
{
	int error = prefix_ip(other(to), WGALLOWEDIP_F_REMOVE_ME);

	return error ? error : prefix_ip(to, 0);
}

/* Replaces the allowed IPs of spoke 1 by those that it had at the start, and by the prefix with some others before it. */
static int set_list(bool has_prefix)
{
	struct sockaddr_storage address;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, 0);
	list = nest(WGDEVICE_A_PEERS);
	begin_peer(1, WGPEER_F_REPLACE_ALLOWEDIPS);
	for (int i = 0; i < peers.ips; i++) {
		if (peers.ip[i].peer != peer_of_spoke[1])
			continue;
		address.ss_family = peers.ip[i].family;
		memcpy(bytes_of(&address), peers.ip[i].address, address_size(address.ss_family));
		put_ip(&address, peers.ip[i].length, 0);
	}
	for (int i = OTHER_IPS; i >= 0 && has_prefix; i--) {
		probed_address(family, i, &address);
		put_ip(&address, family == AF_INET ? 24 : 64, 0);
	}
	end_peer();
	end(list);
	return talk(genl);
}

/* As "wg set" and "wg syncconf" do; nothing changes. */
static int send_whole_list(int to)
{
	(void)to;
	return set_list(true);
}

/* The gateway of all routes to spoke 1 becomes an allowed IP of the other spoke. */
static int move_gateway(int to)
{
	struct sockaddr_storage gateway;

	tunnel_address(family, 1, 0, &gateway);
	return one_ip(to, &gateway, 8 * address_size(family), 0);
}

static int lone_route_to_1(void) { return add_route(MOVING, 1); }
static int route_to_1(void) { return add_route(STAYING, 1) || add_route(STAYING, 2) || add_route(MOVING, 1); }
static int routes_to_1_and_cover(void) { return add_route(COVERING, COVER) || route_to_1(); }
static int ip_of_1(void) { return add_route(MOVING, 0) || prefix_ip(1, 0); }
static int list_of_1(void) { return add_route(MOVING, 0) || set_list(true); }
static int route_and_ip_of_1(void) { return route_to_1() || prefix_ip(1, 0); }

/* A shorter prefix belongs to spoke 3; the prefix stays at spoke 1; an agent follows the change, and the next one waits for it. */
enum { COVERED = 1, STAYS = 2, FOLLOWS = 4 };

static const struct scene {
	const char *name;
	int mode, flags;
	int (*prepare)(void), (*change)(int to);
} scenes[] = {
	{ "control", WGDEVICE_ROUTE_MODE_GATEWAY, 0, route_to_1, delete_wait_and_add_route },
	{ "replace", WGDEVICE_ROUTE_MODE_GATEWAY, 0, route_to_1, replace_route },
	{ "replace-alone", WGDEVICE_ROUTE_MODE_GATEWAY, 0, lone_route_to_1, replace_route },
	{ "replace-covered", WGDEVICE_ROUTE_MODE_GATEWAY, COVERED, routes_to_1_and_cover, replace_route },
	{ "delete-add", WGDEVICE_ROUTE_MODE_GATEWAY, 0, route_to_1, delete_and_add_route },
	{ "delete-add-covered", WGDEVICE_ROUTE_MODE_GATEWAY, COVERED, routes_to_1_and_cover, delete_and_add_route },
	{ "gateway-moves", WGDEVICE_ROUTE_MODE_GATEWAY, 0, route_to_1, move_gateway },
	{ "agent-replace", WGDEVICE_ROUTE_MODE_ALLOWEDIPS, FOLLOWS, route_and_ip_of_1, replace_route },
	{ "agent-delete-add", WGDEVICE_ROUTE_MODE_ALLOWEDIPS, FOLLOWS, route_and_ip_of_1, delete_and_add_route },
	{ "allowedips-move", WGDEVICE_ROUTE_MODE_ALLOWEDIPS, 0, ip_of_1, move_ip },
	{ "allowedips-two", WGDEVICE_ROUTE_MODE_ALLOWEDIPS, 0, ip_of_1, remove_and_add_ip },
	{ "allowedips-list", WGDEVICE_ROUTE_MODE_ALLOWEDIPS, STAYS, list_of_1, send_whole_list },
};

static const struct scene *scene_of(const char *name)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++)
		if (!strcmp(scenes[i].name, name))
			return &scenes[i];
	fprintf(stderr, "windows: no scene %s\n", name);
	exit(64);
}

static int expected_after(const struct scene *scene, unsigned int change) { return scene->flags & STAYS ? 1 : spoke_after(change); }

static bool prepare(const struct scene *scene)
{
	struct sockaddr_storage address;

	device = if_nametoindex("wg0");
	if (read_peers(0, &peers))
		return false;
	for (int spoke = 1; spoke <= RECEIVERS; spoke++) {
		tunnel_address(family, spoke, 0, &address);
		peer_of_spoke[spoke] = peer_of(&peers, family, bytes_of(&address));
		if (peer_of_spoke[spoke] < 0)
			return false;
	}
	return !set_device(0, WGDEVICE_A_ROUTE_MODE, scene->mode) && !scene->prepare();
}

/* For the next scene. What is not there cannot be removed. */
static void tidy_up(void)
{
	for (int spoke = 0; spoke <= RECEIVERS; spoke++) {
		route(RTM_DELROUTE, 0, MOVING, spoke);
		route(RTM_DELROUTE, 0, COVERING, spoke);
		route(RTM_DELROUTE, 0, STAYING, spoke);
		if (spoke)
			prefix_ip(spoke, WGALLOWEDIP_F_REMOVE_ME);
	}
	set_list(false);
}

/* Waits until a packet has come to the new spoke. */
static void wait_for_agent(unsigned int change)
{
	int64_t end = now() + FOLLOW_MS * 1000000LL;

	while (atomic_load(&shared->arrived) < change) {
		if (now() > end) {
			shared->late++;
			return;
		}
		usleep(100);
	}
}

/* After every other change, on average, there is a random time, up to as long as a change takes on average. */
static void rest(unsigned int changes, int64_t sum)
{
	int64_t end = now() + random() % (sum / changes + 1);

	if (random() & 1)
		return;
	while (now() < end)
		;
}

static _Noreturn void change_again_and_again(const struct scene *scene)
{
	int64_t sum = 0;

	open_netlink();
	run_on(CHANGER_PROCESSOR);
	for (unsigned int i = 1; i < MAX_CHANGES && !atomic_load(&shared->is_over); i++) {
		struct change *c = &shared->changes[i];

		c->begun = now();
		atomic_store(&shared->number, 2 * i - 1);
		shared->refused += scene->change(spoke_after(i)) != 0;
		c->confirmed = now();
		atomic_store(&shared->number, 2 * i);
		sum += c->confirmed - c->begun;
		if (scene->flags & FOLLOWS)
			wait_for_agent(i);
		rest(i, sum);
	}
	atomic_store(&shared->is_done, true);
	_exit(0);
}

static const struct scene *running;

static void note_new_way(const struct packet *p)
{
	if (p->before == p->after && p->before % 2 == 0 && p->at == expected_after(running, p->before / 2))
		atomic_store(&shared->arrived, p->before / 2);
}

/* Sends for the time, and then until the last change is made and followed. False if that takes too long. */
static bool send_for(double time)
{
	int64_t end = now() + time * 1e9, limit = end + 2 * FOLLOW_MS * 1000000LL;
	struct sockaddr_storage to;

	probed_address(family, 0, &to);
	while (!atomic_load(&shared->is_done) && sent < MAX_PACKETS) {
		unsigned int before;
		struct packet *p;

		make_room();
		before = atomic_load(&shared->number);
		p = probe(&to);
		p->before = before;
		p->after = atomic_load(&shared->number);
		if (p->until > end)
			atomic_store(&shared->is_over, true);
		if (p->until > limit)
			return false;
	}
	atomic_store(&shared->is_over, true);
	return true;
}

static struct {
	int during, lost, lost_between, lost_silently, wrong, covered, astray;
	struct durations change, gap, lag;
} counts;

/*
 * The first change at which the packet can have gone to that spoke, not before what an earlier packet has shown; -1 if none. An agent
 * may not have followed yet.
 */
static int place_of(const struct packet *p, int shown)
{
	int first = p->before / 2 - (running->flags & FOLLOWS && p->before >= 2), last = (p->after + 1) / 2;

	for (int i = first > shown ? first : shown; i <= last; i++)
		if (expected_after(running, i) == p->at)
			return i;
	return -1;
}

static void judge_arrival(const struct packet *p, int *shown)
{
	bool is_confirmed = p->before == p->after && p->before % 2 == 0;
	int place = place_of(p, *shown);

	if (p->at == COVER) {
		counts.covered++;
		counts.astray += is_confirmed || !(running->flags & COVERED);
	} else if (place < 0) {
		counts.astray++;
	} else {
		*shown = place;
	}
	counts.wrong += is_confirmed && p->at != expected_after(running, p->before / 2);
}

/* The change that loses a packet if any does. */
static unsigned int change_of(const struct packet *p) { return running->flags & FOLLOWS ? (p->before + 1) / 2 : p->before / 2 + 1; }

/* From the start of the first to the end of the last packet that one change loses in a row. */
static void note_gaps(void)
{
	for (unsigned int i = 0, end; i < sent; i = end) {
		for (end = i; end < sent && !records[end].at && change_of(&records[end]) == change_of(&records[i]); end++)
			;
		if (end > i)
			add_duration(&counts.gap, records[end - 1].until - records[i].from);
		else
			end++;
	}
}

/* From the confirmation of a change to the start of the last packet that still went to the old spoke. */
static void note_lags(void)
{
	int64_t lag = -1;

	for (unsigned int i = 0; i < sent; i++) {
		const struct packet *p = &records[i];

		if (p->before && p->before == p->after && p->before % 2 == 0 && p->at && p->at != expected_after(running, p->before / 2))
			lag = p->from - shared->changes[p->before / 2].confirmed;
		if (lag >= 0 && (i + 1 == sent || records[i + 1].before > p->before)) {
			add_duration(&counts.lag, lag);
			lag = -1;
		}
	}
}

static void judge(void)
{
	int shown = 0;

	for (unsigned int i = 0; i < sent; i++) {
		const struct packet *p = &records[i];
		bool is_during = p->before != p->after || p->before % 2;

		counts.during += is_during;
		if (p->at) {
			judge_arrival(p, &shown);
			continue;
		}
		counts.lost++;
		counts.lost_between += !is_during;
		counts.lost_silently += !p->is_refused;
	}
	note_gaps();
	note_lags();
}

static void print_figures(void)
{
	unsigned int changes = atomic_load(&shared->number) / 2;

	for (unsigned int i = 1; i <= changes; i++)
		add_duration(&counts.change, shared->changes[i].confirmed - shared->changes[i].begun);
	printf("changes %u changes\nrequests_refused %d changes\nnot_followed %d changes\n", changes, shared->refused, shared->late);
	printf("packets %u packets\npackets_during_changes %d packets\ndamaged %u packets\n", sent, counts.during, damaged);
	printf("lost %d packets\nlost_between_changes %d packets\nlost_silently %d packets\n", counts.lost, counts.lost_between,
	       counts.lost_silently);
	printf("wrong %d packets\nastray %d packets\ncovered %d packets\n", counts.wrong, counts.astray, counts.covered);
	print_durations("change", &counts.change);
	print_durations("lost_in_a_row", &counts.gap);
	print_durations("lag", &counts.lag);
}

int loop(const char *name, int of_family, double time)
{
	pid_t changer;
	int status;

	family = of_family;
	running = scene_of(name);
	if (!open_prober(family))
		return 1;
	open_netlink();
	if (!prepare(running)) {
		fprintf(stderr, "windows: cannot prepare %s: %s\n", name, extack);
		return 1;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	on_arrival = note_new_way;
	changer = fork();
	if (!changer)
		change_again_and_again(running);
	if (!send_for(time)) {
		fprintf(stderr, "windows: the changes of %s come to no end\n", name);
		kill(changer, SIGKILL);
	}
	waitpid(changer, &status, 0);
	settle();
	tidy_up();
	judge();
	print_figures();
	return status != 0;
}
