/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs that run as init of a VM share: netlink messages, claims, devices named wg0, wg1 ... */
#ifndef TESTS_NETLINK_H
#define TESTS_NETLINK_H

#include <linux/netlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>
#include <stdbool.h>
#include <stddef.h>

enum { DEVICES = 10, FIRST_PORT = 5000 };
/* Of the patched kernel's headers; the host's do not have them. */
enum { ENCAP_WGPEER = 11, ENCAP_WGPEER_KEY = 1, RTA_WGPEER_ = RTA_NH_ID + 1, NHA_WGPEER_ = 18 };
/* How a route names its peer: not at all, by RTA_ENCAP, by RTA_WGPEER. */
enum style { PLAIN, ENCAP, WGPEER };

/* A program talks through these one message at a time; each process has its own. */
extern struct request {
	struct nlmsghdr h;
	char data[8192];
} request;
extern union reply {
	struct nlmsghdr h;
	char data[65536];
} reply;
extern char extack[256];
extern int rtnl, genl, wireguard_family, failures;
extern unsigned char keys[DEVICES][WG_KEY_LEN], private_keys[DEVICES][WG_KEY_LEN];

void claim(bool holds, const char *text);

void begin(int type, int flags, const void *header, size_t len);
struct nlattr *put(int type, const void *data, size_t len);
void put_u32(int type, unsigned int value);
void put_u16(int type, unsigned short value);
struct nlattr *nest(int type);
void end(struct nlattr *a);
const struct nlattr *find(const void *from, int len, int type);

/* Sends the request. Returns the errno of the answer, which is in reply, and its extack message in extack. */
int talk(int fd);
/* The same for a dump, which is read to its end and thrown away; counts its messages. */
int talk_dump(int fd, long *messages);

/* Opens rtnl and genl in the namespace that the process is in now. */
void open_netlink(void);

void link_up(const char *name);
int make_link(const char *name, const char *kind);
void wg_begin(int cmd, int flags, int device);
/* Gives the device a new private key and its port, and notes its keys. */
void wg_identity(int device);
void put_peer(enum style style, const unsigned char *key, int len, int encap, int encap_type, int sugar);

/* As process 1: mounts /proc and /sys and loads the modules in /modules. */
void vm_start(void);
void vm_stop(void);

#endif
