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
printf '*@example.com one\n*@example.net Two\n* any\n' >st
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
is "... and no other" "$(grep -vc ^unused out | tr -d ' ')" 12
is "... and the keys that no row names" "$(grep ^unused out | cut -d ' ' -f 2)" \
    "kt:3:
kt:4:
kt:5:
kt:6:
kt:7:"
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
    "st:15000: key k20000 is not in kt
unused kt:15000: no row of st names this key"

# Rows that never count.
shadows() { # shadows NAME PREFIX ROW...: the lines that do, "LINE<FIRST"
	name=$1
	want=$2
	kind=$3
	shift 3
	for who; do
		echo "$who one"
	done >st
	printf 'one example.com:one:./one.pem\n' >kt
	check "${kind}st" kt
	is "$name" "$(sed 's/^shadowed st:\([0-9]*\): .*line \([0-9]*\) .*/\1<\2/' \
	    out | tr '\n' ' ')" "$want"
}
shadows "a row that stands twice" "3<1 " '' a.example b.example A.Example
shadows "a plain row never hides another one" "" '' '*' .example a.example \
    joe@a.example 'joe@*'
shadows "a sorted one, too" "2<1 " sorted: a.example a.example b.example
shadows "all patterns behind a star" "2<1 3<1 4<1 " refile: '*' '*@a.example' \
    joe@a.example '*'
shadows "a domain and what lies in it" "3<2 4<2 " refile: joe@a.example \
    '*@*example' '*@a.example' '*@*.example' '*@example.com'
shadows "the part before the @" "2<1 4<1 " refile: 'j*@*' 'joe@*' '*@a.example' \
    'j*e@a*e'
shadows "case does not count" "2<1 " refile: '*@A.example' '*@a.EXAMPLE'
shadows "the first of several" "4<2 " refile: '*@b*' '*@*a*' '*@*b' '*@*ab*' \
    '*ab'
shadows "a star in a pattern is more than any letter" "3<2 " refile: 'a@b' 'a*@b' \
    'aa*@b' '*@b'
shadows "a star may stand for nothing" "2<1 3<1 " refile: '*a*b*@c*' ab@c \
    '**ab@c**'
printf '*@a.example one\n*@a.example two\n' >st
printf '%s example.com:s:./one.pem\n' one two ONE three 't*' >kt
check refile:st kt
is "a name that the key table has twice, and what is not used" "$(cat out)" \
    "shadowed kt:3: never used: line 1 takes all that it is for
shadowed st:2: never used: line 1 takes all that it is for
unused kt:4: no row of refile:st names this key
unused kt:5: no row of refile:st names this key"
check refile:st refile:kt
is "key names that are patterns" "$(grep -c kt: out; grep kt:5 out)" \
    "3
unused kt:5: no row of refile:st names this key"
printf '* %%\n' >st
printf '%s example.com:s:./one.pem\n' a.example one >kt
check st kt
is "with % any key may be used that is named like a domain" "$(cat out)" \
    "unused kt:2: no row of st names this key"

# One record cannot be that of two keys.
dkim-keygen -a ed25519 -d example.com -s s -o two.pem >/dev/null
printf '%s\n' 'a example.com:s:./one.pem' 'b example.com:s2:./two.pem' \
    'c EXAMPLE.com:S:./one.pem' 'd example.com:s:./two.pem' \
    'e %:s:./two.pem' 'f %:s:./one.pem' 'g a.example.com:s:./two.pem' \
    'h example.com:s:./lost%/one.pem' >kt
for key in a b c d e f g h; do
	printf '*@%s.example %s\n' $key $key
done >st
check refile:st kt
like "two keys for one record" "$status $(cat out)" \
    '^1 two kt:4: not the key of line [13]$'
is "... told once" "$(grep -c . out)" 1
sed -i 4d kt
sed -i 4d st
check refile:st kt
is "one key for several rows, several for a record that depends" \
    "$status$(cat out err)" 0

# Nobody should wait for a big table.
awk 'BEGIN { for (i = 0; i < 100000; i++)
	printf "*@d%d.example.com %s%d\n", i, i % 2 ? "k" : "p.", i }' >st
awk 'BEGIN { for (i = 0; i < 100000; i++)
	printf "%s%d* example.com:s%d:./one.pem\n", i % 2 ? "k" : "p.", i, i }' >kt
