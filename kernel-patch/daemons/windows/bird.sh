# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What the scenes of BIRD share: static routes, which "configure" moves. Sourced.

# shellcheck disable=SC2034 # flips: of those that source this
readonly prefixes=100 flips=40

# static_routes SPOKE IPV4-VIA IPV6-VIA: the prefixes that the prober sends to.
static_routes() {
    local i
    {
        echo "protocol static { ipv4;"
        for ((i = 0; i < prefixes; i++)); do echo "route 10.8.$i.0/24 via $2;"; done
        # These stay. Each keeps the fib_info of its next hop alive; see replace-alone in README.md.
        for i in "${!stay_via[@]}"; do echo "route 10.8.$((200 + i)).0/24 via ${stay_via[i]};"; done
        echo "}"$'\n'"protocol static { ipv6;"
        for ((i = 0; i < prefixes; i++)); do printf 'route 2001:db8:%x::/64 via %s;\n' $((0x800 + i)) "$3"; done
        echo "}"
    } >"/run/routes-$1.conf"
}

flip() { # SPOKE
    cp "/run/routes-$1.conf" /run/routes.conf
    birdc -s /run/bird0.ctl configure
}

have_routes() { [ "$(ip -n n0 -6 route show proto bird | wc -l)" -eq "$prefixes" ]; }

start_static() {
    cp /run/routes-1.conf /run/routes.conf
    bird bird-windows.conf 0
    wait_for "BIRD adds its routes" 30 have_routes
}
