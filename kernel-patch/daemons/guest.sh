# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the guest runs: guest.sh FOLDER KEYS SCENE. Its status is 0 if all claims of the scene hold.
set -euo pipefail
daemons=$1 keys=$2
. "$daemons/../tests/claims.sh"
. "$daemons/lib.sh"

# What the daemons and ip write; the root is read-only.
for folder in /var/lib /var/log /var/tmp /var/cache; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/netns /run/frr /var/tmp/frr
chmod 1777 /var/tmp
chown frr:frr /run/frr /var/tmp/frr

# shellcheck source=/dev/null
. "$daemons/scenes/$3.sh"
claims_done
