# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What a scene is made of: a topology of namespaces, daemons, and verdicts. Sourced in the guest, with $daemons, this folder, and
# $keys, a folder with a key pair per node.
#
# The nodes are the namespaces n0 to n3, unless $nodes has others. Node I has on wg0 the addresses 172.16.0.N/24, fd00::N/64 and
# fe80::N/64, with N = I + 1, and behind d0 a prefix of its own in each family: 10.9.I.0/24 and 2001:db8:I::/64. The underlay is
# 10.0.0.0/16.
[ -n "${nodes:-}" ] || readonly nodes=(0 1 2 3)

on() { # NODE COMMAND...: runs the command in the namespace of the node
    local node=$1
    shift
    ip netns exec "n$node" "$@"
}

# has_peer SHAPE NODE OTHER
has_peer() {
    [ "$2" != "$3" ] || return 1
    case $1 in
    star | hub) [ "$2" = 0 ] || [ "$3" = 0 ] ;;
    ring) [ $(($2 + $3)) != 3 ] ;; # n0 - n1 - n3 - n2 - n0
    esac
}

# allowed_ips SHAPE NODE PEER: all for the one peer of a spoke, else the three addresses of the peer's tunnel.
allowed_ips() {
    local n=$(($3 + 1))
    if [ "$1" = star ] && [ "$2" != 0 ]; then echo "0.0.0.0/0,::/0"; else echo "172.16.0.$n/32,fd00::$n/128,fe80::$n/128"; fi
}

# wireguard_conf PORT NODE: the device's own part of a configuration; wireguard_peer PEER PORT ALLOWED-IPS: a peer's.
wireguard_conf() { echo "[Interface]"$'\n'"PrivateKey = $(<"$keys/$2.key")"$'\n'"ListenPort = $1"; }

wireguard_peer() {
    echo "[Peer]"$'\n'"PublicKey = $(<"$keys/$1.pub")"$'\n'"Endpoint = 10.0.$1.2:$2"$'\n'"AllowedIPs = $3"
}

# set_tunnel NODE DEVICE: gives the device the configuration that comes on standard input.
set_tunnel() {
    (umask 077 && cat >"/run/n$1-$2.conf")
    on "$1" wg setconf "$2" "/run/n$1-$2.conf"
}

# underlay: the namespaces with their links, and d0 with the node's own prefixes.
underlay() {
    local i
    # New namespaces take these over.
    sysctl -qw net.core.devconf_inherit_init_net=1 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0
    for i in "${nodes[@]}"; do
        ip netns add "n$i"
        ip -batch - <<EOF
link add u$i type veth peer name u0 netns n$i
addr add 10.0.$i.1/24 dev u$i
link set u$i up
EOF
        ip -n "n$i" -batch - <<EOF
link set lo up
addr add 10.0.$i.2/24 dev u0
link set u0 up
route add 10.0.0.0/16 via 10.0.$i.1
link add d0 type dummy
addr add 10.9.$i.1/24 dev d0
addr add 2001:db8:$i::1/64 dev d0 nodad
link set d0 up
EOF
    done
}

# topology SHAPE [no-ipv4]: a wg0 for all peers in each node, with or without IPv4 address.
#   star   n0 is the hub; a spoke has one peer, the hub, with all addresses as allowed IPs, and needs nothing of the series
#   hub    the same peers; allowed IPs are tunnel addresses at the spokes, too
#   mesh   each node has all others as peers
#   ring   n0 and n3 have n1 and n2 as peers, and no way to each other
topology() {
    local i j n
    underlay
    for i in "${nodes[@]}"; do
        n=$((i + 1))
        ip -n "n$i" link add wg0 type wireguard
        {
            wireguard_conf 51820 "$i"
            for j in "${nodes[@]}"; do
                ! has_peer "$1" "$i" "$j" || wireguard_peer "$j" 51820 "$(allowed_ips "$1" "$i" "$j")"
            done
        } | set_tunnel "$i" wg0
        ip -n "n$i" -batch - <<EOF
$([ "${2:-}" = no-ipv4 ] || echo "addr add 172.16.0.$n/24 dev wg0")
addr add fd00::$n/64 dev wg0 nodad
addr add fe80::$n/64 dev wg0 nodad
link set wg0 up
EOF
    done
}

