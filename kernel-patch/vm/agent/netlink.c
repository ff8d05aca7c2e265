// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lab.h"
#include "netlink.h"

#define SOCKET_BUFFER (64 << 20)	/* bytes: a whole call's refusals wait in it */
#define RECEIVE_BUFFER (32 << 10)	/* bytes: one size for all that is not a dump */

static uint8_t pending[MAX_BATCH * 128] __attribute__((aligned(8)));
static uint8_t received[MAX_RECEIVE] __attribute__((aligned(8)));

_Static_assert(sizeof(pending) >= MAX_MESSAGE, "the longest message fits");

static int set_up_socket(int fd)
{
	const int size = SOCKET_BUFFER, on = 1;
	/* Nothing takes that long: a lost answer becomes a failure instead of a hang. */
	const struct timeval patience = { .tv_sec = 60 };
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	return bind(fd, (const struct sockaddr *)&any, sizeof(any)) ||
	       setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) ||
	       setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	       setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	       setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	       setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
}

int channel_open(struct channel *channel, int protocol)
{
	*channel = (struct channel){ .fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol) };
	if (channel->fd < 0)
		return fail("netlink socket: %s", strerror(errno));
	if (set_up_socket(channel->fd)) {
		fail("netlink socket: %s", strerror(errno));
		close(channel->fd);
		return -1;
	}
	return 0;
}

int channel_strict(struct channel *channel)
{
	const int on = 1;

	if (setsockopt(channel->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on)))
		return fail("strict checking: %s", strerror(errno));
	return 0;
}

void channel_close(struct channel *channel)
{
	close(channel->fd);
}

/* Room for size bytes, padded with zeros. */
static void *put(struct channel *channel, size_t size)
{
	void *place = pending + channel->length;

	memset(place, 0, NLMSG_ALIGN(size));
	channel->length += NLMSG_ALIGN(size);
	return place;
}

void message_begin(struct channel *channel, uint16_t type, uint16_t flags, const void *header, size_t size)
{
	struct nlmsghdr *message;

	channel->message = channel->length;
	message = put(channel, NLMSG_HDRLEN);
	message->nlmsg_type = type;
	message->nlmsg_flags = flags;
	message->nlmsg_seq = ++channel->sequence;
	memcpy(put(channel, size), header, size);
}

size_t message_length(const struct channel *channel)
{
	return channel->length - channel->message;
}

void message_end(struct channel *channel)
{
	struct nlmsghdr *message = (struct nlmsghdr *)(pending + channel->message);

	message->nlmsg_len = message_length(channel);
	channel->messages++;
}

void put_attribute(struct channel *channel, uint16_t type, const void *data, size_t size)
{
	struct nlattr *attribute = put(channel, NLA_HDRLEN + size);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + size;
	if (size)
		memcpy((char *)attribute + NLA_HDRLEN, data, size);
}

void put_u8(struct channel *channel, uint16_t type, uint8_t value)
{
	put_attribute(channel, type, &value, sizeof(value));
}

void put_u16(struct channel *channel, uint16_t type, uint16_t value)
{
	put_attribute(channel, type, &value, sizeof(value));
}

void put_u32(struct channel *channel, uint16_t type, uint32_t value)
{
	put_attribute(channel, type, &value, sizeof(value));
}

void put_string(struct channel *channel, uint16_t type, const char *text)
{
	put_attribute(channel, type, text, strlen(text) + 1);
}

