# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: OSPFv2 and OSPFv3 by BIRD with unicast hellos to named neighbours, star. It works without the multicast flag.
# seconds: 14
topology star
lab mode gateway 0
bird bird-ospf-ptmp-hub.conf 0
bird bird-ospf-ptmp-spoke.conf 1 2 3
routes_complete 60 "without the multicast flag each node learns the prefixes of all others"
outlive 5
all_pass "after the dead time every packet passes"
