#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Process 1 of a guest with Debian's stock kernel, which does not know the encapsulation: every request with a peer is refused.
cd /
. /claims.sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
while read -r module; do insmod "/modules/$module"; done </modules/load-order
ip link add wg0 type wireguard
ip link set wg0 up
key=xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=

echo "guest: start"
claim "a stock kernel takes a route by the device" ip route add 198.51.100.0/24 dev wg0
refused "but refuses one with a peer, rather than add it without" "Unknown lwt encapsulation type" \
    ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$key"
refused "in IPv6, too" "Unknown lwt encapsulation type" ip route add 2001:db8::/48 dev wg0 via-wgpeer "$key"
refused "and within nexthop" "Unknown lwt encapsulation type" \
    ip route add 192.0.2.0/24 nexthop dev wg0 via-wgpeer "$key" nexthop dev wg0
refused "and in nexthop objects" "Unknown lwt encapsulation type" ip nexthop add id 7 dev wg0 via-wgpeer "$key"
refused "it refuses to replace a route, too" "Unknown lwt encapsulation type" \
    ip route replace 198.51.100.0/24 dev wg0 via-wgpeer "$key"
refused "and to delete one by a peer" "Unknown lwt encapsulation type" ip route del 198.51.100.0/24 dev wg0 via-wgpeer "$key"
is "so that the routes are as they were" "$(ip route show dev wg0 | sed 's/ *$//')$(ip nexthop show)" "198.51.100.0/24 scope link"
claims_done
echo "guest: exit $?"
echo b >/proc/sysrq-trigger