size_t nest_begin(struct channel *channel, uint16_t type)
{
	size_t nest = channel->length;

	put_attribute(channel, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void nest_end(struct channel *channel, size_t nest)
{
	struct nlattr *attribute = (struct nlattr *)(pending + nest);

	attribute->nla_len = channel->length - nest;
}

const struct nlattr *attribute_at(const char *at, const char *end)
{
	const struct nlattr *attribute = (const struct nlattr *)at;

	if (end - at < NLA_HDRLEN || attribute->nla_len < NLA_HDRLEN || attribute->nla_len > end - at)
		return NULL;
	return attribute;
}

uint32_t attribute_u32(const struct nlattr *attribute)
{
	uint32_t value = 0;

	if (attribute_size(attribute) >= sizeof(value))
		memcpy(&value, attribute_data(attribute), sizeof(value));
	return value;
}

uint64_t attribute_uint(const struct nlattr *attribute)
{
	uint64_t value;

	if (attribute_size(attribute) < sizeof(value))
		return attribute_u32(attribute);
	memcpy(&value, attribute_data(attribute), sizeof(value));
	return value;
}

/* The kernel's own words, which follow at an offset in the message. */
static void extended_text(const struct nlmsghdr *message, size_t offset, char *text, size_t size)
{
	const struct nlattr *attribute;

	text[0] = 0;
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || message->nlmsg_len < offset)
		return;
	for_each_attribute(attribute, (const char *)message + offset, message->nlmsg_len - offset)
		if (attribute_type(attribute) == NLMSGERR_ATTR_MSG)
			snprintf(text, size, " (%.*s)", (int)attribute_size(attribute),
				 (const char *)attribute_data(attribute));
}

static void note_acknowledgement(const struct nlmsghdr *message, struct traffic *traffic,
				 struct refusals *refusals)
{
	const struct nlmsgerr *answer = NLMSG_DATA(message);
	size_t offset = NLMSG_LENGTH(sizeof(*answer));

	if (!answer->error) {
		traffic->acks++;
		return;
	}
	traffic->refused++;
	if (refusals->count++)
		return;
	/* The request is repeated before the text, unless capped. */
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		offset += NLMSG_ALIGN(answer->msg.nlmsg_len) - NLMSG_HDRLEN;
	refusals->first_error = -answer->error;
	refusals->first_sequence = message->nlmsg_seq;
	extended_text(message, offset, refusals->first_text, sizeof(refusals->first_text));
}

/* One read; the length of what came, or -1. */
static ssize_t receive(struct channel *channel, void *buffer, size_t size, struct traffic *traffic)
{
	ssize_t length;

	do
		length = recv(channel->fd, buffer, size, MSG_TRUNC);
	while (length < 0 && errno == EINTR);
	if (length < 0)
		return fail("netlink receive: %s", strerror(errno));
	if ((size_t)length > size)
		return fail("netlink receive: %zd bytes came to a buffer of %zu", length, size);
	traffic->received_calls++;
	traffic->received_bytes += length;
	return length;
}

static struct traffic *total;
static bool barrier_after_calls;

void add_up_traffic(struct traffic *traffic, bool barriers)
{
	total = traffic;
	barrier_after_calls = barriers;
}

static void add_up(const struct traffic *traffic)
{
	total->messages += traffic->messages;
	total->bytes += traffic->bytes;
	total->calls += traffic->calls;
	total->ns += traffic->ns;
	if (traffic->max_ns > total->max_ns)
		total->max_ns = traffic->max_ns;
	total->acks += traffic->acks;
	total->refused += traffic->refused;
	total->received_messages += traffic->received_messages;
	total->received_bytes += traffic->received_bytes;
	total->received_calls += traffic->received_calls;
}

/* Counts and digests the call; the clock does not run yet. */
static void count_call(const struct channel *channel, struct traffic *traffic)
{
	traffic->messages += channel->messages;
	traffic->bytes += channel->length;
	traffic->digest = digest_words(traffic->digest, pending, channel->length);
	if (total)
		total->digest = digest_words(total->digest, pending, channel->length);
	traffic->calls++;
}

static int send_call(struct channel *channel)
{
	ssize_t sent = send(channel->fd, pending, channel->length, 0);

	channel->length = 0;
	channel->messages = 0;
	return sent < 0 ? fail("netlink send: %s", strerror(errno)) : 0;
}

static void count_time(struct traffic *traffic, uint64_t elapsed)
{
	traffic->ns += elapsed;
	if (elapsed > traffic->max_ns)
		traffic->max_ns = elapsed;
}

/* What one read brought. 1: the call's last answer was in it; -1: visit failed. */
static int take_answers(struct channel *channel, size_t length, struct traffic *traffic,
			struct refusals *refusals, visit_fn *visit, void *context)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)received;
	int last = 0;

	for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
		traffic->received_messages++;
		if (message->nlmsg_type == NLMSG_ERROR)
			note_acknowledgement(message, traffic, refusals);
		if (visit && visit(message, context))
			return -1;
		if (message->nlmsg_seq == channel->sequence)
			last = 1;
	}
	return last;
}

