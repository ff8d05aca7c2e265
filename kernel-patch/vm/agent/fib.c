// SPDX-License-Identifier: GPL-2.0-only
/* What the FIB says: dumps of a table, and the routes of keys. Each on a socket of its own. */
#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "lab.h"
#include "netlink.h"

#define RULE_PRIORITY 100

struct found {
	uint32_t table;
	uint8_t length;
	uint32_t address[4];	/* as it lies in memory; IPv4 has the first word alone */
	uint32_t number;	/* nexthop id, or gateway in host order, or peer + 1, or interface */
};

static int parse_family(const char *word, int *family)
{
	uint64_t number = 4;

	if (word && parse_number(word, "FAMILY", 4, 6, &number))
		return -1;
	if (number == 5)
		return fail("FAMILY: neither 4 nor 6: 5");
	*family = number == 4 ? AF_INET : AF_INET6;
	return 0;
}

static uint32_t last_word(const struct nlattr *attribute)
{
	uint32_t word = 0;

	if (attribute_size(attribute) >= sizeof(word))
		memcpy(&word, (const char *)attribute_data(attribute) + attribute_size(attribute) - sizeof(word),
		       sizeof(word));
	return ntohl(word);
}

/* The peer that RTA_ENCAP names by the device's number, and 1 more: 0 where there is none. */
static uint32_t peer_of(const struct nlattr *encap)
{
	const struct nlattr *attribute;

	for_each_attribute(attribute, attribute_data(encap), attribute_size(encap))
		if (attribute_type(attribute) == ENCAP_PEER_ID)
			return wg_peer_of(attribute_uint(attribute));
	return 0;
}

static struct found parse_route(const struct nlmsghdr *message)
{
	const size_t offset = NLMSG_LENGTH(sizeof(struct rtmsg));
	const struct rtmsg *header = NLMSG_DATA(message);
	const struct nlattr *attribute;
	struct found found = { .table = header->rtm_table, .length = header->rtm_dst_len };
	uint32_t nexthop = 0, gateway = 0, peer = 0, device = 0;

	for_each_attribute(attribute, (const char *)message + offset, message->nlmsg_len - offset) {
		switch (attribute_type(attribute)) {
		case RTA_TABLE:
			found.table = attribute_u32(attribute);
			break;
		case RTA_DST:
			memcpy(found.address, attribute_data(attribute),
			       attribute_size(attribute) < sizeof(found.address) ? attribute_size(attribute) :
			       sizeof(found.address));
			break;
		case RTA_NH_ID:
			nexthop = attribute_u32(attribute);
			break;
		case RTA_GATEWAY:
		case RTA_VIA:
			gateway = last_word(attribute);
			break;
		case RTA_ENCAP:
			peer = peer_of(attribute);
			break;
		case RTA_OIF:
			device = attribute_u32(attribute);
			break;
		}
	}
	/* The kernel lists what is behind a nexthop object as well. */
	found.number = nexthop ? nexthop : gateway ? gateway : peer ? peer : device;
	return found;
}

static bool is_route(const struct nlmsghdr *message)
{
	return message->nlmsg_type == RTM_NEWROUTE && message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct rtmsg));
}

struct listing {
	uint32_t table;
	int family;
	uint64_t entries, content;
};

static int list_route(const struct nlmsghdr *message, void *context)
{
	struct listing *listing = context;
	struct found found;

	if (!is_route(message))
		return fail("dump: a message of type %u", message->nlmsg_type);
	found = parse_route(message);
	if (found.table != listing->table)
		return fail("dump: a route of table %u", found.table);
	listing->entries++;
	listing->content = digest_word(listing->content, found.length);
	listing->content = digest_words(listing->content, found.address, address_size(listing->family));
	listing->content = digest_word(listing->content, found.number);
	return 0;
}

int route_dump(char **words)
{
	struct rtmsg header = { .rtm_family = AF_UNSPEC };
	struct listing listing = { .content = DIGEST_START };
	struct traffic traffic = NO_TRAFFIC;
	struct channel channel;
	uint64_t table, buffer;
	int result;

	if (parse_number(words[0], "TABLE", 1, UINT32_MAX, &table) ||
	    parse_number(words[1], "BUFFER", MIN_RECEIVE, MAX_RECEIVE, &buffer) ||
	    parse_family(words[2], &listing.family) ||
	    wg_learn_peers() ||
	    channel_open(&channel, NETLINK_ROUTE))
		return -1;
	listing.table = table;
	header.rtm_family = listing.family;
	message_begin(&channel, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, &header, sizeof(header));
	put_u32(&channel, RTA_TABLE, table);
	message_end(&channel);
	result = channel_strict(&channel) || dump(&channel, buffer, &traffic, list_route, &listing);
	channel_close(&channel);
	if (result)
		return -1;
	traffic_row(&traffic, " entries %ju content %016jx", listing.entries, listing.content);
	return 0;
}

