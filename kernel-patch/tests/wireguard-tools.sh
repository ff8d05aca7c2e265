#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the patched kernel and checks what the patched wg(8) sets, shows and keeps in configurations.
#
#   wireguard-tools.sh                     with what ../wireguard-tools/build.sh and vm/build.sh uml-patched make
#   wireguard-tools.sh LINUX WG-FOLDER     with what is built already
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 69, 70 and 77 as ../wireguard-tools/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/vm.sh"

if [ $# -eq 2 ]; then
    linux=$1 wg_folder=$2
else
    wg_folder=$("$tests/../wireguard-tools/build.sh")
    linux=$("$tests/../vm/build.sh" uml-patched)/linux
fi
GUEST_PATH=$wg_folder boot_uml "$linux" "$tests/wireguard-tools-guest.sh"
