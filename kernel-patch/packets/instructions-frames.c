// SPDX-License-Identifier: GPL-2.0-only
/* Part of instructions: frames for the hub, and what has to be known of them. */
#define _GNU_SOURCE
#include "instructions.h"

#include "marks.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GREETINGS = 32, GREETING_SIZE = 64, DATA = 4 /* a message of WireGuard */, PATIENCE = 30 /* s */ };

static struct frame frames[FRAMES];

static int open_packets(int type, int protocol, const char *device)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = device ? if_nametoindex(device) : 0 };
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd = socket(AF_PACKET, type | SOCK_CLOEXEC, 0), one = 1, room = 1 << 24;

	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    (type == SOCK_RAW && setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one))))
		fail("packet socket", errno);
	return fd;
}

/* The header of an IP packet of UDP; returns its size. */
static int put_ip(unsigned char *to, const void *source, const void *destination, int length)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .tot_len = htons(sizeof(ip) + length), .ttl = 64, .protocol = IPPROTO_UDP };
	struct ip6_hdr ip6 = { .ip6_plen = htons(length), .ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64 };
	unsigned int sum = 0;

	if (family == AF_INET6) {
		ip6.ip6_vfc = 6 << 4;
		memcpy(&ip6.ip6_src, source, 16);
		memcpy(&ip6.ip6_dst, destination, 16);
		memcpy(to, &ip6, sizeof(ip6));
		return sizeof(ip6);
	}
	memcpy(&ip.saddr, source, 4);
	memcpy(&ip.daddr, destination, 4);
	for (size_t i = 0; i < sizeof(ip) / 2; i++)
		sum += ((unsigned short *)&ip)[i];
	ip.check = ~((sum & 0xffff) + (sum >> 16));
	memcpy(to, &ip, sizeof(ip));
	return sizeof(ip);
}

static int ip_size(void) { return family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ip6_hdr); }
static int packet_size(int size) { return ip_size() + sizeof(struct udphdr) + size; }

/* Padded to 16 bytes. */
int message_size(int size) { return 32 + (packet_size(size) + 15) / 16 * 16; }

static unsigned char content(uint32_t number, int at) { return number * 7 + at; }

/* A packet of UDP with a number and a pattern; returns its size. */
static int put_packet(unsigned char *to, const void *source, const void *destination, int size, uint32_t number)
{
	struct udphdr udp = { .source = htons(PORT), .dest = htons(PORT), .len = htons(sizeof(udp) + size) };
	unsigned char *p = to + put_ip(to, source, destination, sizeof(udp) + size);

	memcpy(p, &udp, sizeof(udp));
	memcpy(p + sizeof(udp), &number, sizeof(number));
	for (int i = sizeof(number); i < size; i++)
		p[sizeof(udp) + i] = content(number, i);
	return packet_size(size);
}

static bool is_packet(const unsigned char *p, int length, const void *source, const void *destination, uint32_t number)
{
	int at = ip_size() + sizeof(struct udphdr), from = family == AF_INET ? 12 : 8, size = address_size(family);

	if (length != packet_size(GREETING_SIZE) || memcmp(p + from, source, size) || memcmp(p + from + size, destination, size))
		return false;
	for (int i = sizeof(number); i < GREETING_SIZE; i++)
		if (p[at + i] != content(number, i))
			return false;
	return true;
}

/* The number of a packet of put_packet(), -1 for others. */
static int64_t number_in(const unsigned char *p, int length)
{
	const struct udphdr *udp = (const void *)(p + ip_size());
	uint32_t number;

	if (length < packet_size(sizeof(number)) || p[0] >> 4 != (family == AF_INET ? 4 : 6) || udp->dest != htons(PORT))
		return -1;
	memcpy(&number, udp + 1, sizeof(number));
	return number;
}

/* Waits for the packet, which comes to a device or leaves by it. */
static bool arrives(int fd, int device, bool leaves, const void *source, const void *destination, uint32_t number)
{
	unsigned char packet[FRAME_SIZE];
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	ssize_t got;

	while ((got = recvfrom(fd, packet, sizeof(packet), 0, (void *)&from, &size)) >= 0) {
		size = sizeof(from);
		if (number_in(packet, got) != number || (from.sll_pkttype == PACKET_OUTGOING) != leaves)
			continue;
		return from.sll_ifindex == device && is_packet(packet, got, source, destination, number);
	}
	return false;
}

