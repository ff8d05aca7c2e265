#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ports agree with the real kernel (User-Mode Linux, built here) on the whole embedded table, both families; times, which
# can fail nothing, are taken of a sample.
set -eu
sim() { dotnet run --project src/Sim.Runner --no-build -- "$@"; }
sim validate --parts counts --out "$1/validate-uml"
sim validate --quick --parts costs --out "$1/validate-uml-costs"
grep -q '</html>' "$1/validate-uml/index.html"
grep -q '</html>' "$1/validate-uml-costs/index.html"
