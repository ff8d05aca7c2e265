#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# 2,000 damaged inputs of every kind from a fixed seed, and 2,000 from another seed each time, which is printed.
set -eu
project=$PWD/tests/Sim.Fuzz
cd "$1"
for seed in 1 "$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')"; do
    echo "seed $seed"
    dotnet run --project "$project" -- --inputs 2000 --seed "$seed"
done
