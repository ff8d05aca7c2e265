# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: Babel by babeld with unicast hellos, star. It works without the multicast flag, as a spoke's multicast has one peer to go to.
# seconds: 31
topology star
lab mode gateway 0
babeld babeld-unicast.conf 0 1 2 3
routes_complete 60 "without the multicast flag each node learns the prefixes of all others"
outlive 15
all_pass "after the hold time of Babel's routes every packet passes"
