#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ports agree with Debian's stock kernels of both releases, in QEMU, on a sample of the embedded table.
set -eu
for release in 7.3 6.12; do
    kernel-patch/vm/build.sh qemu --release "$release" >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
    out=$1/validate-qemu-$release
    dotnet run --project src/Sim.Runner --no-build -- validate --quick --kernel qemu --release "$release" --out "$out"
    grep -q '</html>' "$out/index.html"
done
