// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of packets: sends packets by a hub, and checks each that arrives.
 *
 * The host sends to addresses of the table (encrypt), or spokes send from addresses of the table to the host (decrypt). A packet tells its
 * number and its prefix; the rest of it is the same in all packets of a flow. Few packets are under way at a time, so no queue is ever full.
 */
#define _GNU_SOURCE
#include "packets.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* A receiver looks at the counters of drops whenever no packet has come for a while. */
enum { BUFFER = 16 << 20, LOOK_US = 10000, PATIENCE_S = 3, CONTROL = 128 };

const char *const names_of_operations[OPERATIONS] = { "encrypt", "decrypt" };

struct content {
	uint64_t nonce;
	uint32_t number, prefix;
};

/* A packet that is sent or to be sent. */
struct item {
	unsigned char address[16];
	uint32_t prefix, changes; /* of the prefix, when the packet was sent */
	bool has_arrived;
};

static struct {
	const struct hub *hub;
	const struct flow *flow;
	struct item *items;
	int64_t *sent_at, *latencies; /* of a batch, of a packet */
	long sent, arrived, given_up;
	struct drops before; /* the flow */
	struct result result;
	struct content head;
	socklen_t address_length;
	struct sockaddr_storage host;
} run;

static unsigned char filler[MAX_SIZE];

static void set_option(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		fail("socket option", errno);
}

/* Of the host, by its address; or of all spokes, by any address. */
static int open_socket(const struct hub *hub, enum space space, const struct sockaddr_storage *address, socklen_t length)
{
	struct timeval patience = { .tv_usec = LOOK_US };
	int fd;

	enter_space(hub, space);
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER);
	set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER);
	if (family == AF_INET) {
		set_option(fd, IPPROTO_IP, IP_TRANSPARENT, 1);
		set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
	} else {
		set_option(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
		set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) || bind(fd, (const void *)address, length))
		fail("bind", errno);
	return fd;
}

void open_sockets(struct hub *hub)
{
	struct sockaddr_storage any;

	run.address_length = socket_address(family, family == AF_INET ? "0.0.0.0" : "::", PORT, &any);
	host_address(&run.host);
	hub->socket[ENCRYPT] = open_socket(hub, HOST, &run.host, run.address_length);
	hub->socket[DECRYPT] = open_socket(hub, SPOKES_OF_HUB, &any, run.address_length);
}

static uint32_t changes_of(int prefix) { return run.hub->changes ? atomic_load(&run.hub->changes[prefix]) : 0; }

/* Whether the prefix has changed, or was about to, since the packet was sent. */
static bool is_moving(const struct item *item) { return item->changes % 2 || changes_of(item->prefix) != item->changes; }

/* While a change is made, the prefix may be of the peer of before as well. */
static int peer_now(const struct item *item) { return peer_after(item->prefix, item->changes / 2); }

/* What one sendmmsg() needs. */
static struct {
	struct mmsghdr messages[BATCH];
	struct sockaddr_storage to[BATCH];
	struct content contents[BATCH];
	struct iovec io[2 * BATCH];
	_Alignas(struct cmsghdr) char control[BATCH][CONTROL];
} out;

static void put_control(struct msghdr *m, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (void *)((char *)m->msg_control + m->msg_controllen);

	*c = (struct cmsghdr){ .cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len) };
	memcpy(CMSG_DATA(c), data, len);
	m->msg_controllen += CMSG_SPACE(len);
}

/* The source, and the spoke's device, which is the way out. */
static void put_source(struct msghdr *m, const unsigned char *address, int device)
{
	struct in_pktinfo four = { .ipi_ifindex = device };
	struct in6_pktinfo six = { .ipi6_ifindex = device };

	memcpy(&four.ipi_spec_dst, address, sizeof(four.ipi_spec_dst));
	memcpy(&six.ipi6_addr, address, sizeof(six.ipi6_addr));
	if (family == AF_INET)
		put_control(m, IPPROTO_IP, IP_PKTINFO, &four, sizeof(four));
	else
		put_control(m, IPPROTO_IPV6, IPV6_PKTINFO, &six, sizeof(six));
}

/* The addresses of a message. */
static void address_message(int m, const unsigned char *address, int spoke)
{
	struct msghdr *h = &out.messages[m].msg_hdr;
	uint16_t size = run.flow->size;

	out.to[m] = run.host;
	if (run.flow->operation == ENCRYPT)
		memcpy(bytes_of(&out.to[m]), address, address_size(family));
	*h = (struct msghdr){ .msg_name = &out.to[m], .msg_namelen = run.address_length, .msg_control = out.control[m] };
	if (run.flow->operation == DECRYPT)
		put_source(h, address, run.hub->device_of_spoke[spoke]);
	if (run.flow->segments > 1)
		put_control(h, SOL_UDP, UDP_SEGMENT, &size, sizeof(size));
	if (!h->msg_controllen)
		h->msg_control = NULL;
}

