# SPDX-License-Identifier: GPL-2.0-only
# Reads what a guest of instructions.sh printed, and then what the plugin counted, and prints a line for each count:
#   VARIANT SCHEME FAMILY OPERATION KEYS PREFIXES PEERS SIZE PACKET CHOICE ROUTE CRYPTO REST
# with instructions for each packet: those of the frames to the hub less those of the frames to nobody. Appends those of each function to
# the file "functions". The line "clock" says whether the plugin missed something. The timer's ticks and programs do not count.

function group(context, name, module) {
    if (context != "rest") return context
    if (module ~ /^\[lib(chacha|poly1305|chacha20poly1305|cryptoutils)\]$/) return "crypto"
    return name ~ /^(chacha|poly1305|blake2s|kernel_fpu_|__crypto_xor)/ ? "crypto" : "rest"
}

function flush_functions(    key, part) {
    for (key in of) {
        split(key, part, SUBSEP)
        if (of[key] >= 0.05 || of[key] <= -0.05)
            printf "%s,%s,%s,%.2f,%s,%s\n", part[1], part[2], part[3], of[key], csv[current], variant >>functions
        delete of[key]
    }
}

FNR == NR && $1 == "count" && $3 == "clock" { clock = $2; nanoseconds = $4; next }
FNR == NR && $1 == "count" && $3 == "warm-up" { next }
FNR == NR && $1 == "count" {
    at = $3 " " $4 " " $5 " " $6 " " $7 " " $8 " " $9
    label[$2] = at
    frames[$2] = $10
    csv[$2] = at
    gsub(" ", ",", csv[$2])
    last = $2
    next
}
FNR == NR { next }

$1 != current { flush_functions(); current = $1 }
$1 == clock { executed += $3; next }
!($1 in label) || $5 == "user" || $2 == "background" { next }
{
    each = ($4 - $3) / frames[$1]
    kind = group($2, $5, $6)
    sum[$1, kind] += each
    of[$5, $6, kind] += each
}

END {
    flush_functions()
    difference = nanoseconds ? executed / nanoseconds - 1 : 1
    print "clock", (difference < 0.01 && difference > -0.01 ? "same" : sprintf("%d,instructions,%d,ns", executed, nanoseconds))
    for (i = 1; i <= last; i++) {
        all = sum[i, "choice"] + sum[i, "route"] + sum[i, "crypto"] + sum[i, "rest"]
        if (i in label)
            printf "%s %s %.2f %.2f %.2f %.2f %.2f\n", variant, label[i],
                all, sum[i, "choice"], sum[i, "route"], sum[i, "crypto"], sum[i, "rest"]
    }
}
