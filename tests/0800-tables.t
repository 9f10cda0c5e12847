#!/bin/sh
# test: evp
# OpenDKIM's KeyTable and SigningTable as they are found: which row is for whom
# (opendkim.conf(5)), what a row may say, and that nothing goes out unsigned for
# a row that is wrong.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

mkdir -p keys/a.example.com
for k in keys/one keys/two keys/three keys/a.example.com/default; do
	dkim-keygen -a ed25519 -d example.com -s s -o $k.pem >/dev/null
done
dkim-keygen -a rsa -d example.com -s s -o keys/rsa.pem >/dev/null
mail() { # mail FROM: a message on standard output
	printf 'From: %s\nTo: b@example.net\nSubject: hello\n\nbody\n' "$1"
}

# signs OPTION...: "d/s/i" of each signature on msg, then the exit status
signs() {
	run dkim-sign --exit-style sysexits --header-only "$@" <msg
	awk -v status="$status" '
		function tag(n,  v) {
			if (!match(s, ";" n "=[^;]*"))
				return ""
			return substr(s, RSTART + length(n) + 2,
			    RLENGTH - length(n) - 2)
		}
		function put() {
			if (s != "")
				printf "%s/%s/%s ", tag("d"), tag("s"), tag("i")
		}
		/^DKIM-Signature:/ { put(); s = ";" }
		{ sub(/^DKIM-Signature:/, ""); gsub(/[ \t\r]/, ""); s = s $0 }
		END { put(); print status }' out
}

# --- which row of a plain table ----------------------------------------------
cat >kt <<END
# name	domain:selector:key
one	example.com:one:./keys/one.pem	# a comment behind
  two   example.com:two:./keys/two.pem

three	example.com:three:./keys/three.pem
same	%:sel:./keys/%/default.pem
dotted	%:%:./keys/%/default.pem
here	example.com:here:$(grep -v -e '---' keys/two.pem | tr -d '\n')
armour	example.com:armour:$(awk '{ printf "%s\\n", $0 }' keys/rsa.pem)
END
chmod 600 kt
mail 'Joe <Joe@A.Example.COM>' >msg
plain() { # plain NAME WANT ROW...
	name=$1
	want=$2
	shift 2
	printf '%s\n' "$@" >st
	is "$name" "$(signs --key-table kt --signing-table st)" "$want"
	printf '%s\n' "$@" | tr 'A-Z\t' 'a-z ' | LC_ALL=C sort >sorted
	is "$name (sorted:)" \
	    "$(signs --key-table kt --signing-table sorted:sorted)" "$want"
}
one=example.com/one/
two=example.com/two/
plain "nobody" "0" 'b.example.com one' 'ann@a.example.com two'
is "... and the message is as it was" "$(dkim-sign --key-table kt \
    --signing-table st <msg | cksum)" "$(cksum <msg)"
plain "the address before the domain" "$one 0" 'a.example.com two' \
    'joe@a.example.com one'
plain "the domain before the address at a parent" "$one 0" \
    'joe@.example.com two' 'a.example.com one'
plain "the nearer parent" "$one 0" 'joe@.com two' 'joe@.example.com one'
plain "a near parent before an address at a far one" "$two 0" \
    '.example.com two' 'joe@.com one'
plain "a parent" "$one 0" '.com two' '.example.com one'
plain "the top-level domain" "$one 0" '.com one'
plain "a parent has its dot" "0" 'example.com one'
plain "the domain itself is no parent" "0" '.a.example.com one'
plain "part of a label is none" "0" '.ample.com one'
plain "user@* before *" "$one 0" '* two' 'joe@* one'
plain "*" "$two 0" '* two'
plain "parents before *" "$one 0" '* two' 'joe@* two' '.com one'
plain "case does not count" "$one 0" 'JOE@a.example.com one'
plain "% is the domain" "a.example.com/sel/ 0" 'a.example.com same'
plain "%:% and % in the path" "a.example.com/a.example.com/ 0" '* dotted'
plain "a key in the table, base64" "example.com/here/ 0" '* here'
plain "a key in the table, PEM" "example.com/armour/ 0" '* armour'
plain "the signer column" "example.com/one/@example.com 0" '* one:@example.com'
plain "... with a %" "example.com/one/joe@a.example.com 0" '* one:joe@%'
plain "... which is left out where it disagrees with d=" "$one 0" \
    '* one:joe@example.net'
