// SPDX-License-Identifier: GPL-2.0-only
/*
 * Part of full: makes BGP UPDATEs of a list of prefixes. Spoke K has every eighth prefix, in K.own, and those of the spoke before it by a
 * longer path, in K.backup. An UPDATE has four prefixes, about as in a full table of the Internet. AS paths are made, and never have the
 * hub's AS, which would refuse them as loops.
 */
#include "full.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { PER_UPDATE = 4, OWN_PATH = 4, BACKUP_PATH = 7, FIRST_AS = 100000, ASES = 300000 };

/* Types of attributes, with their flags before them. */
static const unsigned char origin_igp[] = { 0x40, 1, 1, 0 }, as_path[] = { 0x40, 2 }, next_hop[] = { 0x40, 3, 4 },
			   mp_reach[] = { 0x90, 14 }, ipv6_unicast[] = { 0, 2, 1, 16 };

/* The UPDATE that is being made for one file. */
struct update {
	FILE *file;
	int family, spoke, path, prefixes, nlri_size;
	unsigned int number;
	unsigned char hop[16], nlri[PER_UPDATE * 17];
};

struct bytes {
	int size;
	unsigned char data[512];
};

static void add(struct bytes *to, const void *data, int size)
{
	memcpy(to->data + to->size, data, size);
	to->size += size;
}

static void add_u8(struct bytes *to, unsigned char value) { add(to, &value, 1); }

static void add_u16(struct bytes *to, unsigned int value)
{
	uint16_t big = htons(value);

	add(to, &big, 2);
}

static void add_path(struct bytes *to, const struct update *u)
{
	add(to, as_path, sizeof(as_path));
	add_u8(to, 2 + 4 * u->path);
	add_u8(to, 2); /* AS_SEQUENCE */
	add_u8(to, u->path);
	for (int i = 0; i < u->path; i++) {
		unsigned int made = FIRST_AS + (u->number * 2654435761U + i * 40503U + u->spoke * 7919U) % ASES;
		uint32_t as = htonl(i ? made : (unsigned int)(HUB_AS + u->spoke));

		add(to, &as, 4);
	}
}

static void flush_update(struct update *u)
{
	struct bytes attributes = { 0 }, message = { 0 };
	bool ipv4 = u->family == AF_INET;

	if (!u->prefixes)
		return;
	add(&attributes, origin_igp, sizeof(origin_igp));
	add_path(&attributes, u);
	if (ipv4) {
		add(&attributes, next_hop, sizeof(next_hop));
		add(&attributes, u->hop, 4);
	} else {
		add(&attributes, mp_reach, sizeof(mp_reach));
		add_u16(&attributes, 4 + 16 + 1 + u->nlri_size);
		add(&attributes, ipv6_unicast, sizeof(ipv6_unicast));
		add(&attributes, u->hop, 16);
		add_u8(&attributes, 0);
		add(&attributes, u->nlri, u->nlri_size);
	}
	memset(message.data, 0xff, 16);
	message.size = 16;
	add_u16(&message, 19 + 2 + 2 + attributes.size + (ipv4 ? u->nlri_size : 0));
	add_u8(&message, 2); /* UPDATE */
	add_u16(&message, 0);
	add_u16(&message, attributes.size);
	add(&message, attributes.data, attributes.size);
	if (ipv4)
		add(&message, u->nlri, u->nlri_size);
	fwrite(message.data, message.size, 1, u->file);
	u->prefixes = u->nlri_size = 0;
	u->number++;
}

static void add_prefix(struct update *u, const struct prefix *p)
{
	int size = (p->length + 7) / 8;

	u->nlri[u->nlri_size++] = p->length;
	memcpy(u->nlri + u->nlri_size, p->address, size);
	u->nlri_size += size;
	if (++u->prefixes == PER_UPDATE)
		flush_update(u);
}

static void open_update(struct update *u, int family, int spoke, const char *network, const char *folder, const char *name, int path)
{
	struct sockaddr_storage hop;
	char text[4096];

	*u = (struct update){ .family = family, .spoke = spoke, .path = path };
	snprintf(text, sizeof(text), "%s%d", network, spoke + 1);
	socket_address(family, text, 0, &hop);
	memcpy(u->hop, bytes_of(&hop), address_size(family));
	snprintf(text, sizeof(text), "%s/%d.%s", folder, spoke, name);
	u->file = fopen(text, "w");
	if (!u->file) {
		perror(text);
		exit(1);
	}
}

int encode(int family, const char *table, const char *network, const char *folder)
{
	static struct update own[SPOKES], backup[SPOKES];
	FILE *list = open_or_exit(table);
	struct prefix prefix;
	int bad = 0;

	for (int i = 0; i < SPOKES; i++) {
		open_update(&own[i], family, i + 1, network, folder, "own", OWN_PATH);
		open_update(&backup[i], family, i + 1, network, folder, "backup", BACKUP_PATH);
	}
	for (long line = 0; read_prefix(list, family, &prefix); line++) {
		add_prefix(&own[line % SPOKES], &prefix);
		add_prefix(&backup[(line + 1) % SPOKES], &prefix);
	}
	for (int i = 0; i < SPOKES; i++) {
		flush_update(&own[i]);
		flush_update(&backup[i]);
		bad |= fclose(own[i].file) | fclose(backup[i].file);
	}
	if (bad)
		perror(folder);
	return bad != 0;
}
