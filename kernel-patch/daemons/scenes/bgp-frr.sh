# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: BGP by FRR with its nexthop objects, star. In mode gateway it works without the multicast flag; in mode auto nothing passes.
# seconds: 17
topology star
lab mode gateway 0
frr frr-bgp-hub.conf bgpd 0
frr frr-bgp-spoke.conf bgpd 1 2 3
routes_complete 60 "in mode gateway each node learns the prefixes of all others"
outlive 10
all_pass "after the hold time every packet passes"
claim "the hub's routes have nexthop objects" grep -q "^10.9.1.0/24 nhid" <(ip -n n0 route show)
lab mode auto 0
none_pass "in mode auto, with the same routes, no packet passes"