plain "... and where it is no address" "$one 0" '* one:joe@ex_ample..com'
printf 'a.example.com one\na.example.com two\n' >st
is "the first of two equal rows" "$(signs --key-table kt --signing-table st)" \
    "$one 0"
is "all of them with --all-matches" \
    "$(signs --key-table kt --signing-table st --all-matches)" "$one $two 0"
printf '* two\n.com three\na.example.com one\njoe@a.example.com two\n' >st
is "--all-matches: best first, a key but once" \
    "$(signs --key-table kt --signing-table st --all-matches)" \
    "$two $one example.com/three/ 0"
LC_ALL=C sort st >sorted
is "--all-matches in a sorted table" \
    "$(signs --key-table kt --signing-table sorted:sorted --all-matches)" \
    "$two $one example.com/three/ 0"
is "-i comes before the signer column" "$(printf '* one:@example.com\n' >st
    signs --key-table kt --signing-table st -i x@example.com)" \
    "example.com/one/x@example.com 0"
is "-d stands for the author" "$(printf 'example.org one\n' >st
    signs --key-table kt --signing-table st -d example.org)" "$one 0"
is "file: is a plain table" "$(signs --key-table file:kt \
    --signing-table file:st -d example.org)" "$one 0"
printf 'a.example.com\ttwo\r\n' >st
is "lines with CRLF and tabs" "$(signs --key-table kt --signing-table st)" \
    "$two 0"
printf 'a.example.com two' >st
is "a last line without its end" "$(signs --key-table kt --signing-table st)" \
    "$two 0"
printf 'a.example.com one' >st
mail 'a@b.example.com' >other
is "--fallback where no row is for the author" \
    "$(dkim-sign --key-table kt --signing-table st --fallback a.example.com \
	<other | grep -c 's=one')" 1
is "--no-key=fail" "$(dkim-sign --key-table kt --signing-table st --no-key fail \
    --exit-style sysexits <other 2>&1; echo $?)" \
    "dkim-sign: no key for b.example.com
66"

# --- patterns ------------------------------------------------------------------
refile() { # refile NAME WANT ROW...
	name=$1
	want=$2
	shift 2
	printf '%s\n' "$@" >st
	is "refile: $name" "$(signs --key-table kt --signing-table refile:st)" \
	    "$want"
}
refile "the first that matches" "$one 0" '*@*.example.com one' \
    'joe@a.example.com two'
refile "the whole address" "$two 0" 'joe@a.example one' 'oe@a.example.com one' \
    'joe@a.example.com two'
refile "a bare domain matches no address" "$two 0" 'a.example.com one' '* two'
refile "several stars" "$one 0" '*x*@* two' 'j*e@*.*.c*m one'
refile "a dot is a dot" "$two 0" 'joe@a?example.com one' 'joe@aXexample.com one' \
    'joe@[a].example.com one' '*@a.example.com two'
refile "case does not count" "$one 0" '*@A.EXAMPLE.COM one'
refile "a bad row before the one that matches" "78" 'bad' '* one'
refile "... and behind it" "78" '* one' 'bad'
refile "... and for somebody else" "78" '* one' '*@b.example.com one two'
printf '*@* one\n*@a.* two\n*@b.* three\n' >st
is "refile: --all-matches" \
    "$(signs --key-table kt --signing-table refile:st --all-matches)" \
    "$one $two 0"
printf '* two-or-three\n' >st
printf '*-three %s\n' 'example.com:two:./keys/two.pem' >rekt
is "refile: for the key table" \
    "$(signs --key-table refile:rekt --signing-table refile:st)" "$two 0"
# 30 stars against 16 KiB of address would be the end of a backtracking matcher.
awk 'BEGIN { for (i = 0; i < 30; i++) printf "*a"; print "b one" }' >st
awk 'BEGIN { printf "From: "; for (i = 0; i < 60; i++) printf "a"; 
	print "@a.example.com\n\nx" }' >bomb
is "a pattern that explodes elsewhere is quick" "$(timeout 5 dkim-sign \
    --key-table kt --signing-table refile:st <bomb >/dev/null; echo $?)" 0

