#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Routes, peers and devices change under traffic while KASAN, lockdep, PROVE_RCU, DEBUG_OBJECTS and kmemleak watch.
set -eu
kernel-patch/vm/build.sh uml-debug >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
bash kernel-patch/tests/run.sh --kernel uml-debug route-peer
bash kernel-patch/tests/run.sh --kernel uml-debug stress --seconds 20
