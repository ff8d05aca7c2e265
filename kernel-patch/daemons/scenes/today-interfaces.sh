# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: What is done today: Babel by babeld over an interface per peer, mesh. It needs nothing of the series.
# seconds: 18
# wgJ of node I leads to node J, whose wgI has the port 51820 + I.
underlay
for i in "${nodes[@]}"; do
    for j in "${nodes[@]}"; do
        [ "$i" != "$j" ] || continue
        ip -n "n$i" link add "wg$j" type wireguard
        { wireguard_conf $((51820 + j)) "$i"; wireguard_peer "$j" $((51820 + i)) 0.0.0.0/0,::/0; } | set_tunnel "$i" "wg$j"
        ip -n "n$i" -batch - <<EOF
addr add 172.16.0.$((i + 1))/32 dev wg$j
addr add fe80::$((i + 1))/64 dev wg$j nodad
link set wg$j up
EOF
    done
    babeld babeld-interfaces.conf "$i"
done
routes_complete 60 "each node learns the prefixes of all others"
outlive 15
all_pass "after the hold time of Babel's routes every packet passes"