static int first_space = -1;

void enter_first(void)
{
	if (first_space < 0)
		first_space = open_space();
	enter_fd(first_space);
}

/* Where the hub's LAN, its tunnels and the sink lead. */
static void lan_address(unsigned char *to)
{
	struct sockaddr_storage a;

	socket_address(family, family == AF_INET ? "203.0.113.2" : "2001:db8:fffd::2", 0, &a);
	memcpy(to, bytes_of(&a), address_size(family));
}

static socklen_t loopback(int port, struct sockaddr_storage *a)
{
	return socket_address(family, family == AF_INET ? "127.0.0.1" : "::1", port, a);
}

static socklen_t below_sink(int port, struct sockaddr_storage *a)
{
	return socket_address(family, family == AF_INET ? "192.0.2.2" : "2001:db8:fffe::2", port, a);
}

static void make_dummy(const char *name, const char *four, const char *six)
{
	must(name, make_link(name, "dummy"));
	must(name, set_link(name, -1, FRAME_SIZE));
	must(name, add_address(if_nametoindex(name), family == AF_INET ? four : six));
}

/* Neighbours of earlier hubs stay, so that no count has the work of removing them. */
static void keep_neighbours(void)
{
	char path[64];

	for (int threshold = 3; threshold > 0; threshold--) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv%d/neigh/default/gc_thresh%d", family == AF_INET ? 4 : 6, threshold);
		if (!write_setting(path, "1000000"))
			fail(path, errno);
	}
}

void make_sink(void)
{
	enter_first();
	make_dummy("sink", "192.0.2.1", "2001:db8:fffe::1");
	keep_neighbours();
	/* Frames that are put on lo have no route yet, and come from the machine's own address. */
	if (!write_setting("/proc/sys/net/ipv4/conf/all/route_localnet", "1") || !write_setting("/proc/sys/net/ipv4/conf/all/accept_local", "1"))
		fail("lo", errno);
}

void make_lan(const struct hub *hub)
{
	enter_space(hub, HUB);
	make_dummy("lan", "203.0.113.1", "2001:db8:fffd::1");
}

static void set_endpoint(int device, const void *key, const struct sockaddr_storage *endpoint, socklen_t size)
{
	struct nlattr *list, *one;

	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	list = nest(WGDEVICE_A_PEERS);
	one = nest(0);
	put(WGPEER_A_PUBLIC_KEY, key, WG_KEY_LEN);
	put_u32(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY);
	put(WGPEER_A_ENDPOINT, endpoint, size);
	end(one);
	end(list);
	must("endpoint", talk(genl));
}

void use_sink(const struct hub *hub)
{
	struct sockaddr_storage endpoint;

	enter_space(hub, HUB);
	for (int peer = 1; peer <= PEERS; peer++)
		set_endpoint(0, hub->key[peer], &endpoint, below_sink(PORT, &endpoint));
}

/* Leads what spokes send to the hub or to the sink. */
static void address_spokes(const struct hub *hub, bool to_hub)
{
	struct sockaddr_storage endpoint;
	socklen_t size;

	enter_space(hub, HUB);
	size = (to_hub ? loopback : below_sink)(shown_of_device(0, WGDEVICE_A_LISTEN_PORT), &endpoint);
	enter_space(hub, SPOKES_OF_HUB);
	for (int d = 1; d <= PEERS; d++)
		set_endpoint(d, hub->key[0], &endpoint, size);
}

/* A spoke that was down has no session, and begins one with its next packet. */
static void forget_sessions(const struct hub *hub)
{
	struct ifinfomsg down = { .ifi_change = IFF_UP };

	enter_space(hub, SPOKES_OF_HUB);
	for (int d = 1; d <= PEERS; d++) {
		down.ifi_index = hub->device_of_spoke[d];
		begin(RTM_NEWLINK, NLM_F_ACK, &down, sizeof(down));
		must("spoke", talk(rtnl));
		down.ifi_flags = IFF_UP;
		begin(RTM_NEWLINK, NLM_F_ACK, &down, sizeof(down));
		must("spoke", talk(rtnl));
		down.ifi_flags = 0;
	}
}

