/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink: building messages, sending several in one call, waiting for their
 * acknowledgements, dumps; and the counts of all that.
 *
 * The kernel does what a message asks for inside sendmsg(), so a call's
 * answers wait in the socket when it returns, and in the order of its messages.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bounds that keep a call within the buffer it is built in. */
#define MAX_BATCH 65536			/* messages of at most 128 bytes: the longest, IPv6 by encap, has 124 */
#define MAX_MESSAGE 65560		/* a nest's length is 16 bits: PEERS and 28 bytes before it */
#define MIN_RECEIVE 4096		/* what the kernel puts into one buffer at least */
#define MAX_RECEIVE (1u << 20)

/* What the series adds to the kernel's interface; the headers here are older. */
#define ENCAP_WGPEER 11			/* LWTUNNEL_ENCAP_WGPEER */
#define ENCAP_PUBLIC_KEY 1		/* LWT_WGPEER_PUBLIC_KEY, in requests */
#define ENCAP_PEER_ID 2			/* LWT_WGPEER_ID, in dumps */
#define PEER_KEY_BYTES 32
/* What a patch of series-optional adds. */
#define ROUTE_WGPEER 33			/* RTA_WGPEER */
#define NEXTHOP_WGPEER 19		/* NHA_WGPEER */

/*
 * A socket, and the call that is being built for it. Calls of all channels are
 * built in one buffer: finish one before the next is begun.
 */
struct channel {
	int fd;
	uint32_t sequence;	/* of the last message that was begun */
	unsigned int messages;	/* in the call */
	size_t length;		/* of the call */
	size_t message;		/* where its last message begins */
};

struct traffic {
	uint64_t messages, bytes, calls, digest, ns, max_ns;
	uint64_t acks, refused, received_messages, received_bytes, received_calls;
};

#define NO_TRAFFIC ((struct traffic){ .digest = DIGEST_START })

/* What the kernel refused of a call. */
struct refusals {
	uint64_t count;
	int first_error;	/* errno */
	uint32_t first_sequence;
	char first_text[160];	/* of the extended acknowledgement */
};

/* Gets every message that comes back; other than 0 ends the exchange, after fail(). */
typedef int visit_fn(const struct nlmsghdr *message, void *context);

int channel_open(struct channel *channel, int protocol);
/* Has the kernel heed, and check, the filters of a dump's request. */
int channel_strict(struct channel *channel);
void channel_close(struct channel *channel);

void message_begin(struct channel *channel, uint16_t type, uint16_t flags, const void *header, size_t size);
void message_end(struct channel *channel);
size_t message_length(const struct channel *channel);
void put_attribute(struct channel *channel, uint16_t type, const void *data, size_t size);
void put_u8(struct channel *channel, uint16_t type, uint8_t value);
void put_u16(struct channel *channel, uint16_t type, uint16_t value);
void put_u32(struct channel *channel, uint16_t type, uint32_t value);
void put_string(struct channel *channel, uint16_t type, const char *text);
size_t nest_begin(struct channel *channel, uint16_t type);
void nest_end(struct channel *channel, size_t nest);

/*
 * Sends the call and reads until something with its last sequence number came.
 * visit may be NULL. -1 when the socket fails, not when the kernel refuses.
 */
int exchange(struct channel *channel, struct traffic *traffic, struct refusals *refusals,
	     visit_fn *visit, void *context);
/* The same, and any refusal is a failure; what and index say of what. */
int exchange_or_fail(struct channel *channel, struct traffic *traffic, const char *what, size_t index);
/* Sends the call, a dump's request, and visits what comes, with a receive buffer of that size. */
int dump(struct channel *channel, size_t buffer, struct traffic *traffic, visit_fn *visit, void *context);

/*
 * From now on traffic is added up there instead of becoming rows, and the digest
 * goes on from call to call; NULL ends it. With barriers, what a call left to be
 * freed is freed before the next.
 */
void add_up_traffic(struct traffic *total, bool barriers);

/* A row of the traffic's counts, and what more there is to say. */
void traffic_row(const struct traffic *traffic, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The attribute at a place; NULL where there is no whole one before end. */
const struct nlattr *attribute_at(const char *at, const char *end);

#define for_each_attribute(attribute, start, size) \
	for (const char *at_ = (const char *)(start), *end_ = at_ + (size); \
	     ((attribute) = attribute_at(at_, end_)); at_ += NLA_ALIGN((attribute)->nla_len))

static inline const void *attribute_data(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static inline size_t attribute_size(const struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static inline uint16_t attribute_type(const struct nlattr *attribute)
{
	return attribute->nla_type & NLA_TYPE_MASK;
}

/* The first four bytes, as they lie in memory; 0 where there are fewer. */
uint32_t attribute_u32(const struct nlattr *attribute);
/* A number of four or eight bytes: NLA_UINT. */
uint64_t attribute_uint(const struct nlattr *attribute);

#endif
