#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the patched kernel and checks what the patched ip(8) accepts, sends and prints, then has ip meet a stock kernel.
#
#   iproute2.sh                         with what vm/build.sh makes: uml-patched, iproute2 and, for the stock kernel, qemu
#   iproute2.sh LINUX IP-FOLDER [LANE GEN_INIT_CPIO]    with what is built already; without the latter two, only the patched kernel
#
# Exit codes: 0 all claims hold, 1 one does not or a kernel complained, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
. "$tests/vm.sh"

need gcc libc6-dev wireguard-tools jq
if [ $# -ge 2 ]; then
    linux=$1 ip_folder=$2 lane=${3:-} gen_init_cpio=${4:-}
else
    patched=$("$tests/../vm/build.sh" uml-patched)
    linux=$patched/linux gen_init_cpio=$patched/gen_init_cpio
    ip_folder=$("$tests/../vm/build.sh" iproute2)
    lane=$("$tests/../vm/build.sh" qemu)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/wg-mode" "$tests"/{wg-mode,netlink}.c
gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$work/no-generic-netlink.so" "$tests/no-generic-netlink.c"

status=0
GUEST_PATH=$ip_folder:$work boot_uml "$linux" "$tests/iproute2-guest.sh" || status=1

if [ -n "$lane" ]; then
    initrd=$work/initrd
    files=(claims.sh="$tests/claims.sh" bin/ip="$ip_folder/ip" modules/load-order="$lane/load-order")
    for program in bash mount insmod sed grep head; do files+=("bin/$program=$(command -v "$program")"); done
    while read -r module; do files+=("modules/$module=$lane/$module"); done <"$lane/load-order"
    initrd_list "$tests/stock-guest.sh" "${files[@]}" | "$gen_init_cpio" - >"$initrd"
    boot_qemu "$lane/vmlinuz" "$initrd" || status=1
fi
exit $status
