# SPDX-License-Identifier: GPL-2.0-only
# The main rows of peers.sh: medians of the rounds, and gateway's second time (aa) as a ratio to its first.

function median(key,    i, j, n, v, sorted) {
    n = split(list[key], sorted, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && sorted[j - 1] + 0 > sorted[j] + 0; j--) { v = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = v }
    return n ? (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2 : ""
}

function cell(key,    m) {
    m = median(key)
    return m == "" ? "-" : sprintf(m >= 1e4 ? "%.0f" : "%.4g", m)
}

function ratio(key, plain) {
    return median(key) == "" || median(plain) + 0 == 0 ? "-" : sprintf("%.2f", median(key) / median(plain))
}

BEGIN { scheme_count = split("gateway route default-route allowed-ips devices", schemes, " ") }

# Per peer, in parts, and what is seldom asked for: only in the rows.
NR == 1 || $1 ~ /_per_peer$|^memory_(slab|vmalloc|page_tables|other)$|^(ports|interfaces)$|_(link|address|route|other)$|^scan|_half_|_bytes$/ { next }

{
    sub(/^smp-/, "", $11)
    name = $6 " " $1 ($6 == "delete" && $8 != 0 ? " (loaded)" : "")
    # The second time of a replacement is compared with the first.
    variant = $11 == "aa" && $6 == "failover" ? "replace" : $11 == "aa" ? "plain" : $11
    key = "IPv" $5 "," $9 "," name (variant == "plain" ? "" : " " variant)
    if (!seen[key]++) keys[++count] = key
    list[key " " $4 ($11 == "aa" ? " aa" : "")] = list[key " " $4 ($11 == "aa" ? " aa" : "")] " " $2
}

END {
    printf "# %-5s %5s %-44s", "", "peers", "figure"
    for (s = 1; s <= scheme_count; s++) printf " %13s", schemes[s]
    print "   aa"
    for (k = 1; k <= count; k++) {
        split(keys[k], part, ",")
        printf "# %-5s %5s %-44s", part[1], part[2], part[3]
        for (s = 1; s <= scheme_count; s++) printf " %13s", cell(keys[k] " " schemes[s])
        print " " ratio(keys[k] " gateway aa", keys[k] " gateway")
    }
}
