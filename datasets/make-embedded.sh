#!/bin/sh
# SPDX-License-Identifier: MIT
# Remakes the embedded table from Debian's package libloc-database: every network of the IPFire location
# database that has an origin AS. Needs apt-get and dpkg-deb (Debian or Ubuntu), Python 3 of that same release and
# the .NET SDK; no root, nothing is installed.
#
#   datasets/make-embedded.sh [VERSION [FOLDER]]
#
# VERSION  of libloc-database; default 0~20221029-1, which the committed table was made from. Where the
#          configured archive no longer has it, the version it has is taken, with a warning: another
#          database is another table, with another digest.
# FOLDER   to write to; default: this folder.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
wanted=${1:-0~20221029-1}
out=$(CDPATH= cd -- "${2:-$here}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() { apt-get download -q "$1" >apt.log 2>&1; }

if ! fetch "libloc-database=$wanted"; then
    if ! fetch libloc-database; then
        cat apt.log >&2
        echo "make-embedded: apt-get has no libloc-database; run apt-get update, or add Debian's archive" >&2
        exit 1
    fi
    echo "make-embedded: the archive has no libloc-database $wanted; taking the version it has" >&2
fi
for package in location python3-location libloc1; do
    fetch "$package" || { cat apt.log >&2; exit 1; }
done
version=$(dpkg-deb --field libloc-database_*.deb Version)
for package in ./*.deb; do
    dpkg-deb --extract "$package" root
done

# The tool is Python with an extension module, built for the release's own interpreter.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
LD_LIBRARY_PATH=$(echo "$work"/root/usr/lib/*/libloc.so.1 | xargs dirname)
PYTHONPATH=$work/root/usr/lib/python3/dist-packages
export LD_LIBRARY_PATH PYTHONPATH
database=$(find "$work/root" -name location.db)
echo "libloc-database $version, $(wc -c <"$database") bytes"
"$python" root/usr/bin/location --database "$database" dump dump.txt
unset LD_LIBRARY_PATH PYTHONPATH

# The dump is in paragraphs, as RPSL: "net: PREFIX", then what is known of it, then a blank line.
awk '/^net:/ { net = $2 } /^aut-num:/ && net != "" { print net } /^$/ { net = "" }' dump.txt |
    LC_ALL=C sort -u >announced.txt
echo "$(wc -l <announced.txt) networks with an origin AS"

# 0~20221029-1 -> 2022-10-29
day=$(echo "$version" | sed -n 's/^.*~\{0,1\}\(20[0-9][0-9]\)\([0-9][0-9]\)\([0-9][0-9]\).*$/\1-\2-\3/p')
cd "$here"
dotnet run encode-table.cs -- "$work/announced.txt" "libloc ${day:-$version}" "$out"
sha256sum "$out"/embedded-ipv4.bin "$out"/embedded-ipv6.bin | sed "s| $out/| |"
