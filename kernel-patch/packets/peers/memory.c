// SPDX-License-Identifier: GPL-2.0-only
/* Part of peers: growth of the kernel's memory by kind, and of its threads, workqueues, sockets and interfaces. */
#include "peers.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* In bytes, except for the last ones. */
enum figure { SLAB, VMALLOC, PER_CPU, PAGE_TABLES, KERNEL_STACKS, OTHER, ALL, SLAB_OBJECTS, NAPI_THREADS, RESCUER_THREADS, POOL_WORKQUEUES,
	      SOCKETS, PORTS, INTERFACES, FIGURES };
static const char *const names[FIGURES] = {
	"memory_slab", "memory_vmalloc", "memory_percpu", "memory_page_tables", "memory_kernel_stacks", "memory_other", "memory_all",
	"memory_slab_objects", "threads_napi", "threads_rescuer", "pool_workqueues", "sockets", "ports", "interfaces",
};
static const char *const units[FIGURES] = {
	"bytes", "bytes", "bytes", "bytes", "bytes", "bytes", "bytes", "bytes", "threads", "threads", "objects", "sockets", "ports", "interfaces",
};

static long before[FIGURES];

/* What is in use besides programs and files, and its kinds. */
static void read_meminfo(long *to)
{
	static const struct { const char *name; enum figure figure; int sign; } fields[] = {
		{ "Slab", SLAB, 1 }, { "VmallocUsed", VMALLOC, 1 }, { "Percpu", PER_CPU, 1 }, { "PageTables", PAGE_TABLES, 1 },
		{ "KernelStack", KERNEL_STACKS, 1 }, { "MemTotal", ALL, 1 }, { "MemFree", ALL, -1 }, { "Buffers", ALL, -1 },
		{ "Cached", ALL, -1 }, { "AnonPages", ALL, -1 },
	};
	FILE *file = fopen("/proc/meminfo", "r");
	char name[64];
	long kilobytes;

	memset(to, 0, FIGURES * sizeof(*to));
	while (file && fscanf(file, "%63[^:]: %ld%*[^\n]\n", name, &kilobytes) == 2)
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			if (!strcmp(name, fields[i].name))
				to[fields[i].figure] += fields[i].sign * kilobytes * 1024;
	if (file)
		fclose(file);
	to[OTHER] = to[ALL] - to[SLAB] - to[VMALLOC] - to[PER_CPU] - to[PAGE_TABLES] - to[KERNEL_STACKS];
}

static void shrink_slabs(void)
{
	DIR *d = opendir("/sys/kernel/slab");
	struct dirent *e;
	char path[300];

	while (d && (e = readdir(d))) {
		int fd;

		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", e->d_name);
		fd = e->d_name[0] == '.' ? -1 : open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "1", 1) != 1)
			perror(path);
		if (fd >= 0)
			close(fd);
	}
	if (d)
		closedir(d);
}

/* The end of threads and RCU free memory for a while. */
static void settle(long *to)
{
	long last = -1;

	for (int i = 0; i < 100; i++) {
		shrink_slabs();
		read_meminfo(to);
		if (to[ALL] == last)
			return;
		last = to[ALL];
		usleep(20000);
	}
	must(false, "the kernel's memory stands still");
}

static void read_slabinfo(long *to)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512], name[64];
	long active, total, size;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %ld %ld %ld", name, &active, &total, &size) != 4)
			continue;
		to[SLAB_OBJECTS] += active * size;
		if (!strcmp(name, "pool_workqueue"))
			to[POOL_WORKQUEUES] = active;
	}
	if (file)
		fclose(file);
}

static bool begins(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static void count_threads(long *to)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	char path[300], name[64];

	while (d && (e = readdir(d))) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		file = isdigit(e->d_name[0]) ? fopen(path, "r") : NULL;
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file)) {
			to[NAPI_THREADS] += begins(name, "napi/");
			to[RESCUER_THREADS] += begins(name, "kworker/R-");
		}
		fclose(file);
	}
	if (d)
		closedir(d);
}

static void count_sockets(const char *path, long *to, bool *has_port)
{
	FILE *file = fopen(path, "r");
	unsigned int port;
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*d: %*[0-9A-F]:%x", &port) != 1)
			continue;
		to[SOCKETS]++;
		to[PORTS] += !has_port[port & 0xffff];
		has_port[port & 0xffff] = true;
	}
	if (file)
		fclose(file);
}

static void count_interfaces(long *to)
{
	FILE *file = fopen("/proc/self/net/dev", "r");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		to[INTERFACES] += strchr(line, ':') != NULL;
	if (file)
		fclose(file);
}

static void read_figures(long *to)
{
	bool has_port[1 << 16] = { 0 };

	settle(to);
	read_slabinfo(to);
	count_threads(to);
	count_sockets("/proc/self/net/udp", to, has_port);
	count_sockets("/proc/self/net/udp6", to, has_port);
	count_interfaces(to);
}

void begin_growth(void) { read_figures(before); }

void end_growth(const char *operation)
{
	bool has_objects = !strcmp(operation, "create");
	long after[FIGURES];
	char name[64];

	read_figures(after);
	for (int i = 0; i < (has_objects ? FIGURES : NAPI_THREADS); i++) {
		row(operation, names[i], after[i] - before[i], units[i]);
		snprintf(name, sizeof(name), "%s_per_peer", names[i]);
		row(operation, name, (double)(after[i] - before[i]) / now.peers, units[i]);
	}
}
