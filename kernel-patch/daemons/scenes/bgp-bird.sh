# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: BGP by BIRD, star. In mode gateway it works without the multicast flag; in modes auto and allowedips the same routes carry nothing.
# seconds: 29
topology star
lab mode gateway 0
bird bird-bgp-hub.conf 0
bird bird-bgp-spoke.conf 1 2 3
routes_complete 60 "in mode gateway each node learns the prefixes of all others"
outlive 10
all_pass "after the hold time every packet passes"
lab mode auto 0
none_pass "in mode auto, with the same routes, no packet passes"
lab mode allowedips 0
none_pass "in mode allowedips, with the same routes, no packet passes"
outlive 10
routes_complete 0 "the sessions outlive the hold time in mode allowedips, as they go by the tunnel addresses"
none_pass "so that each node still has routes by which no packet passes"
lab mode gateway 0
all_pass "in mode gateway every packet passes again"
