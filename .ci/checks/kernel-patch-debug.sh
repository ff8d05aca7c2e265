#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Routes, peers and devices change under traffic on two processors while KASAN, lockdep, PROVE_RCU, DEBUG_OBJECTS and kmemleak watch,
# and each allocation of each request fails once.
# In QEMU: User-Mode Linux with several processors stops now and then under load, in its own interrupts between processors.
set -eu
kernel-patch/vm/build.sh qemu-debug >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
run() { bash kernel-patch/tests/run.sh --kernel qemu-debug --cpus 2 "$@"; }
run route-peer
run stress --seconds 20
run faults
