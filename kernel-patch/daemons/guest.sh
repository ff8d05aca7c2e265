# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the guest runs: guest.sh FOLDER KEYS SCENE. Its status is 0 if all claims of the scene hold.
set -euo pipefail
daemons=$1 keys=$2
. "$daemons/../tests/claims.sh"
. "$daemons/lib.sh"
. "$daemons/guest-files.sh"

# shellcheck source=/dev/null
. "$daemons/scenes/$3.sh"
claims_done
