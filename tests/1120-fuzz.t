#!/bin/sh
# test: once
# Each harness of tests/fuzz for two seconds from its seeds, so that it goes on
# compiling and what was found once is not found again.  To find more:
#	make fuzz FUZZ_SECONDS=600
. "${0%/*}/lib.sh"
cd "$TOP" || exit 1
scripts/fuzz -s 2 -j 2 >"$T/out" 2>"$T/err"
status=$?
[ $status -ne 69 ] || skip_all "$(cat "$T/err")"
for c in tests/fuzz/*.c; do
	name=$(basename "$c" .c)
	if grep -q "^$name: .* nothing found" "$T/out"; then
		result 0 "$(grep "^$name: " "$T/out")"
	else
		result 1 "$name"
		note "$(grep -A9 "^$name: " "$T/out" || cat "$T/err")"
	fi
	[ -d "tests/fuzz/seeds/$name" ]
	result $? "$name has seeds"
done
done_testing
