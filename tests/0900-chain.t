#!/bin/sh
# Chain loading (-- COMMAND), and what else the wrappers of mail systems need:
# --if-signed, --long-lines, --reject, --dkverify, --exit-style qmail.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] && [ -x "$BIN/dkim-verify" ] ||
    skip_all "the programs are not built"

printf 'From: a@example.com\nTo: b@example.net\nSubject: hello\n\nbody\n' >msg
dkim-keygen -d example.com -s sel -o key.pem >/dev/null
dkim-dnsrec -d example.com -s sel -k key.pem -F zone >zone
SIGN="dkim-sign -d example.com -s sel -k key.pem -t 1795341600"
VERIFY="dkim-verify -A mx.example.net -Z zone --now 1795341700"
$SIGN <msg >signed

# What a command sees: what kind of file descriptor 0 is, from its beginning.
cat >show <<-'END'
	#!/usr/bin/env python3
	import os, stat, sys
	st = os.fstat(0)
	assert stat.S_ISREG(st.st_mode) and st.st_nlink == 0
	assert os.lseek(0, 0, os.SEEK_CUR) == 0
	first = os.read(0, 1 << 30)
	os.lseek(0, 0, os.SEEK_SET)
	assert os.read(0, 1 << 30) == first and len(first) == st.st_size
	assert sys.argv[1:] == ["--", "a b", "-k"], sys.argv
	with open("/proc/self/fd/5") as f:
	    assert f.read() == "five"
	for x in os.listdir("/proc/self/fd"):  # no file of ours came along
	    if x != "0" and os.path.lexists("/proc/self/fd/" + x):
	        name = os.readlink("/proc/self/fd/" + x)
	        assert "(deleted)" not in name and not name.endswith("/zone"), name
	os.write(1, first)
	sys.exit(int(os.environ["STATUS"]))
END
chmod +x show
printf five >five
STATUS=7
export STATUS
for from in file pipe; do
	case $from in
	file) run $SIGN -- ./show -- 'a b' -k <msg 5<five ;;
	pipe) cat msg | run $SIGN -- ./show -- 'a b' -k 5<five
		cat msg | { $SIGN -- ./show -- 'a b' -k 5<five >out 2>err; echo $? >st; }
		status=$(cat st) ;;
	esac
	is "dkim-sign -- COMMAND from a $from: its exit status, nothing on stderr" \
	    "$status$(cat err)" 7
	ok "and it gets what stdout would have got" cmp out signed
	case $from in
	file) run $VERIFY -- ./show -- 'a b' -k <signed 5<five ;;
	pipe) cat signed | { $VERIFY -- ./show -- 'a b' -k 5<five >out 2>err; echo $? >st; }
		status=$(cat st) ;;
	esac
	is "dkim-verify -- COMMAND from a $from: its exit status, nothing on stderr" \
	    "$status$(cat err)" 7
	$VERIFY -f <signed >filtered
	ok "and it gets what -f writes" cmp out filtered
done
run $VERIFY signed -- cat </dev/null
ok "dkim-verify FILE -- COMMAND" cmp out filtered
run $VERIFY -F authres -f -- cat <signed
ok "dkim-verify -f -- COMMAND is the same" cmp out filtered
run $SIGN -- <msg
ok "nothing after -- is no command" cmp out signed
run sh -c "$SIGN -- sh -c 'kill -s PIPE \$\$; echo alive' <msg"
is "the command does not inherit an ignored SIGPIPE" "$(cat out)" ""
run sh -c "awk 'BEGIN { for (i = 0; i < 60000; i++) print \"a line of some length, 48 octets long, or so\" }' |
    cat msg - | $SIGN -- wc -c"
is "a big message is whole" "$status $(cat out | tr -d ' ')" \
    "0 $(($(wc -c <signed) + 60000 * 45))"

# fails NAME STATUS ERE COMMAND...: and the command never ran
cat >mark <<-END
	#!/bin/sh
	echo ran >>$T/marks
END
chmod +x mark
never() {
	rm -f marks
	refuses "$@"
	[ ! -e marks ]
	result $? "and the command never ran"
}
from() { # from FILE COMMAND...
	f_file=$1
	shift
	"$@" <"$f_file"
}
for style in 'mta 75 75' 'sysexits 69 71'; do
	set -- $style
	for p in "$SIGN" "$VERIFY"; do
		refuses "${p%% *} --exit-style $1: no such command: $2" "$2" \
		    'no/such: No such file' from signed $p --exit-style "$1" -- no/such
		refuses "${p%% *} --exit-style $1: cannot be run: $3" "$3" \
		    'Permission denied' from signed $p --exit-style "$1" -- ./msg
		refuses "${p%% *} --exit-style $1: it is a folder: $3" "$3" \
		    'Permission denied' from signed $p --exit-style "$1" -- /tmp
	done
