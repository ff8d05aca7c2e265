# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# The claims about the patched BIRD: guest.sh KEYS runs in the guest that test.sh boots. All nodes run the patched BIRD.
set -euo pipefail
keys=$1
here=$(cd "$(dirname "$0")" && pwd)
daemons=$here/../daemons
. "$daemons/../tests/claims.sh"
. "$daemons/lib.sh"
bird=$(type -P bird)
mkdir -p /run/netns
A=$(<"$keys/1.pub") B=$(<"$keys/2.pub") C=$(<"$keys/3.pub")

ctl() { birdcl -s "/run/bird$1.ctl" "${@:2}"; } # NODE WORD...

# make_conf NODE FILE: the node's configuration, with keys and AS.
make_conf() {
    local as=65001
    [ "$1" = 0 ] || as=6500$1
    sed -e "s|KEY1|$A|; s|KEY2|$B|; s|KEY3|$C|; s|65001|$as|" -e "s|#16 v4|$(hops 10.51.0.0/16 172.16.0.)|" \
        -e "s|#16 v6|$(hops 2001:db8:51::/48 fd00::)|" "$2" >"/run/n$1.conf"
}

# hops PREFIX START: a route with 16 hops and a key each.
hops() {
    local i hop=("$A" "$B" "$C")
    printf 'route %s' "$1"
    for i in {11..26}; do printf ' via %s%s wgpeer "%s"' "$2" "$i" "${hop[i % 3]}"; done
    printf ';'
}

start() { # NODE
    on "$1" "$bird" -c "/run/n$1.conf" -s "/run/bird$1.ctl" -P "/run/bird$1.pid"
}

stop() { # NODE
    ctl "$1" down >/dev/null
    while [ -e "/proc/$(cat "/run/bird$1.pid" 2>/dev/null || echo none)" ]; do sleep 0.2; done
}

# Once: what failed first is what to look at.
show_daemons() {
    [ ! -e /run/shown ] || return 0
    touch /run/shown
    on 0 patched-ip route show | sed -n '1,20s/^/# /p'
    on 0 patched-ip -6 route show | sed -n '1,20s/^/# /p'
    ctl 0 show protocols | sed 's/^/# /' || true
}

# within SECONDS TEXT COMMAND...: the command succeeds in time.
within() {
    local end=$((SECONDS + $1)) text=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            not_ok "$text" "never: $*"
            show_daemons
            return
        fi
        sleep 0.2
    done
    ok "$text"
}

# peers PREFIX: the keys that the hub's route has, a word each.
peers() {
    local family=-4
    [[ $1 != *:* ]] || family=-6
    on 0 patched-ip "$family" route show "$1" | grep -o 'via-wgpeer [^ ]*' | cut -d ' ' -f 2 | sort | tr '\n' ' '
}

