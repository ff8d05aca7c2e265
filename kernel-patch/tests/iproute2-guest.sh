#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The claims about ip(8) with via-wgpeer; iproute2.sh runs this in a guest with the patched kernel and the patched ip.
set -u
umask 077
. "$(dirname "$0")/claims.sh"

routes() { ip "$@" route show dev wg0 | sed 's/ *$//'; } # OPTION...
# What somebody sees who may not read the device; ID_A and ID_B are the numbers of the peers.
unprivileged() { setpriv --reuid 65534 --clear-groups "$@"; }
number_of() { unprivileged ip -j route show "$1" | jq -r '.[0]["wgpeer-id"]'; }
flush() { ip -4 route flush table all dev wg0 proto boot; ip -6 route flush table all dev wg0 proto boot; }

set_up() {
    # Where everybody may run it.
    install -m 755 "$(command -v ip)" /run/ip
    PATH=/run:$PATH
    NO_GENERIC_NETLINK=$(dirname "$(command -v wg-mode)")/no-generic-netlink.so
    ip link set lo up
    ip link add plain0 type dummy
    ip link set plain0 up
    ip link add wg0 type wireguard
    wg genkey >private
    A=$(wg genkey | wg pubkey) B=$(wg genkey | wg pubkey) C=$(wg genkey | wg pubkey)
    wg set wg0 private-key private peer "$A" peer "$B"
    wg-mode 0 3 # auto
    ip link set wg0 up
    ip address add fd00::1/64 dev wg0 noprefixroute
}

one_route() {
    claim "an IPv4 route is added" ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    is "show prints the peer where it was typed, and nothing of encap" "$(routes)" \
        "192.0.2.0/24 via-wgpeer $A scope link"
    is "without a filter by device, the device comes after the peer" "$(ip route show 192.0.2.0/24 | sed 's/ *$//')" \
        "192.0.2.0/24 via-wgpeer $A dev wg0 scope link"
    is "the key is as wg(8) shows it" "$(wg show wg0 peers | grep -cxF "$A")" 1
    is "get prints the peer" "$(ip route get 192.0.2.1 | grep -o "via-wgpeer .* dev wg0")" "via-wgpeer $A dev wg0"
    is "get fibmatch prints the peer" "$(ip route get fibmatch 192.0.2.1 | grep -o "via-wgpeer .* dev wg0")" \
        "via-wgpeer $A dev wg0"
    claim "replace moves the route to another peer" ip route replace 192.0.2.0/24 dev wg0 via-wgpeer "$B"
    is "and there is one route after that" "$(routes)" "192.0.2.0/24 via-wgpeer $B scope link"
    claim "change moves it back" ip route change 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    is "and there is one route still" "$(routes)" "192.0.2.0/24 via-wgpeer $A scope link"
    claim "append adds a second route to the prefix" ip route append 192.0.2.0/24 dev wg0 via-wgpeer "$B"
    is "after the first" "$(routes)" "192.0.2.0/24 via-wgpeer $A scope link
192.0.2.0/24 via-wgpeer $B scope link"
    claim "delete takes the one that names the peer, though it is the second" \
        ip route del 192.0.2.0/24 dev wg0 via-wgpeer "$B"
    is "and leaves the first" "$(routes)" "192.0.2.0/24 via-wgpeer $A scope link"
    refused "delete with another peer is refused" "No such process" ip route del 192.0.2.0/24 dev wg0 via-wgpeer "$B"
    refused "also without the device" "No such process" ip route del 192.0.2.0/24 via-wgpeer "$B"
    is "and leaves the route" "$(routes)" "192.0.2.0/24 via-wgpeer $A scope link"
    claim "delete by the peer needs no device" ip route del 192.0.2.0/24 via-wgpeer "$A"
    is "and deletes" "$(routes)" ""
    claim "encap wgpeer is the same, also as the last words" ip route add 192.0.2.0/24 dev wg0 encap wgpeer "$A"
    is "and is shown as via-wgpeer" "$(routes)" "192.0.2.0/24 via-wgpeer $A scope link"
    claim "the words may come in another order" ip route replace via-wgpeer "$B" 192.0.2.0/24 metric 7 dev wg0
    flush
}

