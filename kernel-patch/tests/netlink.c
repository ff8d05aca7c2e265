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
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int rtnl, genl, wireguard_family, failures, family;
unsigned char keys[DEVICES][WG_KEY_LEN], private_keys[DEVICES][WG_KEY_LEN];
char extack[256];
struct request request;
union reply reply;
static ssize_t last_datagram;
static int last_error;

void claim(bool holds, const char *text)
{
	printf("%s - %s%s\n", holds ? "ok" : "not ok", family == AF_INET ? "IPv4: " : family == AF_INET6 ? "IPv6: " : "", text);
	if (!holds)
		printf("#   the last answer: errno %d%s%s\n", last_error, extack[0] ? ", " : "", extack);
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

const struct nlattr *find_in(const struct nlmsghdr *h, size_t header, int type)
{
	return find((const char *)h + NLMSG_SPACE(header), h->nlmsg_len - NLMSG_SPACE(header), type);
}

int64_t number_of(const struct nlattr *a)
{
	uint64_t value = 0; /* little-endian, as every machine of the lab */

	if (!a)
		return -1;
	memcpy(&value, data_of(a), size_of(a) < 8 ? size_of(a) : 8);
	return value;
}

static int talk_once(int fd)
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

void (*around_talk)(bool before);

int talk(int fd)
{
	if (around_talk)
		around_talk(true);
	last_error = talk_once(fd);
	if (around_talk)
		around_talk(false);
	return last_error;
}

int talk_dump(int fd, long *messages, void (*visit)(const struct nlmsghdr *h, void *context), void *context)
{
	int error = talk(fd);
	ssize_t got;

	/* talk() has read a datagram, of which it looked at the first message alone. */
	if (error || reply.h.nlmsg_type == NLMSG_ERROR)
		return error;
	for (got = last_datagram;; got = recv(fd, &reply, sizeof(reply), 0)) {
		if (got < 0)
			return errno;
		for (struct nlmsghdr *h = &reply.h; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return -*(int *)NLMSG_DATA(h);
			if (h->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)NLMSG_DATA(h))->error;
			++*messages;
			if (visit)
				visit(h, context);
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
	id = find_in(&reply.h, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	wireguard_family = id ? number_of(id) : 0;
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

int open_listener(unsigned int groups, int rtnl_group)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (bind(fd, (void *)&address, sizeof(address)) ||
	    (rtnl_group && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &rtnl_group, sizeof(rtnl_group))))
		perror("listener");
	return fd;
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

/* What GET_DEVICE says first: all of it, for as few peers as here. */
static int get_device(int device)
{
	static union reply rest;
	int error;

	wg_begin(WG_CMD_GET_DEVICE, NLM_F_DUMP, device);
	error = talk(genl);
	recv(genl, &rest, sizeof(rest), MSG_DONTWAIT); /* the end of the dump, if it came by itself */
	return error;
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
	key = get_device(device) ? NULL : find_in(&reply.h, GENL_HDRLEN, WGDEVICE_A_PUBLIC_KEY);
	if (key)
		memcpy(keys[device], data_of(key), WG_KEY_LEN);
}

int set_device(int device, int attribute, unsigned int value)
{
	wg_begin(WG_CMD_SET_DEVICE, NLM_F_ACK, device);
	put_u32(attribute, value);
	return talk(genl);
}

int64_t shown_of_device(int device, int attribute)
{
	return get_device(device) ? -1 : number_of(find_in(&reply.h, GENL_HDRLEN, attribute));
}

int64_t peer_number(int device, int peer)
{
	const struct nlattr *peers = get_device(device) ? NULL : find_in(&reply.h, GENL_HDRLEN, WGDEVICE_A_PEERS), *one;
	int left = peers ? size_of(peers) : 0;

	for (one = peers ? data_of(peers) : NULL; left >= NLA_HDRLEN;
	     left -= NLA_ALIGN(one->nla_len), one = (const void *)one + NLA_ALIGN(one->nla_len)) {
		const struct nlattr *key = find(data_of(one), size_of(one), WGPEER_A_PUBLIC_KEY);

		if (key && !memcmp(data_of(key), keys[peer], WG_KEY_LEN))
			return number_of(find(data_of(one), size_of(one), WGPEER_A_ID));
	}
	return -1;
}

void put_key(int encap, int encap_type, const void *key, size_t len)
{
	struct nlattr *n = nest(encap);

	put(LWT_WGPEER_PUBLIC_KEY, key, len);
	end(n);
	put_u16(encap_type, LWTUNNEL_ENCAP_WGPEER);
}

void put_number(int encap, int encap_type, uint64_t number)
{
	struct nlattr *n = nest(encap);

	put(LWT_WGPEER_ID, &number, number >> 32 ? 8 : 4);
	end(n);
	put_u16(encap_type, LWTUNNEL_ENCAP_WGPEER);
}

int64_t named_number(const void *attributes, int len, int encap, int encap_type)
{
	const struct nlattr *type = find(attributes, len, encap_type), *nest = find(attributes, len, encap);

	if (!type || !nest || number_of(type) != LWTUNNEL_ENCAP_WGPEER)
		return -1;
	if (find(data_of(nest), size_of(nest), LWT_WGPEER_PUBLIC_KEY))
		return -2;
	return number_of(find(data_of(nest), size_of(nest), LWT_WGPEER_ID));
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
	/* What the boot had to complain of is not the program's. */
	klogctl(5 /* SYSLOG_ACTION_CLEAR */, NULL, 0);
	printf("# start\n");
}

void vm_stop(void)
{
	printf("done, %d failed\n", failures);
	sync();
	/* The kernel hands what it does not know of its command line to init: QEMU's without ACPI cannot be switched off. */
	reboot(getenv("end_by_reboot") ? RB_AUTOBOOT : RB_POWER_OFF);
}