# config FILE NODE: a copy of a file of conf for the node. A file that several nodes share names the AS of n1, and each node has its own.
config() {
    local copy=/run/n$2-${1##*/} as=65001
    case $1 in *-spoke.conf | *-between.conf) as=6500$2 ;; esac
    sed "s/65001/$as/" "$daemons/conf/$1" >"$copy"
    chmod 644 "$copy" # FRR reads it as another user
    echo "$copy"
}

bird() { # FILE NODE...
    local file=$1 node
    shift
    for node in "$@"; do on "$node" /usr/sbin/bird -c "$(config "$file" "$node")" -s "/run/bird$node.ctl" -P "/run/bird$node.pid"; done
}

babeld() { # FILE NODE...
    local file=$1 node
    shift
    for node in "$@"; do
        on "$node" /usr/sbin/babeld -D -c "$(config "$file" "$node")" -I "/run/babeld$node.pid" -L "/run/babeld$node.log" \
            -S "/run/babeld$node.state"
    done
}

# frr FILE "DAEMON..." NODE...: zebra and the daemons, which all read the one file.
frr() {
    local file=$1 programs=$2 node program conf folder
    shift 2
    for node in "$@"; do
        conf=$(config "$file" "$node")
        folder=/run/frr/n$node
        install -d -o frr -g frr "$folder"
        for program in zebra $programs; do
            on "$node" "/usr/lib/frr/$program" -d -N "n$node" -f "$conf" -i "$folder/$program.pid" --log "file:$folder/$program.log"
        done
    done
}

# claim_or_show TEXT COMMAND...: a claim; if it does not hold, the state of the daemons follows.
claim_or_show() {
    local before=$failed
    claim "$@"
    [ "$failed" -eq "$before" ] || show_daemons
}

# routes_complete SECONDS TEXT: each node has routes to the prefixes of all others within the time.
routes_complete() {
    local seen
    if seen=$(lab routes "$1"); then
        ok "$2"
        echo "#   after $seen"
    else
        not_ok "$2" "$seen"
        show_daemons
    fi
}

# outlive SECONDS: lets the time pass after which the protocol gives up a neighbour that it does not hear.
outlive() { sleep "$1"; }

# lab ARG...: the program. Keeps in mind what was set last.
mode=auto flag=off check=strict
lab() {
    case $1 in mode) mode=$2 ;; multicast) flag=$2 ;; check) check=$2 ;; esac
    command lab "$@"
}

# expect PAIRS: a comment for who reads the claims: the settings, and how many pairs of nodes reach each other if the next claim holds.
readonly pairs=$((${#nodes[@]} * (${#nodes[@]} - 1)))
expect() { echo "# packets: $mode $flag $check $1/$pairs"; }

# TEXT, TEXT, TEXT FROM-TO...
all_pass() { expect "$pairs" && claim_or_show "$1" lab packets all; }
none_pass() { expect 0 && claim_or_show "$1" lab packets none; }
all_pass_except() { expect $((pairs - $# + 1)) && claim_or_show "$1" lab packets except "${@:2}"; }

# all_pass_within SECONDS TEXT: tries again and again, until all packets of one try arrive.
all_pass_within() {
    local start=$SECONDS seen
    expect "$pairs"
    until seen=$(lab packets all); do
        if [ $((SECONDS - start)) -ge "$1" ]; then
            not_ok "$2" "$seen"
            show_daemons
            return
        fi
    done
    ok "$2"
    echo "#   after $((SECONDS - start)) s"
}

# show_daemons: what a failed scene may be understood by.
show_daemons() {
    local node
    for node in 0 1; do
        ip -n "n$node" route show | sed "s/^/# n$node: /"
        ip -n "n$node" -6 route show | grep -v '^ff' | sed "s/^/# n$node: /"
        on "$node" wg show | grep -E 'peer|handshake|transfer' | sed "s/^/# n$node: /"
        [ ! -S "/run/bird$node.ctl" ] || on "$node" birdc -s "/run/bird$node.ctl" show protocols | sed "s/^/# n$node: /"
    done
    tail -n 3 /run/babeld?.log /run/frr/n[01]/*.log 2>/dev/null | sed 's/^/# /' || true
}