start=$(date +%s)
check refile:st refile:kt
end=$(date +%s)
# "k1*" takes what "k11*" does.
want=$(awk 'BEGIN { for (i = 0; i < 100000; i++) {
	j = i
	do
		j = int(j / 10)
	while (j > 0 && j % 2 != i % 2)
	n += j > 0
} print n }')
limit=20
[ -z "${DKIM_EMULATED:-}" ] || limit=200
is "100000 patterns against 100000 patterns: $((end - start)) s" \
    "$((end - start < limit)) $(grep -c shadowed out)" "1 $want"

if [ -x "$BIN/dkim-check" ]; then
	sed -i 's/[*]//' kt
	sed -i '15000s/k14999/k20000/' st
	run dkim-check --signing-table refile:st --key-table kt
	is "dkim-check says so, too" "$status$(cat err) $(cut -c1-55 out)" \
	    "1 error table-row st:15000: key k20000 is not in kt: mail
note table-unused kt:15000: no row of refile:st names t"
	sed -i 15000d st
	sed -i 15000d kt
	run dkim-check --signing-table refile:st --key-table kt
	is "dkim-check: sound tables" "$status$(cat out err)" \
	    "0ok tables refile:st: every row can be used"
	sed 's/^[*]@//; s/[.]example/a&/' st | LC_ALL=C sort >sst
	LC_ALL=C sort kt >skt
	run dkim-check --signing-table sorted:sst --key-table sorted:skt
	is "dkim-check: sound sorted tables" "$status$(cat out err)" \
	    "0ok tables sorted:sst: every row can be used"
	printf '* one\n*@b one\n' >st
	dkim-keygen -b 1024 -d example.com -s s -o weak.pem >/dev/null
	cp one.pem open.pem
	chmod 644 open.pem
	printf '%s example.com:%s:./%s.pem\n' one w weak two s one three o open >kt
	run dkim-check --signing-table refile:st --key-table kt
	is "dkim-check: weak keys, open ones, and rows that do not count" \
	    "$status $(cut -d : -f 1-3 out)" \
	    "1 warning weak-key kt:1: the key
error table-row kt:3: ./open.pem
warning table-shadowed st:2: never used
note table-unused kt:2: no row of refile
note table-unused kt:3: no row of refile"
	sed -i '/open/d' kt
	run dkim-check --signing-table refile:st --key-table kt --all-matches
	is "dkim-check: all rows count with --all-matches" \
	    "$status $(grep -c shadowed out)" "0 0"
	printf '%s example.com:s:./%s.pem\n' one weak two one >kt
	run dkim-check --signing-table refile:st --key-table kt --all-matches
	like "dkim-check: two keys for one record" "$status $(grep two-keys out)" \
	    '^1 error table-two-keys kt:2: not the key of line 1'
	refuses "dkim-check: one table alone: 64" 64 'only together' \
	    dkim-check --signing-table st
	refuses "dkim-check: --all-matches alone: 64" 64 'needs --signing-table' \
	    dkim-check --all-matches -d example.com
fi

# ------------------------------------------------- --all: and their records in DNS
for d in a.example b.example c.example; do
	mkdir -p "live/$d"
	dkim-keygen -a ed25519 -d $d -s mail -o live/$d/mail.pem >>live.zone
done
dkim-keygen -a ed25519 -d fixed.example -s f -o live/f.pem >/dev/null
printf 'all %%:mail:./live/%%/mail.pem\nf fixed.example:f:./live/f.pem\n' >lkt
printf '*@a.example all\nx@b.example all\n*@c.example all\n*@d.example all\n*@*.fixed.example f\n' >lst
rm live/b.example/mail.pem
sed -i '/^mail\._domainkey\.c/,/)/d' live.zone
dkim-dnsrec -d c.example -s mail --revoke >>live.zone
run dkim-check --all --signing-table refile:lst --key-table lkt -Z live.zone
is "--all with tables: 1" "$status" 1
for want in 'ok key-matches mail\._domainkey\.a\.example' \
    'error revoked mail\._domainkey\.c\.example' \
    'error no-record f\._domainkey\.fixed\.example' \
    'error table-row lkt:1: \./live/b\.example/mail\.pem: No such file' \
    'error table-row lkt:1: \./live/d\.example/mail\.pem: No such file'; do
	like "... $want" "$(cat out)" "^$want"
done
run dkim-check --signing-table refile:lst --key-table lkt -Z live.zone
unlike "without it no record is looked up" "$(cat out)" '_domainkey'
done_testing
