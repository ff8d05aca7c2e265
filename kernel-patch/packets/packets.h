/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program of packets.sh shares. A hub has a wg0 with eight peers and a veth to a host. Its peers are wg1 to wg8 of another
 * namespace. All WireGuard devices were made in the first namespace, so their UDP goes over its lo. Each scheme has a hub of its own, with
 * the same table, so that schemes can be measured in turns.
 */
#ifndef PACKETS_PACKETS_H
#define PACKETS_PACKETS_H

#include "full.h"

#include <stdatomic.h>

/* The device numbers of netlink.h: wg0 is the hub's, wg1 to wg8 are the spokes'. */
enum { PEERS = SPOKES, MAX_HUBS = 8, PORT = 9000, MAX_SIZE = 1500, LARGEST_MTU = 1500 };

enum keys { HOT, ZIPF, UNIFORM, ALL_KEYS };
enum operation { ENCRYPT, DECRYPT, OPERATIONS };
enum space { HUB, HOST, SPOKES_OF_HUB, SPACES };
extern const char *const names_of_keys[ALL_KEYS], *const names_of_operations[OPERATIONS];

/* What a scheme needs: allowed IPs of all prefixes, routes of all prefixes, and how a route names its peer. */
struct scheme {
	const char *name;
	int mode; /* -1: the kernel need not know modes */
	bool ips, routes, key, object, gateway;
};
const struct scheme *scheme_of(const char *name);

struct hub {
	const struct scheme *scheme;
	bool is_second; /* of the same scheme: what is measured is the noise */
	int space[SPACES], device, veth, device_of_spoke[PEERS + 1], socket[2]; /* of the host and of the spokes */
	unsigned char key[PEERS + 1][WG_KEY_LEN];
	/* Of each prefix, twice the number of changes, less one while a change is made; NULL: nobody changes anything. */
	_Atomic uint32_t *changes;
};
extern struct hub hubs[MAX_HUBS];
extern int hub_count;

/* Namespaces and devices: hub.c. */
void make_hub(struct hub *hub);
void enter_space(const struct hub *hub, enum space space);
void enter_fd(int space);
int open_space(void);
/* In the namespace of the process: moves a link to a space unless that is -1, gives it an MTU and sets it up unless that is 0. */
int set_link(const char *name, int space, int mtu);
int add_address(int device, const char *text);
bool write_setting(const char *path, const char *text);
bool set_rp_filter(const struct hub *hub, bool on);
/* The bytes of the host's address behind the hub. */
void host_address(struct sockaddr_storage *address);
/* The prefix that is routed to wg0 and that no peer has. */
void nobody_address(unsigned char address[16]);
struct drops {
	long long tx_errors, rx_frame_errors, all; /* of wg0; of wg0 and the veth */
	long long from_host;                       /* packets that came by the veth, where a GSO packet is one */
};
/* The process is in the hub's namespace. */
struct drops count_drops(const struct hub *hub);

/* The table: table.c. */
extern struct prefix *table; /* in random order: the first N are a sample */
extern int table_size;       /* of the part that is loaded */
int read_table(const char *list, uint64_t seed);
void use_table(int prefixes);
/* The numbers of the loaded prefixes, in the order of addresses. */
extern int *in_order;
void seed_random(uint64_t seed);
/* An address of a prefix that is drawn, and the number of the longest prefix that has it. */
int draw(enum keys keys, unsigned char address[16]);
/* The peer of a prefix that has changed so many times. Changes lead it to another peer and back. */
static inline int peer_after(int prefix, uint32_t changes) { return 1 + (prefix + changes % 2) % PEERS; }

/* Requests: load.c. They return an errno. */
int load_table(const struct hub *hub, int from);
int change_prefix(const struct hub *hub, int prefix, int peer);

/* Packets: traffic.c. */
struct flow {
	enum operation operation;
	enum keys keys;
	int size, segments; /* of a UDP datagram; datagrams of a GSO packet, 1: no GSO */
	int window;         /* packets that are under way at most */
};
struct result {
	long sent, lost, wrong, damaged;
	long moving, lost_steady; /* whose prefix changed while they were under way; that are lost, although it did not */
	double seconds, idle, median, p99, p999;      /* latencies in ns */
	struct drops dropped;
};
enum { BATCH = 64, WINDOW = 2 * BATCH, SEGMENTS = BATCH / 2 };
void open_sockets(struct hub *hub);
/* Sends so many packets and waits until all have arrived or are counted as dropped, or nothing comes any more. */
struct result send_flow(const struct hub *hub, const struct flow *flow, long packets);
/* Sends packets of that address, which must not arrive: to it, or from it by a spoke. */
long send_unwanted(const struct hub *hub, enum operation operation, const unsigned char *address, int spoke, int packets);

/* Two processors: churn.c. Changes prefixes of a hub until stopped; a negative rate is no limit. Returns changes a second. */
void share_changes(struct hub *hub, int prefixes);
void start_changes(struct hub *hub, double rate);
double stop_changes(long *refused);
void run_on(int processor);

static inline int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The program cannot go on. */
void fail(const char *what, int error) __attribute__((noreturn));
static inline void must(const char *what, int error)
{
	if (error)
		fail(what, error);
}

#endif