int exchange(struct channel *channel, struct traffic *traffic, struct refusals *refusals,
	     visit_fn *visit, void *context)
{
	uint64_t started;
	int last = 0;

	count_call(channel, traffic);
	started = clock_ns();
	if (send_call(channel))
		return -1;
	while (!last) {
		ssize_t length = receive(channel, received, RECEIVE_BUFFER, traffic);

		if (length < 0)
			return -1;
		last = take_answers(channel, length, traffic, refusals, visit, context);
	}
	count_time(traffic, clock_ns() - started);
	if (last < 0)
		return -1;
	return barrier_after_calls ? module_barrier() : 0;
}

int exchange_or_fail(struct channel *channel, struct traffic *traffic, const char *what, size_t index)
{
	struct refusals refusals = { 0 };

	if (exchange(channel, traffic, &refusals, NULL, NULL))
		return -1;
	if (refusals.count)
		return fail("%s %zu: %s%s", what, index, strerror(refusals.first_error), refusals.first_text);
	return 0;
}

static bool ends_dump(const struct nlmsghdr *message)
{
	return message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR;
}

static int check_dump_message(const struct nlmsghdr *message)
{
	char text[160];
	int error;

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return fail("dump: something changed meanwhile");
	if (!ends_dump(message))
		return 0;
	memcpy(&error, NLMSG_DATA(message), sizeof(error));
	if (!error)
		return 0;
	extended_text(message, message->nlmsg_type == NLMSG_DONE ? NLMSG_LENGTH(sizeof(error)) :
		      NLMSG_LENGTH(sizeof(struct nlmsgerr)), text, sizeof(text));
	return fail("dump: %s%s", strerror(-error), text);
}

/* A dump's reads until memory is full: parsed later, when the clock does not run. */
struct reads {
	size_t count;
	size_t lengths[MAX_RECEIVE / MIN_RECEIVE];
	bool done;
};

static int read_part(struct channel *channel, size_t buffer, struct traffic *traffic, struct reads *reads)
{
	reads->count = 0;
	while (!reads->done && (reads->count + 1) * buffer <= sizeof(received)) {
		uint8_t *place = received + reads->count * buffer;
		const struct nlmsghdr *message = (const struct nlmsghdr *)place;
		ssize_t length = receive(channel, place, buffer, traffic);

		if (length < 0)
			return -1;
		reads->lengths[reads->count++] = length;
		for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length))
			reads->done |= ends_dump(message);
	}
	return 0;
}

static int visit_part(size_t buffer, const struct reads *reads, struct traffic *traffic,
		      visit_fn *visit, void *context)
{
	for (size_t i = 0; i < reads->count; i++) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(received + i * buffer);
		size_t length = reads->lengths[i];

		for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
			traffic->received_messages++;
			if (check_dump_message(message))
				return -1;
			if (!ends_dump(message) && visit(message, context))
				return -1;
		}
	}
	return 0;
}

int dump(struct channel *channel, size_t buffer, struct traffic *traffic, visit_fn *visit, void *context)
{
	struct reads reads = { .done = false };
	uint64_t started, elapsed = 0;
	bool sent = false;

	memset(received, 0, sizeof(received)); /* so that no read waits for a page */
	count_call(channel, traffic);
	while (!reads.done) {
		started = clock_ns();
		if ((!sent && send_call(channel)) || read_part(channel, buffer, traffic, &reads))
			return -1;
		elapsed += clock_ns() - started;
		sent = true;
		if (visit_part(buffer, &reads, traffic, visit, context))
			return -1;
	}
	count_time(traffic, elapsed);
	return 0;
}

void traffic_row(const struct traffic *traffic, const char *format, ...)
{
	char more[256];
	va_list arguments;

	if (total) {
		add_up(traffic);
		return;
	}
	va_start(arguments, format);
	vsnprintf(more, sizeof(more), format, arguments);
	va_end(arguments);
	row("messages %ju bytes %ju calls %ju digest %016jx ns %ju max-ns %ju acks %ju "
	    "received-messages %ju received-bytes %ju received-calls %ju%s",
	    traffic->messages, traffic->bytes, traffic->calls, traffic->digest, traffic->ns, traffic->max_ns,
	    traffic->acks, traffic->received_messages, traffic->received_bytes, traffic->received_calls, more);
}