one_ipv6_route() {
    claim "an IPv6 route is added" ip route add 2001:db8::/48 dev wg0 via-wgpeer "$A"
    is "show prints its peer" "$(routes -6)" "2001:db8::/48 via-wgpeer $A metric 1024 pref medium"
    is "get prints its peer" "$(ip route get 2001:db8::1 | grep -o "via-wgpeer .* dev wg0")" "via-wgpeer $A dev wg0"
    claim "replace moves the IPv6 route" ip route replace 2001:db8::/48 dev wg0 via-wgpeer "$B"
    is "and there is one route after that, v6" "$(routes -6)" "2001:db8::/48 via-wgpeer $B metric 1024 pref medium"
    refused "delete of the IPv6 route with another peer is refused" "No such process" \
        ip route del 2001:db8::/48 dev wg0 via-wgpeer "$A"
    claim "and with its peer it is deleted" ip route del 2001:db8::/48 dev wg0 via-wgpeer "$B"
    is "so that none is left" "$(routes -6)" ""
    claim "an IPv6 route with a gateway names a peer" ip route add 2001:db8::/48 via fd00::2 dev wg0 via-wgpeer "$A" onlink
    flush
}

# By number where the key may not be told.
numbers() {
    local family net1 net2 command
    for family in -4 -6; do
        case $family in -4) net1=192.0.2.0/24 net2=198.51.100.0/24 ;; *) net1=2001:db8::/48 net2=2001:db8:1::/48 ;; esac
        ip $family route add $net1 dev wg0 via-wgpeer "$A"
        ip $family route add $net2 dev wg0 via-wgpeer "$B"
        ID_A=$(unprivileged ip -j $family route show $net1 | jq -r '.[0]["wgpeer-id"]')
        ID_B=$(unprivileged ip -j $family route show $net2 | jq -r '.[0]["wgpeer-id"]')
        is "$family: who may not read the device is shown numbers, and no error" \
            "$(unprivileged ip $family route show dev wg0 2>&1 | grep -o '^[^ ]* via-wgpeer.* [0-9]*\b' | cut -d ' ' -f 1-3)" \
            "$net1 via-wgpeer-id $ID_A
