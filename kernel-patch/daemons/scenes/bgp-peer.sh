# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: BGP by BIRD, star, the hub in mode peer: unless routes to the tunnel addresses name the peers, BGP dies at its hold time.
# seconds: 30
# name_peers PREFIX... : the hub's routes to what follows, for each spoke J with N = J + 1, name its peer.
name_peers() {
    local j prefix
    for j in 1 2 3; do
        for prefix in "$@"; do
            prefix=${prefix//J/$j}
            on 0 patched-ip route add "${prefix//N/$((j + 1))}" dev wg0 via-wgpeer "$(<"$keys/$j.pub")"
        done
    done
}

topology star
lab mode gateway 0
bird bird-bgp-hub-static.conf 0
bird bird-bgp-spoke.conf 1 2 3
name_peers 10.9.J.0/24 2001:db8:J::/64
routes_complete 60 "in mode gateway each node has the prefixes of all others"
all_pass "and every packet passes"
lab mode peer 0
all_pass "at once after the change to mode peer every packet still passes"
outlive 10
all_pass_except "after the hold time only the hub's packets pass: the spokes have lost the sessions, and with them the routes" \
    1-0 1-2 1-3 2-0 2-1 2-3 3-0 3-1 3-2
name_peers 172.16.0.N/32 fd00::N/128
routes_complete 60 "with routes to the tunnel addresses that name the peers the sessions come back"
outlive 10
all_pass "and after the hold time every packet passes"
