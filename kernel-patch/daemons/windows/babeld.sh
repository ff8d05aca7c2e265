# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: babeld moves routes when the metric of a neighbour changes; wg0 in mode gateway
readonly prefixes=100 flips=8

# announce SPOKE PROTOCOL: the spoke has routes to the prefixes, which babeld announces with the metric of that protocol.
announce() {
    local i
    for ((i = 0; i < prefixes; i++)); do
        echo "route replace 10.8.$i.0/24 dev d1 proto $2"
        printf 'route replace 2001:db8:%x::/64 dev d1 proto %s\n' $((0x800 + i)) "$2"
    done | ip -n "n$1" -batch -
}

flip() { if [ "$1" = 1 ]; then announce 1 201; else announce 1 203; fi; } # SPOKE

have_routes() { # SPOKE
    [ "$(ip -n n0 route show via "172.16.0.$(($1 + 1))" | grep -c '^10\.8\.')" -eq "$prefixes" ] &&
        [ "$(ip -n n0 -6 route show via "fe80::$(($1 + 1))" | grep -c '^2001:db8:8')" -eq "$prefixes" ]
}

topology star
lab mode gateway 0
lab multicast link-local 0
receive_everything
for spoke in 1 2; do
    ip -n "n$spoke" link add d1 type dummy
    ip -n "n$spoke" link set d1 up
    announce "$spoke" "20$spoke"
done
babeld babeld-windows.conf 0
babeld babeld-windows-spoke.conf 1 2
wait_for "babeld has all routes via spoke 1" 60 have_routes 1
for of in "${families[@]}"; do
    watch_flips babeld "$of" "$flips" "$prefixes"
    claim_watch babeld "$of"
    claim "babeld, IPv$of: babeld deletes and adds every route" \
        test "$(value replaced)" -eq 0 -a "$(value deleted)" -eq "$(value added)" -a "$(value deleted)" -ge "$(value changes)"
    [ "$(value unsettled)" = 0 ] || echo "# babeld moved routes by itself, as on a busy machine: $(value unsettled) messages"
done
