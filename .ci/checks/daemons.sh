#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# BIRD, FRR and babeld run over one WireGuard device with several peers: what has to pass does, and what has to fail fails.
set -eu
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
status=0
bash kernel-patch/daemons/run.sh || status=$?
[ "$status" -ne 69 ] || exit 77
exit "$status"
