// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: a BGP speaker at a spoke. It makes a session with the hub, and plays the file K.own and then K.backup, each when SIGUSR1
 * comes; with a speed, K.trace instead of K.backup. Its steps are files that others wait for: /run/feed-K.up, /run/feed-K.own and so on.
 *
 * Each message of a trace has a time in front, of 8 bytes: the highest bit marks a beacon, 15 bits are its number, and 48 bits are
 * microseconds since the start of the trace.
 */
#include "full.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN = 1, NOTIFICATION = 3, KEEPALIVE = 4, HEADER = 19, HOLD_TIME = 180, KEEPALIVE_EVERY = 3, CONNECT_LIMIT = 30 };

struct session {
	int fd, family, node, next_part;
	bool is_up;
	const char *folder;
	const char *parts[2];
	const unsigned char *data; /* what is to be sent of the part */
	size_t left, got;
	double last_keepalive, speed;
	struct board *board; /* while a trace is played */
	size_t queued;
	unsigned char input[8192], queue[1 << 16];
};

/* Whether a message may be on its way. */
static bool is_sending(const struct session *s) { return s->board ? s->queued : s->left; }

static bool is_playing(const struct session *s) { return s->left || s->queued; }

static void note_step(const struct session *s, const char *name, bool is_done)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/feed-%d.%s", s->node, name);
	if (is_done)
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	else
		unlink(path);
}

static int connect_hub(int family, int node)
{
	struct sockaddr_storage from, to;
	socklen_t size = tunnel_address(family, node, 0, &from);
	double end = seconds() + CONNECT_LIMIT;
	int fd;

	tunnel_address(family, 0, BGP_PORT, &to);
	for (;;) {
		fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (!bind(fd, (void *)&from, size) && !connect(fd, (void *)&to, size))
			return fd;
		if (seconds() > end) {
			perror("feed: the hub");
			exit(1);
		}
		close(fd);
		usleep(200000);
	}
}

static void send_message(const struct session *s, int type, const void *body, int size)
{
	unsigned char message[128];

	memset(message, 0xff, 16);
	message[16] = 0;
	message[17] = HEADER + size;
	message[18] = type;
	memcpy(message + HEADER, body, size);
	/* Where this fails, the session is over, which receive() sees. */
	if (send(s->fd, message, HEADER + size, MSG_NOSIGNAL) != HEADER + size)
		perror("feed: send");
}

static void send_open(const struct session *s)
{
	/* Capabilities: multi-protocol, and AS numbers of four bytes. BIRD refuses an OPEN that has others and lacks the first. */
	unsigned char body[] = { 4, 0, 0, 0, HOLD_TIME, 10, 9, 0, s->node, 16, 2, 6, 1, 4, 0, s->family == AF_INET ? 1 : 2, 0, 1,
				 2, 6, 65, 4, 0, 0, 0, 0 };
	uint32_t as = HUB_AS + s->node;

	body[1] = body[24] = as >> 8;
	body[2] = body[25] = as;
	send_message(s, OPEN, body, sizeof(body));
}

/* A daemon that has just started may refuse sessions for some seconds, and FRR ends some that it has taken. */
static void start(struct session *s)
{
	s->fd = connect_hub(s->family, s->node);
	s->got = 0;
	s->last_keepalive = seconds();
	send_open(s);
}

static void on_end(struct session *s, const char *why)
{
	fprintf(stderr, "feed %d: %s\n", s->node, why);
	if (s->next_part || is_playing(s))
		exit(1);
	s->is_up = false;
	note_step(s, "up", false);
	close(s->fd);
	usleep(500000);
	start(s);
}

static void on_message(struct session *s, const unsigned char *message)
{
	switch (message[18]) {
	case OPEN:
		send_message(s, KEEPALIVE, NULL, 0);
		break;
	case KEEPALIVE:
		s->is_up = true;
		note_step(s, "up", true);
		break;
	case NOTIFICATION:
		fprintf(stderr, "feed %d: NOTIFICATION %d/%d\n", s->node, message[19], message[20]);
	}
}

