# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a guest of packets.sh runs: the program, with its arguments, which main.c lists. Its status is 0 if all claims hold.
set -euo pipefail
exec packets "$@"