has_peers() { # PREFIX [KEY...]
    local wanted=''
    [ $# = 1 ] || wanted=$(printf '%s\n' "${@:2}" | sort | tr '\n' ' ')
    [ "$(peers "$1")" = "$wanted" ]
}

# quiet TEXT: three scans of both families come, and BIRD changes nothing.
quiet() {
    local seen scans=0 try
    for ((try = 0; scans < 6 && try < 5; try++)); do # a scan takes 2 s, more on a busy machine
        seen=$(on 0 requests 9 2>/dev/null)
        [ "${seen% scans*}" = "routes 0 objects 0" ] || break
        scans=$((scans + ${seen##* }))
    done
    if [ $scans -ge 6 ]; then ok "$1"; else not_ok "$1" "$seen"; fi
}

all_name_peers() { # TEXT
    local j key
    for j in 1 2 3; do
        key=$(<"$keys/$j.pub")
        within 10 "$1: n$j's IPv4 prefix" has_peers "10.9.$j.0/24" "$key"
        within 10 "$1: n$j's IPv6 prefix" has_peers "2001:db8:$j::/64" "$key"
    done
}

# changed FAMILY WORD...: changes something by hand, and shows the hub's routes before BIRD can put it back.
changed() { printf '%s\n' "${*:2}" "route show proto bird" | on 0 patched-ip "$1" -batch -; }

by_hand() { # FAMILY PREFIX GATEWAY
    local route="route replace $2 via $3 dev wg0 proto bird metric 32"
    is "a route is changed to another peer by hand ($2)" "$(changed "$1" "$route via-wgpeer $B" | grep -c "^$2 via-wgpeer $B ")" 1
    within 30 "the next scan puts it back" has_peers "$2" "$A"
    is "a route is changed to name no peer ($2)" "$(changed "$1" "$route" | grep -c "^$2 via $3 ")" 1
    within 30 "the next scan puts it back" has_peers "$2" "$A"
    is "a route is deleted by hand ($2)" "$(changed "$1" route del "$2" proto bird | grep -c "^$2 ")" 0
    within 30 "a route that is deleted by hand comes back ($2)" has_peers "$2" "$A"
}

withdrawal() {
    ctl 1 disable direct1 >/dev/null
    within 30 "a withdrawn IPv4 route goes" has_peers 10.9.1.0/24
    within 30 "and an IPv6 route" has_peers 2001:db8:1::/64
    ctl 1 enable direct1 >/dev/null
    within 30 "an IPv4 route that is announced again names its peer" has_peers 10.9.1.0/24 "$A"
    within 30 "and an IPv6 route" has_peers 2001:db8:1::/64 "$A"
}

multipath() {
    within 30 "a static IPv4 route has a peer per hop" has_peers 10.50.0.0/16 "$A" "$B"
    within 30 "and an IPv6 route" has_peers 2001:db8:50::/48 "$A" "$B"
    within 30 "merged IPv4 routes of two sessions keep the peer of each" has_peers 10.60.0.0/16 "$B" "$C"
    within 30 "and IPv6 routes" has_peers 2001:db8:60::/48 "$B" "$C"
    is "an IPv4 route has 16 hops with a peer each" "$(peers 10.51.0.0/16 | wc -w)" 16
    is "and an IPv6 route" "$(peers 2001:db8:51::/48 | wc -w)" 16
    is "the peer of one hop is changed by hand" "$(changed -4 route replace 10.50.0.0/16 proto bird metric 32 \
        nexthop via 172.16.0.2 dev wg0 via-wgpeer "$A" nexthop via 172.16.0.3 dev wg0 via-wgpeer "$C" |
        sed -n '/^10.50.0.0/,/^10.51/p' | grep -cF "$C")" 1
    within 30 "the next scan puts it back" has_peers 10.50.0.0/16 "$A" "$B"
}

bad_keys() {
    local key bad=("$A=" "${A%=}" "-${A:1}" "${A:0:42}B=")
    for key in "${bad[@]}"; do
        sed "s|filter spoke1 { krt_wgpeer = \"$A\"|filter spoke1 { krt_wgpeer = \"$key\"|" /run/n0.conf >/run/bad.conf
        refused "a filter with the key $key is refused" "Not the public key of a WireGuard peer" "$bird" -p -c /run/bad.conf
        sed "s|via \"wg0\" wgpeer \"$A\"|via \"wg0\" wgpeer \"$key\"|" /run/n0.conf >/run/bad.conf
        refused "and a static route" "Not the public key of a WireGuard peer" "$bird" -p -c /run/bad.conf
    done
    is "configure refuses it, too" "$(ctl 0 'configure "/run/bad.conf"' | grep -c 'Not the public key')" 1
    is "and the route stays" "$(peers 10.9.1.0/24)" "$A "
}

shown() {
    is "show route has the key" "$(ctl 0 show route 10.9.1.0/24 | grep -c "via 172.16.0.2 on wg0 wgpeer $A\$")" 1
    is "a filter can ask for it" "$(ctl 0 "show route where krt_wgpeer = \"$A\" && net ~ [10.9.0.0/16+]" | grep -c '^10\.9\.1\.0/24')" 1
}

# Another peer in the import filter, and back.
new_filter() {
    sed "s|filter spoke1 { krt_wgpeer = \"$A\"|filter spoke1 { krt_wgpeer = \"$B\"|" -i.before /run/n0.conf
    ctl 0 configure >/dev/null
    within 30 "a filter with another key moves an IPv4 route" has_peers 10.9.1.0/24 "$B"
    within 30 "and an IPv6 route" has_peers 2001:db8:1::/64 "$B"
    mv /run/n0.conf.before /run/n0.conf
    ctl 0 configure >/dev/null
    within 30 "and back" has_peers 10.9.1.0/24 "$A"
}

# The peer is removed, and comes back.
lost_peer() {
    on 0 wg show wg0 dump | grep -F "$C" >/run/lost
    on 0 wg set wg0 peer "$C" remove
    within 30 "a route whose peer was removed is marked" sh -c "birdcl -s /run/bird0.ctl show route 172.16.0.4/32 | grep -q '!'"
    on 0 wg set wg0 peer "$C" endpoint 10.0.3.2:51820 allowed-ips 172.16.0.4/32,fd00::4/128,fe80::4/128
    within 60 "when the peer is back, the mark goes" sh -c "birdcl -s /run/bird0.ctl show route 172.16.0.4/32 | grep -q '\*'"
    routes_complete 60 "and each node has all routes"
}

named_peers() {
    echo "# routes that name peers"
    lab mode auto 0
    make_conf 0 "$here/conf/hub-filter.conf"
    for j in 1 2 3; do make_conf "$j" "$daemons/conf/bird-bgp-spoke.conf"; done
    for j in 2 3; do
        printf 'protocol static { ipv%s; route %s unreachable; }\n' 4 10.60.0.0/16 6 2001:db8:60::/48 >>"/run/n$j.conf"
    done
    for j in 0 1 2 3; do start "$j"; done
    routes_complete 90 "in mode auto each node learns the prefixes of all others"
    all_name_peers "the hub's route names the peer"
    shown
    multipath
    outlive 10
    all_pass "after the hold time every packet passes"
    quiet "three scans change no route"
    by_hand -4 10.9.1.0/24 172.16.0.2
    by_hand -6 2001:db8:1::/64 fd00::2
    withdrawal
    new_filter
    bad_keys
    lab mode peer 0
    outlive 10
    all_pass "in mode peer every packet passes after the hold time"
    lost_peer

    make_conf 0 "$here/conf/hub-recursive.conf"
    ctl 0 configure >/dev/null
    sleep 2
    routes_complete 90 "with recursive next hops each node learns the prefixes of all others"
    all_name_peers "the hub's route inherits the peer"
    outlive 10
    all_pass "and in mode peer every packet passes after the hold time"
    quiet "three scans change no route"
    for j in 0 1 2 3; do stop "$j"; done
    is "no route stays after down" "$(on 0 ip route show proto bird)$(on 0 ip -6 route show proto bird)" ""
}

readonly prefixes=200 # of a spoke and family, and the one that it has without
readonly by_spoke=$((prefixes + 1)) routes_in_all=$((3 * (prefixes + 1) + 1)) # in a family

many_routes() { # NODE
    local k
    echo "protocol static { ipv4;"
    for ((k = 0; k < prefixes; k++)); do echo "route 10.1$1.$k.0/24 unreachable;"; done
    echo "} protocol static { ipv6;"
    for ((k = 0; k < prefixes; k++)); do printf 'route 2001:db8:1%d:%x::/64 unreachable;\n' "$1" "$k"; done
    echo "}"
}

objects() { on 0 ip nexthop show | grep -c 'proto bird' || true; }
object_of() { on 0 ip nexthop show | grep "via $1 " | cut -d ' ' -f 2; } # GATEWAY
routes_by() { on 0 ip "$1" route show proto bird | grep -c "$2" || true; } # FAMILY TEXT
has_routes_by() { [ "$(routes_by "$1" "$2")" = "$3" ]; } # FAMILY TEXT NUMBER
has_objects() { [ "$(objects)" = "$1" ]; }

# moved FAMILY GATEWAY OTHER: another gateway in the object moves all routes that have it.
moved() {
    local id
    id=$(object_of "$2")
    on 0 ip nexthop replace id "$id" via "$3" dev wg0
    is "one message moves all routes by $2 to $3" "$(routes_by "$1" "via $3 ")" $((2 * by_spoke))
    quiet "and scans leave them there"
    on 0 ip nexthop replace id "$id" via "$2" dev wg0
    is "one message moves them back" "$(routes_by "$1" "nhid $id via $2 ")" "$by_spoke"
}

# touched FAMILY PREFIX GATEWAY OTHER: routes and an object are changed by hand.
touched() {
    local id
    id=$(object_of "$3")
    is "a route loses its object by hand ($2)" \
        "$(changed "$1" route replace "$2" via "$4" dev wg0 proto bird metric 32 | grep -c "^$2 via $4 ")" 1
    within 30 "the next scan puts it back" has_routes_by "$1" "^$2 nhid $id " 1
    is "a route gets another object by hand" \
        "$(changed "$1" route replace "$2" nhid "$(object_of "$4")" proto bird metric 32 | grep -c "^$2 nhid $(object_of "$4") ")" 1
    within 30 "the next scan puts it back, too" has_routes_by "$1" "^$2 nhid $id " 1
    is "an object is deleted by hand, and its routes with it" "$(changed "$1" nexthop del id "$id" | grep -c nhid)" \
        $((routes_in_all - by_spoke))
    within 10 "the next scan brings them back" has_routes_by "$1" "nhid $id via $3 " "$by_spoke"
}

nexthop_objects() {
    local seen before
    echo "# nexthop objects"
    lab mode gateway 0
    make_conf 0 "$here/conf/hub-objects.conf"
    for j in 1 2 3; do
        make_conf "$j" "$daemons/conf/bird-bgp-spoke.conf"
        many_routes "$j" >>"/run/n$j.conf"
    done
    on 0 requests 30 >/run/seen 2>/run/counting &
    until [ -s /run/counting ]; do sleep 0.1; done
    for j in 0 1 2 3; do start "$j"; done
    routes_complete 90 "each node learns the prefixes of all others"
    within 20 "all IPv4 routes have an object" has_routes_by -4 nhid "$routes_in_all"
    within 20 "all IPv6 routes have an object" has_routes_by -6 nhid "$routes_in_all"
    wait $!
    seen=$(</run/seen)
    is "there is one object per gateway and family" "$(objects)" 8
    is "as many messages made them" "$(grep -o 'objects [0-9]*' <<<"$seen")" "objects 8"
    echo "#   $seen"
    outlive 10
    all_pass "after the hold time every packet passes"
    quiet "three scans change no route and no object"
    moved -4 172.16.0.2 172.16.0.3
    moved -6 fd00::2 fd00::3
    touched -4 10.11.7.0/24 172.16.0.2 172.16.0.3
    touched -6 2001:db8:11:7::/64 fd00::2 fd00::3
    ctl 1 down >/dev/null
    within 20 "when all routes of a spoke are withdrawn, its two objects go" has_objects 6
    start 1
    within 40 "when it is back, they are" has_objects 8
    on 0 sysctl -qw net.ipv6.conf.wg0.keep_addr_on_down=1
    on 0 ip link set wg0 down
    is "the kernel removes the objects of a device that goes down" "$(objects)" 0
    on 0 ip link set wg0 up
    within 60 "when it is up, all IPv4 routes have objects again" has_routes_by -4 nhid "$routes_in_all"
    within 60 "and all IPv6 routes" has_routes_by -6 nhid "$routes_in_all"
    is "and there are as many objects as before" "$(objects)" 8
    before="$(object_of 172.16.0.5) $(object_of fd00::5)"
    kill -9 "$(cat /run/bird0.pid)"
    sleep 1
    start 0
    routes_complete 90 "after a crash each node learns the prefixes of all others again"
    within 20 "no object is left over" has_objects 8
    is "and those of static routes, which it had at once, were taken over" "$(object_of 172.16.0.5) $(object_of fd00::5)" "$before"
    stop 0
    is "no object stays after down" "$(objects)" 0
    is "and no route" "$(on 0 ip route show proto bird)$(on 0 ip -6 route show proto bird)" ""
}

topology star
on 0 ip link add nlmon0 type nlmon
on 0 ip link set nlmon0 up
named_peers
nexthop_objects
claims_done
