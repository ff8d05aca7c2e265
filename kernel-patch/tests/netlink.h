/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs that run as init of a VM share: netlink messages, claims, devices named wg0, wg1 ... */
#ifndef TESTS_NETLINK_H
#define TESTS_NETLINK_H

#include "uapi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEVICES = 10, FIRST_PORT = 5000 };

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

/* What claims are about: AF_INET or AF_INET6, which is printed before them, or 0. */
extern int family;
void claim(bool holds, const char *text);

void begin(int type, int flags, const void *header, size_t len);
struct nlattr *put(int type, const void *data, size_t len);
void put_u32(int type, unsigned int value);
void put_u16(int type, unsigned short value);
struct nlattr *nest(int type);
void end(struct nlattr *a);
const struct nlattr *find(const void *from, int len, int type);
static inline const void *data_of(const struct nlattr *a) { return (const char *)a + NLA_HDRLEN; }
static inline int size_of(const struct nlattr *a) { return a->nla_len - NLA_HDRLEN; }
/* An attribute of a message that has a header of that size. */
const struct nlattr *find_in(const struct nlmsghdr *h, size_t header, int type);
/* An unsigned number of 4 or 8 bytes; -1 without the attribute. */
int64_t number_of(const struct nlattr *a);

/* Sends the request. Returns the errno of the answer, which is in reply, and its extack message in extack. */
int talk(int fd);
/* The same for a dump, which is read to its end; each of its messages is visited, and counted. Visit may be NULL. */
int talk_dump(int fd, long *messages, void (*visit)(const struct nlmsghdr *h, void *context), void *context);

/* If set, called before a request is sent and after its answer has come. */
extern void (*around_talk)(bool before);

/* Opens rtnl and genl in the namespace that the process is in now. */
void open_netlink(void);
/* A socket that is told of changes by groups (RTMGRP_*); a nonzero rtnl_group (RTNLGRP_*) is joined, too. */
int open_listener(unsigned int groups, int rtnl_group);

void link_up(const char *name);
int make_link(const char *name, const char *kind);
void wg_begin(int cmd, int flags, int device);
/* Gives the device a new private key and its port, and notes its keys. */
void wg_identity(int device);
/* WGDEVICE_A_ROUTE_MODE and WGDEVICE_A_SOURCE_CHECK; what is not shown is -1. */
int set_device(int device, int attribute, unsigned int value);
int64_t shown_of_device(int device, int attribute);
/* The device's number for the peer, -1 if it has no such peer or the process may not ask. */
int64_t peer_number(int device, int peer);

/* The encapsulation that names a peer by key, or by number: attributes are RTA_ENCAP and RTA_ENCAP_TYPE, or NHA_... */
void put_key(int encap, int encap_type, const void *key, size_t len);
void put_number(int encap, int encap_type, uint64_t number);
/* The number in such attributes of a message; -1 if they name no peer, -2 if they tell its key. */
int64_t named_number(const void *attributes, int len, int encap, int encap_type);

/* As process 1: mounts /proc and /sys and loads the modules in /modules. */
void vm_start(void);
void vm_stop(void);

#endif