static void put_content(int i, uint32_t number, uint32_t prefix)
{
	out.contents[i] = run.head;
	out.contents[i].number = number;
	out.contents[i].prefix = prefix;
	out.io[2 * i] = (struct iovec){ &out.contents[i], sizeof(out.contents[i]) };
	out.io[2 * i + 1] = (struct iovec){ filler, run.flow->size - sizeof(out.contents[i]) };
}

static void send_messages(int messages)
{
	for (int done = 0, got; done < messages; done += got) {
		got = sendmmsg(run.hub->socket[run.flow->operation], &out.messages[done], messages - done, 0);
		if (got > 0)
			continue;
		got = errno != EINTR; /* this message is refused, and the next ones may not be */
	}
}

/* The next packets: a batch, or one packet if one alone may be under way. */
static void send_next(int packets)
{
	int segments = run.flow->segments;

	for (int i = 0; i < packets; i++) {
		struct item *item = &run.items[run.sent + i];

		item->changes = changes_of(item->prefix);
		put_content(i, run.sent + i, item->prefix);
		if (i % segments)
			continue;
		address_message(i / segments, item->address, peer_now(item));
		out.messages[i / segments].msg_hdr.msg_iov = &out.io[2 * i];
		out.messages[i / segments].msg_hdr.msg_iovlen = 2 * segments;
	}
	for (int i = 0; i < packets; i++)
		run.sent_at[run.sent + i] = i ? run.sent_at[run.sent] : now();
	run.sent += packets;
	send_messages(packets / segments);
}

static struct {
	struct mmsghdr messages[BATCH];
	struct sockaddr_storage from[BATCH];
	unsigned char data[BATCH][MAX_SIZE];
	struct iovec io[BATCH];
	_Alignas(struct cmsghdr) char control[BATCH][CONTROL];
} in;

/* The device that the packet came to, and its address of the table. */
static int read_pktinfo(struct msghdr *m, unsigned char *destination)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct in_pktinfo *four = (void *)CMSG_DATA(c);
		struct in6_pktinfo *six = (void *)CMSG_DATA(c);

		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(destination, &four->ipi_addr, 4);
			return four->ipi_ifindex;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(destination, &six->ipi6_addr, 16);
			return six->ipi6_ifindex;
		}
	}
	return -1;
}

/* The packet went where its prefix belonged when it was sent, or at some time since then. */
static bool is_right(const struct item *item, struct msghdr *m)
{
	unsigned char destination[16];
	int device = read_pktinfo(m, destination);

	if (run.flow->operation == DECRYPT)
		return !memcmp(bytes_of(m->msg_name), item->address, address_size(family));
	if (memcmp(destination, item->address, address_size(family)))
		return false;
	if (device == run.hub->device_of_spoke[peer_now(item)])
		return true;
	return is_moving(item) && device == run.hub->device_of_spoke[peer_after(item->prefix, item->changes / 2 + 1)];
}

static void take(struct mmsghdr *message, int64_t time)
{
	const struct content *c = message->msg_hdr.msg_iov->iov_base;
	struct item *item;

	if (message->msg_len >= sizeof(*c) && c->nonce != run.head.nonce)
		return; /* from before */
	item = c->number < run.sent ? &run.items[c->number] : NULL;
	if ((int)message->msg_len != run.flow->size || !item || item->has_arrived || item->prefix != c->prefix ||
	    memcmp(c + 1, filler, run.flow->size - sizeof(*c))) {
		run.result.damaged++;
		return;
	}
	item->has_arrived = true;
	run.result.wrong += !is_right(item, &message->msg_hdr);
	run.result.moving += is_moving(item);
	run.latencies[run.arrived++] = time - run.sent_at[c->number];
}

/* False if no packet comes. */
static bool receive(int fd, int flags)
{
	int64_t time;
	int got;

	for (int i = 0; i < BATCH; i++) {
		in.io[i] = (struct iovec){ in.data[i], sizeof(in.data[i]) };
		in.messages[i].msg_hdr = (struct msghdr){ .msg_name = &in.from[i], .msg_namelen = sizeof(in.from[i]), .msg_iov = &in.io[i],
							  .msg_iovlen = 1, .msg_control = in.control[i], .msg_controllen = CONTROL };
	}
	got = recvmmsg(fd, in.messages, BATCH, flags, NULL);
	time = now();
	for (int i = 0; i < got; i++)
		take(&in.messages[i], time);
	return got > 0;
}

static int receiver(void) { return run.hub->socket[run.flow->operation == ENCRYPT ? DECRYPT : ENCRYPT]; }

