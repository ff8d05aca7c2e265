# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: OSPFv2 and OSPFv3 by BIRD with multicast hellos, star. It works if the hub's peers have the multicast flag, and only then.
# seconds: 42
topology star
lab mode gateway 0
bird bird-ospf-broadcast-hub.conf 0
bird bird-ospf-broadcast-spoke.conf 1 2 3
outlive 15
none_pass "without the multicast flag no packet passes"
lab multicast link-local 0
routes_complete 60 "with the flag each node learns the prefixes of all others"
outlive 6
all_pass "after the dead time every packet passes"
lab multicast off 0
outlive 8
none_pass "without the flag again no packet passes"
