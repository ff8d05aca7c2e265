#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What tunnel ids and rules of nftables cost beside AllowedIPs; metadata-cost.sh runs this in a guest: metadata-cost-guest.sh ROUNDS
# PACKETS PREFIXES... Prefix I has the peer 1 + I mod 8, which has that id. Peer 1 is the spoke; the others are keys.
# shellcheck disable=SC2016 # awk has such names, too
set -eu
umask 077
. "$(dirname "$0")/claims.sh"
. "$(dirname "$0")/metadata-lib.sh"
readonly rounds=$1 packets=$2 peers=8 batch=10000
shift 2

row() { # NAME VALUE UNIT SCHEME OPERATION KEYS SIZE VARIANT
    echo "row $1,$2,$3,$4,$family,$5,$6,$count,$peers,$7,$8"
}

# The prefixes have no address in common: /24 of IPv4, /48 of IPv6.
list_prefixes() { # COUNT
    awk -v count="$1" -v family="$family" -v peers=$peers 'BEGIN {
        for (i = 0; i < count; i++)
            if (family == 4) printf "%d.%d.%d.0/24 %d\n", 16 + int(i / 65536), int(i / 256) % 256, i % 256, 1 + i % peers
            else printf "2400:%x:%x::/48 %d\n", i / 65536, i % 65536, 1 + i % peers
    }'
}

# Bytes of slabs, vmalloc and per-CPU memory when it no longer changes: what was freed is returned after a grace period.
memory() {
    local last='' now
    while now=$(awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print 1024 * sum }' /proc/meminfo) && [ "$now" != "$last" ]; do
        last=$now
        sleep 0.3
    done
    echo "$now"
}

# load WHAT SCHEME VARIANT COMMAND...: the memory that the command takes, and its time.
load() {
    local what=$1 scheme=$2 variant=$3 before start seconds
    shift 3
    before=$(memory)
    start=$EPOCHREALTIME
    "$@"
    seconds=$(awk -v from="$start" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')
    row "${what}_memory" $(($(memory) - before)) B "$scheme" load none 0 "$variant"
    row "${what}_load_time" "$seconds" s "$scheme" load none 0 "$variant"
}

saddr() { if [ "$family" = 4 ]; then echo "ip saddr"; else echo "ip6 saddr"; fi; }

# Two layouts: one set of ids and prefixes; or a set of prefixes for each peer, which a map of ids leads to.
empty_rules() {
    local peer
    echo "table netdev wg {"
    echo "set sources { typeof meta mark . $(saddr); flags interval; }"
    for ((peer = 1; peer <= peers; peer++)); do
        echo "set of$peer { typeof $(saddr); flags interval; }"
        echo "chain peer$peer { $(saddr) @of$peer meta pkttype set host; }"
    done
    echo "map peers { type mark : verdict; }"
    echo "chain in { type filter hook ingress device wg0 priority filter; }"
    echo "}"
    for ((peer = 1; peer <= peers; peer++)); do echo "add element netdev wg peers { $peer : jump peer$peer }"; done
}

use_rules() { # concat | per-peer
    {
        echo "flush chain netdev wg in"
        case $1 in
        concat)
            echo "add rule netdev wg in meta mark set tunnel id"
            echo "add rule netdev wg in meta mark . $(saddr) @sources meta pkttype set host"
            ;;
        per-peer) echo "add rule netdev wg in tunnel id vmap @peers" ;;
        esac
    } | nft -f -
}

# Several transactions, as a program that reads 100,000 elements needs more memory than User-Mode Linux can map.
load_set() { # SET FORMAT-OF-AWK PREFIXES: the elements of a set
    local piece
    rm -f piece.*
    awk "$2" "$3" | split -l $batch - piece.
    for piece in piece.*; do { echo "add element netdev wg $1 {"; sed 's/$/,/' "$piece"; echo "}"; } | nft -f -; done
}

load_concat() { load_set sources '{ print $2 " . " $1 }' prefixes; }
load_per_peer() {
    local peer
    for ((peer = 1; peer <= peers; peer++)); do
        if grep -q " $peer\$" prefixes; then load_set of$peer "\$2 == $peer { print \$1 }" prefixes; fi
    done
}

load_allowed_ips() {
    local peer
    for ((peer = 1; peer <= peers; peer++)); do
        echo "[Peer]"
        echo "PublicKey = ${key[$peer]}"
        awk -v peer=$peer '$2 == peer { print "AllowedIPs = " $1 }' prefixes
    done >allowed-ips
    wg addconf wg0 allowed-ips
}

load_routes() { # FORMAT-OF-AWK
    local piece
    rm -f piece.*
    awk "$1" prefixes | split -l $batch - piece.
    for piece in piece.*; do ip "-$family" -batch "$piece"; done
}

# The memory of routes, by how they name the peer.
measure_routes() {
    local peer
    load route stock plain load_routes '{ print "route add " $1 " dev wg0" }'
    ip "-$family" route flush dev wg0 proto boot
    for ((peer = 1; peer <= peers; peer++)); do ip "-$family" nexthop add id $peer encap ip id $peer dev wg0; done
    load route metadata nexthop load_routes '{ print "route add " $1 " nhid " $2 }'
    ip nexthop flush >/dev/null
    load route metadata encap load_routes '{ print "route add " $1 " encap ip id " $2 " dev wg0" }'
}

flood() { # OPERATION SCHEME VARIANT
    local ns
    if ! ns=$(metadata-flood "$family" "$1" "$packets" uniform <of-spoke); then
        not_ok "IPv$family: $count prefixes, $1, $2, $3: all packets arrive" "$ns"
        return
    fi
    row packet_ns "$ns" ns "$2" "$1" uniform 64 "$3"
}

# In turns, with all tables loaded; the first is measured again at the end, as aa.
measure_packets() {
    local round before=$failed
    for ((round = 0; round < rounds; round++)); do
        wg-tunnel 0 metadata 0
        flood encrypt allowed-ips plain
        flood decrypt allowed-ips plain
        wg-tunnel 0 metadata 1
        flood encrypt metadata encap
        use_rules concat
        flood decrypt metadata concat
        use_rules per-peer
        flood decrypt metadata per-peer
        wg-tunnel 0 metadata 0
        flood encrypt allowed-ips aa
        flood decrypt allowed-ips aa
    done
    [ "$failed" -ne "$before" ] || ok "IPv$family: $count prefixes: all packets that were sent arrived"
}

# All of a table; at the end nothing of it is left.
measure() {
    list_prefixes "$count" >prefixes
    awk '$2 == 1 { print $1 }' prefixes >of-spoke
    measure_routes
    load allowed_ips allowed-ips plain load_allowed_ips
    empty_rules | nft -f -
    load rules metadata concat load_concat
    load rules metadata per-peer load_per_peer
    measure_packets
    nft delete table netdev wg
    ip "-$family" route flush dev wg0 proto boot
    for ((peer = 1; peer <= peers; peer++)); do wg set wg0 peer "${key[$peer]}" allowed-ips ""; done
}

new_hub
new_spoke 1
for ((peer = 2; peer <= peers; peer++)); do
    key[$peer]=$(wg genkey | wg pubkey)
    wg set wg0 peer "${key[$peer]}"
done
for ((peer = 1; peer <= peers; peer++)); do set_id $peer $peer; done
for count in "$@"; do
    for family in 4 6; do measure; done
done
claims_done
