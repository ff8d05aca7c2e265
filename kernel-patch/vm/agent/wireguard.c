// SPDX-License-Identifier: GPL-2.0-only
/* WireGuard's generic netlink family: SET_DEVICE and GET_DEVICE for wg0. */
#include <linux/genetlink.h>
#include <linux/wireguard.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lab.h"
#include "netlink.h"

/* What parts of a SET_DEVICE message take, in bytes, headers and padding included. */
#define DEVICE_BYTES 32		/* netlink and generic header, IFNAME "wg0", PEERS */
#define PEER_BYTES 44		/* nest, PUBLIC_KEY, ALLOWEDIPS */
#define PEER_FLAGS_BYTES 8
#define ALLOWED_IP_FLAGS_BYTES 8

/* Linux has these since 6.16; the headers here may be older. */
#define ALLOWED_IP_FLAGS 4
#define ALLOWED_IP_REMOVE_ME (1u << 0)

/* Of the series. */
#define DEVICE_ROUTE_MODE 9
#define DEVICE_SOURCE_CHECK 10
#define PEER_ID 12

#define MOST_PEER_ID (1u << 24)	/* a device counts its peers from 1 on */

#define LEARN_BUFFER (32 << 10)	/* bytes: the most that the kernel fills */

static struct channel wireguard;
static unsigned int family_id;

unsigned int wg_family(void)
{
	return family_id;
}

static int take_family(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attribute;
	const size_t offset = NLMSG_LENGTH(GENL_HDRLEN);
	uint16_t id;

	(void)context;
	if (message->nlmsg_type != GENL_ID_CTRL || message->nlmsg_len < offset)
		return 0;
	for_each_attribute(attribute, (const char *)message + offset, message->nlmsg_len - offset)
		if (attribute_type(attribute) == CTRL_ATTR_FAMILY_ID && attribute_size(attribute) >= sizeof(id)) {
			memcpy(&id, attribute_data(attribute), sizeof(id));
			family_id = id;
		}
	return 0;
}

/* Leaves the id 0 where the kernel has no such family. */
static int look_up_family(void)
{
	const struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct traffic traffic = NO_TRAFFIC;
	struct refusals refusals = { 0 };
	struct channel channel;
	int result;

	if (channel_open(&channel, NETLINK_GENERIC))
		return -1;
	message_begin(&channel, GENL_ID_CTRL, NLM_F_REQUEST, &header, sizeof(header));
	put_string(&channel, CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME);
	message_end(&channel);
	result = exchange(&channel, &traffic, &refusals, take_family, NULL);
	channel_close(&channel);
	return result;
}

int wg_open(void)
{
	return look_up_family() || channel_open(&wireguard, NETLINK_GENERIC) ? -1 : 0;
}

static int need_family(void)
{
	return family_id ? 0 : fail("this kernel has no WireGuard");
}

void make_public_key(uint8_t key[WG_KEY_LEN], uint32_t peer)
{
	memcpy(key, &peer, sizeof(peer));
	for (int j = sizeof(peer); j < WG_KEY_LEN; j++)
		key[j] = peer * 37 + j * 11 + 5;
	key[WG_KEY_LEN - 1] &= 0x7f;
}

static void make_private_key(uint8_t key[WG_KEY_LEN])
{
	for (int j = 0; j < WG_KEY_LEN; j++)
		key[j] = j * 3 + 1;
	key[0] &= 0xf8;
	key[WG_KEY_LEN - 1] = (key[WG_KEY_LEN - 1] & 0x7f) | 0x40;
}

static void begin_device(struct channel *channel, uint8_t command, uint16_t flags)
{
	const struct genlmsghdr header = { .cmd = command, .version = WG_GENL_VERSION };

	message_begin(channel, family_id, NLM_F_REQUEST | flags, &header, sizeof(header));
	put_string(channel, WGDEVICE_A_IFNAME, DEVICE);
}

/* The nest of a peer, open: what comes next goes into it. */
static size_t begin_peer(uint32_t peer, uint32_t flags)
{
	uint8_t key[WG_KEY_LEN];
	size_t nest = nest_begin(&wireguard, 0);

	make_public_key(key, peer);
	put_attribute(&wireguard, WGPEER_A_PUBLIC_KEY, key, sizeof(key));
	if (flags)
		put_u32(&wireguard, WGPEER_A_FLAGS, flags);
	return nest;
}

static void put_allowed_ip(int family, struct operation operation)
{
	size_t nest = nest_begin(&wireguard, 0);

	put_u16(&wireguard, WGALLOWEDIP_A_FAMILY, family);
	put_attribute(&wireguard, WGALLOWEDIP_A_IPADDR, operation.address, address_size(family));
	put_u8(&wireguard, WGALLOWEDIP_A_CIDR_MASK, operation.length);
	if (operation.kind == KIND_DELETE)
		put_u32(&wireguard, ALLOWED_IP_FLAGS, ALLOWED_IP_REMOVE_ME);
	nest_end(&wireguard, nest);
}

