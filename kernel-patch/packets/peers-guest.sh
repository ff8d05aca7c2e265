# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a guest of peers.sh runs: peers-guest.sh FOLDER FAMILY ROUNDS PREFIXES LIST PEERS... Its status is 0 if all claims hold.
#
# n0 is the hub and n1 has the spokes; under0 and under1 are the underlay between them. Each spoke has an underlay address, as WireGuard
# limits handshakes by source address, and sends from it because the hub has an address for each spoke as well.
set -euo pipefail
packets=$1 family=$2
shift
. "$packets/../tests/claims.sh"

spokes=0
for number in "${@:5}"; do
    [ "$number" -le "$spokes" ] || spokes=$number
done
[ "$spokes" -le 1000 ] || spokes=1000

# underlay NODE: commands of ip
underlay() {
    local i net=$(($1 + 1)) host
    for ((i = 1; i <= spokes; i++)); do
        if [ "$family" = 4 ]; then
            host=$((i >> 8)).$((i & 255))
            echo "addr add 10.$net.$host/32 dev under$1"
            [ "$1" = 0 ] || echo "route add 10.1.$host/32 via 10.0.0.1 src 10.2.$host"
        else
            host=$(printf %x "$i")
            echo "addr add fd10:$net::$host/128 dev under$1 nodad"
            [ "$1" = 0 ] || echo "route add fd10:1::$host/128 via fd10::1 src fd10:2::$host"
        fi
    done
}

mkdir -p /run/netns
# A peer has a thread.
echo 100000 >/proc/sys/kernel/pid_max
echo 100000 >/proc/sys/kernel/threads-max
ip netns add n0
ip netns add n1
ip link add under0 netns n0 type veth peer name under1 netns n1
for node in 0 1; do
    ip -n "n$node" -batch - <<END
link set lo up
addr add 10.0.0.$((node + 1))/30 dev under$node
addr add fd10::$((node + 1))/64 dev under$node nodad
link set under$node up
END
done
ip -n n0 route add 10.2.0.0/16 via 10.0.0.2
ip -n n0 route add fd10:2::/64 via fd10::2
for node in 0 1; do underlay "$node" | ip -n "n$node" -"$family" -batch -; done
# The hub takes packets to any address of its tunnels, and spokes take the test's packets to any address.
ip -n n0 route add local 172.17.0.0/16 dev lo
ip -n n0 route add local fd01::/64 dev lo
ip -n n1 -"$family" rule add ipproto udp dport 9000 lookup 100 pref 1
ip -n n1 -"$family" route add local default dev lo table 100
if peers "$@"; then ok "IPv$family: all that the program claims holds"; else not_ok "IPv$family: all that the program claims holds" "$?"; fi
claims_done
