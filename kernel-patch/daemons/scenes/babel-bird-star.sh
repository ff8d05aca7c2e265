# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: Babel by BIRD, star. It works if the hub's peers have the multicast flag, and only then.
# seconds: 39
topology star
lab mode gateway 0
bird bird-babel.conf 0 1 2 3
outlive 15
none_pass "without the multicast flag no packet passes"
lab multicast link-local 0
routes_complete 60 "with the flag each node learns the prefixes of all others"
outlive 15
all_pass "after the hold time of Babel's routes every packet passes"
lab mode auto 0
none_pass "in mode auto, with the same routes and the flag, no packet passes"
