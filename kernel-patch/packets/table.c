// SPDX-License-Identifier: GPL-2.0-only
/* Part of packets: the table, the addresses that packets go to, and the prefix that each of them belongs to. */
#include "packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct prefix *table;
int table_size, *in_order;
const char *const names_of_keys[ALL_KEYS] = { "hot", "zipf", "uniform" };

static int *parent;      /* of a place in the order: the place of the next shorter prefix that covers it, or -1 */
static double *weights;  /* of Zipf's law, cumulative */
static uint64_t state;
static unsigned char hot[16];

void seed_random(uint64_t seed) { state = seed; }

/* SplitMix64 */
static uint64_t random_bits(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static int random_below(int limit) { return random_bits() % limit; }

static bool covers(const struct prefix *p, const unsigned char *address)
{
	int bytes = p->length / 8, bits = p->length % 8;

	return !memcmp(p->address, address, bytes) && (!bits || !((p->address[bytes] ^ address[bytes]) >> (8 - bits)));
}

/* By address, and a shorter prefix before a longer one. */
static int compare_places(const void *a, const void *b)
{
	const struct prefix *p = &table[*(const int *)a], *q = &table[*(const int *)b];
	int difference = memcmp(p->address, q->address, sizeof(p->address));

	return difference ? difference : p->length - q->length;
}

static void shuffle(int count)
{
	for (int i = count - 1; i > 0; i--) {
		int j = random_below(i + 1);
		struct prefix p = table[i];

		table[i] = table[j];
		table[j] = p;
	}
}

int read_table(const char *list, uint64_t seed)
{
	FILE *file = open_or_exit(list);
	struct prefix p = { 0 };
	int count = 0;

	for (int room = 0; read_prefix(file, family, &p);) {
		if (count == room) {
			room = room ? 2 * room : 1024;
			table = realloc(table, room * sizeof(*table));
			if (!table)
				fail("table", ENOMEM);
		}
		/* A default route would give every address a peer. */
		if (p.length)
			table[count++] = p;
	}
	fclose(file);
	seed_random(seed);
	shuffle(count);
	return count;
}

static void find_parents(void)
{
	for (int i = 0; i < table_size; i++) {
		int p = i - 1;

		while (p >= 0 && !covers(&table[in_order[p]], table[in_order[i]].address))
			p = parent[p];
		parent[i] = p;
	}
}

static void address_in(const struct prefix *p, unsigned char address[16])
{
	int bytes = p->length / 8, bits = p->length % 8;
	uint64_t random[2] = { random_bits(), random_bits() };

	memcpy(address, random, sizeof(random));
	if (bits)
		address[bytes] = p->address[bytes] | (address[bytes] & (0xff >> bits));
	memcpy(address, p->address, bytes);
}

void use_table(int prefixes)
{
	table_size = prefixes;
	in_order = realloc(in_order, prefixes * sizeof(*in_order));
	parent = realloc(parent, prefixes * sizeof(*parent));
	weights = realloc(weights, prefixes * sizeof(*weights));
	if (!in_order || !parent || !weights)
		fail("table", ENOMEM);
	for (int i = 0; i < prefixes; i++) {
		in_order[i] = i;
		weights[i] = (i ? weights[i - 1] : 0) + 1.0 / (i + 1);
	}
	qsort(in_order, prefixes, sizeof(*in_order), compare_places);
	find_parents();
	address_in(&table[0], hot);
}

/* The first place whose cumulative weight is above the number. */
static int place_of_weight(double weight)
{
	int low = 0, high = table_size - 1;

	while (low < high) {
		int middle = (low + high) / 2;

		if (weights[middle] > weight)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * The longest prefix that has the address. The last prefix that does not come after the address has it, or one of those that cover this
 * prefix does.
 */
static int owner_of(const unsigned char *address)
{
	int low = 0, high = table_size;

	while (low < high) {
		int middle = (low + high) / 2;

		if (memcmp(table[in_order[middle]].address, address, address_size(family)) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	for (low--; low >= 0 && !covers(&table[in_order[low]], address); low = parent[low])
		;
	return in_order[low];
}

/* As the table is in random order, the number of a prefix is as good a rank as any. */
int draw(enum keys keys, unsigned char address[16])
{
	if (keys == HOT)
		memcpy(address, hot, sizeof(hot));
	else if (keys == ZIPF)
		address_in(&table[place_of_weight((random_bits() >> 11) * 0x1p-53 * weights[table_size - 1])], address);
	else
		address_in(&table[random_below(table_size)], address);
	return owner_of(address);
}
