# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What full-table.sh prints: claims, figures as CSV, a table. Sourced.

claims=0 failed=0 bad=0 busy=0

begin_report() {
    all_rows=$work/rows.csv
    echo "name,value,unit,daemon,way,family,prefixes,seconds,failover" >"$all_rows"
    # shellcheck disable=SC2016 # dpkg's variables
    echo "# with Linux $("$folder/linux" --version), $(dpkg-query -W -f '${Package} ${Version}, ' bird2 frr | sed 's/, $//')"
    started=$SECONDS
}

# busy_ticks: what all processors have done so far, in hundredths of a second.
busy_ticks() { awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat; }

# note_load: other work of the machine in a second before a guest. The load average remembers work that is over.
note_load() {
    local before seen
    before=$(busy_ticks)
    sleep 1
    seen=$(($(busy_ticks) - before))
    [ $seen -le 20 ] || [ $seen -le "$busy" ] || busy=$seen
}

# note_guest LOG STATUS NAME DAEMON,WAY,FAMILY,PREFIXES
note_guest() {
    awk -v kind="$4" -v failover="$failover" '$1 == "row" { print $2 "," $3 "," $4 "," kind "," $5 "," failover }' "$1" >>"$all_rows"
    # Daemons have warnings of their own, which matter if something went wrong.
    if [ "$2" = 0 ]; then grep -aE '^(ok|not ok|#) ' "$1"; else grep -av '^row ' "$1"; fi | sed "s/^\(ok\|not ok\) - /&$3: /" || true
    [ "$2" = 0 ] || bad=$((bad + 1))
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$1" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$1" || true)))
}

columns="fib_complete load_cpu_daemon load_cpu_machine load_netlink_messages"
readonly columns+=" failover_last_wrong failover_wrong_packets failover_last_lost failover_lost_packets failover_route_messages"

# print_table: medians of the rounds, and the ways' ratios to the dummy device.
print_table() {
    awk -F, -v columns="$columns" '
        function median(key, i, j, n, v, sorted) {
            n = split(list[key], sorted, " ")
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && sorted[j - 1] + 0 > sorted[j] + 0; j--) { v = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = v }
            return n ? (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2 : ""
        }
        function ratio(kind, name, dummy) {
            dummy = kind
            sub(/,[a-z]+,/, ",dummy,", dummy)
            if (median(kind " " name) == "" || median(dummy " " name) + 0 == 0) return "-"
            return sprintf("%.2f", median(kind " " name) / median(dummy " " name))
        }
        NR > 1 {
            kind = $4 "," $5 "," $6 "," $7
            if (!seen[kind]++) kinds[++count] = kind
            list[kind " " $1] = list[kind " " $1] " " $2
        }
        END {
            n = split(columns, column, " ")
            format = "# %-5s %-10s %-6s %8s %9s %9s %9s %9s %9s %9s %9s %9s %9s %8s %8s\n"
            printf format, "", "", "", "", "FIB has", "daemon", "machine", "netlink", "last to", "packets", "last that", "packets", "route",
                "FIB", "machine"
            printf format, "", "way", "family", "prefixes", "all, s", "CPU, s", "CPU, s", "messages", "spoke 1,s", "to it", "is lost,s", "lost",
                "messages", "/ dummy", "/ dummy"
            for (k = 1; k <= count; k++) {
                split(kinds[k], part, ",")
                for (i = 1; i <= n; i++) { m = median(kinds[k] " " column[i]); cell[i] = m == "" ? "-" : m }
                printf format, part[1], part[2], "IPv" part[3], part[4], cell[1], cell[2], cell[3], cell[4], cell[5], cell[6], cell[7],
                    cell[8], cell[9], ratio(kinds[k], "fib_complete"), ratio(kinds[k], "load_cpu_machine")
            }
        }' "$all_rows"
}

# print_lags: how far beacons were behind, of each guest that played a trace.
print_lags() {
    awk -F, '
        $1 ~ /^replay_(lag_median|lag_p99|lag_most|behind|cpu_machine)$/ {
            kind = $4 " " $5 " IPv" $6
            if (!seen[kind]++) order[++count] = kind
            text[kind] = text[kind] (text[kind] ? ", " : "") substr($1, 8) " " $2 " s"
        }
        END { for (i = 1; i <= count; i++) print "# " order[i] ": " text[order[i]] }' "$all_rows"
}

end_report() {
    [ -z "$rows" ] || cp "$all_rows" "$rows"
    print_table
    print_lags
    [ "$busy" = 0 ] || echo "# The machine was busy with other work ($busy % of a processor): do not compare these times."
    echo "# $claims claims, $failed failed, $bad guests not as expected, $((SECONDS - started)) s"
    [ "$bad" -eq 0 ] && [ "$claims" -gt 0 ]
}
