#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ports agree with Debian's stock kernel, in QEMU, on a sample of the embedded table.
set -eu
kernel-patch/vm/build.sh qemu >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
out=$1/validate-qemu
dotnet run --project src/Sim.Runner --no-build -- validate --quick --kernel qemu --out "$out"
grep -q '</html>' "$out/index.html"