$net2 via-wgpeer-id $ID_B"
        is "$family: JSON has wgpeer-id, a number, and no wgpeer" \
            "$(unprivileged ip -j $family route show $net1 | jq -c '.[0] | [.encap, .["wgpeer-id"], .wgpeer]')" "[\"wgpeer\",$ID_A,null]"
        is "$family: so has get" "$(unprivileged ip $family route get "${net1%/*}" 2>&1 | grep -c "via-wgpeer-id $ID_A dev wg0")" 1
        is "$family: show via-wgpeer-id lists the peer's routes" \
            "$(ip -j $family route show via-wgpeer-id "$ID_A" | jq -r '.[].dst' | xargs)" "$net1"
        is "$family: also without permission" "$(unprivileged ip -j $family route show via-wgpeer-id "$ID_B" | jq -r '.[].dst' | xargs)" "$net2"
        refused "$family: show via-wgpeer says that it cannot ask" "use via-wgpeer-id" unprivileged ip $family route show via-wgpeer "$A"
        refused "$family: delete by another number is refused" "No such process" ip $family route del $net1 via-wgpeer-id "$ID_B"
        claim "$family: and by its own deletes" ip $family route del $net1 via-wgpeer-id "$ID_A"
        for command in add replace append change; do
            refused "$family: $command takes no number" "routes are added by the peer's public key" \
                ip $family route $command $net1 dev wg0 via-wgpeer-id "$ID_A"
        done
        claim "$family: flush via-wgpeer-id flushes" ip $family route flush via-wgpeer-id "$ID_B"
        is "$family: so that none is left" "$(ip $family route show via-wgpeer-id "$ID_B")" ""
        ip $family route add $net1 dev wg0 via-wgpeer "$A"
        claim "$family: flush works without the device's answer" env LD_PRELOAD="$NO_GENERIC_NETLINK" ip $family route flush dev wg0 proto boot
        is "$family: and takes the route" "$(ip $family route show $net1)" ""
        ip $family route add $net1 dev wg0 via-wgpeer "$A"
        is "$family: without generic netlink the number is shown" \
            "$(env LD_PRELOAD="$NO_GENERIC_NETLINK" ip $family route show $net1 2>/dev/null | grep -o "via-wgpeer-id $ID_A dev")" "via-wgpeer-id $ID_A dev"
        ip $family route flush dev wg0 proto boot
    done
    refused "nexthop takes no number" "routes are added by the peer's public key" ip nexthop add id 7 dev wg0 via-wgpeer-id "$ID_A"
    refused "a number is a number" "is 1 or more" ip route show via-wgpeer-id 0
    refused "and nothing else" "is 1 or more" ip route show via-wgpeer-id "$A"
}

# A peer that the device has lost: dead, and by its number alone.
dead_peers() {
    local id
    ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    ip route add 198.51.100.0/24 nexthop dev wg0 via-wgpeer "$A" nexthop dev wg0 via-wgpeer "$B"
    ip -6 route add 2001:db8::/48 dev wg0 via-wgpeer "$A"
    ip -6 route add 2001:db8:1::/48 nexthop via fd00::2 dev wg0 via-wgpeer "$A" onlink nexthop via fd00::3 dev wg0 via-wgpeer "$B" onlink
    ip nexthop add id 7 dev wg0 via-wgpeer "$A"
    ip -6 nexthop add id 8 dev wg0 via-wgpeer "$A"
    id=$(number_of 192.0.2.0/24)
    wg set wg0 peer "$A" remove
    is "a route to a lost peer is shown as dead, by its number" "$(routes | grep '^192')" "192.0.2.0/24 via-wgpeer-id $id scope link dead"
    is "in IPv6, too" "$(routes -6 | grep '^2001:db8::/48')" "2001:db8::/48 via-wgpeer-id $id metric 1024 dead pref medium"
    is "a hop to it is, and the other is not" "$(ip -j route show 198.51.100.0/24 | jq -c '[.[0].nexthops[] | [.["wgpeer-id"], .wgpeer, .flags]]')" \
        "[[$id,null,[\"dead\"]],[null,\"$B\",[]]]"
    is "in IPv6, too" "$(ip -j -6 route show 2001:db8:1::/48 | jq -c '[.[0].nexthops[] | [.["wgpeer-id"], .wgpeer, (.flags | index("dead") != null)]]')" \
        "[[$id,null,true],[null,\"$B\",false]]"
    is "so are nexthop objects" "$(ip -j nexthop show | jq -c '[.[] | [.id, .["wgpeer-id"], (.flags | index("dead") != null)]]')" \
        "[[7,$id,true],[8,$id,true]]"
    wg set wg0 peer "$A"
    is "none is when the peer is back, with its key" "$(ip -j route show 192.0.2.0/24 | jq -c '.[0] | [.wgpeer, .flags]')" "[\"$A\",[]]"
    is "in IPv6, too" "$(ip -j -6 route show 2001:db8::/48 | jq -c '.[0] | [.wgpeer, .flags]')" "[\"$A\",[]]"
    ip nexthop flush >/dev/null
    flush
    ip route del 198.51.100.0/24
    ip -6 route del 2001:db8:1::/48
}

multipath() {
    claim "each nexthop of an IPv4 multipath route names its peer" ip route add 198.51.100.0/24 \
        nexthop dev wg0 via-wgpeer "$A" weight 2 nexthop via-wgpeer "$B" dev wg0
    is "show prints them by nexthop" "$(ip route show 198.51.100.0/24 | sed 's/ *$//')" "198.51.100.0/24
	nexthop via-wgpeer $A dev wg0 weight 2
	nexthop via-wgpeer $B dev wg0 weight 1"
    is "so does JSON" "$(ip -j route show 198.51.100.0/24 | jq -c '[.[0].nexthops[] | [.dev, .weight, .encap, .wgpeer]]')" \
        "[[\"wg0\",2,\"wgpeer\",\"$A\"],[\"wg0\",1,\"wgpeer\",\"$B\"]]"
    refused "delete with the peers exchanged is refused" "No such process" ip route del 198.51.100.0/24 \
        nexthop dev wg0 via-wgpeer "$B" weight 2 nexthop dev wg0 via-wgpeer "$A"
    claim "delete with the peers in place deletes" ip route del 198.51.100.0/24 \
        nexthop dev wg0 via-wgpeer "$A" weight 2 nexthop dev wg0 via-wgpeer "$B"
    claim "so do the nexthops of an IPv6 route with gateways" ip route add 2001:db8:1::/48 \
        nexthop via fd00::2 dev wg0 via-wgpeer "$A" onlink nexthop via fd00::3 dev wg0 encap wgpeer "$B" onlink
    is "JSON has them" "$(ip -j -6 route show 2001:db8:1::/48 | jq -c '[.[0].nexthops[] | [.gateway, .wgpeer]]')" \
        "[[\"fd00::2\",\"$A\"],[\"fd00::3\",\"$B\"]]"
    flush
    ip -6 route del 2001:db8:1::/48
}

nexthop_objects() {
    claim "a nexthop names its peer" ip nexthop add id 7 dev wg0 via-wgpeer "$A"
    is "show prints it" "$(ip nexthop show id 7 | sed 's/ *$//')" "id 7 via-wgpeer $A dev wg0 scope host"
    is "JSON has it" "$(ip -j nexthop show | jq -c '[.[] | [.id, .encap, .wgpeer, .dev]]')" "[[7,\"wgpeer\",\"$A\",\"wg0\"]]"
    claim "an IPv6 nexthop does, too" ip -6 nexthop add id 8 dev wg0 encap wgpeer "$B"
    claim "a route uses the nexthop" ip route add 203.0.113.0/24 nhid 7
    is "its details have the peer" "$(ip -d -j route show 203.0.113.0/24 | jq -r '.[0].nh_info.wgpeer')" "$A"
    claim "replacing the nexthop moves the route" ip nexthop replace id 7 dev wg0 via-wgpeer "$B"
    is "as get shows" "$(ip route get 203.0.113.1 | grep -o "via-wgpeer .* dev wg0")" "via-wgpeer $B dev wg0"
    claim "a group of nexthops with peers is added as any" ip nexthop add id 9 dev wg0 via-wgpeer "$A"
    claim "and used" sh -c 'ip nexthop add id 10 group 7/9 && ip route replace 203.0.113.0/24 nhid 10'
    refused "IPv6 takes no nexthops without a gateway" "Device only routes can not be added for IPv6" \
        ip route add 2001:db8::/48 nexthop dev wg0 via-wgpeer "$A" nexthop dev wg0 via-wgpeer "$B"
    claim "but a group of them" \
        sh -c "ip -6 nexthop add id 12 dev wg0 via-wgpeer $A && ip nexthop add id 13 group 8/12 && ip route add 2001:db8::/48 nhid 13"
    is "of which get shows one" "$(ip -j route get 2001:db8::1 | jq -r '.[0].wgpeer' | grep -cxF -e "$A" -e "$B")" 1
    refused "a nexthop to an unknown peer is refused" "Device has no WireGuard peer with this public key" \
        ip nexthop add id 11 dev wg0 via-wgpeer "$C"
    ip nexthop flush >/dev/null
}

filters() {
    ip route add 192.0.2.0/25 dev wg0 via-wgpeer "$A"
    ip route add 192.0.2.128/25 dev wg0 via-wgpeer "$B"
    ip route add 198.51.100.0/24 nexthop dev wg0 via-wgpeer "$B" nexthop dev wg0 via-wgpeer "$A"
    ip route add 203.0.113.0/24 dev wg0
    ip route add 2001:db8::/48 dev wg0 via-wgpeer "$A"
    is "show via-wgpeer lists the peer's routes, with one of several nexthops, too" \
        "$(ip -j route show via-wgpeer "$A" | jq -r '.[].dst' | xargs)" "192.0.2.0/25 198.51.100.0/24"
    is "and those of IPv6 with -6" "$(ip -6 -j route show via-wgpeer "$A" | jq -r '.[].dst' | xargs)" "2001:db8::/48"
    is "and of an unknown peer none" "$(ip route show via-wgpeer "$C")" ""
    ip nexthop add id 7 dev wg0 via-wgpeer "$B"
    ip route add 192.0.3.0/24 nhid 7
    is "show via-wgpeer lists routes by a nexthop object, too, as the kernel dumps its peer with them" \
        "$(ip -j route show via-wgpeer "$B" | jq -r '.[].dst' | xargs)" "192.0.2.128/25 192.0.3.0/24 198.51.100.0/24"
    ip nexthop del id 7
    claim "flush via-wgpeer flushes" ip route flush via-wgpeer "$A"
    is "what show lists" "$(ip -j route show | jq -r '.[].dst' | xargs)" "192.0.2.128/25 203.0.113.0/24"
    claim "and IPv6" ip -6 route flush via-wgpeer "$A"
    is "as well" "$(ip -6 route show via-wgpeer "$A")" ""
    flush
}

json() {
    ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    ip route add 2001:db8::/48 dev wg0 via-wgpeer "$B"
    is "JSON has the key as wgpeer, and encap says what it is" \
        "$(ip -j route show 192.0.2.0/24 | jq -c '.[0] | [.encap, .wgpeer, .dev]')" "[\"wgpeer\",\"$A\",\"wg0\"]"
    is "in IPv6, too" "$(ip -j -6 route show 2001:db8::/48 | jq -c '.[0] | [.encap, .wgpeer, .dev]')" "[\"wgpeer\",\"$B\",\"wg0\"]"
    is "and in get" "$(ip -j route get 192.0.2.1 | jq -r '.[0].wgpeer')" "$A"
    flush
}

monitors() {
    local pid i
    ip monitor route nexthop >seen &
    pid=$!
    # Until it listens to both; then until it has written as many lines as are wanted.
    for i in {1..100}; do
        awk -v pid=$pid '$3 == pid && $4 != "00000000" { found = 1 } END { exit !found }' /proc/net/netlink && break
        sleep 0.1
    done
    ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    ip route replace 192.0.2.0/24 dev wg0 via-wgpeer "$B"
    ip route del 192.0.2.0/24 via-wgpeer "$B"
    ip nexthop add id 7 dev wg0 via-wgpeer "$A"
    ip nexthop del id 7
    for i in {1..100}; do [ "$(wc -l <seen)" -ge 5 ] && break; sleep 0.1; done
    kill $pid
    wait $pid 2>/dev/null
    is "monitor prints the peer of what is added, replaced and deleted" "$(sed 's/ *$//' seen)" \
        "192.0.2.0/24 via-wgpeer $A dev wg0 scope link
192.0.2.0/24 via-wgpeer $B dev wg0 scope link
Deleted 192.0.2.0/24 via-wgpeer $B dev wg0 scope link
id 7 via-wgpeer $A dev wg0 scope host
Deleted id 7 via-wgpeer $A dev wg0 scope host"
}

some_routes() {
    ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A" metric 5
    ip route add 198.51.100.0/24 nexthop dev wg0 via-wgpeer "$A" weight 3 nexthop dev wg0 via-wgpeer "$B"
    ip route add 203.0.113.0/24 dev wg0
    ip route add 2001:db8::/48 dev wg0 via-wgpeer "$B"
    ip route add 2001:db8:1::/48 via fd00::2 dev wg0 via-wgpeer "$A" onlink
}

round_trips() {
    local before family
    some_routes
    for family in -4 -6; do
        before=$(ip $family route show proto boot)
        ip $family route save proto boot >saved
        is "showdump of what $family save wrote prints the peers, by number, as it may be of another time" \
            "$(ip $family route showdump <saved | grep -c via-wgpeer-id)" "$(grep -c via-wgpeer <<<"$before")"
        claim "$family flush takes routes with peers" ip $family route flush proto boot
        is "all of them" "$(ip $family route show proto boot)" ""
        refused "$family restore does not take numbers" "public key of the WireGuard peer is missing" sh -c "ip $family route restore <saved"
        is "so that no route names another peer" "$(ip $family route show proto boot | grep via-wgpeer)" ""
    done
    flush
    ip route flush proto boot
    ip -6 route flush proto boot

    for i in {1..250}; do
        echo "route add 10.0.$i.0/24 dev wg0 via-wgpeer $([ $((i % 3)) -eq 0 ] && echo "$A" || echo "$B")"
    done >adds
    claim "a batch of 250 routes is taken" ip -batch adds
    before=$(ip route show proto boot)
    is "and 83 of them name the one peer" "$(grep -c "via-wgpeer $A" <<<"$before")" 83
    flush
    claim "what show prints is a batch of adds" sh -c 'sed "s/^/route add /" | ip -batch -' <<<"$before"
    is "that gives the same routes" "$(ip route show proto boot)" "$before"
    flush
}

many_keys() {
    local keys
    ip link add wg1 type wireguard
    for i in {1..64}; do wg genkey | wg pubkey; done >keys
    # shellcheck disable=SC2046
    wg set wg1 $(sed 's/^/peer /' keys)
    wg-mode 1 2
    ip link set wg1 up
    awk '{ print "route add 10.1." NR ".0/24 dev wg1 via-wgpeer " $1 }' keys | ip -batch -
    keys=$(ip -j route show dev wg1 | jq -r '.[].wgpeer')
    is "64 random keys are printed as wg(8) printed them" "$keys" "$(cat keys)"
    ip link del wg1
}

spelling() {
    local add=(ip route add 192.0.2.0/24 dev wg0 via-wgpeer) zeros=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA c
    refused "a key of 43 characters is refused" "is 44 characters of base64" "${add[@]}" "${A%=}"
    refused "so is one of 45" "is 44 characters of base64" "${add[@]}" "A$A"
    refused "and an empty one" "is 44 characters of base64" "${add[@]}" ""
    refused "and one that misses" "Command line is not complete" "${add[@]}"
    refused "so is hex" "is 44 characters of base64" "${add[@]}" "$(printf 'ab%.0s' {1..32})"
    for c in - _ ' ' '=' $'\xc3'; do
        refused "a '$c' in a key is refused" "is base64, and has one" "${add[@]}" "AAAA$c${A:5}"
    done
    refused "a digit in the place of the last = is refused" 'ends with "="' "${add[@]}" "${zeros}AAA"
    for c in B C D; do
        refused "a last digit of $c, which has bits of a 33rd byte, is refused" "has no bits beyond 32 bytes" \
            "${add[@]}" "${zeros}A$c="
    done
    # The 43rd digit has 4 bits: E is the first one that ends in 00 after A.
    refused "and one of E comes to the kernel, which knows no such peer" "Device has no WireGuard peer with this public key" \
        "${add[@]}" "${zeros}AE="
    refused "the filter of show refuses as well" "is 44 characters of base64" ip route show via-wgpeer x
    refused "so does encap wgpeer" "is 44 characters of base64" ip route add 192.0.2.0/24 dev wg0 encap wgpeer x
    refused "so do nexthops" "is 44 characters of base64" ip nexthop add id 7 dev wg0 via-wgpeer x
    refused "two peers for one nexthop are refused" '"encap" is duplicate' "${add[@]}" "$A" via-wgpeer "$B"
    refused "so are a peer and an encapsulation" '"encap" is duplicate' "${add[@]}" "$A" encap mpls 100
    refused "also in nexthop" '"encap" is duplicate' \
        ip route add 192.0.2.0/24 nexthop dev wg0 via-wgpeer "$A" encap wgpeer "$B" nexthop dev plain0
    refused "and in nexthop objects" '"encap" is duplicate' ip nexthop add id 7 dev wg0 encap wgpeer "$A" via-wgpeer "$B"
    is "none of these has left a route" "$(routes)$(ip nexthop show)" ""
}

refusals() {
    refused "an unknown peer is refused with the kernel's words" "Device has no WireGuard peer with this public key" \
        ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$C"
    refused "in IPv6, too" "Device has no WireGuard peer with this public key" \
        ip route add 2001:db8::/48 dev wg0 via-wgpeer "$C"
    refused "and within nexthop" "Device has no WireGuard peer with this public key" \
        ip route add 192.0.2.0/24 nexthop dev wg0 via-wgpeer "$A" nexthop dev wg0 via-wgpeer "$C"
    refused "so is a device that is not WireGuard's" "Device of a route to a WireGuard peer is not WireGuard's" \
        ip route add 192.0.2.0/24 dev plain0 via-wgpeer "$A"
    refused "and no device" "A route to a WireGuard peer must name its device" ip route add 192.0.2.0/24 via-wgpeer "$A"
    wg-mode 0 0
    refused "and a device whose mode is allowedips, with what to set" "must be set to a route mode other than allowedips first" \
        ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    refused "in IPv6, too" "must be set to a route mode other than allowedips first" ip route add 2001:db8::/48 dev wg0 via-wgpeer "$A"
    refused "and in nexthop objects" "must be set to a route mode other than allowedips first" ip nexthop add id 7 dev wg0 via-wgpeer "$A"
    wg-mode 0 3
    refused "and anyone without CAP_NET_ADMIN" "Operation not permitted" \
        setpriv --bounding-set=-net_admin ip route add 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    refused "replace with an unknown peer is refused" "Device has no WireGuard peer with this public key" \
        sh -c "ip route add 192.0.2.0/24 dev wg0 via-wgpeer $A && ip route replace 192.0.2.0/24 dev wg0 via-wgpeer $C"
    is "and leaves the route as it was" "$(routes)" "192.0.2.0/24 via-wgpeer $A scope link"
    wg set wg0 peer "$A" remove
    claim "a route can be deleted by its peer when the device has lost that" ip route del 192.0.2.0/24 dev wg0 via-wgpeer "$A"
    wg set wg0 peer "$A"
}

# Before the series, no delete in IPv6 compared encapsulations. What is dumped of this one is not accepted as it is.
other_encapsulations() {
    ip -6 route add 2001:db8:2::/48 encap rpl segs fd00::5 dev plain0
    is "a route with another encapsulation is shown" "$(ip -6 route show 2001:db8:2::/48 | grep -c 'encap rpl')" 1
    refused "a delete by a peer does not take it" "No such process" ip route del 2001:db8:2::/48 via-wgpeer "$A"
    claim "flush does" ip -6 route flush 2001:db8:2::/48
    is "so that none is left" "$(ip -6 route show 2001:db8:2::/48)" ""
}

help_texts() {
    is "help of ip route has it as a nexthop and a selector" "$(ip route help 2>&1 | grep -c 'via-wgpeer KEY')" 2
    is "and the number as a selector" "$(ip route help 2>&1 | grep -c 'via-wgpeer-id NUMBER')" 1
    is "help of ip nexthop has it" "$(ip nexthop help 2>&1 | grep -c 'via-wgpeer KEY')" 1
    is "encap help lists the type" "$(ip route add 192.0.2.0/24 dev wg0 encap help 2>&1 | grep -cw wgpeer)" 1
}

set_up
one_route
one_ipv6_route
numbers
dead_peers
multipath
nexthop_objects
filters
json
monitors
round_trips
many_keys
spelling
refusals
other_encapsulations
help_texts
claims_done
