# SPDX-License-Identifier: GPL-2.0-only
# The table of windows.sh from its rows: awk -F, -f table.awk ROWS. With -v markdown=1 it is the one of the README.
function cell(name) { return (kind " " name) in figure ? figure[kind " " name] : "-" }

function times(name) { return cell(name "_median") == "-" ? "-" : sprintf("%.0f / %.0f", cell(name "_median"), cell(name "_longest")) }

# In a plain table a column has the width, and is on the right if that is positive.
function line(list, i, n, text, part, width) {
    n = split(list, part, ",")
    split("-19,6,8,8,8,6,6,8,14,14,14", width, ",")
    text = markdown ? "|" : "#"
    for (i = 1; i <= n; i++) text = text (markdown ? sprintf(" %s |", part[i]) : sprintf(" %" width[i] "s", part[i]))
    print text
}

NR > 1 {
    kind = $4 "," $5
    if (!seen[kind]++) kinds[++count] = kind
    figure[kind " " $1] = $2
}

END {
    if (markdown) {
        line("scene,family,changes,packets,of these while a change was made,lost,old way,other route,change,lost in a row,old way until")
        line("---,---,---,---,---,---,---,---,---,---,---")
    } else {
        print "# Times are microseconds of CLOCK_MONOTONIC in User-Mode Linux with two processors: median / longest."
        line(",,,,while,,old,other,,lost in,old way")
        line("scene,family,changes,packets,changing,lost,way,route,change,a row,until")
    }
    for (k = 1; k <= count; k++) {
        kind = kinds[k]
        split(kind, part, ",")
        line((markdown ? "`" part[1] "`" : part[1]) ",IPv" part[2] "," cell("changes") "," cell("packets") "," cell("packets_during_changes") "," \
             cell("lost") "," cell("wrong") "," cell("covered") "," times(cell("missing_median") == "-" ? "change" : "missing") "," \
             times("lost_in_a_row") "," times("lag"))
    }
}
