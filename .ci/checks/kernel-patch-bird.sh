#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# BIRD with kernel-patch/bird: routes that name peers, and nexthop objects.
set -eu
kernel-patch/vm/build.sh bird >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
bash kernel-patch/bird/test.sh
