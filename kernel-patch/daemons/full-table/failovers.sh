# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# How spoke 1 fails in a guest of full-table.sh, and what has to hold. Sourced.

# step_of FAILOVER: what the program full does. The rest is made up here.
step_of() {
    case $1 in
    bfd) echo tunnel ;;
    object-quiet) echo object ;;
    *) echo "$1" ;;
    esac
}

fail_over() {
    [ "$daemon" = none ] || load_backup
    [ "$daemon" = none ] || wait_for "the daemon runs" 0 kill -0 "${daemon_pids[@]}" # else nothing would end the packets
    [ "$failover" != bfd ] || start_bfd
    row failover_routes_before "$(full via "$family" 1)" routes
    compat_mode 0
    begin_figures
    rows full failover "$family" "$(step_of "$failover")" "${feeders[0]:-0}" "$table" "$limit"
    end_figures failover
    compat_mode 1
    row failover_routes_left "$(full via "$family" 1)" routes
    claim_failover
}

# compat_mode 0|1: without it, the kernel tells nobody of the routes of a replaced object, and dumps show no gateway of such routes.
compat_mode() { [ "$failover" != object-quiet ] || on 0 sysctl -qw "net.ipv4.nexthop_compat_mode=$1"; }

# BFD begins when the table is loaded: on a busy machine, 300 ms may be short.
start_bfd() {
    on 1 /usr/sbin/bird -c "$(config bird-bfd-spoke.conf 1)" -s /run/bird1.ctl -P /run/bird1.pid
    wait_for "BFD with spoke 1 is up" 60 bfd_is_up
}

bfd_is_up() {
    local address=172.16.0.2
    [ "$family" = 4 ] || address=fd00::2
    case $daemon in
    bird) on 0 birdc -s /run/bird0.ctl show bfd sessions | grep -q "^$address .* Up " ;;
    frr) on 0 vtysh -N n0 -c 'show bfd peers brief' | grep -q " $address .* up" ;;
    esac
}

claim_failover() {
    claim "before the failure spoke 1 has routes" test "$(value failover_routes_before)" -gt 0
    is "before the failure every packet comes to a spoke" "$(value failover_lost_before)" 0
    [ "$daemon" = none ] || claim "the daemon still runs" kill -0 "${daemon_pids[@]}"
    is "no packet is damaged or comes twice" "$(value failover_damaged_packets)" 0
    is "no prefix leaves the FIB" "$(($(full count "$family") - base))" "$prefixes"
    case $failover in
    move) claim_move ;;
    object | object-quiet) claim_objects ;;
    *) claim_moved_by_daemon ;;
    esac
}

# In IPv6 a lookup at the moment of a replacement may find no route: kernel-patch/README.md, races of lookups. That is counted alone.
claim_moved_by_daemon() {
    is "every route leaves the failed spoke" "$(value failover_routes_left)" 0
    case $failover in
    session) [ "$family" = 6 ] || is "no packet is lost while routes move" "$(value failover_lost_packets)" 0 ;;
    removal) is "no packet goes to the removed peer" "$(value failover_wrong_packets)" 0 ;;
    tunnel | bfd)
        is "no packet comes through the dead tunnel" "$(value failover_wrong_packets)" 0
        claim "packets are lost until the daemon notices" test "$(value failover_lost_packets)" -gt 0
        ;;
    esac
    # The hold time is 180 s. Without any message, the figure is 0.
    [ "$failover" != bfd ] || claim "BFD notices, and not the hold time" awk -v first="$(value failover_first_route)" \
        'BEGIN { exit !(first > 0 && first < 60) }'
    claim "after the last route has moved, every packet comes to another spoke" awk -v last="$(value failover_last_route)" \
        -v lost="$(value failover_last_lost)" -v wrong="$(value failover_last_wrong)" -v end="$(value failover_end)" -v agent="$way" \
        'BEGIN { slack = agent == "agent" ? end - 1 : last + 0.1; exit !(lost < slack && wrong < slack) }'
}

# One request leads all packets to spoke 2.
claim_redirected() {
    is "one request is enough" "$(value failover_requests)" 1
    is "every packet comes to spoke 2" "$(value failover_packets_to_2)" "$(value failover_packets)"
}

claim_move() {
    claim_redirected
    is "no route changes" "$(value failover_route_messages) $(value failover_overruns)" "0 0"
    [ "$daemon" != none ] || return 0
    # The session of spoke 1 leads to spoke 2 as well.
    is "after the hold time the daemon moves every route" "$(value failover_routes_left)" 0
    is "meanwhile no packet goes to spoke 1" "$(value hold_wrong_packets)" 0
    [ "$family" = 6 ] || is "meanwhile no packet is lost" "$(value hold_lost_packets)" 0
}

claim_objects() {
    if [ "$daemon" = frr ]; then
        is "zebra puts the object back" "$(value failover_objects_put_back)" "$(value failover_objects)"
        is "every route is as before" "$(value failover_routes_left)" "$(value failover_routes_before)"
        grep -ah 'nexthop' /run/frr/n0/zebra.log | sed 's/^/# zebra: /' || true
        return 0
    fi
    claim_redirected
    is "every route leads to spoke 2" "$(value failover_routes_left)" 0
    is "nobody puts the object back" "$(value failover_objects_put_back)" 0
    case $failover in
    object) is "the kernel announces each of the routes" "$(value failover_route_messages)" "$(value failover_routes_before)" ;;
    object-quiet) is "the kernel announces no route" "$(value failover_route_messages)" 0 ;;
    esac
}
