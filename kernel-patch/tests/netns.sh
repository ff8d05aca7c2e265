#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the patched kernel and runs WireGuard's own netns.sh in it, as the kernel source has it: what the series must not break.
#
#   netns.sh                  with what vm/build.sh uml-patched makes
#   netns.sh LINUX SOURCE     a kernel built already, for instance one without the series, and its source
#
# Exit codes: 0 it passed, 1 it did not or the kernel complained, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
. "$tests/vm.sh"

need wireguard-tools iperf3 ncat iptables iputils-ping iproute2
if [ $# -eq 2 ]; then
    linux=$1 source=$2
else
    patched=$("$tests/../vm/build.sh" uml-patched)
    linux=$patched/linux source=$patched/source
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s /usr/sbin/iptables-legacy "$work/iptables" # the guest has no nftables
cp "$source/tools/testing/selftests/wireguard/netns.sh" "$work/netns.sh"
# Its part about single allowed IPs that are removed needs a wg(8) that is newer than Debian's.
if [[ $(wg --version | awk '{ print $2 }') < v1.0.2025 ]]; then
    sed -i '/^n0 wg set .* allowed-ips -192/,/^} < <(n0 wg show wg0 allowed-ips)$/d' "$work/netns.sh"
    echo "# wg(8) is too old to remove single allowed IPs: left out"
fi
GUEST_PATH=$work UML_MEMORY=1G UML_TIMEOUT=900 \
    boot_uml "$linux" "$work/netns.sh" >"$work/log" && status=0 || status=1
tail -n 5 "$work/log"
[ $status -eq 0 ] && echo "ok - netns.sh passes" || echo "not ok - netns.sh passes"
exit $status
