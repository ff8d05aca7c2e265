#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the program that sends packets, which is static and runs in any guest: compile.sh FILE
set -euo pipefail
packets=$(cd "$(dirname "$0")" && pwd)
kernel_patch=$packets/..
full=$kernel_patch/daemons/full-table
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$kernel_patch/daemons" -I "$full" -I "$kernel_patch/tests" -o "$1" \
    "$packets"/{main,hub,table,load,traffic,churn}.c "$full/prefix.c" "$kernel_patch/daemons/node.c" "$kernel_patch/tests/netlink.c"
