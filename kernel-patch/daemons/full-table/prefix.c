// SPDX-License-Identifier: GPL-2.0-only
/* Part of full: lists of prefixes, and addresses. */
#include "full.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

FILE *open_or_exit(const char *path)
{
	FILE *file = fopen(path, "r");

	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

bool read_prefix(FILE *list, int family, struct prefix *prefix)
{
	char line[256], *slash;

	while (fgets(line, sizeof(line), list)) {
		slash = strchr(line, '/');
		if (!slash)
			continue;
		*slash = 0;
		prefix->length = atoi(slash + 1);
		if (prefix->length <= 8 * address_size(family) && inet_pton(family, line, prefix->address) == 1)
			return true;
	}
	return false;
}

socklen_t socket_address(int family, const char *text, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *a = (void *)address;

	memset(address, 0, sizeof(*address));
	address->ss_family = family;
	a->sin_port = htons(port); /* where sin6_port is, too */
	if (inet_pton(family, text, bytes_of(address)) != 1) {
		fprintf(stderr, "full: %s is no address\n", text);
		exit(64);
	}
	return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

socklen_t tunnel_address(int family, int node, int port, struct sockaddr_storage *address)
{
	char text[32];

	snprintf(text, sizeof(text), family == AF_INET ? "172.16.0.%d" : "fd00::%d", node + 1);
	return socket_address(family, text, port, address);
}

int open_receiver(int family, int node, int port, int buffer)
{
	struct sockaddr_storage any;
	socklen_t size = socket_address(family, family == AF_INET ? "0.0.0.0" : "::", port, &any);
	int fd;

	enter(node);
	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (void *)&any, size)) {
		perror("receiver: bind");
		exit(1);
	}
	return fd;
}
