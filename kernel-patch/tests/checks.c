// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "checks.h"

#include "netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got;

	while (fd >= 0 && len < size - 1 && (got = read(fd, text + len, size - 1 - len)) > 0)
		len += got;
	if (fd >= 0)
		close(fd);
	text[len] = 0;
	return len;
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static char text[1 << 20];

/* The objects of a slab cache in use, of which RCU and KASAN may keep some for a while; -1: there is no such cache. */
static long objects(const char *cache)
{
	char path[96], *line;
	long active = -1;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache);
	write_file(path, "1");
	read_file("/proc/slabinfo", text, sizeof(text));
	snprintf(path, sizeof(path), "\n%s ", cache);
	line = strstr(text, path);
	if (line)
		sscanf(line + strlen(path), "%ld", &active);
	return active;
}

bool becomes_empty(const char *cache)
{
	for (int i = 0; i < 100 && objects(cache) > 0; i++)
		usleep(100000);
	if (objects(cache) != 0)
		printf("# %s: %ld objects\n", cache, objects(cache));
	return objects(cache) == 0;
}

long module_references(void)
{
	return read_file("/sys/module/wireguard/refcnt", text, sizeof(text)) ? atol(text) : -1;
}

int unload_module(void) { return syscall(SYS_delete_module, "wireguard", O_NONBLOCK) ? errno : 0; }

void claim_unloading(void)
{
	if (module_references() < 0) {
		printf("# WireGuard is built in: its references are not counted\n");
		return;
	}
	for (int i = 0; i < 100 && module_references() > 0; i++)
		usleep(100000);
	if (module_references())
		printf("# %ld references\n", module_references());
	claim(module_references() == 0, "no state of a route is left: nothing refers to the module");
	claim(unload_module() == 0, "the module can be unloaded");
}

void forget_leaks(void)
{
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	write_file("/sys/kernel/debug/kmemleak", "scan");
	write_file("/sys/kernel/debug/kmemleak", "clear");
}

/* What is a leak in two scans some seconds apart. */
void claim_no_leak(void)
{
	size_t len;

	for (int i = 0; i < 2; i++) {
		sleep(6); /* kmemleak gives an object 5 s */
		if (!write_file("/sys/kernel/debug/kmemleak", "scan")) {
			printf("# kmemleak is not there\n");
			return;
		}
	}
	len = read_file("/sys/kernel/debug/kmemleak", text, sizeof(text));
	if (len)
		printf("# %.3000s\n", text);
	claim(len == 0, "kmemleak finds nothing");
}

void claim_clean_log(void)
{
	static const char *const complaints[] = { "BUG:", "WARNING:", "INFO: ", "Oops", "UBSAN", "ODEBUG", "refcount_t:", "general protection",
						  "waiting for", "Objects remaining", "leaked reference", "FAIL" };
	int len = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, text, sizeof(text) - 1);
	bool clean = len >= 0;

	text[len > 0 ? len : 0] = 0;
	for (size_t i = 0; i < sizeof(complaints) / sizeof(*complaints); i++) {
		char *at = strstr(text, complaints[i]);

		if (at)
			printf("# the log has: %.120s\n", at);
		clean &= !at;
	}
	claim(clean, "the kernel's log has no complaint");
}
