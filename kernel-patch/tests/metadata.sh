#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the kernel with series-optional/metadata and checks which peers tunnel ids lead to, and whose sources rules of nftables believe.
#
#   metadata.sh                    with what vm/build.sh makes: uml-metadata and nft
#   metadata.sh LINUX NFT-FOLDER   with what is built already
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
. "$tests/vm.sh"

need gcc libc6-dev wireguard-tools iproute2 jq ncat
if [ $# -eq 2 ]; then
    linux=$1 nft_folder=$2
else
    linux=$("$tests/../vm/build.sh" uml-metadata)/linux
    nft_folder=$("$tests/../vm/build.sh" nft)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/wg-tunnel" "$tests"/{wg-tunnel,netlink}.c
GUEST_PATH=$nft_folder:$work UML_MEMORY=1G UML_TIMEOUT=${UML_TIMEOUT:-900} boot_uml "$linux" "$tests/metadata-guest.sh"
