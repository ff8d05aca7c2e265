# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: What is done today: Babel by babeld over VXLAN over wg0, star, mode allowedips. It needs nothing of the series.
# seconds: 23
# The tunnel addresses are all that wg0 carries. vxlan0 has those addresses of its own, copies multicast to its list of ends, and learns
# who is where.
topology star
for i in "${nodes[@]}"; do
    n=$((i + 1))
    ip -n "n$i" -batch - <<EOF
link add vxlan0 type vxlan id 1 local 172.16.0.$n dstport 4789 dev wg0
link set vxlan0 addrgenmode none
addr add 172.17.0.$n/24 dev vxlan0
addr add fe80::1$n/64 dev vxlan0 nodad
link set vxlan0 up
EOF
    for j in "${nodes[@]}"; do
        ! has_peer star "$i" "$j" || on "$i" bridge fdb append 00:00:00:00:00:00 dev vxlan0 dst "172.16.0.$((j + 1))"
    done
done
babeld babeld-vxlan.conf "${nodes[@]}"
routes_complete 60 "each node learns the prefixes of all others"
outlive 15
all_pass "after the hold time of Babel's routes every packet passes"
