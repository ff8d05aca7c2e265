# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: BGP by BIRD, star, the spokes in mode gateway, too. Unless the hub announces itself as next hop, spokes do not reach each other.
# seconds: 30
topology hub
lab mode gateway 0 1 2 3
bird bird-bgp-hub.conf 0
bird bird-bgp-spoke.conf 1 2 3
routes_complete 60 "each node learns the prefixes of all others"
outlive 10
all_pass_except "no packet passes from spoke to spoke, as the next hop is the other spoke; every other does" 1-2 1-3 2-1 2-3 3-1 3-2
on 0 birdc -s /run/bird0.ctl configure "\"$(config bird-bgp-hub-self.conf 0)\"" >/dev/null
all_pass_within 30 "with next hop self at the hub every packet passes"
outlive 10
all_pass "after the hold time, too"
