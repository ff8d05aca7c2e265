#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The claims about wg(8) with route-mode, source-check and multicast; wireguard-tools.sh runs this in a guest with the patched kernel
# and wg.
set -u
umask 077
. "$(dirname "$0")/claims.sh"

both() { echo "$(wg show wg0 route-mode) $(wg show wg0 source-check)"; }
lines() { wg show wg0 | grep -E '^ +(route mode|source check):' | sed 's/^ *//'; }

# The settings of the two peers of wg2, and the peers that a list of peers has the setting for.
copies() { wg show wg2 multicast | awk -F '\t' -v b="$B" -v c="$C" '{ of[$1] = $2 } END { print of[b], of[c] }'; }
peers_with() { awk '/^peer: / { peer = $2 } /^PublicKey = / { peer = $3 } tolower($1) ~ /^multicast/ { print peer, $NF }'; }

set_up() {
    ip link add wg0 type wireguard
    ip link add wg1 type wireguard
    wg genkey >private
    A=$(wg genkey | wg pubkey)
    wg set wg0 private-key private listen-port 51820 fwmark 0x7 peer "$A" allowed-ips 10.0.0.0/8,fd00::/8
}

setting() {
    local mode check
    is "a new device has the defaults" "$(both)" "allowedips strict"
    is "which wg show leaves out" "$(lines)" ""
    for mode in gateway peer auto allowedips; do
        claim "route-mode $mode can be set" wg set wg0 route-mode "$mode"
        is "and is shown" "$(both)" "$mode strict"
    done
    for check in loose off strict; do
        claim "source-check $check can be set" wg set wg0 source-check "$check"
        is "and is shown" "$(both)" "allowedips $check"
    done
    claim "both can be set at once" wg set wg0 route-mode gateway source-check loose
    is "wg show has them where they are not the defaults" "$(lines)" "route mode: gateway
source check: loose"
    claim "other settings leave them" wg set wg0 fwmark 0x8 peer "$A" persistent-keepalive 25
    is "as they are" "$(both)" "gateway loose"
    is "wg show all has the mode of each device" "$(wg show all route-mode | sort)" "wg0	gateway
wg1	allowedips"
    is "and the check" "$(wg show all source-check | sort)" "wg0	loose
wg1	strict"
    is "dump has the columns it had" "$(wg show wg0 dump | awk -F '\t' '{ print NF }' | xargs)" "4 8"
}

refusals() {
    refused "an unknown mode is refused" "none of allowedips, gateway, peer, auto" wg set wg0 route-mode routes
    refused "an unknown check is refused" "none of off, strict, loose" wg set wg0 source-check 1
    refused "so is a mode that misses" "Invalid argument: route-mode" wg set wg0 route-mode
    refused "and one after a peer" "Invalid argument: route-mode" wg set wg0 peer "$A" route-mode peer
    printf '[Interface]\nRouteMode = x\n' >bad
    refused "and in a configuration" "Configuration parsing error" wg setconf wg0 bad
    is "none of these has changed anything" "$(both)" "gateway loose"
}

configurations() {
    local before
    before=$(wg showconf wg0)
    wg showconf wg0 >conf
    is "showconf has both" "$(grep -E 'RouteMode|SourceCheck' conf | xargs)" "RouteMode = gateway SourceCheck = loose"
    wg set wg0 route-mode peer source-check off
    claim "setconf takes them" wg setconf wg0 conf
    is "and sets all as it was" "$(wg showconf wg0)" "$before"
    grep -vE 'RouteMode|SourceCheck' conf >plain
    wg addconf wg0 plain
    is "addconf leaves what its file leaves out" "$(both)" "gateway loose"
    printf '[Interface]\nrouteMODE=Auto # of the RFC\n' >spelling
    wg addconf wg0 spelling
    is "and sets what it has, in any case" "$(both)" "auto loose"
    wg syncconf wg0 plain
    is "syncconf sets the defaults" "$(both)" "allowedips strict"
    wg set wg0 route-mode gateway source-check off
    wg setconf wg0 plain
    is "so does setconf" "$(both)" "allowedips strict"
    is "after which showconf has neither" "$(wg showconf wg0 | grep -cE 'RouteMode|SourceCheck')" 0
    is "and the rest is there" "$(wg showconf wg0)" "$(grep -vE 'RouteMode|SourceCheck' <<<"$before")"
}