static size_t allowed_ip_bytes(int family, uint8_t kind)
{
	return 24 + address_size(family) + (kind == KIND_DELETE ? ALLOWED_IP_FLAGS_BYTES : 0);
}

int wg_reset(char **words)
{
	struct traffic traffic = NO_TRAFFIC;
	uint8_t key[WG_KEY_LEN];

	(void)words;
	if (need_family())
		return -1;
	make_private_key(key);
	begin_device(&wireguard, WG_CMD_SET_DEVICE, NLM_F_ACK);
	put_attribute(&wireguard, WGDEVICE_A_PRIVATE_KEY, key, sizeof(key));
	put_u32(&wireguard, WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
	message_end(&wireguard);
	if (exchange_or_fail(&wireguard, &traffic, "reset", 0))
		return -1;
	traffic_row(&traffic, "%s", "");
	return 0;
}

static int parse_name(const char *word, const char *what, const char *const *names, size_t count, uint32_t *value)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, names[i])) {
			*value = i;
			return 0;
		}
	return fail("%s: no such: %s", what, word);
}

/* Says what chooses the peers of wg0, and which sources it believes. */
int wg_mode(char **words)
{
	static const char *const modes[] = { "allowedips", "gateway", "peer", "auto" };
	static const char *const checks[] = { "off", "strict", "loose" };
	struct traffic traffic = NO_TRAFFIC;
	uint32_t mode = 0, check = 0;

	if (need_family() || parse_name(words[0], "MODE", modes, 4, &mode) ||
	    (words[1] && parse_name(words[1], "CHECK", checks, 3, &check)))
		return -1;
	begin_device(&wireguard, WG_CMD_SET_DEVICE, NLM_F_ACK);
	put_u32(&wireguard, DEVICE_ROUTE_MODE, mode);
	if (words[1])
		put_u32(&wireguard, DEVICE_SOURCE_CHECK, check);
	message_end(&wireguard);
	if (exchange_or_fail(&wireguard, &traffic, "mode", mode))
		return -1;
	traffic_row(&traffic, "%s", "");
	return 0;
}

/* A message with as many operations as fit, one at least; the index of the next one. */
static size_t fill_message(const struct input *input, size_t index, size_t end, size_t bytes, uint32_t flags)
{
	size_t peers, peer = 0, allowed = 0;
	int current = -1;

	begin_device(&wireguard, WG_CMD_SET_DEVICE, NLM_F_ACK);
	peers = nest_begin(&wireguard, WGDEVICE_A_PEERS);
	for (; index < end; index++) {
		struct operation operation = operation_at(input, index);
		bool same = operation.peer == current;
		size_t more = allowed_ip_bytes(input->family, operation.kind) + (same ? 0 : PEER_BYTES + (flags ? PEER_FLAGS_BYTES : 0));

		if (message_length(&wireguard) + more > bytes)
			break;
		if (!same) {
			if (current >= 0) {
				nest_end(&wireguard, allowed);
				nest_end(&wireguard, peer);
			}
			current = operation.peer;
			peer = begin_peer(current, flags);
			allowed = nest_begin(&wireguard, WGPEER_A_ALLOWEDIPS);
		}
		put_allowed_ip(input->family, operation);
	}
	nest_end(&wireguard, allowed);
	nest_end(&wireguard, peer);
	nest_end(&wireguard, peers);
	message_end(&wireguard);
	return index;
}

/* Before the first message: half a load would be hard to see from outside. */
static int check_load(const struct input *input, size_t from, size_t count, bool one_peer)
{
	if (one_peer && !count)
		return fail("no operation names the peer");
	for (size_t i = from; i < from + count; i++) {
		if (check_operation(input, i))
			return -1;
		if (one_peer && operation_at(input, i).peer != operation_at(input, from).peer)
			return fail("operation %zu: another peer", i);
	}
	return 0;
}

static int send_range(const struct input *input, size_t index, size_t end, size_t bytes, uint32_t flags,
		      struct traffic *traffic)
{
	for (size_t next; index < end; index = next) {
		next = fill_message(input, index, end, bytes, flags);
		flags = 0;
		if (exchange_or_fail(&wireguard, traffic, "message from operation", index))
			return -1;
	}
	return 0;
}

struct load {
	size_t from, count;
	uint64_t bytes;
};

