# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# The nodes of a full table and their daemons. Sourced in the guest after lib.sh, which has the rest.

# full_topology WAY: a hub and its spokes.
#   gateway      wg0 in mode gateway; the next hop of a route chooses the peer
#   objects      the same, and routes have nexthop objects, which the lab or a patched BIRD makes
#   agent        wg0 in mode allowedips; the agent copies routes into allowed IPs
#   dummy        as gateway, but the next hops of routes are on a dummy device; the baseline
#   interfaces   an interface per peer
full_topology() {
    if [ "$1" = interfaces ]; then star_of_interfaces; else topology star; fi
    case $1 in
    gateway | objects) lab mode gateway 0 ;;
    dummy)
        lab mode gateway 0
        ip -n n0 -batch - <<EOF
link add d1 type dummy
addr add 172.17.0.1/24 dev d1
addr add fd01::1/64 dev d1 nodad
link set d1 up
EOF
        ;;
    esac
}

# The hub's wgK leads to spoke K. All have the same addresses of the hub, so that daemons and UPDATEs are those of the other ways. IPv6
# makes the route to the other end only if the device is up.
star_of_interfaces() {
    local spoke n
    underlay
    for spoke in "${spokes[@]}"; do
        n=$((spoke + 1))
        ip -n n0 link add "wg$spoke" type wireguard
        { wireguard_conf $((51820 + spoke)) 0; wireguard_peer "$spoke" 51820 0.0.0.0/0,::/0; } | set_tunnel 0 "wg$spoke"
        ip -n n0 -batch - <<EOF
link set wg$spoke up
addr add 172.16.0.1 peer 172.16.0.$n/32 dev wg$spoke
addr add fd00::1 peer fd00::$n/128 dev wg$spoke nodad
addr add fe80::1/64 dev wg$spoke nodad
EOF
        ip -n "n$spoke" link add wg0 type wireguard
        { wireguard_conf 51820 "$spoke"; wireguard_peer 0 $((51820 + spoke)) 0.0.0.0/0,::/0; } | set_tunnel "$spoke" wg0
        ip -n "n$spoke" -batch - <<EOF
addr add 172.16.0.$n/24 dev wg0
addr add fd00::$n/64 dev wg0 nodad
addr add fe80::$n/64 dev wg0 nodad
link set wg0 up
EOF
    done
}

# Spokes take the test's packets to any address as their own.
receive_everything() {
    local spoke of
    for spoke in "${spokes[@]}"; do
        for of in -4 -6; do
            ip -n "n$spoke" $of rule add iif wg0 ipproto udp lookup 100 pref 1
            ip -n "n$spoke" $of route add local default dev lo table 100
        done
    done
}

# hub_config FILE: a copy of the file for the hub. With a short hold time, if nothing else ends the session with a lost spoke; with BFD
# for spoke 1; with nexthop objects, which a patched BIRD makes.
hub_config() {
    local copy hold=''
    copy=$(config "$1" 0)
    case $failover in
    tunnel) hold=9 ;;
    removal | move) hold=15 ;;
    scan) sed -i "s/scan time 3600/scan time $scan_time/" "$copy" ;;
    bfd)
        sed -i 's/^protocol bgp spoke1_v[46] .*{/& bfd on;/
            s/^ neighbor \(172.16.0.2\|fd00::2\) passive/&\n neighbor \1 bfd profile fast/' "$copy"
        case $1 in bird-*) cat "$daemons/conf/bird-bfd-hub.conf" >>"$copy" ;; esac
        ;;
    esac
    [ -z "$hold" ] || sed -i "s/hold time 180/hold time $hold/; s/timers bgp 60 180/timers bgp $((hold / 3)) $hold/" "$copy"
    [ "$way" != objects ] || sed -i 's/^protocol kernel {/& nexthop objects yes;/' "$copy"
    echo "$copy"
}

start_none() { daemon_pids=(); }

# hub-bird is Debian's or another one; see full-table.sh.
start_bird() {
    on 0 hub-bird -c "$(hub_config bird-full-table.conf)" -s /run/bird0.ctl -P /run/bird0.pid
    wait_for "BIRD starts" 30 test -s /run/bird0.pid
    daemon_pids=("$(</run/bird0.pid)")
}

start_frr() {
    local conf program programs=(zebra bgpd) folder=/run/frr/n0
    conf=$(hub_config frr-full-table.conf)
    install -d -o frr -g frr "$folder"
    # zebra's socket has to hold a burst of notifications.
    on 0 /usr/lib/frr/zebra -d -N n0 -f "$conf" -i "$folder/zebra.pid" -s 9000000 --log "file:$folder/zebra.log"
    on 0 /usr/lib/frr/bgpd -d -N n0 -f "$conf" -i "$folder/bgpd.pid" --log "file:$folder/bgpd.log"
    if [ "$failover" = bfd ]; then
        on 0 /usr/lib/frr/bfdd -d -N n0 -f "$(config frr-bfd-hub.conf 0)" -i "$folder/bfdd.pid" --log "file:$folder/bfdd.log"
        programs+=(bfdd)
    fi
    daemon_pids=()
    for program in "${programs[@]}"; do
        wait_for "FRR starts" 30 test -s "$folder/$program.pid"
        daemon_pids+=("$(<"$folder/$program.pid")")
    done
}

start_agent() {
    agent_file=/run/agent
    full agent "$agent_file" 2>/run/agent.log &
    agent_pid=$!
    wait_for "the agent starts" 30 test -s "$agent_file"
}

start_nlmon() {
    ip -n n0 link add nlmon0 type nlmon
    ip -n n0 link set nlmon0 up
}
