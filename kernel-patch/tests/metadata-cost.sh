#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Measures what tunnel ids and rules of nftables (series-optional/metadata) cost: memory and time to load prefixes, and time of a packet,
# beside AllowedIPs in the same guest.
#
#   metadata-cost.sh [--rows FILE] [--rounds N] [--packets N] [PREFIXES...]    5 rounds of 12,800 packets, and 10, 1000 and 100000 prefixes
#
# Rows have the header of packets.sh. Times of a busy machine are no results; counts of bytes are.
# Exit codes: 0 measured, 1 not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
. "$tests/vm.sh"

rows=/dev/null rounds=5 packets=12800
while [ $# -gt 0 ]; do
    case $1 in
    --rows) rows=$2 ;;
    --rounds) rounds=$2 ;;
    --packets) packets=$2 ;;
    -*) sed -n '3,9s/^# \?//p' "$0" >&2; exit 64 ;;
    *) break ;;
    esac
    shift 2
done
[ $# -gt 0 ] || set -- 10 1000 100000

need gcc libc6-dev wireguard-tools iproute2
linux=$("$tests/../vm/build.sh" uml-metadata)/linux
nft_folder=$("$tests/../vm/build.sh" nft)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/wg-tunnel" "$tests"/{wg-tunnel,netlink}.c
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/metadata-flood" "$tests/metadata-flood.c"
status=0
GUEST_PATH=$nft_folder:$work UML_MEMORY=2G UML_TIMEOUT=${UML_TIMEOUT:-3600} \
    boot_uml "$linux" "$tests/metadata-cost-guest.sh" "$rounds" "$packets" "$@" | tee "$work/log" || status=1
{
    echo "name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant"
    sed -n 's/^row //p' "$work/log"
} >"$rows"
echo "# load average: $(cut -d ' ' -f 1 /proc/loadavg)"
exit $status
