#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# No test draws from a clock or waits for one: cases come from fixed seeds (Sim.Testing.Property), and waiting is for an event.
set -u
found=$(grep -rnE '\.Sample\(($|[^)])|Random\.Shared|new Random\(\)|Thread\.Sleep\(|Task\.Delay\([^T]|Task\.Delay\(TimeSpan' tests --include='*.cs' |
    grep -v '^tests/Sim.Testing/Property.cs:')
echo "$found"
[ -d tests ] && [ -z "$found" ]
