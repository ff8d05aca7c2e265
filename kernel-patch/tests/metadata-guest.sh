#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The claims about tunnel ids that name WireGuard's peers; metadata.sh runs this in a guest with the patched kernel. Spoke 1 has the id
# 7, spoke 2 has 8.
set -u
umask 077
. "$(dirname "$0")/claims.sh"
. "$(dirname "$0")/metadata-lib.sh"

# A packet of the test: UDP to port 9 with 8 bytes that a counter compares.
readonly payload=metadata seen_as=0x6d65746164617461

# Destinations behind spokes, addresses of spokes: spoke 1 has .1. and :1:, spoke 2 has .2. and :2:, nobody has .3. and :3:.
to() { if [ "$family" = 4 ]; then echo 192.0.2.1; else echo 2001:db8:99::1; fi; }
net() { if [ "$family" = 4 ]; then echo 192.0.2.0/24; else echo 2001:db8:99::/48; fi; }
source_of() { if [ "$family" = 4 ]; then echo "10.$1.0.1"; else echo "2001:db8:$1::1"; fi; }
hub() { if [ "$family" = 4 ]; then echo 172.16.0.1; else echo fd00::1; fi; }

probe() { # IP-NETNS-EXEC...: counts the packets of the test that come out of a tunnel
    "$@" nft -f - <<EOF
table inet probe {
    counter arrived4 { }
    counter arrived6 { }
    chain in {
        type filter hook prerouting priority raw
        iifname "wg*" meta nfproto ipv4 udp dport 9 @th,64,64 $seen_as counter name arrived4
        iifname "wg*" meta nfproto ipv6 udp dport 9 @th,64,64 $seen_as counter name arrived6
    }
}
EOF
}

arrived() { # NUMBER
    local in=()
    [ "$1" = 0 ] || in=(ip netns exec "s$1")
    ${in[@]+"${in[@]}"} nft list counter inet probe "arrived$family" | awk '/packets/ { print $2 }'
}
all_arrived() { echo "$(arrived 1) $(arrived 2)"; }
tx_errors() { cat /sys/class/net/wg0/statistics/tx_errors; }
frame_errors() { cat /sys/class/net/wg0/statistics/rx_frame_errors; }
others() { ip -s -s -j link show wg0 | jq '.[0].stats64.rx.otherhost // 0'; }

# until_it_is COMMAND VALUE: waits until the command prints the value; 15 s at most, as a lost handshake is tried again after 5 s.
until_it_is() {
    local i
    for ((i = 0; i < 150; i++)); do
        [ "$($1)" != "$2" ] || return 0
        sleep 0.1
    done
    return 1
}

send() { echo -n "$payload" >"/dev/udp/$(to)/9"; } 2>/dev/null

# goes_to TEXT NUMBER: a packet of the hub arrives at the spoke, and at no other.
goes_to() {
    local one two wanted
    read -r one two <<<"$(all_arrived)"
    if [ "$2" = 1 ]; then wanted="$((one + 1)) $two"; else wanted="$one $((two + 1))"; fi
    send
    until_it_is all_arrived "$wanted" || true
    is "IPv$family: $1" "$(all_arrived)" "$wanted"
}

# goes_nowhere TEXT: it is dropped and counted.
goes_nowhere() {
    local before wanted
    before=$(all_arrived) wanted="$(($(tx_errors) + 1)) $before"
    send
    is "IPv$family: $1" "$(tx_errors) $(all_arrived)" "$wanted"
}

# from NUMBER SOURCE: a packet of a spoke to the hub.
from() {
    ip -n "s$1" "-$family" route replace "$(hub)" dev "wg$1" src "$2"
    ip netns exec "s$1" bash -c "echo -n $payload >/dev/udp/$(hub)/9"
}

# state: what arrived at the hub, what IP dropped, and what WireGuard did.
state() { echo "$(arrived 0) $(others) $(frame_errors)"; }

# comes_from TEXT NUMBER SOURCE CHANGE: the state grows by the change, which has three numbers.
comes_from() {
    local now change wanted
    read -ra now <<<"$(state)"
    read -ra change <<<"$4"
    wanted="$((now[0] + change[0])) $((now[1] + change[1])) $((now[2] + change[2]))"
    from "$2" "$3"
    until_it_is state "$wanted" || true
    is "IPv$family: $1" "$(state)" "$wanted"
}
readonly passes='1 0 0' dropped_by_ip='0 1 0' dropped_by_wireguard='0 0 1'

route() { ip "-$family" route replace "$(net)" "$@" dev wg0; }
allowed() { wg set wg0 peer "${key[$1]}" allowed-ips "$2"; } # NUMBER PREFIXES; none: ""

set_up() {
    local n source
    new_hub
    for n in 1 2; do
        new_spoke $n
        for family in 4 6; do
            for source in 1 2 3; do ip -n s$n "-$family" addr add "$(source_of $source)" dev "wg$n"; done
        done
        probe ip netns exec s$n
    done
    probe
}

