# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: BIRD moves static routes from one device to another; a device per peer
. "$daemons/windows/bird.sh"
full_topology interfaces
receive_everything
# shellcheck disable=SC2034 # bird.sh reads it
readonly stay_via=('"wg1"' '"wg2"')
static_routes 1 '"wg1"' '"wg1"'
static_routes 2 '"wg2"' '"wg2"'
start_static
for of in "${families[@]}"; do
    watch_flips bird-device "$of" "$flips" "$prefixes"
    claim_watch bird-device "$of"
    moved=$(value changes)
    case $of in
    4)
        is "bird-device, IPv4: BIRD replaces routes, and deletes none" "$(value replaced) $(value deleted)" "$moved 0"
        is "bird-device, IPv4: no packet is lost" "$(value lost)" 0
        ;;
    6) is "bird-device, IPv6: BIRD deletes and adds every route" "$(value replaced) $(value deleted) $(value added)" "0 $moved $moved" ;;
    esac
done
