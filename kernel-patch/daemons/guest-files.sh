# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the daemons and ip write in a guest; its root is read-only. Sourced.
for folder in /var/lib /var/log /var/tmp /var/cache; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/netns /run/frr /var/tmp/frr
chmod 1777 /var/tmp
chown frr:frr /run/frr /var/tmp/frr