settings() {
    is "a new device does not heed tunnel ids, and peers have none" "$(wg-tunnel 0 show)" "0 0 0"
    claim "a peer can get an id" set_id 1 7
    refused "another cannot get the same" "Device or resource busy" set_id 2 7
    claim "but another" set_id 2 8
    is "the device shows them" "$(wg-tunnel 0 show)" "0 7 8"
    claim "a peer can be given its id again" set_id 1 7
    refused "but no other for it" "Device or resource busy" set_id 1 9
    refused "0 is no id" "Numerical result out of range" set_id 1 0
    refused "the device's setting is 0 or 1" "Numerical result out of range" wg-tunnel 0 metadata 2
    is "none of these has changed anything" "$(wg-tunnel 0 show)" "0 7 8"
}

# nft(8) cannot declare a set with a tunnel id in its key, so the packet's mark has the id for as long as it takes.
rules() {
    nft -f - <<EOF
table netdev wg {
    set sources4 {
        typeof meta mark . ip saddr
        flags interval
        elements = { 7 . 10.1.0.0/16, 8 . 10.2.0.0/16 }
    }
    set sources6 {
        typeof meta mark . ip6 saddr
        flags interval
        elements = { 7 . 2001:db8:1::/48, 8 . 2001:db8:2::/48 }
    }
    chain in {
        type filter hook ingress device wg0 priority filter
        meta mark set tunnel id
        meta mark . ip saddr @sources4 meta pkttype set host
        meta mark . ip6 saddr @sources6 meta pkttype set host
        meta mark set 0
    }
}
EOF
}

# The device's setting is 0, and rules are there.
off() {
    route encap ip id 7
    goes_nowhere "off: a route with an id goes by AllowedIPs, and is dropped and counted without one"
    allowed 2 "$(net)"
    goes_to "off: the peer that has the destination among its AllowedIPs gets the packet" 2
    comes_from "off: WireGuard drops and counts what AllowedIPs do not allow" 1 "$(source_of 1)" "$dropped_by_wireguard"
    allowed 1 "$(source_of 3)"
    comes_from "off: what they allow passes, whatever the rules say" 1 "$(source_of 3)" "$passes"
    allowed 1 ""
    allowed 2 ""
}

no_rules() {
    comes_from "without rules, IP drops and counts what a peer with an id sends" 1 "$(source_of 1)" "$dropped_by_ip"
    allowed 1 "$(source_of 1)"
    comes_from "AllowedIPs do not change that" 1 "$(source_of 1)" "$dropped_by_ip"
    allowed 1 ""
}

sending() {
    allowed 2 "$(net)"
    route encap ip id 7
    goes_to "a route with an id leads to the peer that has it, and not to that of AllowedIPs" 1
    route encap ip6 id 7
    goes_to "whichever type the encapsulation has" 1
    route encap ip id 8
    goes_to "a replaced route leads to the other peer" 2
    route
    goes_to "a route without an id goes by AllowedIPs" 2
    route encap ip id 99
    goes_nowhere "an id that no peer has drops the packet, and counts it"
    route encap ip ttl 1
    goes_nowhere "so does an encapsulation without an id"
    route encap ip id $((2 ** 32 + 7))
    goes_nowhere "so does an id of more than 32 bits"
    allowed 2 ""
    route
    goes_nowhere "without an id and AllowedIPs the packet is dropped as ever"
}

objects() {
    local one=${family}1 two=${family}2 both=${family}3
    ip "-$family" nexthop add id "$one" encap ip id 7 dev wg0
    ip "-$family" nexthop add id "$two" encap ip id 8 dev wg0
    ip nexthop add id "$both" group "$one/$two"
    ip "-$family" route replace "$(net)" nhid "$one"
    goes_to "a nexthop object with an id leads to its peer" 1
    ip "-$family" nexthop replace id "$one" encap ip id 8 dev wg0
    goes_to "and to the other when it is replaced" 2
    ip "-$family" nexthop replace id "$one" encap ip id 7 dev wg0
    ip "-$family" route replace "$(net)" nhid "$both"
    spreads "a group of both spreads packets over both peers"
}

# send_32: to 32 hosts of the prefix.
send_32() {
    local host prefix
    prefix=$(to)
    for host in {1..32}; do echo -n "$payload" >"/dev/udp/${prefix%1}$host/9"; done
} 2>/dev/null

sum_arrived() { echo $(($(arrived 1) + $(arrived 2))); }

spreads() {
    local before one two
    before=$(sum_arrived)
    read -r one two <<<"$(all_arrived)"
    send_32
    until_it_is sum_arrived $((before + 32)) || true
    is "IPv$family: $1" "$(sum_arrived) $(($(arrived 1) > one)) $(($(arrived 2) > two))" "$((before + 32)) 1 1"
}

