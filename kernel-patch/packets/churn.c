// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of packets: a process that changes prefixes on the second processor. Each change leads a prefix to its other peer. Few
 * prefixes change often, as in BGP: they are drawn by Zipf's law.
 */
#define _GNU_SOURCE
#include "packets.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
	atomic_bool is_over;
	atomic_long made, refused;
	int64_t start, end;
} *shared;
static pid_t changer;
static bool is_changing;

void run_on(int processor)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("two processors", errno);
}

static void *map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		fail("shared memory", errno);
	return memory;
}

void share_changes(struct hub *hub, int prefixes) { hub->changes = map(prefixes * sizeof(*hub->changes)); }

/* The count is odd while the request is on its way. */
static void change(struct hub *hub, int prefix)
{
	uint32_t count = atomic_load(&hub->changes[prefix]);

	atomic_store(&hub->changes[prefix], count + 1);
	if (change_prefix(hub, prefix, peer_after(prefix, count / 2 + 1))) {
		atomic_store(&hub->changes[prefix], count);
		atomic_fetch_add(&shared->refused, 1);
		return;
	}
	atomic_store(&hub->changes[prefix], count + 2);
	atomic_fetch_add(&shared->made, 1);
}

static void wait_until(int64_t due)
{
	struct timespec t = { .tv_sec = due / 1000000000, .tv_nsec = due % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void change_again_and_again(struct hub *hub, double rate)
{
	unsigned char address[16];
	double due = 0;

	run_on(1);
	enter_space(hub, HUB);
	seed_random(getpid());
	for (shared->start = now(); !atomic_load(&shared->is_over);) {
		change(hub, draw(ZIPF, address));
		due += rate > 0 ? 1e9 / rate : 0;
		if (rate > 0 && shared->start + due > now())
			wait_until(shared->start + due);
	}
	shared->end = now();
	_exit(0);
}

void start_changes(struct hub *hub, double rate)
{
	if (!shared)
		shared = map(sizeof(*shared));
	*shared = (struct shared){ 0 };
	fflush(stdout);
	is_changing = rate != 0;
	if (!is_changing)
		return;
	changer = fork();
	if (changer < 0)
		fail("fork", errno);
	if (!changer)
		change_again_and_again(hub, rate);
}

double stop_changes(long *refused)
{
	int status = 0;

	*refused = 0;
	if (!is_changing)
		return 0;
	atomic_store(&shared->is_over, true);
	if (waitpid(changer, &status, 0) != changer || status)
		fail("the changes", ECHILD);
	*refused = shared->refused;
	return shared->made / ((shared->end - shared->start) / 1e9);
}