# --- what is wrong makes the message wait --------------------------------------
bad() { # bad NAME ERE ROW [KEYROW]
	printf 'x.example.com one\n%b\n' "$3" >st
	printf 'zero example.com:zero:./keys/one.pem\n%b\n' \
	    "${4:-one example.com:one:./keys/one.pem}" >badkt
	chmod 600 badkt
	mail 'joe@a.example.com' >msg
	refuses "$1: 78" 78 "$2" dkim-sign --exit-style sysexits \
	    --key-table badkt --signing-table st <msg
	refuses "$1: 75" 75 "$2" dkim-sign --key-table badkt --signing-table st <msg
}
bad "a row without a key" 'dkim-sign: st:2: ' '*@foo'
bad "a key that the key table does not have" 'st:2: key nine is not in badkt' \
    '* nine'
bad "a row with three words" 'st:2: ' '* one two'
bad "a control character" 'st:2: .*control' '*\00one one'
bad "a NUL" 'st:2: .*control' '* one\0000'
bad "a CR within" 'st:2: .*control' '* one\rtwo'
bad "too long a line" 'st:2: .*long' "* $(head -c 17000 /dev/zero | tr '\0' x)"
bad "a key row without selector" 'badkt:2: .*DOMAIN:SELECTOR:KEY' '* one' \
    'one example.com'
bad "a key row without key" 'badkt:2: ' '* one' 'one example.com:one:'
bad "a key row with a bad domain" 'badkt:2: .*domain' '* one' \
    'one ../x:one:./keys/one.pem'
bad "a key row with a bad selector" 'badkt:2: .*selector' '* one' \
    'one example.com:a/b:./keys/one.pem'
bad "a key that is no key" 'badkt:2: ' '* one' 'one example.com:one:AAAA'
bad "a key that is no base64" 'badkt:2: ' '* one' 'one example.com:one:k/one.pem'
bad "half a key" 'badkt:2: ' '* one' \
    "one example.com:one:$(sed -n 2p keys/rsa.pem)"
bad "an unfinished PEM" 'badkt:2: ' '* one' \
    'one example.com:one:-----BEGIN PRIVATE KEY-----MC4CAQAwBQYDK2Vw'
# Wherever it stands, and whoever it is for.
bad "a bad row behind the one that matches" 'dkim-sign: st:3: ' '* one\nx.example.com'
bad "a bad row for somebody else" 'dkim-sign: st:3: ' '* one\nx.example.com one two'
bad "a bad key row behind the one that is meant" 'badkt:3: nothing' '* one' \
    'one example.com:one:./keys/one.pem\ntwo'
bad "a bad key row for somebody else" 'badkt:2: .*domain' '* one' \
    'two ../x:two:./keys/two.pem\none example.com:one:./keys/one.pem'
bad "a bad key row behind, for somebody else" 'badkt:3: .*selector' '* one' \
    'one example.com:one:./keys/one.pem\ntwo example.com:a/b:./keys/two.pem'
printf '* one\n' >st
printf 'one example.com:one:./keys/none.pem\n' >badkt
refuses "a key file that is not there: 66" 66 'badkt:1: ./keys/none.pem: No such' \
    dkim-sign --exit-style sysexits --key-table badkt --signing-table st <msg
printf 'one example.com:one:./keys/open.pem\n' >badkt
cp keys/one.pem keys/open.pem
chmod 644 keys/open.pem
refuses "a key file that others can read: 77" 77 'badkt:1: ./keys/open.pem: mode' \
    dkim-sign --exit-style sysexits --key-table badkt --signing-table st <msg
grep here kt >badkt
chmod 644 badkt
printf '* here\n' >st
refuses "a table with a key that others can read: 77" 77 'badkt.*chmod' \
    dkim-sign --exit-style sysexits --key-table badkt --signing-table st <msg
is "... unless --insecure-key" "$(dkim-sign --insecure-key --key-table badkt \
    --signing-table st <msg | grep -c 's=here')" 1
refuses "a signing table that is not there: 66" 66 'nowhere: No such' \
    dkim-sign --exit-style sysexits --key-table kt --signing-table nowhere <msg
