#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ports agree with the real kernel on the whole embedded table, both families: the one that is built here for the tests of
# the series, in everything that a kernel without it has too. Debian's own kernel is asked about a sample (validate-qemu.sh).
set -eu
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
dotnet run --project src/Sim.Runner --no-build -- validate --kernel uml-patched --parts unchanged --out "$1/validate-uml"
grep -q '</html>' "$1/validate-uml/index.html"