static int change_rule(uint16_t type, uint16_t flags, int family, uint32_t table)
{
	const struct fib_rule_hdr header = {
		.family = family,
		.table = table < 256 ? table : RT_TABLE_UNSPEC,
		.action = FR_ACT_TO_TBL,
	};
	struct traffic traffic = NO_TRAFFIC;
	struct channel channel;
	int result;

	if (channel_open(&channel, NETLINK_ROUTE))
		return -1;
	message_begin(&channel, type, NLM_F_REQUEST | NLM_F_ACK | flags, &header, sizeof(header));
	put_u32(&channel, FRA_PRIORITY, RULE_PRIORITY);
	put_u32(&channel, FRA_TABLE, table);
	message_end(&channel);
	result = exchange_or_fail(&channel, &traffic, "rule for table", table);
	channel_close(&channel);
	return result;
}

/* One rule of a family at a time, or lookups would go on in the table asked before. */
static int lead_to_table(int family, uint32_t table)
{
	static uint32_t of_family[2];
	uint32_t *current = &of_family[family == AF_INET6];

	if (*current == table)
		return 0;
	if (*current && change_rule(RTM_DELRULE, 0, family, *current))
		return -1;
	*current = 0;
	if (change_rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, table))
		return -1;
	*current = table;
	return 0;
}

struct answers {
	int family;
	uint32_t table;
	uint64_t hits, digest;
};

/* What another table answers (`local` comes first, `main` last) is no route of this one. */
static int take_answer(const struct nlmsghdr *message, void *context)
{
	struct answers *answers = context;
	struct found found = { 0 };

	if (is_route(message))
		found = parse_route(message);
	else if (message->nlmsg_type != NLMSG_ERROR)
		return fail("get: a message of type %u", message->nlmsg_type);
	if (found.table == answers->table)
		answers->hits++;
	else
		found = (struct found){ 0 };
	answers->digest = digest_word(answers->digest, found.number);
	for (size_t i = 0; i < address_size(answers->family) / sizeof(uint32_t); i++)
		answers->digest = digest_word(answers->digest, ntohl(found.address[i]));
	answers->digest = digest_word(answers->digest, found.length);
	return 0;
}

static void put_question(struct channel *channel, int family, const uint8_t *key)
{
	const struct rtmsg header = {
		.rtm_family = family,
		.rtm_dst_len = 8 * address_size(family),
		.rtm_flags = RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH,
	};

	message_begin(channel, RTM_GETROUTE, NLM_F_REQUEST, &header, sizeof(header));
	put_attribute(channel, RTA_DST, key, address_size(family));
	message_end(channel);
}

static int ask(const struct input *keys, size_t count, size_t batch, struct answers *answers)
{
	struct traffic traffic = NO_TRAFFIC;
	struct refusals refusals = { 0 };
	struct channel channel;
	int result = 0;

	if (channel_open(&channel, NETLINK_ROUTE))
		return -1;
	for (size_t index = 0; index < count && !result;) {
		const size_t end = count - index < batch ? count : index + batch;

		for (; index < end; index++)
			put_question(&channel, keys->family, keys->bytes + index * keys->record);
		result = exchange(&channel, &traffic, &refusals, take_answer, answers);
	}
	channel_close(&channel);
	return result;
}

static int get(const struct input *keys, char **words)
{
	struct answers answers = { .family = keys->family, .digest = DIGEST_START };
	uint64_t count, table, batch;

	if (parse_number(words[0], "COUNT", 0, keys->count, &count) ||
	    parse_number(words[1], "TABLE", 1, UINT32_MAX, &table) ||
	    parse_number(words[2], "BATCH", 1, MAX_BATCH, &batch) ||
	    lead_to_table(keys->family, table) ||
	    wg_learn_peers())
		return -1;
	answers.table = table;
	if (ask(keys, count, batch, &answers))
		return -1;
	row("hits %ju digest %016jx", answers.hits, answers.digest);
	return 0;
}

int route_get(char **words)
{
	struct input keys;
	int result;

	if (open_keys(&keys, words[0]))
		return -1;
	result = get(&keys, words + 1);
	close_input(&keys);
	return result;
}