refuses "a key table that is not there: 66" 66 'nowhere: No such' \
    dkim-sign --exit-style sysexits --key-table nowhere --signing-table st <msg
refuses "a table that is a folder: 66" 66 'keys: not a regular' \
    dkim-sign --exit-style sysexits --key-table kt --signing-table keys <msg
mkfifo fifo
refuses "a table that is a FIFO: 66, at once" 66 'fifo: not a regular' \
    timeout 5 dkim-sign --exit-style sysexits --key-table kt \
    --signing-table fifo <msg
for kind in db: dsn:mysql:// ldap:// lua: csl:; do
	refuses "a $kind table: 64" 64 "not a table of ours" dkim-sign \
	    --key-table kt --signing-table "$kind/x" <msg
done
refuses "one table alone: 64" 64 'only together' dkim-sign --key-table kt <msg
refuses "--all-matches alone: 64" 64 'needs' dkim-sign --all-matches <msg

# --- sorted tables ---------------------------------------------------------------
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "d%d.example.com k%d\n", i, i }' |
    LC_ALL=C sort >big
awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "k%d example.com:s%d:./keys/one.pem\n", i, i }' |
    LC_ALL=C sort >bigkt
missed=
for i in 0 1 9999 10000 12345 19998 19999 7 77 777 $(awk 'NR % 2000 == 1 {
	sub(/^d/, ""); sub(/[.].*/, ""); print }' big); do
	mail "a@d$i.example.com" >msg
	[ "$(signs --key-table sorted:bigkt --signing-table sorted:big)" = \
	    "example.com/s$i/ 0" ] || missed="$missed $i"
done
is "every row of sorted tables is found" "$missed" ""
missed=
for i in 20000 x '' 1x; do
	mail "a@d$i.example.com" >msg
	[ "$(signs --key-table sorted:bigkt --signing-table sorted:big)" = 0 ] ||
	    missed="$missed $i"
done
is "and no other" "$missed" ""
if command -v strace >/dev/null 2>&1 && strace -o /dev/null true 2>/dev/null &&
    [ -z "${DKIM_SANITIZED:-}" ]; then
	mail "a@d12345.example.com" >msg
	strace -o trace -e trace=pread64 dkim-sign --key-table sorted:bigkt \
	    --signing-table sorted:big <msg >/dev/null
	n=$(grep -c pread64 trace)
	is "a sorted table is not read whole ($n reads)" "$((n < 60))" 1
else
	skip "a sorted table is not read whole" "no strace"
fi
for where in 1 10000 20000; do
	sed "${where}s/ .*//" big >bent
	mail "a@$(sed -n "${where}s/ .*//p" big)" >msg
	refuses "a bad row of a sorted table is named by its line ($where)" 78 \
	    "bent:$where: " dkim-sign --exit-style sysexits \
	    --key-table sorted:bigkt --signing-table sorted:bent <msg
done
# A search believes the order, so what it meets in another one is no answer.
unsorted() { # unsorted NAME LINE: names file and line, or any line
	mail "a@d12345.example.com" >msg
	refuses "a sorted table that is not: $1" 78 \
	    "bent:$2: not in the order" dkim-sign --exit-style sysexits \
	    --key-table sorted:bigkt --signing-table sorted:bent <msg
}
at=$(grep -n '^d12345[.]' big | cut -d : -f 1)
sort -r big >bent
unsorted "backwards" '[0-9]*'
sed "$((at - 1))s/.*/z k1/" big >bent
unsorted "the row before" "($((at - 1))|$at)"
sed "$((at + 1))s/.*/a k1/" big >bent
unsorted "the row behind" "$((at + 1))"
{
	echo 'zzz k1'
	cat big
} >bent
unsorted "the first row is the last" '[0-9]*'
{
	cat big
	echo 'aaa k1'
} >bent
run dkim-check --signing-table sorted:bent --key-table sorted:bigkt
is "dkim-check sees a row out of order that no search meets" \
    "$status $(grep -c . out) $(cut -c1-50 out)" \
    "1 1 error table-row bent:20001: not in the order of LC"
: >empty
is "an empty sorted table" "$(signs --key-table sorted:empty \
    --signing-table sorted:empty)" 0
done_testing
