# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: Babel by babeld, mesh, all in mode gateway. Works if all peers have the multicast flag, and only then. A strict check needs time.
# seconds: 55
topology mesh
lab mode gateway 0 1 2 3
# In the first half minute babeld sends some packets by other nodes, and not by the same ones there and back.
lab check loose 0 1 2 3
babeld babeld.conf 0 1 2 3
outlive 15
none_pass "without the multicast flag no packet passes"
lab multicast link-local 0 1 2 3
routes_complete 60 "with the flag each node learns the prefixes of all others"
outlive 15
all_pass "after the hold time of Babel's routes every packet passes"
lab check strict 0 1 2 3
all_pass_within 60 "with strict checks every packet passes as soon as babeld uses the direct ways"
