#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ports agree with the real kernel (User-Mode Linux, built here) on the whole embedded table.
set -eu
out=$1/validate-uml
dotnet run --project src/Sim.Runner --no-build -- validate --out "$out"
grep -q '</html>' "$out/index.html"
