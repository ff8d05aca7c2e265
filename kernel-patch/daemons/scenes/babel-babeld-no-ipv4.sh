# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: Babel by babeld, star, wg0 without IPv4 address: IPv4 goes by fe80::N. It works if the hub's peers have the multicast flag.
# seconds: 40
topology star no-ipv4
lab mode gateway 0
babeld babeld.conf 0 1 2 3
outlive 15
none_pass "without the multicast flag no packet passes"
lab multicast link-local 0
routes_complete 60 "with the flag each node learns the prefixes of all others"
outlive 15
all_pass "after the hold time of Babel's routes every packet passes"
claim "the hub's IPv4 routes have IPv6 gateways" grep -q "^10.9.1.0/24 via inet6 fe80::2 dev wg0" <(ip -n n0 route show)
