#!/bin/sh
# test: once
# scripts/bench-keys measures each kind of source and leaves nothing behind.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
mkdir tmp
bench() {
	TMPDIR=$T/tmp
	export TMPDIR
	run "$TOP/scripts/bench-keys" "$@"
	unset TMPDIR
}
bench --seconds 0 3
is "it runs" "$status$(cat err)" 0
is "each kind has its line" "$(awk '$1 == 3 { print $2 }' out | tr '\n' ' ')" \
    "directory template plain refile sorted "
is "... with a ratio" "$(awk '$1 == 3 && $7 > 0' out | wc -l | tr -d ' ')" 5
is "nothing is left" "$(ls -A tmp)" ""
bench none
is "a count that is none: 64" "$status$(cat out)" 64
bench --seconds
is "no seconds: 64" "$status$(cat out)" 64
bench -h
like "help" "$status $(cat out)" '^0 usage: scripts/bench-keys'
done_testing