done
never "no key" 75 'nokey: No such file' from msg dkim-sign -d example.com -s sel \
    -k nokey -- ./mark
: >empty
never "an empty message" 65 'empty message' from empty $SIGN -- ./mark
never "an empty message to verify" 65 'empty message' from empty $VERIFY -- ./mark
never "no place for the message" 75 'nowhere' from msg env TMPDIR="$T/nowhere" \
    $SIGN -- ./mark
never "no place for the message to verify" 75 'nowhere' from msg env \
    TMPDIR="$T/nowhere" $VERIFY -- ./mark
never "unreadable input" 75 'Is a directory|directory' from / $SIGN -- ./mark
never "-o and a command" 64 stdin from msg $SIGN -o x -- ./mark
never "--header-only and a command" 64 stdin from msg $SIGN --header-only -- ./mark
never "files and a command" 64 stdin $SIGN -o . msg -- ./mark
never "--in-place and a command" 64 stdin $SIGN --in-place msg -- ./mark
never "-F json and a command" 64 authres from signed $VERIFY -F json -- ./mark
never "two files and a command" 64 'one message' $VERIFY msg signed -- ./mark
never "an option without its argument before --" 64 argument from msg \
    dkim-sign -d example.com -s sel -k -- ./mark

# --- --if-signed --------------------------------------------------------------
$SIGN <signed >twice
is "--if-signed add is the default" "$(grep -c '^DKIM-Signature' twice)" 2
$SIGN --if-signed skip <signed >out 2>err
is "--if-signed skip: as it was" "$?$(cat err)" 0
ok "octet for octet" cmp out signed
$SIGN --if-signed replace <twice >out
ok "--if-signed replace: one again" cmp out signed
dkim-sign -d example.org -s sel -k key.pem <signed >other
$SIGN --if-signed skip <other >out
ok "skip minds the same d= only: already there" cmp out other
dkim-sign -d example.org -s sel -k key.pem <msg >other
$SIGN --if-signed skip <other >out
is "skip minds the same d= only: another one" "$(grep -c '^DKIM-Signature' out)" 2
$SIGN --if-signed replace <other >out
is "replace minds the same d= only" "$(grep '^DKIM-Sig' out | sed 's/.*d=//; s/;.*//' | xargs)" \
    "example.com example.org"
dkim-sign -d example.com -s old -k key.pem <msg >other
$SIGN --if-signed skip <other >out
is "skip minds the same s=, too: another key signs" "$(grep -c '^DKIM-Signature' out)" 2
$SIGN --if-signed replace <other >out
ok "replace takes any s= of the domain" cmp out signed
sed '/^DKIM-Signature/s/v=1/v=9/' signed >other
$SIGN --if-signed skip <other >out
is "skip does not take a malformed one" "$(grep -c '^DKIM-Signature' out)" 2

# --- --long-lines -------------------------------------------------------------
for n in 998 999; do
	{ cat msg; printf "%0${n}d\\n" 0; } >long
	[ $n = 998 ] && want=0 || want=65
	run $SIGN --long-lines fail <long
	is "--long-lines fail, $n octets: $want" "$status $(wc -l <err)" \
	    "$want $((want / 65))"
	run $SIGN --long-lines pass <long
	is "--long-lines pass, $n octets" "$status$(cat err)" 0
done
never "--long-lines fail and a command" 65 '999' from long $SIGN --long-lines fail -- ./mark

# --- --reject ------------------------------------------------------------------
sed 's/^body/BODY/' signed >forged
: >nozone
run $VERIFY -f <forged
is "-f: 0 whatever the verdict" "$status" 0
never "-f --reject fail" 1 'refused: dkim=fail' from forged $VERIFY -f --reject fail -- ./mark
run $VERIFY --reject fail,permerror -f <msg
is "-f --reject of something else" "$status" 0
run $VERIFY --reject none <msg
is "--reject none" "$status" 1
never "--reject permerror: no key" 1 'dkim=permerror' from signed dkim-verify \
    -Z nozone --reject permerror -- ./mark
never "--reject temperror" 75 'dkim=temperror' from signed dkim-verify \
    -n 127.0.0.1@1 --reject temperror -- ./mark