static int parse_load(const struct input *input, char **words, uint32_t flags, struct load *load)
{
	const size_t least = DEVICE_BYTES + PEER_BYTES + (flags ? PEER_FLAGS_BYTES : 0) +
			     allowed_ip_bytes(input->family, KIND_DELETE);

	if (parse_range(input, words, &load->from, &load->count) ||
	    parse_number(words[2], "BYTES", least, MAX_MESSAGE, &load->bytes))
		return -1;
	return check_load(input, load->from, load->count, flags != 0);
}

static int load(const struct input *input, char **words, uint32_t flags)
{
	struct traffic traffic = NO_TRAFFIC;
	struct load load;

	if (parse_load(input, words, flags, &load) ||
	    send_range(input, load.from, load.from + load.count, load.bytes, flags, &traffic))
		return -1;
	traffic_row(&traffic, "%s", "");
	return 0;
}

static int load_file(char **words, uint32_t flags)
{
	struct input input;
	int result;

	if (need_family() || open_operations(&input, words[0]))
		return -1;
	result = load(&input, words + 1, flags);
	close_input(&input);
	return result;
}

int wg_add(char **words)
{
	return load_file(words, 0);
}

int wg_replace(char **words)
{
	return load_file(words, WGPEER_F_REPLACE_ALLOWEDIPS | WGPEER_F_UPDATE_ONLY);
}

/* A peer with flags, and without a nest of allowed IPs. */
static int send_flags(uint64_t number, uint32_t flags, struct traffic *traffic)
{
	size_t peers, peer;

	begin_device(&wireguard, WG_CMD_SET_DEVICE, NLM_F_ACK);
	peers = nest_begin(&wireguard, WGDEVICE_A_PEERS);
	peer = begin_peer(number, flags);
	nest_end(&wireguard, peer);
	nest_end(&wireguard, peers);
	message_end(&wireguard);
	return exchange_or_fail(&wireguard, traffic, "peer", number);
}

static int send_removal(uint64_t number, struct traffic *traffic)
{
	return send_flags(number, WGPEER_F_REMOVE_ME, traffic);
}

static int change_peer(char **words, uint32_t flags)
{
	struct traffic traffic = NO_TRAFFIC;
	uint64_t number;

	if (need_family() || parse_number(words[0], "PEER", 0, UINT16_MAX, &number) ||
	    send_flags(number, flags, &traffic))
		return -1;
	traffic_row(&traffic, "%s", "");
	return 0;
}

int wg_remove(char **words)
{
	return change_peer(words, WGPEER_F_REMOVE_ME);
}

int wg_empty(char **words)
{
	return change_peer(words, WGPEER_F_REPLACE_ALLOWEDIPS | WGPEER_F_UPDATE_ONLY);
}

/* The dummy peer took what is to go; it goes with it, and the memory is back before the next chunk. */
static int churn(const struct input *input, char **words)
{
	struct traffic traffic = NO_TRAFFIC;
	uint64_t chunk, dummy;
	struct load load;

	if (parse_load(input, words, 0, &load) ||
	    parse_number(words[3], "CHUNK", 1, UINT32_MAX, &chunk) ||
	    parse_number(words[4], "PEER", 0, UINT16_MAX, &dummy))
		return -1;
	for (size_t index = load.from, end = load.from + load.count; index < end;) {
		const size_t next = end - index < chunk ? end : index + chunk;

		if (send_range(input, index, next, load.bytes, 0, &traffic) ||
		    send_removal(dummy, &traffic) || module_barrier())
			return -1;
		index = next;
	}
	traffic_row(&traffic, "%s", "");
	return 0;
}

int wg_churn(char **words)
{
	struct input input;
	int result;

	if (need_family() || open_operations(&input, words[0]))
		return -1;
	result = churn(&input, words + 1);
	close_input(&input);
	return result;
}

struct listing {
	uint64_t peers, entries, content, set;
	bool any;
	uint32_t peer;		/* of the last nest: a peer may go on in the next message */
};

static uint64_t digest_entry(uint64_t digest, uint32_t peer, uint16_t family, uint8_t length,
			     const struct nlattr *address)
{
	digest = digest_word(digest, peer);
	digest = digest_word(digest, family);
	digest = digest_word(digest, length);
	return digest_words(digest, attribute_data(address), attribute_size(address));
}

static int visit_allowed_ip(const struct nlattr *nest, struct listing *listing)
{
	const struct nlattr *attribute, *address = NULL;
	uint16_t family = 0;
	uint8_t length = 0;

	for_each_attribute(attribute, attribute_data(nest), attribute_size(nest)) {
		if (attribute_type(attribute) == WGALLOWEDIP_A_FAMILY)
			memcpy(&family, attribute_data(attribute), sizeof(family));
		else if (attribute_type(attribute) == WGALLOWEDIP_A_CIDR_MASK)
			memcpy(&length, attribute_data(attribute), sizeof(length));
		else if (attribute_type(attribute) == WGALLOWEDIP_A_IPADDR)
			address = attribute;
	}
	if (!address || attribute_size(address) != address_size(family))
		return fail("dump: an allowed IP of family %u without its address", family);
	listing->entries++;
	listing->content = digest_entry(listing->content, listing->peer, family, length, address);
	listing->set += digest_entry(DIGEST_START, listing->peer, family, length, address);
	return 0;
}

