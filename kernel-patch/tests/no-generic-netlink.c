// SPDX-License-Identifier: GPL-2.0-only
/* LD_PRELOAD: a process that may use rtnetlink and not generic netlink, as SELinux's domains of routing daemons are. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int domain, int type, int protocol)
{
	if (domain == AF_NETLINK && protocol == NETLINK_GENERIC) {
		errno = EACCES;
		return -1;
	}
	return syscall(SYS_socket, domain, type, protocol);
}