run dkim-verify --exit-style sysexits -n 127.0.0.1@1 --reject temperror <signed
is "--reject temperror, sysexits" "$status" 75
run $VERIFY --exit-style sysexits --reject none <msg
is "--reject none, sysexits" "$status" 1
printf 'From: a@example.com\nno field\n\nbody\n' >malformed
run $VERIFY --reject permerror <malformed
is "--reject permerror: a malformed header" "$status" 1
$SIGN -l <msg >open
echo more >>open
run $VERIFY --reject policy <open
is "--reject policy" "$status" 1
sed 's/v=1;/v=2;/' signed >tagged
run $VERIFY --reject neutral <tagged
is "--reject neutral" "$status" 1
for l in pass '' 'fail,' ',fail' FAIL 'fail none' softfail; do
	refuses "--reject '$l'" 64 "--reject" from msg $VERIFY --reject "$l"
done

# --- --dkverify ----------------------------------------------------------------
# letters NAME LETTER FILE OPTION...: the message has that letter and no other
letters() {
	l_name=$1
	l_want=$2
	l_file=$3
	shift 3
	is "--dkverify: $l_name" "$(refusing ,%s 'A B C D E F G H I J K L M N O P Q R' \
	    "$l_file" $VERIFY "$@")" "$l_want"
}
zone() { # zone RECORD
	printf 'sel._domainkey.example.com. 60 IN TXT "%s"\n' "$1" >zone2
}
rec=$(dkim-dnsrec -d example.com -s sel -k key.pem -F value)
p=${rec##*p=}
tag() { # tag FROM TO: a signature with another tag
	sed "s/$1/$2/" signed >tagged
}
letters "pass" A signed
letters "no signature" N msg
letters "wrong body" BOP forged
tag '^Subject: hello' 'Subject: hallo'
letters "wrong header" BDO tagged
zone2rec() {
	printf 'sel._domainkey.example.com. 60 IN TXT ( "%s" "%.200s" "%s" )\n' \
	    "$1" "$p" "${p#"$(printf %.200s "$p")"}" >zone2
}
zone2rec 'v=DKIM1; t=y; p='
letters "wrong, testing" E forged -Z zone2
tag 'v=1;' 'v=2;'
letters "v=2" OR tagged
tag 'c=relaxed' 'c=reloxed'
letters "bad syntax" CO tagged
tag 's=sel' 's=s..l'
letters "selector" GO tagged
$SIGN -x 1 <msg >expired
letters "expired" FO expired --now 1799999999
zone 'v=DKIM1; p='
letters "revoked" IO signed -Z zone2
letters "no key" LO signed -Z nozone
zone 'v=DKIM1; p=AAAA'
letters "key is none" GO signed -Z zone2
zone2rec 'v=DKIM1; h=sha1; p='
letters "h=" OQ signed -Z zone2
zone2rec 'v=DKIM1; s=tlsrpt; p='
letters "s=" MO signed -Z zone2
$SIGN -i a@sub.example.com <msg >sub
zone2rec 'v=DKIM1; t=s; p='
letters "t=s" HO sub -Z zone2
letters "unsigned, and malformed" B malformed
l63=$(printf '%063d' 0)
tag 's=sel' "s=$l63.$l63.$l63.$(printf %040d 0)"
letters "name too long" JO tagged
i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	echo "c$((i - 1)).example.com. 60 IN CNAME c$i.example.com."
done >zone2
echo 'sel._domainkey.example.com. 60 IN CNAME c0.example.com.' >>zone2
letters "DNS says what cannot be used" LO signed -Z zone2
letters "a pass that does not count" O signed --require example.org
cat forged >two
$SIGN <forged >both
letters "one of two passes" A both

usual=,CGHIJMQRkl
{ printf 'DomainKey-Signature: a=rsa-sha1; s=gone; d=example.com; b=AAAA\n'; cat signed; } >old
run $VERIFY --dkverify $usual <old
is "the usual value: a pass below an old DomainKey-Signature" "$status" 0
run $VERIFY --dkverify DEGIJKfh,CGHIJMQRkl <old
is "the value of old refuses that" "$status" 1
run $VERIFY --dkverify $usual <signed
is "the usual value: pass" "$status" 0
run $VERIFY --dkverify $usual <forged
is "the usual value: fail is accepted" "$status" 0
run $VERIFY --dkverify $usual -Z nozone <signed
is "the usual value: no key is deferred" "$status" 75
run dkim-verify -n 127.0.0.1@1 --dkverify $usual <signed
is "the usual value: no DNS is deferred" "$status" 75
run dkim-verify -n 127.0.0.1@1 --dkverify ,K <signed
is "K: no DNS is refused" "$status" 1
run dkim-verify --exit-style sysexits -n 127.0.0.1@1 --dkverify ,k <signed
is "k, sysexits" "$status" 75
run $VERIFY --exit-style sysexits --dkverify ,N <msg
is "N, sysexits" "$status" 1
run dkim-verify -n 127.0.0.1@1 --dkverify ,LO <signed
is "no DNS is neither L nor O" "$status" 0
for l in '' A ABC 'S,' ',S' 'L,' 'A,B,C' ' ,A' 'A, B'; do
	refuses "--dkverify '$l'" 64 "--dkverify" from msg $VERIFY --dkverify "$l"
done
run $VERIFY --dkverify , <msg
is "--dkverify with nothing listed accepts" "$status" 0
never "a refused message goes nowhere" 1 refused from msg $VERIFY --dkverify ,N -- ./mark

# --- --exit-style: the last one counts ------------------------------------------
for styles in 'mta 75' 'sysexits 66'; do
	for p in "dkim-sign -s sel -k nokey" "dkim-verify -Z nokey"; do
		never "${p%% *}: the last --exit-style counts: $styles" "${styles#* }" \
		    nokey from msg $p --exit-style qmail --exit-style "${styles% *}" -- ./mark
	done
done

# --- --exit-style qmail --------------------------------------------------------
# report NAME KIND ERE COMMAND...: as qmail-rspawn reads it, stderr being stdout
report() {
	r_name=$1
	r_kind=$2
	r_ere=$3
	shift 3
	rm -f marks
	"$@" >out 2>&1
	status=$?
	is "$r_name: exit 0, a $r_kind report and its NUL, nothing else" \
	    "$status $(head -c 1 out) $(tr -d '\n\0' <out | wc -c | tr -d ' ') $(tail -c 1 out | od -An -c | tr -d ' ')" \
	    "0 $r_kind $(($(wc -c <out) - 2)) \\0"
	like "$r_name: the text" "$(tr -d '\0' <out)" "$r_ere"
	[ ! -e marks ]
	result $? "$r_name: and the command never ran"
}
Q="$SIGN --exit-style qmail"
run $Q -- ./show -- 'a b' -k <msg 5<five
is "dkim-sign --exit-style qmail: the command answers" "$status$(cat err)" 7
ok "and nothing is added" cmp out signed
report "no key" Z '^Zdkim-sign: nokey: No such file' from msg dkim-sign --exit-style qmail \
    -d example.com -s sel -k nokey -- ./mark
report "no command" Z '^Zdkim-sign: no/such: No such' from msg $Q -- no/such
report "no place" Z '^Zdkim-sign: .*nowhere' from msg env TMPDIR="$T/nowhere" $Q -- ./mark
report "no input" Z '^Zdkim-sign: stdin' from / $Q -- ./mark
report "unknown option" Z '^Zdkim-sign: --frob: ' from msg $Q --frob -- ./mark
report "unknown option before it" Z '^Zdkim-sign: --frob: ' from msg dkim-sign --frob \
    --exit-style qmail -- ./mark
report "the style in one word, shortened" Z '^Zdkim-sign: --frob: ' from msg dkim-sign \
    --exit=qmail --frob -- ./mark
report "no command at all" Z '^Zdkim-sign: --exit-style qmail: needs' from msg $Q
report "cannot be signed ever" D '^Ddkim-sign: stdin: ' from empty $Q -- ./mark
printf 'Subject: x\n\n' >nofrom
report "no From" D '^Ddkim-sign: stdin: ' from nofrom dkim-sign -s sel -k key.pem \
    --exit-style qmail -- ./mark
report "a long line" D '^Ddkim-sign: .*999' from long $Q --long-lines fail -- ./mark
report "-v adds nothing" Z '^Zdkim-sign: no/such' from msg $Q -vvv -- no/such

# Memory runs out somewhere, wherever that is.
limit() { # limit KIB COMMAND...
	(
		ulimit -v "$1" || exit 99
		shift
		exec "$@"
	)
}
if [ "${DKIM_SANITIZED:-0}" = 1 ]; then
	skip "memory runs out" "sanitizers need memory of their own"
else
	awk 'BEGIN { for (i = 0; i < 9000; i++) printf "X-%d: %090d\n", i, i
	    print "From: a@example.com\n"; print "body" }' >fields
	z=0 k51=0 other=
	kib=6000
	while [ $kib -lt 40000 ]; do
		limit $kib $Q -- true <fields >out 2>&1
		s=$?
		case $s,$(head -c 1 out) in
		0,) ;;
		0,Z) z=$((z + 1)) ;;
		127,* | 1,d | *,/*) ;; # the loader had no room for libraries
		*) other="$other $kib:$s:$(head -c 60 out | tr '\0\n' '..')" ;;
		esac
		limit $kib $VERIFY --exit-style qmail -- true <fields >out 2>&1
		s=$?
		case $s in
		0 | 127) ;;
		51) k51=$((k51 + 1)) ;;
		*) other="$other $kib:$s:$(head -c 60 out | tr '\0\n' '..')" ;;
		esac
		kib=$((kib + 250))
	done
	like "memory runs out: a Z report" "$z" '^[1-9]'
	like "memory runs out: 51 of qmail-queue" "$k51" '^[1-9]'
	is "and never anything else" "$other" ""
fi

V="$VERIFY --exit-style qmail"
run $V -- cat <signed
ok "dkim-verify --exit-style qmail: the command gets the message" cmp out filtered
never "refused: 31" 31 refused from msg $V --dkverify ,N -- ./mark
never "deferred: 71" 71 refused from msg $V --dkverify ,n -- ./mark
never "--reject: 31" 31 refused from forged $V --reject fail -- ./mark
never "cannot read: 54" 54 stdin from / $V -- ./mark
never "cannot write: 53" 53 nowhere from msg env TMPDIR="$T/nowhere" $V -- ./mark
never "no command: 71" 71 no/such from msg $V -- no/such
never "empty: 31" 31 empty from empty $V -- ./mark
never "no zone: 55" 55 nowhere from msg dkim-verify -Z nowhere --exit-style qmail -- ./mark
never "usage: 64" 64 frob from msg $V --frob -- ./mark
never "no command at all: 64" 64 needs from msg $V
# Wrappers: no shell between the message and who sends it.  It only waits where
# the mail system takes most exit statuses for the end of a message.
mkdir -p home/bin home/control stubs store/example.com
cp -p key.pem store/example.com/sel.pem
echo mx.example.net >home/control/me
cat >real <<-'END'
	#!/bin/sh
	cat >/dev/null
	echo "$PPID $$" >"$WHO"
END
chmod +x real
cp real home/bin/qmail-remote.real
cp real home/bin/qmail-queue
printf '#!/bin/sh\nexit 127\n' >stubs/dkim-sign
cp stubs/dkim-sign stubs/dkim-verify
chmod +x stubs/*
wrapper() { # wrapper BINDIR NAME ARG...: leaves $status and $pid
	w_programs=$1
	w_name=$2
	shift 2
	env DKIM_BINDIR="$w_programs" QMAILHOME="$T/home" SENDMAIL="$T/real" WHO="$T/who" \
	    DKIMSIGN="$T/store/%d/sel.pem" "$TOP/scripts/$w_name" "$@" <msg >out 2>err &
	pid=$!
	wait $pid
	status=$?
}
wrapper "$BIN" qmail-queue-dkim
is "qmail-queue-dkim: the same process to the end" "$(cut -d ' ' -f 2 who)" "$pid"
for w in 'qmail-remote-dkim h a@b c@d' 'postfix-dkim-filter -f a@b -- c@d' \
    'postfix-dkim-verify mx -f a@b -- c@d'; do
	rm -f who
	# shellcheck disable=SC2086 # a list of words
	wrapper "$BIN" $w
	is "${w%% *}: who sends is in the place of the program" \
	    "$status $(cut -d ' ' -f 1 who)" "0 $pid"
	wait=75
	[ "${w%%-*}" != qmail ] || wait=111
	# shellcheck disable=SC2086
	wrapper "$T/stubs" $w
	is "${w%% *}: a program that cannot be loaded" "$status" $wait
done

if [ -w /dev/full ] && mkdir full && mount -t tmpfs -o size=64k none full 2>/dev/null; then
	awk 'BEGIN { for (i = 0; i < 9000; i++) print "0123456789" }' | cat msg - >big
	never "disk full: 53" 53 'No space' from big env TMPDIR="$T/full" $V -- ./mark
	report "disk full" Z '^Zdkim-sign: temporary file: No space' from big \
	    env TMPDIR="$T/full" $Q -- ./mark
	never "disk full: 75" 75 'No space' from big env TMPDIR="$T/full" $SIGN -- ./mark
	umount full
else
	skip "disk full" "no mount here"
fi
done_testing
