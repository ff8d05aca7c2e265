#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Routes, peers and devices change under traffic while KASAN, lockdep, PROVE_RCU, DEBUG_OBJECTS and kmemleak watch, and each allocation
# of each request fails once. On one processor: kernel-patch/README.md says what several do.
set -eu
kernel-patch/vm/build.sh uml-debug >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
run() { bash kernel-patch/tests/run.sh --kernel uml-debug "$@"; }
run route-peer
run stress --seconds 20
run faults
