#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the patched kernel and checks what the patched BIRD does with routes that name peers, and with nexthop objects.
#
#   test.sh                            with what vm/build.sh makes: uml-patched, iproute2, bird
#   test.sh LINUX IP-FOLDER BIRD-FOLDER    with what is built already
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
daemons=$here/../daemons tests=$here/../tests
. "$here/../vm/lib.sh"
. "$tests/vm.sh"

case $# in
0)
    linux=$("$here/../vm/build.sh" uml-patched)/linux
    ip_folder=$("$here/../vm/build.sh" iproute2)
    bird_folder=$("$here/../vm/build.sh" bird)
    ;;
3) linux=$1 ip_folder=$2 bird_folder=$3 ;;
*)
    sed -n '5,6s/^# *//p' "$0" >&2
    exit 64
    ;;
esac
need gcc libc6-dev iproute2 perl wireguard-tools

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$ip_folder/ip" "$work/patched-ip"
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$tests" -o "$work/lab" "$daemons"/{lab,node,attributes,probe}.c "$tests/netlink.c"
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/requests" "$here/requests.c"
mkdir "$work/keys"
for node in 0 1 2 3; do
    (umask 077 && wg genkey >"$work/keys/$node.key")
    wg pubkey <"$work/keys/$node.key" >"$work/keys/$node.pub"
done
GUEST_PATH=$bird_folder:$work UML_MEMORY=512M UML_TIMEOUT=900 boot_uml "$linux" "$here/guest.sh" "$work/keys"