static void receive(struct session *s)
{
	ssize_t got = recv(s->fd, s->input + s->got, sizeof(s->input) - s->got, MSG_DONTWAIT);
	size_t at = 0, size;

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		on_end(s, "the hub ended the session");
		return;
	}
	for (s->got += got; s->got - at >= HEADER; at += size) {
		size = s->input[at + 16] << 8 | s->input[at + 17];
		if (s->got - at < size)
			break;
		on_message(s, s->input + at);
	}
	s->got -= at;
	memmove(s->input, s->input + at, s->got);
}

static void begin_part(struct session *s)
{
	struct stat st;
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%d.%s", s->folder, s->node, s->parts[s->next_part]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(1);
	}
	s->board = s->next_part && s->speed > 0 ? open_board() : NULL;
	s->left = st.st_size;
	s->data = st.st_size ? mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0) : NULL;
	close(fd);
}

static void send_some(const struct session *s, const unsigned char *data, size_t size, size_t *sent)
{
	ssize_t done = send(s->fd, data, size < 262144 ? size : 262144, MSG_DONTWAIT | MSG_NOSIGNAL);

	*sent = done > 0 ? done : 0;
}

/* When the next message of the trace is due, and the 8 bytes in front of it. */
static double next_due(const struct session *s, uint64_t *head)
{
	memcpy(head, s->data, 8);
	*head = be64toh(*head);
	return s->board->start + (*head & 0xffffffffffff) / 1e6 / s->speed;
}

/* Takes the messages of the trace that are due, as far as there is room for them. */
static void take_due(struct session *s)
{
	double now = seconds(), due;
	uint64_t head;
	size_t size;

	for (; s->left; s->data += 8 + size, s->left -= 8 + size) {
		due = next_due(s, &head);
		size = s->data[8 + 16] << 8 | s->data[8 + 17];
		if (due > now || s->queued + size > sizeof(s->queue))
			return;
		memcpy(s->queue + s->queued, s->data + 8, size);
		s->queued += size;
		if (head >> 63)
			s->board->due[head >> 48 & 0x7fff] = due;
	}
}

static void go_on(struct session *s)
{
	size_t sent;

	if (s->board) {
		take_due(s);
		send_some(s, s->queue, s->queued, &sent);
		s->queued -= sent;
		memmove(s->queue, s->queue + sent, s->queued);
	} else {
		send_some(s, s->data, s->left, &sent);
		s->data += sent;
		s->left -= sent;
	}
	if (!s->left && !s->queued) {
		note_step(s, s->parts[s->next_part], true);
		s->next_part++;
	}
}

/* Milliseconds until something is to be done without a message from the hub. */
static int pause_of(const struct session *s)
{
	uint64_t head;
	double left;

	if (!s->board || !s->left || s->queued)
		return 1000;
	left = next_due(s, &head) - seconds();
	return left > 1 ? 1000 : left > 1e-3 ? left * 1e3 : 1;
}

/* Updates keep the session as well, and while one is on its way nothing else may be sent. */
static void keep_alive(struct session *s)
{
	if (is_sending(s) || !s->is_up || seconds() - s->last_keepalive < KEEPALIVE_EVERY)
		return;
	send_message(s, KEEPALIVE, NULL, 0);
	s->last_keepalive = seconds();
}

int feed(int family, int node, const char *folder, double speed)
{
	static struct session s;
	struct signalfd_siginfo info;
	sigset_t set;
	int signals;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	enter(node);
	s = (struct session){ .family = family, .node = node, .folder = folder, .parts = { "own", speed > 0 ? "trace" : "backup" }, .speed = speed };
	start(&s);
	for (;;) {
		struct pollfd p[] = { { s.fd, is_sending(&s) ? POLLIN | POLLOUT : POLLIN, 0 }, { signals, is_playing(&s) ? 0 : POLLIN, 0 } };

		poll(p, 2, pause_of(&s));
		if (p[0].revents & ~POLLOUT)
			receive(&s);
		if (p[1].revents & POLLIN && read(signals, &info, sizeof(info)) == sizeof(info) && s.next_part < 2)
			begin_part(&s);
		if (is_playing(&s))
			go_on(&s);
		keep_alive(&s);
	}
}
