#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The claims about wg(8) with route-mode and source-check; wireguard-tools.sh runs this in a guest with the patched kernel and wg.
set -u
umask 077
. "$(dirname "$0")/claims.sh"

both() { echo "$(wg show wg0 route-mode) $(wg show wg0 source-check)"; }
lines() { wg show wg0 | grep -E '^ +(route mode|source check):' | sed 's/^ *//'; }

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

set_up
setting
refusals
configurations
claims_done