/* A spoke's device gets the packet without any route. */
static bool send_by_spoke(int fd, const struct hub *hub, const struct flow_key *key, int size, uint32_t number)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(family == AF_INET ? ETH_P_IP : ETH_P_IPV6),
				 .sll_ifindex = hub->device_of_spoke[key->peer] };
	unsigned char packet[FRAME_SIZE], lan[16];
	int length;

	lan_address(lan);
	length = put_packet(packet, key->address, lan, size, number);
	return sendto(fd, packet, length, 0, (void *)&a, sizeof(a)) == length;
}

static bool greet_hub(const struct hub *hub, const struct flow_key *keys)
{
	int spokes, hub_lan, lan;
	unsigned char to[16];
	bool good = true;

	lan_address(to);
	enter_space(hub, SPOKES_OF_HUB);
	spokes = open_packets(SOCK_DGRAM, 0, NULL);
	enter_space(hub, HUB);
	lan = if_nametoindex("lan");
	hub_lan = open_packets(SOCK_DGRAM, ETH_P_ALL, "lan");
	for (int i = 0; good && i < GREETINGS; i++)
		good = send_by_spoke(spokes, hub, &keys[i], GREETING_SIZE, i) && arrives(hub_lan, lan, true, keys[i].address, to, i);
	close(spokes);
	close(hub_lan);
	return good;
}

/* Makes the frame that leads to the hub's device from outside. */
static void begin_frame(struct frame *f)
{
	struct ether_header *ethernet = (void *)(f->bytes + sizeof(struct virtio_net_hdr));

	memset(f->bytes, 0, sizeof(struct virtio_net_hdr) + sizeof(*ethernet));
	ethernet->ether_type = htons(family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	f->length = sizeof(struct virtio_net_hdr) + sizeof(*ethernet);
}

static void make_frame(struct frame *f, const struct flow_key *key, int size, uint32_t number)
{
	struct sockaddr_storage host;

	host_address(&host);
	begin_frame(f);
	f->length += put_packet(f->bytes + f->length, bytes_of(&host), key->address, size, number);
}

/* The address of the hub's device: the veth's, or lo's, which is zero. */
static void find_address(const struct hub *hub, enum operation operation, unsigned char address[ETH_ALEN])
{
	struct ifinfomsg i = { .ifi_index = hub->veth };
	const struct nlattr *a;

	memset(address, 0, ETH_ALEN);
	if (operation == DECRYPT)
		return;
	enter_space(hub, HUB);
	begin(RTM_GETLINK, 0, &i, sizeof(i));
	must("veth", talk(rtnl));
	a = find_in(&reply.h, sizeof(i), IFLA_ADDRESS);
	if (!a)
		fail("address of the veth", ENODATA);
	memcpy(address, data_of(a), ETH_ALEN);
}

static void address_frames(struct frame *f, int count, const unsigned char *address, bool to_hub)
{
	for (int i = 0; i < count; i++) {
		unsigned char *to = f[i].bytes + sizeof(struct virtio_net_hdr);

		memcpy(to, address, ETH_ALEN);
		to[ETH_ALEN - 1] ^= !to_hub; /* not a multicast address either */
	}
}

static int open_outside(const struct hub *hub, enum operation operation)
{
	if (operation == ENCRYPT)
		enter_space(hub, HOST);
	else
		enter_first();
	return open_packets(SOCK_RAW, 0, operation == ENCRYPT ? "host" : "lo");
}

static bool greet_spokes(const struct hub *hub, const struct flow_key *keys)
{
	int outside = open_outside(hub, ENCRYPT), spokes;
	struct sockaddr_storage host;
	unsigned char address[ETH_ALEN];
	bool good = true;
	struct frame f;

	host_address(&host);
	find_address(hub, ENCRYPT, address);
	enter_space(hub, SPOKES_OF_HUB);
	spokes = open_packets(SOCK_DGRAM, ETH_P_ALL, NULL);
	for (int i = 0; good && i < GREETINGS; i++) {
		make_frame(&f, &keys[i], GREETING_SIZE, i);
		address_frames(&f, 1, address, true);
		good = send(outside, f.bytes, f.length, 0) == f.length &&
		       arrives(spokes, hub->device_of_spoke[keys[i].peer], false, bytes_of(&host), keys[i].address, i);
	}
	close(outside);
	close(spokes);
	return good;
}

bool exchange(const struct hub *hub)
{
	struct flow_key keys[GREETINGS];

	for (int i = 0; i < GREETINGS; i++)
		do /* the first eight are of different peers */
			keys[i].peer = peer_after(draw(UNIFORM, keys[i].address), 0);
		while (i < PEERS && keys[i].peer != i + 1);
	address_spokes(hub, true);
	forget_sessions(hub);
	/* What came last from the hub is what it waits for an answer to: spokes give one after 10 s. */
	return greet_hub(hub, keys) && greet_spokes(hub, keys);
}

/* Makes a frame of a datagram that a spoke has sent to the sink: of the same ports, between addresses of lo. */
static bool take_message(struct frame *f, const unsigned char *datagram, int length, int size)
{
	const struct udphdr *udp = (const void *)(datagram + ip_size());
	struct virtio_net_hdr *v = (void *)f->bytes;
	struct sockaddr_storage self;
	int rest = length - ip_size();

	if (rest != (int)sizeof(*udp) + message_size(size) || *(const unsigned char *)(udp + 1) != DATA)
		return false;
	loopback(0, &self);
	begin_frame(f);
	f->length += put_ip(f->bytes + f->length, bytes_of(&self), bytes_of(&self), rest);
	/* As of a device that has checked the checksum. */
	v->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	v->csum_start = f->length - sizeof(*v);
	v->csum_offset = offsetof(struct udphdr, check);
	memcpy(f->bytes + f->length, udp, rest);
	((struct udphdr *)(f->bytes + f->length))->check = 0xffff;
	f->length += rest;
	return true;
}

/* Spokes encrypt the packets, and the sink is where they are caught. */
static bool catch_messages(const struct hub *hub, const struct flow_key *keys, int size)
{
	unsigned char datagram[FRAME_SIZE];
	int spokes, sink, caught = 0;
	bool good = true;
	ssize_t got;

	address_spokes(hub, false);
	spokes = open_packets(SOCK_DGRAM, 0, NULL);
	enter_first();
	sink = open_packets(SOCK_DGRAM, ETH_P_ALL, "sink");
	for (int i = 0; good && i < FRAMES; i++) {
		good = send_by_spoke(spokes, hub, &keys[i], size, i);
		while (good && caught <= i && (got = recv(sink, datagram, sizeof(datagram), 0)) >= 0)
			caught += take_message(&frames[caught], datagram, got, size);
		good = caught == i + 1;
	}
	close(spokes);
	close(sink);
	return good;
}

/*
 * Lets the kernel's threads do what they have to. The machine's clock counts instructions and skips idle time, and a batch takes a few
 * millions of instructions.
 */
static void settle(void)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };

	nanosleep(&pause, NULL);
}