receiving() {
    comes_from "a source that the rules bind to the peer's id passes, without AllowedIPs" 1 "$(source_of 1)" "$passes"
    comes_from "so does another peer's" 2 "$(source_of 2)" "$passes"
    comes_from "IP drops and counts a source that is bound to another id" 1 "$(source_of 2)" "$dropped_by_ip"
    comes_from "and the other way round" 2 "$(source_of 1)" "$dropped_by_ip"
    comes_from "and one that is bound to none" 2 "$(source_of 3)" "$dropped_by_ip"
}

# The sets of nftables are none of longest prefixes.
nested() {
    local set=sources$family within longer host
    if [ "$family" = 4 ]; then within=10.1.9.0/24 longer=10.1.7.0/24 host=10.1.7.1
    else within=2001:db8:1:9::/64 longer=2001:db8:1:7::/64 host=2001:db8:1:7::1; fi
    refused "IPv$family: nftables refuses a prefix within another of the same peer" "File exists" \
        nft add element netdev wg "$set" "{ 7 . $within }"
    claim "IPv$family: it takes one of another peer" nft add element netdev wg "$set" "{ 8 . $longer }"
    ip -n s1 "-$family" addr add "$host" dev wg1
    comes_from "but the peer of the shorter prefix passes with sources of the longer one" 1 "$host" "$passes"
    nft delete element netdev wg "$set" "{ 8 . $longer }"
}

# A stream to the hub, whose packets GRO joins there.
stream() {
    local far
    far=$(source_of 1)
    ip "-$family" route replace "$far" encap ip id 7 dev wg0
    ip -n s1 "-$family" route replace "$(hub)" dev wg1 src "$far"
    head -c 300000 /usr/bin/bash >sent
    rm -f listens received
    timeout 60 ncat -v -l --recv-only "$(hub)" 7777 >received 2>listens &
    until grep -qs Listening listens; do sleep 0.1; done
    claim "IPv$family: a peer can send a stream" timeout 60 ip netns exec s1 bash -c "cat sent >/dev/tcp/$(hub)/7777"
    wait $!
    claim "IPv$family: it arrives as it was" cmp sent received
    ip "-$family" route del "$far"
}

# A peer that was removed comes back, and so does the session with its spoke, which still has the old one.
comes_back() { # NUMBER
    local before
    before=$(handshake "$1")
    add_peer "$1"
    wg set wg0 peer "${key[$1]}" persistent-keepalive 600
    until [ "$(handshake "$1")" -gt "$before" ]; do sleep 0.1; done
}
handshake() { ip netns exec "s$1" wg show "wg$1" latest-handshakes | cut -f 2; }

# Spoke 2 is removed, and comes back.
removal() {
    remove_peer 2
    for family in 4 6; do
        ip "-$family" route replace "$(net)" encap ip id 8 dev wg0
        goes_nowhere "when the peer is gone, packets by its id are dropped and counted"
        ip "-$family" route replace "$(net)" nhid "${family}3"
        loses_a_share "and so is its share of a group: the route does not hear of it"
    done
    comes_back 2
    for family in 4 6; do
        route encap ip id 8
        goes_nowhere "and still when it has come back without its id"
    done
    claim "it can get its id again" set_id 2 8
    for family in 4 6; do
        goes_to "then the same route leads to it" 2
        comes_from "and its source passes" 2 "$(source_of 2)" "$passes"
    done
}

loses_a_share() { # TEXT
    local one errors lost
    one=$(arrived 1) errors=$(tx_errors)
    send_32
    lost=$(($(tx_errors) - errors))
    until_it_is "arrived 1" $((one + 32 - lost)) || true
    is "IPv$family: $1" "$(arrived 1) $((lost > 0))" "$((one + 32 - lost)) 1"
}

# Spoke 1 has no id any more, and spoke 2 has its.
without_id() {
    remove_peer 1
    remove_peer 2
    comes_back 1
    comes_back 2
    claim "an id can be given to another peer when its own is gone" set_id 2 7
    for family in 4 6; do
        route encap ip id 7
        goes_to "packets go to the peer that has the id now" 2
        comes_from "and its sources are those of the id" 2 "$(source_of 1)" "$passes"
        allowed 1 "$(source_of 3)"
        comes_from "a peer without an id is checked by AllowedIPs: what they allow passes" 1 "$(source_of 3)" "$passes"
        comes_from "and WireGuard drops and counts the rest" 1 "$(source_of 1)" "$dropped_by_wireguard"
    done
}

set_up
settings
rules
for family in 4 6; do off; done
nft delete table netdev wg
claim "tunnel ids can be made to count" wg-tunnel 0 metadata 1
for family in 4 6; do no_rules; done
rules
for family in 4 6; do sending; objects; receiving; nested; stream; done
removal
without_id
claim "the device can be deleted while routes have its ids" ip link del wg0
claims_done
