// SPDX-License-Identifier: GPL-2.0-only
// Part of the tests that run as init of a VM: netlink messages, claims, and devices.
#define _GNU_SOURCE
#include "netlink.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int rtnl, genl, wireguard_family, failures;
unsigned char keys[DEVICES][WG_KEY_LEN], private_keys[DEVICES][WG_KEY_LEN];
char extack[256];
struct request request;
union reply reply;
static ssize_t last_datagram;

void claim(bool holds, const char *text)
{
	printf("%s - %s%s%s\n", holds ? "ok" : "not ok", text, extack[0] && !holds ? ": " : "", holds ? "" : extack);
	failures += !holds;
}

void begin(int type, int flags, const void *header, size_t len)
{
	request.h = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(len), .nlmsg_type = type,
				       .nlmsg_flags = NLM_F_REQUEST | flags };
	memcpy(NLMSG_DATA(&request.h), header, len);
}

struct nlattr *put(int type, const void *data, size_t len)
{
	struct nlattr *a = (void *)&request + NLMSG_ALIGN(request.h.nlmsg_len);

	*a = (struct nlattr){ .nla_type = type, .nla_len = NLA_HDRLEN + len };
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	request.h.nlmsg_len = NLMSG_ALIGN(request.h.nlmsg_len) + NLA_ALIGN(a->nla_len);
	return a;
}

void put_u32(int type, unsigned int value) { put(type, &value, sizeof(value)); }
void put_u16(int type, unsigned short value) { put(type, &value, sizeof(value)); }
struct nlattr *nest(int type) { return put(type | NLA_F_NESTED, NULL, 0); }
void end(struct nlattr *a) { a->nla_len = (char *)&request + request.h.nlmsg_len - (char *)a; }

const struct nlattr *find(const void *from, int len, int type)
{
	for (const struct nlattr *a = from; len >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN;
	     len -= NLA_ALIGN(a->nla_len), a = (const void *)a + NLA_ALIGN(a->nla_len))
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

int talk(int fd)
{
	static unsigned int seq;
	struct nlmsgerr *error;
	const struct nlattr *text;
	ssize_t got;

	request.h.nlmsg_seq = ++seq;
	extack[0] = 0;
	if (send(fd, &request, request.h.nlmsg_len, 0) < 0)
		return errno;
	got = recv(fd, &reply, sizeof(reply), 0);
	if (got < 0)
		return errno;
	last_datagram = got;
	if (reply.h.nlmsg_type != NLMSG_ERROR)
		return 0;
	error = NLMSG_DATA(&reply.h);
	if (reply.h.nlmsg_flags & NLM_F_ACK_TLVS) {
		int skip = sizeof(*error) + (reply.h.nlmsg_flags & NLM_F_CAPPED ? 0 : error->msg.nlmsg_len - NLMSG_HDRLEN);

		text = find((char *)error + skip, got - NLMSG_HDRLEN - skip, NLMSGERR_ATTR_MSG);
		if (text)
			snprintf(extack, sizeof(extack), "%s", (char *)text + NLA_HDRLEN);
	}
	return -error->error;
}

int talk_dump(int fd, long *messages)
{
	int error = talk(fd);
	ssize_t got;

	/* talk() has read a datagram, of which it looked at the first message alone. */
	if (error || reply.h.nlmsg_type == NLMSG_ERROR || reply.h.nlmsg_type == NLMSG_DONE)
		return error;
	for (got = last_datagram;; got = recv(fd, &reply, sizeof(reply), 0)) {
		if (got < 0)
			return errno;
		for (struct nlmsghdr *h = &reply.h; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)NLMSG_DATA(h))->error;
			++*messages;
		}
	}
}

static int netlink_socket(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, protocol), one = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	return fd;
}

static void find_wireguard(void)
{
	struct genlmsghdr g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	const struct nlattr *id;

	begin(GENL_ID_CTRL, 0, &g, sizeof(g));
	put(CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME, sizeof(WG_GENL_NAME));
	talk(genl);
	id = find(NLMSG_DATA(&reply.h) + GENL_HDRLEN, reply.h.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	wireguard_family = id ? *(unsigned short *)((char *)id + NLA_HDRLEN) : 0;
}

void open_netlink(void)
{
	if (rtnl > 0) {
		close(rtnl);
		close(genl);
	}
	rtnl = netlink_socket(NETLINK_ROUTE);
	genl = netlink_socket(NETLINK_GENERIC);
	find_wireguard();
}

void link_up(const char *name)
{
	struct ifinfomsg i = { .ifi_index = if_nametoindex(name), .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

	begin(RTM_NEWLINK, NLM_F_ACK, &i, sizeof(i));
	talk(rtnl);
}

int make_link(const char *name, const char *kind)
{
	struct ifinfomsg i = { 0 };
	struct nlattr *info;

	begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE, &i, sizeof(i));
	put(IFLA_IFNAME, name, strlen(name) + 1);
	info = nest(IFLA_LINKINFO);
	put(IFLA_INFO_KIND, kind, strlen(kind));
	end(info);
	return talk(rtnl);
}

void wg_begin(int cmd, int flags, int device)
{
	struct genlmsghdr g = { .cmd = cmd, .version = WG_GENL_VERSION };
	char name[8];

	snprintf(name, sizeof(name), "wg%d", device);
	begin(wireguard_family, flags, &g, sizeof(g));
	put_u32(WGDEVICE_A_IFINDEX, if_nametoindex(name));
}

void wg_identity(int device)
{
	const struct nlattr *key;
	unsigned char *private = private_keys[device];

	getrandom(private, WG_KEY_LEN, 0);
	private[0] &= 248;
	private[31] = (private[31] & 127) | 64;
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	put(WGDEVICE_A_PRIVATE_KEY, private, WG_KEY_LEN);
	put_u16(WGDEVICE_A_LISTEN_PORT, FIRST_PORT + device);
	talk(genl);
	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, device);
	talk(genl);
	key = find(NLMSG_DATA(&reply.h) + GENL_HDRLEN, reply.h.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, WGDEVICE_A_PUBLIC_KEY);
	if (key)
		memcpy(keys[device], (char *)key + NLA_HDRLEN, WG_KEY_LEN);
	recv(genl, &reply, sizeof(reply), MSG_DONTWAIT); /* the end of the dump, if it came by itself */
}

void put_peer(enum style style, const unsigned char *key, int len, int encap, int encap_type, int sugar)
{
	struct nlattr *n;

	if (style == ENCAP) {
		n = nest(encap);
		put(ENCAP_WGPEER_KEY, key, len);
		end(n);
		put_u16(encap_type, ENCAP_WGPEER);
	} else if (style == WGPEER) {
		put(sugar, key, len);
	}
}

/* In any order that works: what fails now may only lack a module that comes later. */
static void load_modules(void)
{
	bool progress = true;

	while (progress) {
		DIR *d = opendir("/modules");
		struct dirent *e;

		progress = false;
		while (d && (e = readdir(d))) {
			char path[300];
			int fd;

			snprintf(path, sizeof(path), "/modules/%s", e->d_name);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && e->d_name[0] != '.' && syscall(SYS_finit_module, fd, "", 0) == 0)
				progress = true;
			close(fd);
		}
		if (d)
			closedir(d);
	}
}

void vm_start(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	load_modules();
}

void vm_stop(void)
{
	printf("done, %d failed\n", failures);
	sync();
	/* The kernel hands what it does not know of its command line to init: QEMU's without ACPI cannot be switched off. */
	reboot(getenv("end_by_reboot") ? RB_AUTOBOOT : RB_POWER_OFF);
}
