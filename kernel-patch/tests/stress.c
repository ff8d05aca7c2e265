// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as init of a VM with the patched kernel: for a while, and until enough was done, everything changes at once while
 * packets flow, then all is taken down. Prints one line a claim, "ok" or "not ok", then "done". Arguments: --seconds N, --seed N.
 *
 * The hub's namespace has wg0, which stays, and wg9, which comes, goes and moves; the spokes' has wg1 to wg8, their
 * peers. All were made in the underlay's namespace, so their UDP goes over its lo. A veth leads from the hub's default
 * route to the underlay: what takes it is plain text, and only a slot without a route may.
 */
#define _GNU_SOURCE
#include "checks.h"
#include "stress.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared *shared;
int spaces[SPACES];

static const struct worker {
	const char *name;
	void (*run)(void);
	void (*send)(int sender);
} workers[] = {
	{ "routes", churn_routes, NULL },
	{ "more routes", churn_routes_too, NULL },
	{ "nexthops", churn_nexthops, NULL },
	{ "peers", churn_peers, NULL },
	{ "multicast", churn_multicast, NULL },
	{ "modes", churn_modes, NULL },
	{ "the second device", churn_device, NULL },
	{ "dumps", read_all, NULL },
	{ "connected sockets", NULL, send_connected },
	{ "more connected sockets", NULL, send_connected },
	{ "sockets", NULL, send_anew },
	{ "packet sockets", NULL, send_raw_from_hub },
	{ "spokes", NULL, send_from_spokes },
};
enum { WORKERS = sizeof(workers) / sizeof(*workers), FIRST_SENDER = WORKERS - SENDERS };
static pid_t pids[WORKERS];

static void make_spaces(void)
{
	for (enum space s = UNDERLAY; s < SPACES; s++) {
		if (s != UNDERLAY && unshare(CLONE_NEWNET))
			perror("unshare");
		spaces[s] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	}
}

static int make_devices(void)
{
	char name[8];
	int error = 0;

	enter(UNDERLAY);
	link_up("lo");
	for (int d = 0; d < DEVICES; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		error |= make_link(name, "wireguard");
		wg_identity(d);
	}
	error |= delete_link("wg9") | set_device(HUB, WGDEVICE_A_ROUTE_MODE, WGDEVICE_ROUTE_MODE_GATEWAY);
	for (int d = 1; d <= PEERS; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		error |= set_peer(HUB, d, 0, NO_SLOT, false) | set_peer(d, HUB, 0, ANYTHING, false) |
			 set_peer(d, HUB2, 0, HUB2_SOURCES, false) | set_link(name, 0, SPOKES);
	}
	/* The other end is called veth0. */
	error |= make_link("up0", "veth") | set_link("veth0", IFF_UP | IFF_NOARP, SPACES);
	return error | set_link("wg0", 0, HUBS) | set_link("up0", 0, HUBS);
}

static int start_devices(void)
{
	static const char *const addresses[] = { "172.16.0.1", "172.17.0.1", "fd00::1", "fd00::9" };
	char name[8];
	int error = 0;

	enter(HUBS);
	link_up("lo");
	for (int i = 0; i < 4; i++)
		error |= add_address("lo", addresses[i]);
	error |= set_link("wg0", IFF_UP, SPACES) | set_link("up0", IFF_UP | IFF_NOARP, SPACES);
	error |= add_default(AF_INET, "up0") | add_default(AF_INET6, "up0");
	enter(SPOKES);
	link_up("lo");
	for (int d = 1; d <= PEERS; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		error |= set_link(name, IFF_UP, SPACES);
	}
	return error;
}

static void start_workers(uint64_t seed)
{
	for (int i = 0; i < WORKERS; i++) {
		fflush(stdout);
		pids[i] = fork();
		if (pids[i])
			continue;
		seed_random(seed * WORKERS + i);
		if (workers[i].run)
			workers[i].run();
		else
			workers[i].send(i - FIRST_SENDER);
		_exit(0);
	}
}

/* Takes packets until all workers have ended by themselves. */
static bool stop_workers(struct checked *c)
{
	uint64_t limit = now() + 60ull * 1000000000;
	bool all = false, well = true;

	shared->stop = true;
	while (!all && now() < limit) {
		check_packets(c, 20);
		all = true;
		for (int i = 0; i < WORKERS; i++) {
			int status;

			if (pids[i] && waitpid(pids[i], &status, WNOHANG) == pids[i]) {
				if (status)
					printf("# %s ended with status %#x\n", workers[i].name, status);
				well &= status == 0;
				pids[i] = 0;
			}
			all &= !pids[i];
		}
	}
	while (check_packets(c, 200))
		;
	for (int i = 0; i < WORKERS; i++)
		if (pids[i])
			printf("# %s did not end\n", workers[i].name);
	return all && well;
}

static void take_down(void)
{
	char name[8];

	enter(HUBS);
	delete_link("wg0");
	delete_link("wg9");
	delete_link("up0");
	enter(SPOKES);
	for (int d = 1; d <= PEERS; d++) {
		snprintf(name, sizeof(name), "wg%d", d);
		delete_link(name);
	}
	enter(UNDERLAY);
	delete_link("wg9"); /* if the end came before it was moved */
	for (enum space s = HUBS; s < SPACES; s++)
		close(spaces[s]);
}

