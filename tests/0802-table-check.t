#!/bin/sh
# Whole tables are checked before they go live: every bad row is named.
. "${0%/*}/lib.sh"
prog=$BIN/../tests/unit/tables
[ -x "$prog" ] || {
	result 1 "the driver $prog is built"
	done_testing
}

dkim-keygen -a ed25519 -d example.com -s s -o one.pem >/dev/null
check() {
	run "$prog" "$@"
}
cat >kt <<'END'
# sound
one example.com:one:./one.pem
Two example.com:two:./one.pem
any %:%:./keys/%.pem
END
cat >st <<'END'
joe@example.com one
example.com two
.example.com one:joe@example.com
joe@* any
* any:@%
END
check st kt
is "sound tables: nothing" "$status$(cat out err)" 0
printf '*@example.com one\n* any\n' >st
check refile:st kt
is "sound patterns: nothing" "$status$(cat out err)" 0

cat >kt <<'END'
one example.com:one:./one.pem
bad
worse example.com
com com:s:./one.pem
path example.com:../x:./one.pem
lost example.com:lost:./lost.pem
text example.com:text:lost.pem
END
cat >st <<'END'
example.com one
example.org
*@example.com one
ex*.com one
example.net none
example.edu one two
example.int bad
END
check st kt
is "bad tables: 1" "$status" 1
for ere in '^kt:2: nothing' '^kt:3: not DOMAIN:SELECTOR:KEY' '^kt:4: .*domain' \
    '^kt:5: .*selector' '^kt:6: ./lost.pem: No such' '^kt:7: neither' \
    '^st:2: nothing' '^st:3: a pattern' '^st:4: a pattern' \
    '^st:5: key none is not in kt' '^st:6: more than' \
    '^st:7: key bad is not in kt'; do
	like "a finding: $ere" "$(cat out)" "$ere"
done
is "... and no other" "$(wc -l <out | tr -d ' ')" 12
printf 'example.com one\n*@example.com one\n' >st
printf 'one example.com:one:./one.pem\n' >kt
check refile:st refile:kt
is "a bare domain among patterns" "$(cat out)" \
    "st:1: matches no address (*@ before the domain?)"
printf 'b.example one\na.example one\nC.example one\n' >st
check sorted:st sorted:kt
is "a sorted table that is not" "$(cat out)" \
    "st:2: not in the order of LC_ALL=C sort
st:3: not in the order of LC_ALL=C sort
st:3: upper case is not found in a sorted table"
check nowhere kt
is "no signing table" "$status $(cat out)" "1 nowhere: No such file or directory"
check st nowhere
is "no key table" "$status $(cat out)" "1 nowhere: No such file or directory"
check db:x kt
like "no table of ours" "$status $(cat out)" '^1 db:x: not a table of ours'
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "d%d.example.com k%d\n", i, i }' >st
awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "k%d example.com:s%d:./one.pem\n", i, i }' >kt
check st kt
is "20000 domains: nothing" "$status$(cat out)" 0
sed -i '15000s/k14999/k20000/' st
check st kt
is "20000 domains, and the one that is wrong" "$(cat out)" \
    "st:15000: key k20000 is not in kt"
if [ -x "$BIN/dkim-check" ]; then
	run dkim-check --signing-table st --key-table kt
	is "dkim-check says so, too" "$status$(cat err) $(cut -c1-48 out)" \
	    "1 error table-row st:15000: key k20000 is not in k"
	sed -i 15000d st
	run dkim-check --signing-table st --key-table kt
	is "dkim-check: sound tables" "$status$(cat out err)" \
	    "0ok tables st: every row can be used"
	refuses "dkim-check: one table alone: 64" 64 'only together' \
	    dkim-check --signing-table st
fi
done_testing
