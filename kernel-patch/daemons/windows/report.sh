# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What windows.sh prints: claims, figures as CSV, a table. Sourced.

claims=0 failed=0 bad=0 busy=0

begin_report() {
    local load
    all_rows=$work/rows.csv
    echo "name,value,unit,scene,family" >"$all_rows"
    started=$SECONDS
    # Other work of the machine, before the first guest makes some.
    read -r load _ </proc/loadavg
    ! awk -v load="$load" 'BEGIN { exit !(load > 1.5) }' || busy=$load
}

# note_guest LOG STATUS
note_guest() {
    # A unit has several words.
    awk '$1 == "row" { unit = $4; for (i = 5; i < NF - 1; i++) unit = unit " " $i; print $2 "," $3 "," unit "," $(NF - 1) "," $NF }' "$1" >>"$all_rows"
    if [ "$2" = 0 ]; then grep -aE '^(ok|not ok|#) ' "$1"; else grep -av '^row ' "$1"; fi || true
    [ "$2" = 0 ] || bad=$((bad + 1))
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$1" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$1" || true)))
}

# print_table: a scene and family a line. A window is what the scene shows of it: the change, or how long the route was missing.
print_table() {
    awk -F, '
        function cell(kind, name) { return (kind " " name) in figure ? figure[kind " " name] : "-" }
        function times(kind, name) {
            return cell(kind, name "_median") == "-" ? "-" : sprintf("%.0f / %.0f", cell(kind, name "_median"), cell(kind, name "_longest"))
        }
        NR > 1 {
            kind = $4 "," $5
            if (!seen[kind]++) kinds[++count] = kind
            figure[kind " " $1] = $2
        }
        END {
            print "# Times are microseconds of CLOCK_MONOTONIC in User-Mode Linux with two processors: median / longest."
            format = "# %-19s %6s %8s %8s %8s %6s %6s %8s %14s %14s %14s\n"
            printf format, "", "", "", "", "while", "", "old", "other", "", "lost in", "old way"
            printf format, "scene", "family", "changes", "packets", "changing", "lost", "way", "route", "change", "a row", "until"
            for (k = 1; k <= count; k++) {
                split(kinds[k], part, ",")
                printf format, part[1], "IPv" part[2], cell(kinds[k], "changes"), cell(kinds[k], "packets"),
                    cell(kinds[k], "packets_during_changes"), cell(kinds[k], "lost"), cell(kinds[k], "wrong"), cell(kinds[k], "covered"),
                    times(kinds[k], cell(kinds[k], "missing_median") == "-" ? "change" : "missing"), times(kinds[k], "lost_in_a_row"),
                    times(kinds[k], "lag")
            }
        }' "$all_rows"
}

end_report() {
    [ -z "$rows" ] || cp "$all_rows" "$rows"
    print_table
    [ "$busy" = 0 ] || echo "# The machine was busy with other work (load $busy): use no time of this table."
    [ "$(nproc)" -ge 2 ] || echo "# The machine has one processor: what should have run at once took turns."
    echo "# $claims claims, $failed failed, $bad guests not as expected, $((SECONDS - started)) s"
    [ "$bad" -eq 0 ] && [ "$claims" -gt 0 ]
}
