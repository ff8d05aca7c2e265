# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shows: BGP by BIRD, ring, packets of n0 and n3 go by n1 and come back by n2. A strict source check drops them, a loose one does not.
# seconds: 17
topology ring
lab mode gateway 0 1 2 3
bird bird-bgp-ring-n0.conf 0
bird bird-bgp-ring-between.conf 1 2
bird bird-bgp-ring-n3.conf 3
routes_complete 60 "each node learns the prefixes of all others"
outlive 10
claim "n0 sends to n3 by n1" grep -q "^10.9.3.0/24 via 172.16.0.2 " <(ip -n n0 route show)
claim "and n3 to n0 by n2" grep -q "^10.9.0.0/24 via 172.16.0.3 " <(ip -n n3 route show)
all_pass_except "with strict checks no packet passes between n0 and n3, and every other does" 0-3 3-0
lab check loose 3
all_pass_except "with a loose check at n3 no packet passes from n3 to n0, and every other does" 3-0
lab check loose 0
all_pass "with loose checks at both every packet passes"