static void print_counts(const struct checked *c)
{
	for (enum kind k = 0; k < KINDS; k++)
		printf("# kind %d: %ld changes, packets to peers %ld IPv4, %ld IPv6\n", k, shared->changes[k], c->packets[k][0], c->packets[k][1]);
	for (int i = 0; i < SENDERS; i++)
		printf("# sender %d: %ld packets\n", i, shared->sends[i]);
	printf("# plain %ld, to the hub %ld, and %ld by a lax check, on the underlay %ld, too old to judge %ld\n", c->plain, c->to_hub, c->lax,
	       c->underlay, c->unknown);
	printf("# modes set: allowedips %ld, gateway %ld, peer %ld, auto %ld; source checks %ld\n", shared->modes[0], shared->modes[1],
	       shared->modes[2], shared->modes[3], shared->changes[KINDS]);
	printf("# refused changes %ld, peers removed %ld, key changes %ld, prefixes removed %ld, sets replaced %ld\n", shared->refused,
	       shared->peer_removals, shared->key_changes, shared->prefix_removals, shared->replaced_sets);
	printf("# devices made %ld, moved %ld, died with their namespace %ld; dumps %ld, messages %ld\n", shared->devices,
	       shared->device_moves, shared->space_deaths, shared->dumps, shared->dumped);
}

/* What must have happened in a run, however slow the machine is: nothing is shown by packets that never came. */
enum { LEAST = 20 };
#define LONGEST (300 * 1000000000ull) /* ns that a slow machine may take longer */

static bool kinds_changed(void)
{
	bool all = true;

	for (enum kind k = 0; k < KINDS; k++)
		all &= shared->changes[k] >= LEAST;
	return all;
}

static bool kinds_reached(const struct checked *c)
{
	bool all = true;

	for (enum kind k = 0; k < KINDS; k++)
		all &= c->packets[k][0] >= LEAST && c->packets[k][1] >= LEAST;
	return all;
}

static bool modes_set(const struct checked *c)
{
	return shared->modes[0] && shared->modes[1] && shared->modes[2] && shared->modes[3] && shared->changes[KINDS] >= LEAST && c->lax > 0;
}

static bool peers_changed(void)
{
	return shared->peer_removals >= LEAST && shared->key_changes > 0 && shared->prefix_removals > 0 && shared->replaced_sets > 0;
}

static bool devices_changed(void)
{
	return shared->devices > 1 && shared->device_moves > 0 && shared->space_deaths > 0;
}

static bool all_dumped(void)
{
	return shared->dumps > 0 && shared->dumped > shared->dumps;
}

static bool enough(const struct checked *c)
{
	return kinds_reached(c) && kinds_changed() && c->to_hub >= LEAST && c->plain >= LEAST && modes_set(c) && peers_changed() &&
	       devices_changed() && all_dumped();
}

static void claim_work(const struct checked *c)
{
	long judged = c->to_hub + c->plain;

	for (enum kind k = 0; k < KINDS; k++)
		judged += c->packets[k][0] + c->packets[k][1];
	claim(kinds_reached(c), "packets of each kind of route and family reached peers");
	claim(kinds_changed(), "routes of each kind changed");
	claim(c->to_hub >= LEAST, "packets of peers reached the hub");
	claim(c->plain >= LEAST, "packets without a route of theirs took the default route");
	claim(modes_set(c), "every mode and source check was set");
	claim(peers_changed(), "peers, keys and AllowedIPs were removed and replaced");
	claim(devices_changed(), "devices were made, moved, and died with a namespace");
	claim(all_dumped(), "everything was dumped meanwhile");
	claim(c->unknown * 100 <= judged, "of nearly all packets it is known whose they were");
}

static void claim_packets(const struct checked *c)
{
	if (c->first[0])
		printf("# first wrong one: %s; %ld, %ld, %ld in all\n", c->first, c->wrong, c->wrong_plain, c->wrong_to_hub);
	claim(!c->wrong, "no packet reached a peer that its route did not name");
	claim(!c->wrong_plain, "no packet with a route took the default route");
	claim(!c->wrong_to_hub, "the hub believed no source of a peer that its route did not name");
	claim(c->underlay > 0 && !c->underlay_plain, "no plain text was on the underlay");
	claim(!shared->wrong_deletes, "no delete that named another peer found a route");
}

int main(int argc, char **argv)
{
	static struct checked checked;
	int seconds = 60, seed = 1;
	uint64_t until, limit;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seconds"))
			seconds = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--seed"))
			seed = atoi(argv[i + 1]);
	}
	vm_start();
	forget_leaks();
	printf("# %d seconds, seed %d, %ld CPUs\n", seconds, seed, sysconf(_SC_NPROCESSORS_ONLN));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	make_spaces();
	for (int slot = 0; slot < SLOTS; slot++)
		change_begins(slot, kind_of(slot) == MULTICAST ? 0 : only(PLAIN_PEER));
	change_begins(CHECK, 0);
	claim(make_devices() == 0, "the devices can be made");
	claim(start_devices() == 0, "... and started");
	open_checker();

	start_workers(seed);
	until = now() + seconds * 1000000000ull;
	for (limit = until + LONGEST; now() < until || (!enough(&checked) && now() < limit);)
		check_packets(&checked, 100);
	claim(stop_workers(&checked), "every process ends");
	print_counts(&checked);
	claim_work(&checked);
	claim_packets(&checked);

	take_down();
	claim(becomes_empty("wg_peer"), "no peer is left");
	claim(becomes_empty("allowedips_node"), "no node of AllowedIPs is left");
	claim_unloading();
	claim_no_leak();
	claim_clean_log();
	vm_stop();
	return 0;
}