multicast() {
    ip link add wg2 type wireguard
    B=$(wg genkey | wg pubkey) C=$(wg genkey | wg pubkey)
    wg set wg2 private-key private peer "$B" allowed-ips 172.16.0.2/32,fe80::2/128 peer "$C" allowed-ips fe80::3/128
    is "new peers get no copies of multicast" "$(copies)" "off off"
    is "which wg show leaves out" "$(wg show wg2 | peers_with)" ""
    is "and showconf" "$(wg showconf wg2 | peers_with)" ""
    claim "multicast link-local can be set" wg set wg2 peer "$B" multicast link-local
    is "and is shown, for this peer alone" "$(copies)" "link-local off"
    is "wg show has it where it is not off" "$(wg show wg2 | grep multicast)" "  multicast: link-local"
    is "with its peer" "$(wg show wg2 | peers_with)" "$B link-local"
    is "wg show all has it for each peer of each device" "$(wg show all multicast | sort)" \
        "$(printf '%s\t%s\t%s\n' wg0 "$A" off wg2 "$B" link-local wg2 "$C" off | sort)"
    is "dump has the columns it had" "$(wg show wg2 dump | awk -F '\t' '{ print NF }' | xargs)" "4 8 8"
    claim "other settings leave it" wg set wg2 peer "$B" persistent-keepalive 25 peer "$C" persistent-keepalive 25
    is "as it is" "$(copies)" "link-local off"
    claim "it can be set for two peers at once, in any case" wg set wg2 peer "$B" multicast off peer "$C" multicast Link-Local
    is "and is shown" "$(copies)" "off link-local"
}

multicast_refusals() {
    refused "an unknown value is refused" "none of off, link-local" wg set wg2 peer "$B" multicast all
    refused "so is a value that misses" "Invalid argument: multicast" wg set wg2 peer "$B" multicast
    refused "and one before a peer" "Invalid argument: multicast" wg set wg2 multicast link-local peer "$B"
    printf '[Peer]\nPublicKey = %s\nMulticast = 1\n' "$B" >bad
    refused "and in a configuration" "Configuration parsing error" wg syncconf wg2 bad
    printf '[Interface]\nMulticast = link-local\n' >bad
    refused "where it belongs to a peer" "Line unrecognized" wg syncconf wg2 bad
    is "none of these has changed anything" "$(copies)" "off link-local"

    mkdir /run/wireguard
    perl -MIO::Socket::UNIX -e '$| = 1; $s = IO::Socket::UNIX->new(Local => "/run/wireguard/wg3.sock", Listen => 1); print "\n"; sleep' \
        >listening &
    until [ -s listening ]; do sleep 0.1; done
    refused "for an implementation in user space, wg refuses it" "Operation not supported" wg set wg3 peer "$B" multicast off
    kill $!
}

multicast_configurations() {
    local before
    before=$(wg showconf wg2)
    echo "$before" >conf
    is "showconf has it where it is not off" "$(peers_with <conf)" "$C link-local"
    wg set wg2 peer "$B" multicast link-local peer "$C" multicast off
    claim "setconf takes it" wg setconf wg2 conf
    is "and sets all as it was" "$(wg showconf wg2)" "$before"
    wg set wg2 peer "$B" multicast link-local peer "$C" multicast off
    claim "syncconf takes it" wg syncconf wg2 conf
    is "and sets all as it was, with what the file leaves out" "$(wg showconf wg2)" "$before"
    grep -v Multicast conf >plain
    wg addconf wg2 plain
    is "addconf leaves what its file leaves out" "$(copies)" "off link-local"
    printf '[Peer]\nPublicKey = %s\nmultiCAST=LINK-local # for Babel\n' "$B" >spelling
    wg addconf wg2 spelling
    is "and sets what it has, in any case" "$(copies)" "link-local link-local"
    cat plain spelling >twice
    wg syncconf wg2 twice
    is "syncconf looks at all sections of a peer" "$(copies)" "link-local off"
    wg set wg2 peer "$C" multicast link-local
    wg syncconf wg2 plain
    is "syncconf sets what the file leaves out to off" "$(copies)" "off off"
    is "after which showconf has none" "$(wg showconf wg2)" "$(cat plain)"
    wg set wg2 peer "$B" multicast link-local peer "$C" multicast link-local
    wg setconf wg2 plain
    is "so does setconf" "$(copies)" "off off"
    wg set wg2 peer "$B" multicast link-local peer "$C" multicast link-local
    wg syncconf wg2 spelling
    is "a peer that syncconf removes is gone, another keeps the setting" "$(wg show wg2 multicast)" "$B	link-local"
    wg set wg2 peer "$B" remove peer "$C" multicast link-local
    wg set wg2 peer "$B" allowed-ips 172.16.0.2/32
    is "a peer that comes back gets no copies" "$(copies)" "off link-local"
    wg set wg2 peer "$C" allowed-ips "$(seq -f 'fd00::%.0f/128' -s , 3000)"
    wg showconf wg2 >conf
    wg setconf wg2 conf
    is "a peer that takes several messages has it, in both directions" \
        "$(copies) $(wg show wg2 allowed-ips | wc -w)" "off link-local 3003"
}

set_up
setting
refusals
configurations
multicast
multicast_refusals
multicast_configurations
claims_done
