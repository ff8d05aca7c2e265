# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: OSPFv2 and OSPFv3 by FRR with multicast hellos, star. It works if the hub's peers have the multicast flag, and only then.
# seconds: 34
topology star
lab mode gateway 0
frr frr-ospf-hub.conf "ospfd ospf6d" 0
frr frr-ospf-spoke.conf "ospfd ospf6d" 1 2 3
outlive 15
none_pass "without the multicast flag no packet passes"
lab multicast link-local 0
routes_complete 60 "with the flag each node learns the prefixes of all others"
outlive 8
all_pass "after the dead time every packet passes"
