/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user API of Linux 7.3 and of the series, as far as the headers of the host lack it. Macros, so that headers which have the
 * names as enumerators do no harm: these are the same values.
 */
#ifndef TESTS_UAPI_H
#define TESTS_UAPI_H

#include <linux/lwtunnel.h>
#include <linux/netlink.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>

/* Linux 6.16: removal of a single allowed IP. */
#define WGALLOWEDIP_A_FLAGS 4
#define WGALLOWEDIP_F_REMOVE_ME 1

/* The series: what chooses peers, and whose sources are believed (u32). */
#define WGDEVICE_A_ROUTE_MODE 9
#define WGDEVICE_ROUTE_MODE_ALLOWEDIPS 0
#define WGDEVICE_ROUTE_MODE_GATEWAY 1
#define WGDEVICE_ROUTE_MODE_PEER 2
#define WGDEVICE_ROUTE_MODE_AUTO 3
#define WGDEVICE_A_SOURCE_CHECK 10
#define WGDEVICE_SOURCE_CHECK_OFF 0
#define WGDEVICE_SOURCE_CHECK_STRICT 1
#define WGDEVICE_SOURCE_CHECK_LOOSE 2

/* The series: the peer of a route. Requests have the key, dumps and notifications the number (uint: 4 or 8 bytes). */
#define WGPEER_A_MULTICAST 11
#define WGPEER_A_ID 12
#define LWTUNNEL_ENCAP_WGPEER 11
#define LWT_WGPEER_PUBLIC_KEY 1
#define LWT_WGPEER_ID 2

#endif
