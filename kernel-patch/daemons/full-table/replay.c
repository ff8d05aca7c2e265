// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: the spokes play a trace of updates, and the hub sends packets to the beacons in it. A beacon is a prefix that one spoke
 * announces, at a known time. Its lag is the time from then until a packet sent to it comes to this spoke. It shows how far all that lies
 * between is behind: the session's queue, the daemon, the kernel, and an agent if there is one.
 *
 * 1,000 packets a second go to the beacons whose packet has not come, in turn.
 */
#include "full.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BEACON_PORT = 9001, PACKETS_PER_SECOND = 1000, BUFFER = 1 << 20 };

struct content {
	uint32_t beacon, check;
};

/* Seconds between two looks at the board while no beacon waits for a packet. */
static const double idle = 0.002;

static double arrived[BEACONS];
static int misled;

struct board *open_board(void)
{
	int fd = open("/run/board", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	struct board *board;

	if (fd < 0 || ftruncate(fd, sizeof(*board)) ||
	    (board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED) {
		perror("/run/board");
		exit(1);
	}
	close(fd);
	return board;
}

/* 198.18.N.1 with N in two bytes from 198.18.0.0, or 2001:2:0:N::1. */
static socklen_t beacon_address(int family, int beacon, struct sockaddr_storage *to)
{
	char text[64];

	if (family == AF_INET)
		snprintf(text, sizeof(text), "198.%d.%d.1", 18 + beacon / 256, beacon % 256);
	else
		snprintf(text, sizeof(text), "2001:2:0:%x::1", beacon);
	return socket_address(family, text, BEACON_PORT, to);
}

static int spoke_of(int beacon) { return 1 + beacon % SPOKES; }

static void receive(int fd, int spoke, int beacons)
{
	struct content c;

	while (recv(fd, &c, sizeof(c), 0) == sizeof(c)) {
		if (c.check != ~c.beacon || c.beacon >= (unsigned int)beacons || spoke_of(c.beacon) != spoke)
			misled++;
		else if (!arrived[c.beacon])
			arrived[c.beacon] = seconds();
	}
}

/* Sends to the next beacon that is announced, and whose packet has not come. Returns false if there is none. */
static bool send_next(int fd, int family, const struct board *board, int beacons)
{
	static int at;
	struct sockaddr_storage to;
	socklen_t size;

	for (int i = 0; i < beacons; i++) {
		at = (at + 1) % beacons;
		if (board->due[at] > 0 && !arrived[at]) {
			struct content c = { at, ~at };

			size = beacon_address(family, at, &to);
			/* It fails while there is no route. */
			sendto(fd, &c, sizeof(c), 0, (void *)&to, size);
			return true;
		}
	}
	return false;
}

/* The feeder of a spoke has sent its whole trace. */
static bool all_have_played(void)
{
	char path[64];

	for (int spoke = 1; spoke <= SPOKES; spoke++) {
		snprintf(path, sizeof(path), "/run/feed-%d.trace", spoke);
		if (access(path, F_OK))
			return false;
	}
	return true;
}

static bool all_have_arrived(int beacons)
{
	for (int i = 0; i < beacons; i++)
		if (!arrived[i])
			return false;
	return true;
}

static int compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

static void print_lags(const struct board *board, int beacons)
{
	double lag[BEACONS], last_due = 0, last_arrival = 0;
	int count = 0;

	for (int i = 0; i < beacons; i++) {
		if (board->due[i] > last_due)
			last_due = board->due[i];
		if (!arrived[i])
			continue;
		lag[count++] = arrived[i] - board->due[i];
		if (arrived[i] > last_arrival)
			last_arrival = arrived[i];
	}
	printf("replay_beacons %d beacons\nreplay_misled_packets %d packets\n", count, misled);
	if (!count)
		return;
	qsort(lag, count, sizeof(*lag), compare);
	printf("replay_lag_median %.4f s\nreplay_lag_p99 %.4f s\nreplay_lag_most %.4f s\n", lag[count / 2], lag[(count - 1) * 99 / 100], lag[count - 1]);
	/* The last beacons come after all else. */
	printf("replay_behind %.4f s\n", last_arrival - last_due);
}

int replay(int family, int beacons, double limit, int argc, char **pids)
{
	struct pollfd p[SPOKES];
	struct sockaddr_storage from;
	struct board *board = open_board();
	double due, end, left, next_look = 0;
	socklen_t size = tunnel_address(family, 0, 0, &from);
	bool is_over = false;
	int sender;

	for (int i = 0; i < SPOKES; i++)
		p[i] = (struct pollfd){ open_receiver(family, i + 1, BEACON_PORT, BUFFER), POLLIN, 0 };
	enter(0);
	sender = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(sender, (void *)&from, size)) {
		perror("replay: sender");
		return 1;
	}
	board->start = due = seconds() + 0.1;
	end = due + limit;
	for (int i = 0; i < argc; i++)
		kill(atoi(pids[i]), SIGUSR1);
	while (seconds() < end && !is_over) {
		if (!send_next(sender, family, board, beacons))
			due = seconds() + idle;
		else if ((due += 1.0 / PACKETS_PER_SECOND) < seconds())
			due = seconds();
		left = due - seconds();
		poll(p, SPOKES, left > 0 ? left * 1e3 + 1 : 0); /* a negative time would be for ever */
		for (int i = 0; i < SPOKES; i++)
			if (p[i].revents)
				receive(p[i].fd, i + 1, beacons);
		if (seconds() < next_look)
			continue;
		is_over = all_have_played() && all_have_arrived(beacons);
		next_look = seconds() + 0.1;
	}
	printf("replay_seconds %.3f s\n", seconds() - board->start);
	print_lags(board, beacons);
	return 0;
}
