# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The tunnels of the tests of series-optional/metadata: the hub wg0, and spokes wg1, wg2 ... in namespaces s1, s2 ... whose hub may send
# from any address. The hub's peers have no AllowedIPs at first. Sourced by scripts of a guest.

declare -A key # public keys, by the device's number

new_device() { # NUMBER
    ip link add "wg$1" type wireguard
    wg genkey >"private$1"
    key[$1]=$(wg pubkey <"private$1")
    wg set "wg$1" private-key "private$1" listen-port $((51820 + $1))
}

add_peer() { wg set wg0 peer "${key[$1]}" endpoint "127.0.0.1:$((51820 + $1))"; } # NUMBER
remove_peer() { wg set wg0 peer "${key[$1]}" remove; }
set_id() { base64 -d <<<"${key[$1]}" | wg-tunnel 0 id "$2"; } # NUMBER ID

new_spoke() { # NUMBER
    new_device "$1"
    add_peer "$1"
    wg set "wg$1" peer "${key[0]}" allowed-ips 0.0.0.0/0,::/0 endpoint 127.0.0.1:51820
    ip netns add "s$1"
    ip link set "wg$1" netns "s$1"
    ip -n "s$1" link set "wg$1" up
    ip -n "s$1" route add default dev "wg$1"
    ip -n "s$1" -6 route add default dev "wg$1"
}

new_hub() {
    ip link set lo up
    new_device 0
    ip addr add 172.16.0.1/32 dev wg0
    ip addr add fd00::1/128 dev wg0 nodad
    ip link set wg0 up
}