static int take_public_key(const struct nlattr *attribute, struct listing *listing)
{
	uint8_t key[WG_KEY_LEN];
	uint32_t peer = attribute_u32(attribute);

	make_public_key(key, peer);
	if (attribute_size(attribute) != sizeof(key) || memcmp(attribute_data(attribute), key, sizeof(key)))
		return fail("dump: a peer whose key the agent did not make");
	listing->peers += !listing->any || listing->peer != peer;
	listing->any = true;
	listing->peer = peer;
	return 0;
}

/* Of each number that the device has given, its peer, and 1 more. */
static uint32_t *peers_by_id;
static size_t ids;

uint32_t wg_peer_of(uint64_t id)
{
	return id < ids ? peers_by_id[id] : 0;
}

static int take_peer_id(const struct nlattr *attribute, uint32_t peer)
{
	uint64_t id = attribute_uint(attribute);

	if (id > MOST_PEER_ID)
		return fail("dump: the device's number of a peer is %ju", (uintmax_t)id);
	if (id >= ids) {
		const size_t more = 2 * id + 1;
		uint32_t *longer = realloc(peers_by_id, more * sizeof(*longer));

		if (!longer)
			return fail("dump: no memory for %zu peers", more);
		memset(longer + ids, 0, (more - ids) * sizeof(*longer));
		peers_by_id = longer;
		ids = more;
	}
	peers_by_id[id] = peer + 1;
	return 0;
}

/* The public key comes first: wireguard's get_peer(). */
static int visit_peer(const struct nlattr *nest, struct listing *listing)
{
	const struct nlattr *attribute, *allowed;

	for_each_attribute(attribute, attribute_data(nest), attribute_size(nest)) {
		if (attribute_type(attribute) == WGPEER_A_PUBLIC_KEY && take_public_key(attribute, listing))
			return -1;
		if (attribute_type(attribute) == PEER_ID && take_peer_id(attribute, listing->peer))
			return -1;
		if (attribute_type(attribute) != WGPEER_A_ALLOWEDIPS)
			continue;
		for_each_attribute(allowed, attribute_data(attribute), attribute_size(attribute))
			if (visit_allowed_ip(allowed, listing))
				return -1;
	}
	return 0;
}

static int visit_device(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attribute, *peer;
	const size_t offset = NLMSG_LENGTH(GENL_HDRLEN);

	if (message->nlmsg_type != family_id || message->nlmsg_len < offset)
		return fail("dump: a message of type %u", message->nlmsg_type);
	for_each_attribute(attribute, (const char *)message + offset, message->nlmsg_len - offset) {
		if (attribute_type(attribute) != WGDEVICE_A_PEERS)
			continue;
		for_each_attribute(peer, attribute_data(attribute), attribute_size(attribute))
			if (visit_peer(peer, context))
				return -1;
	}
	return 0;
}

static int list_device(size_t buffer, struct traffic *traffic, struct listing *listing)
{
	struct channel channel;
	int result;

	if (channel_open(&channel, NETLINK_GENERIC))
		return -1;
	begin_device(&channel, WG_CMD_GET_DEVICE, NLM_F_DUMP);
	message_end(&channel);
	result = dump(&channel, buffer, traffic, visit_device, listing);
	channel_close(&channel);
	return result;
}

int wg_learn_peers(void)
{
	struct listing listing = { .content = DIGEST_START };
	struct traffic traffic = NO_TRAFFIC;

	if (!family_id || !if_nametoindex(DEVICE))
		return 0;
	if (ids)
		memset(peers_by_id, 0, ids * sizeof(*peers_by_id));
	return list_device(LEARN_BUFFER, &traffic, &listing);
}

int wg_dump(char **words)
{
	struct listing listing = { .content = DIGEST_START };
	struct traffic traffic = NO_TRAFFIC;
	uint64_t buffer;

	if (need_family() || parse_number(words[0], "BUFFER", MIN_RECEIVE, MAX_RECEIVE, &buffer) ||
	    list_device(buffer, &traffic, &listing))
		return -1;
	traffic_row(&traffic, " peers %ju entries %ju content %016jx set %016jx",
		    listing.peers, listing.entries, listing.content, listing.set);
	return 0;
}
