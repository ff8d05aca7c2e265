# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: BIRD moves static routes by their gateways; wg0 in mode gateway
. "$daemons/windows/bird.sh"
topology star
lab mode gateway 0
receive_everything
# shellcheck disable=SC2034 # bird.sh reads it
readonly stay_via=(172.16.0.2 172.16.0.3)
static_routes 1 172.16.0.2 fd00::2
static_routes 2 172.16.0.3 fd00::3
start_static
for of in "${families[@]}"; do
    watch_flips bird-gateway "$of" "$flips" "$prefixes"
    claim_watch bird-gateway "$of"
    is "bird-gateway, IPv$of: BIRD replaces routes, and deletes none" "$(value replaced) $(value deleted)" "$(value changes) 0"
    [ "$of" = 6 ] || is "bird-gateway, IPv4: no packet is lost" "$(value lost)" 0
done