static void prepare(const struct hub *hub, const struct flow *flow, long packets)
{
	run.hub = hub;
	run.flow = flow;
	run.items = realloc(run.items, packets * sizeof(*run.items));
	run.sent_at = realloc(run.sent_at, packets * sizeof(*run.sent_at));
	run.latencies = realloc(run.latencies, packets * sizeof(*run.latencies));
	if (!run.items || !run.sent_at || !run.latencies)
		fail("packets", ENOMEM);
	memset(run.latencies, 0, packets * sizeof(*run.latencies));
	memset(run.sent_at, 0, packets * sizeof(*run.sent_at));
	run.sent = run.arrived = run.given_up = 0;
	run.result = (struct result){ 0 };
	run.before = count_drops(hub);
	if (getrandom(&run.head.nonce, sizeof(run.head.nonce), 0) != sizeof(run.head.nonce))
		fail("random numbers", errno);
	for (int i = 0; i < MAX_SIZE; i++)
		filler[i] = run.head.nonce >> i % 57;
	for (long i = 0; i < packets; i++) {
		run.items[i].has_arrived = false;
		if (i % flow->segments == 0)
			run.items[i].prefix = draw(flow->keys, run.items[i].address);
		else
			run.items[i] = run.items[i - 1];
	}
}

/* Seconds that all processors were idle. */
static double idle_seconds(void)
{
	unsigned long long idle = 0;
	FILE *file = fopen("/proc/stat", "r");

	if (!file || fscanf(file, "cpu %*u %*u %*u %llu", &idle) != 1)
		fail("/proc/stat", errno);
	fclose(file);
	return (double)idle / sysconf(_SC_CLK_TCK);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void judge(long packets)
{
	struct result *r = &run.result;

	r->sent = packets;
	r->lost = packets - run.arrived;
	for (long i = 0; i < packets; i++) {
		const struct item *item = &run.items[i];

		r->lost_steady += !item->has_arrived && !is_moving(item);
	}
	if (!run.arrived)
		return;
	qsort(run.latencies, run.arrived, sizeof(*run.latencies), compare);
	r->median = run.latencies[run.arrived / 2];
	r->p99 = run.latencies[run.arrived * 99 / 100];
	r->p999 = run.latencies[run.arrived * 999 / 1000];
}

static struct drops drops_so_far(void)
{
	struct drops d = count_drops(run.hub);

	return (struct drops){ d.tx_errors - run.before.tx_errors, d.rx_frame_errors - run.before.rx_frame_errors,
			       d.all - run.before.all, d.from_host - run.before.from_host };
}

/* What the hub has dropped is not under way any more. If nothing has come for long, nothing is. */
static void give_up(int64_t last)
{
	run.given_up = drops_so_far().all;
	if (now() - last > PATIENCE_S * 1000000000LL)
		run.given_up = run.sent - run.arrived;
}

static bool may_send(long packets, int step)
{
	return run.sent < packets && run.sent - run.arrived - run.given_up <= run.flow->window - step;
}

struct result send_flow(const struct hub *hub, const struct flow *flow, long packets)
{
	int step = flow->window < BATCH ? 1 : BATCH;
	bool may_drop = hub->changes && flow->operation == DECRYPT;
	int64_t start, last;
	double idle;

	packets = (packets + step - 1) / step * step;
	enter_space(hub, HUB);
	prepare(hub, flow, packets);
	idle = idle_seconds();
	start = last = now();
	while (run.arrived + run.given_up < packets) {
		while (may_send(packets, step))
			send_next(step);
		if (receive(receiver(), MSG_WAITFORONE))
			last = now();
		else
			give_up(last);
		if (may_drop)
			give_up(last);
	}
	run.result.seconds = (last - start) / 1e9;
	run.result.idle = idle_seconds() - idle;
	judge(packets);
	run.result.dropped = drops_so_far();
	return run.result;
}

long send_unwanted(const struct hub *hub, enum operation operation, const unsigned char *address, int spoke, int packets)
{
	static struct flow flow = { .size = 64, .segments = 1, .keys = HOT };
	struct drops dropped;
	int64_t end;

	flow.operation = operation;
	enter_space(hub, HUB);
	prepare(hub, &flow, packets);
	for (int i = 0; i < packets; i++) {
		put_content(0, i, 0);
		address_message(0, address, spoke);
		out.messages[0].msg_hdr.msg_iov = out.io;
		out.messages[0].msg_hdr.msg_iovlen = 2;
		run.sent++;
		send_messages(1);
	}
	end = now() + PATIENCE_S * 1000000000LL;
	do {
		receive(receiver(), MSG_WAITFORONE);
		dropped = drops_so_far();
	} while (dropped.all < packets && now() < end);
	if (run.arrived || run.result.damaged)
		return -1;
	return operation == ENCRYPT ? dropped.tx_errors : dropped.rx_frame_errors;
}