static bool make_frames(const struct hub *hub, enum operation operation, const struct flow_key *keys, int size)
{
	bool good = operation == ENCRYPT || catch_messages(hub, keys, size);

	for (int i = 0; operation == ENCRYPT && i < FRAMES; i++)
		make_frame(&frames[i], &keys[i], size, i);
	settle();
	return good;
}

/* A batch is what a device's interrupt may find. */
static void send_batch(int fd, struct frame *f)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec data[BATCH];

	for (int i = 0; i < BATCH; i++) {
		data[i] = (struct iovec){ f[i].bytes, f[i].length };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &data[i], .msg_iovlen = 1 };
	}
	if (sendmmsg(fd, messages, BATCH, 0) != BATCH)
		fail("frames", errno);
	settle();
}

static void send_frames(int fd, const unsigned char *address, bool to_hub)
{
	address_frames(frames, FRAMES, address, to_hub);
	for (int i = 0; i < FRAMES; i += BATCH)
		send_batch(fd, &frames[i]);
}

bool count_frames(const struct hub *hub, enum operation operation, const struct flow_key *keys, int size)
{
	unsigned char address[ETH_ALEN];
	bool good = make_frames(hub, operation, keys, size);
	int fd;

	find_address(hub, operation, address);
	fd = open_outside(hub, operation);
	send_frames(fd, address, true);
	good = good && make_frames(hub, operation, keys, size); /* a message can be sent once only */
	mark(MARK_FIRST);
	send_frames(fd, address, false);
	mark(MARK_SECOND);
	send_frames(fd, address, true);
	mark(MARK_STOP);
	close(fd);
	return good;
}
