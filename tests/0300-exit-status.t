#!/bin/sh
# test: evp
# Bad input: one line on standard error, the exit status of the manual, nothing on
# standard output.  Where mail passes through (dkim-sign, dkim-verify) everything
# but 64 and 65 becomes 75, "try again later"; --exit-style sysexits tells.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] && [ -x "$BIN/dkim-verify" ] ||
    skip_all "the programs are not built"

# fails NAME STATUS ERE COMMAND...: STATUS may be several, "66|74"
fails() {
	f_name=$1
	f_want=$2
	f_ere=$3
	shift 3
	run "$@"
	f_why=
	printf '%s\n' "$status" | grep -Eqx -e "$f_want" || f_why="status;"
	[ ! -s out ] || f_why="$f_why stdout;"
	[ "$(wc -l <err)" -eq 1 ] || f_why="$f_why lines of stderr;"
	grep -Eq -e "^${f_prog:-$1}: .*($f_ere)" err || f_why="$f_why text;"
	if LC_ALL=C grep -q '[^ -~]' err; then f_why="$f_why control characters;"; fi
	if [ -z "$f_why" ]; then
		result 0 "$f_name"
	else
		result 1 "$f_name"
		note "wrong: $f_why exit $status (want $f_want)," \
		    "stdout $(wc -c <out) octets"
		note "stderr: $(head -3 err)"
	fi
}

# mail NAME STATUS ERE COMMAND...: the same in both styles; STATUS is the exact one
mail() {
	m_name=$1
	m_want=$2
	m_ere=$3
	m_prog=$4
	shift 4
	case $m_want in
	64 | 65) m_mta=$m_want ;;
	*) m_mta=75 ;;
	esac
	[ "${in:-}" ] || in=msg
	fails "$m_prog: $m_name: $m_mta" "$m_mta" "$m_ere" "$m_prog" "$@" <"$in"
	fails "$m_prog: $m_name: $m_want with --exit-style sysexits" "$m_want" \
	    "$m_ere" "$m_prog" --exit-style sysexits "$@" <"$in"
	fails "$m_prog: $m_name: $m_mta with --exit-style mta" "$m_mta" \
	    "$m_ere" "$m_prog" --exit-style mta "$@" <"$in"
	in=
}

printf 'From: a@example.com\nTo: b@example.net\nSubject: hello\n\nbody\n' >msg
dkim-keygen -d example.com -s sel -o key.pem >record 2>err ||
    note "dkim-keygen: $(cat err)"
dkim-keygen -a ed25519 -d example.com -s ed -o ed.pem >/dev/null 2>&1
dkim-dnsrec -d example.com -s sel -k key.pem -F zone >zone 2>/dev/null
SIGN="dkim-sign -d example.com -s sel -k key.pem"
$SIGN <msg >signed 2>err
is "what everything below starts from: a message is signed" "$?$(cat err)" 0
dkim-verify -Z zone <signed >out 2>err
is "and verified" "$?$(cat err)" 0

# --- 64: the command line -----------------------------------------------------
long=$(printf '%064d' 0)
mail "unknown option" 64 '--frobnicate' dkim-sign --frobnicate
mail "unknown letter" 64 '-J' dkim-sign -J
mail "option without its argument" 64 argument dkim-sign -s
mail "-s without -k gives no key for two" 64 . dkim-sign -d example.com -s a -s b -k key.pem
for d in '' com 'exa mple.com' example..com .example.com example.com.. . \
    exam/ple.com ../../etc/passwd 'ex
ample.com' "$long.com" 'example\.com' 'a@example.com'; do
	mail "-d '$(echo "$d" | tr '\n' '?')'" 64 . dkim-sign -s sel -k key.pem -d "$d"
done
for s in '' 'a b' a/b .. a..b .a 'a;b' "$long" 's
t'; do
	mail "-s '$(echo "$s" | tr '\n' '?')'" 64 . dkim-sign -d example.com -k key.pem -s "$s"
done
while IFS='|' read -r opt values; do
	while [ -n "$values" ]; do
		value=${values%%,*}
		case $values in
		*,*) values=${values#*,} ;;
		*) values= ;;
		esac
		# shellcheck disable=SC2086
		mail "$opt '$value'" 64 . $SIGN $opt "$value"
	done
done <<-'END'
	-a|rsa-sha1,rsa-sha512,ed25519,nothing,RSA-SHA1
	-c|foo,relaxed/,/relaxed,relaxed/relaxed/simple,simple/foo,nofws
	-x|0,-5,7y,d,1.5d,99999999999999999999w, 7d
	-t|never,-1,1234567890123,0x10,1e9
	-i|a@example.org,@notexample.com,a@com,nodomain,a@,a@b@example.org
	-H|Subject:To,:From,From::To,From: ,Fr om,From:Sub	ject
	-O|:,Sub ject,Su;bject
	--now|-1,abc,1234567890123,1.5
	--exit-style|foo
	--if-signed|foo
	--long-lines|foo
	--from-header|Foo,Reply-To
	--no-key|foo
END
mail "empty -a" 64 . $SIGN -a ''
mail "empty -c" 64 . $SIGN -c ''
mail "empty -H" 64 . $SIGN -H ''
mail "-H that takes From away" 64 '[Ff]rom' $SIGN -H -From
mail "-x that is not after -t" 64 . $SIGN -t 1000000000 -x 0

mail "unknown option" 64 '--frobnicate' dkim-verify --frobnicate
mail "unknown letter" 64 '-J' dkim-verify -J
mail "option without its argument" 64 argument dkim-verify -Z
while IFS='|' read -r opt values; do
	while [ -n "$values" ]; do
		value=${values%%,*}
		case $values in
		*,*) values=${values#*,} ;;
		*) values= ;;
		esac
		in=signed
		mail "$opt '$value'" 64 . dkim-verify $opt "$value"
	done
done <<-'END'
	-n|nowhere.example.com,127.0.0.1@,127.0.0.1@0,127.0.0.1@65536,127.0.0.1@x,1.2.3,::g,300.1.1.1
	-T|0,-1,abc,1e3
	-m|-1,abc,99999999999999
	-F|foo,JSON
	--now|-1,abc,1234567890123
	--max-signatures|-1,abc
	--clock-skew|-1,abc
	--body-length|foo
	--exit-style|foo
	--require|exa mple.com,a..b
	--reject|foo,pass;fail
END
for id in '' 'a
b' "$(printf 'a\rb')" "$(printf 'a\001b')"; do
	in=signed
	mail "-A '$(printf %s "$id" | tr -c 'a-z' '?')'" 64 . dkim-verify -Z zone -A "$id"
done

# The line tells which option it was.
for opt in -a -c -x -t; do
	run $SIGN $opt 'b%nad;' <msg
	like "dkim-sign $opt: the line names the option or its value" "$(cat err)" \
	    "$opt|--|b%nad"
done

# --- 65: a message that can never be handled ----------------------------------
: >empty
in=empty; mail "empty input" 65 . $SIGN
in=empty; mail "empty input" 65 . dkim-verify -Z zone
in=empty; mail "empty input with -f" 65 . dkim-verify -f -Z zone
printf 'To: b@example.net\n\nbody\n' >m1
in=m1; mail "no From" 65 '[Ff]rom' $SIGN
printf '\nbody\n' >m2
in=m2; mail "no header at all" 65 . $SIGN
printf 'From: a@example.com\nfrom : b@example.com\n\nbody\n' >m3
in=m3; mail "two Froms" 65 '[Ff]rom' $SIGN
printf 'From: a@example.com\nSubject: a\000b\n\nbody\n' >m4
in=m4; mail "NUL in the header" 65 . $SIGN
printf 'From: a@example.com\nthis is no field\n\nbody\n' >m5
in=m5; mail "a line that is no field" 65 . $SIGN
printf ' From: a@example.com\nTo: b@example.net\n\nbody\n' >m6
in=m6; mail "a continuation before any field" 65 . $SIGN
printf 'From: a@example.com\n: nothing\n\nbody\n' >m7
in=m7; mail "a field without a name" 65 . $SIGN
printf 'From: a@example.com, b@example.org\n\nbody\n' >m8
in=m8; mail "two authors of two domains and no -d" 65 . dkim-sign -s sel -k key.pem
printf 'From: undisclosed:;\n\nbody\n' >m9
in=m9; mail "no author and no -d" 65 . dkim-sign -s sel -k key.pem
printf 'From: a@\033[31mred\007\n\nbody\n' >m10
in=m10; mail "an author that would paint the terminal" 65 . dkim-sign -s sel -k key.pem
awk 'BEGIN { print "From: a@example.com"; for (i = 0; i < 10000; i++)
	print "X-" i ": a"; print "\nbody" }' >m11
in=m11; mail "10001 fields" 65 . $SIGN
awk 'BEGIN { print "From: a@example.com"; printf "X: "
	for (i = 0; i < 4200; i++) printf "%063d\n ", 0; print "\n\nbody" }' >m12
in=m12; mail "a field of more than 256 KiB" 65 . $SIGN
awk 'BEGIN { print "From: a@example.com"; for (i = 0; i < 20; i++) {
	printf "X: "; for (j = 0; j < 900; j++) printf "%063d\n ", 0; print "a" }
	print "\nbody" }' >m13
in=m13; mail "a header of more than 1 MiB" 65 . $SIGN
awk 'BEGIN { print "From: a@example.com"; for (i = 0; i < 9999; i++)
	print "X-" i ": a"; print "\nbody" }' >m14
run $SIGN <m14
is "10000 fields are no trouble" "$status$(cat err)" 0

printf 'From: a@example.com\n\n%01200d\n' 0 >m15
in=m15; mail "a line over 998 octets with --long-lines=fail" 65 . \
    dkim-sign --long-lines fail -d example.com -s sel -k key.pem
run $SIGN <m15
is "which without it is signed, silently" "$status$(cat err)" 0

# --- 66: what cannot be opened ------------------------------------------------
mail "-k names no file" 66 'nowhere\.pem: No such file' \
    dkim-sign -d example.com -s sel -k nowhere.pem
mkdir folder
mail "-k names a folder" '66|74|78' 'folder' dkim-sign -d example.com -s sel -k folder
mail "--passphrase-file names no file" 66 'nowhere: No such file' \
    $SIGN --passphrase-file nowhere
in=signed; mail "-Z names no file" 66 'nowhere\.zone: No such file' dkim-verify -Z nowhere.zone
in=signed; mail "FILE that is not there" 66 'nowhere\.eml: No such file' \
    dkim-verify -Z zone nowhere.eml
in=signed; mail "FILE with a strange name" 66 'no\\x1bwhere' \
    dkim-verify -Z zone "$(printf 'no\033where')"
if [ "$(id -u)" -ne 0 ]; then
	cp key.pem secret.pem && chmod 000 secret.pem
	mail "-k that may not be read" '66|77' 'secret\.pem: Permission denied' \
	    dkim-sign -d example.com -s sel -k secret.pem
fi
# One FILE of two: the other one still gets its record.
run dkim-verify -F json -Z zone --exit-style sysexits nowhere.eml signed
is "of two FILEs, one missing: 66" "$status" 66
is "... one line on stderr" "$(wc -l <err | tr -d ' ')" 1
is "... and the other one is judged" "$(grep -c '"pass"' out)" 1

# --- 73, 74: where it goes, and reading ---------------------------------------
head -c 1500000 /dev/zero | tr '\0' 'x' | fold -w 70 >fill
cat msg fill >big
cat signed fill >bigsigned
for style in mta sysexits; do
	[ $style = mta ] && want=75 || want=73
	f_prog=dkim-sign fails \
	    "dkim-sign: no temporary file to be had, $style: $want" "$want" nowhere \
	    sh -c "cat big | TMPDIR=$T/nowhere $SIGN --exit-style $style"
	f_prog=dkim-verify fails \
	    "dkim-verify -f: no temporary file to be had, $style: $want" "$want" nowhere \
	    sh -c "cat bigsigned |
		TMPDIR=$T/nowhere dkim-verify -f -Z zone --exit-style $style"
	[ $style = mta ] && want=75 || want=74
	if [ -w /dev/full ]; then
		for input in msg big; do
			f_prog=dkim-sign fails "dkim-sign: $input to a full disk, $style: $want" \
			    $want 'No space' sh -c \
			    "exec $SIGN --exit-style $style >/dev/full" <$input
		done
		f_prog=dkim-verify fails "dkim-verify: a full disk, $style: $want" \
		    $want 'No space' sh -c \
		    "exec dkim-verify -Z zone --exit-style $style >/dev/full" <signed
		f_prog=dkim-verify fails "dkim-verify -f: a full disk, $style: $want" \
		    $want 'No space' sh -c \
		    "exec dkim-verify -f -Z zone --exit-style $style >/dev/full" <bigsigned
	fi
	f_prog=dkim-sign fails "dkim-sign: closed stdout, $style: no success" '71|74|75' . \
	    sh -c "exec $SIGN --exit-style $style >&-" <msg
	f_prog=dkim-verify fails "dkim-verify: closed stdout, $style: no success" '71|74|75' . \
	    sh -c "exec dkim-verify -Z zone --exit-style $style >&-" <signed
	f_prog=dkim-sign fails "dkim-sign: closed stdin, $style: no success" '65|71|74|75' . \
	    sh -c "exec $SIGN --exit-style $style <&-"
	f_prog=dkim-sign fails "dkim-sign: stdin is a folder, $style: $want" $want . \
	    $SIGN --exit-style $style <folder
	f_prog=dkim-verify fails "dkim-verify: stdin is a folder, $style: $want" $want . \
	    dkim-verify -Z zone --exit-style $style <folder
	# The reader is gone: quiet, and no success.
	{
		$SIGN --exit-style $style <big 2>err
		echo $? >rc
	} | :
	is "dkim-sign: the reader went away, $style: $want, quietly" "$(cat rc err)" "$want"
done
# A closed stderr must not let the diagnostics into the mail, nor the mail be lost.
$SIGN <msg >out 2>&-
is "closed stderr: the message is signed all the same" \
    "$? $(grep -c ^DKIM-Signature: out)" "0 1"
dkim-sign --frobnicate <msg >out 2>&-
is "closed stderr: nothing of the diagnostics on stdout" "$? $(wc -c <out | tr -d ' ')" "64 0"

# --- 77: permissions ----------------------------------------------------------
for mode in 644 604 664 666 602 620 622 660 642; do
	cp key.pem open.pem && chmod $mode open.pem
	mail "a key of mode $mode" 77 "open\.pem: .*$mode.*chmod" \
	    dkim-sign -d example.com -s sel -k open.pem
	run dkim-sign -d example.com -s sel -k open.pem --insecure-key <msg
	is "a key of mode $mode with --insecure-key" "$status$(cat err)" 0
done
for mode in 600 400 640 440 700; do
	cp key.pem shut.pem && chmod $mode shut.pem
	run dkim-sign -d example.com -s sel -k shut.pem <msg
	is "a key of mode $mode" "$status$(cat err)" 0
	chmod 600 shut.pem
done

# --- 78: what is no usable key or configuration -------------------------------
bad_key() { # bad_key NAME FILE STATUS ERE
	chmod 600 "$2"
	mail "$1" "$3" "$2: .*($4)" dkim-sign -d example.com -s sel -k "$2"
}
: >empty.pem
bad_key "an empty key file" empty.pem 78 .
head -c 3000 /dev/zero | tr '\0' 'k' >garbage.pem
bad_key "a key file of garbage" garbage.pem 78 .
head -3 key.pem >cut.pem
bad_key "half a key" cut.pem 78 .
sed 5s/./A/9 key.pem | tr B C >bent.pem
bad_key "a key with wrong letters" bent.pem 78 .
head -c 100000 /dev/zero >huge.pem
bad_key "a key file beyond its limit" huge.pem 78 .
cp record record.pem
bad_key "the DNS record instead of the key" record.pem 78 .
mail "-a ed25519-sha256 with an RSA key" '64|78' . \
    $SIGN -a ed25519-sha256
mail "-a rsa-sha256 with an Ed25519 key" '64|78' . \
    dkim-sign -d example.com -s ed -k ed.pem -a rsa-sha256
if command -v openssl >/dev/null 2>&1; then
	openssl pkey -in key.pem -pubout -out public.pem 2>/dev/null
	bad_key "a public key" public.pem 78 'public'
	openssl genrsa -out short.pem 512 2>/dev/null &&
	    bad_key "an RSA key of 512 bits" short.pem 78 '512|1024'
	openssl genrsa -out short.pem 1016 2>/dev/null &&
	    bad_key "an RSA key of 1016 bits" short.pem 78 '1016|1024'
	openssl ecparam -name prime256v1 -genkey -noout -out ec.pem 2>/dev/null &&
	    bad_key "an elliptic curve key" ec.pem 78 .
	openssl genpkey -algorithm x25519 -out x.pem 2>/dev/null &&
	    bad_key "an X25519 key" x.pem 78 .
	openssl req -x509 -key key.pem -subj /CN=a -out cert.pem 2>/dev/null &&
	    bad_key "a certificate" cert.pem 78 '[Cc]ertificate'
	openssl pkcs8 -topk8 -in key.pem -passout pass:right -out locked.pem 2>/dev/null
	echo wrong >wrong.txt
	echo right >right.txt
	chmod 600 ./*.txt
	bad_key "an encrypted key and no passphrase" locked.pem '77|78' '[Pp]assphrase|encrypted'
	mail "an encrypted key and the wrong passphrase" '77|78' 'locked\.pem: ' \
	    dkim-sign -d example.com -s sel -k locked.pem --passphrase-file wrong.txt
	run dkim-sign -d example.com -s sel -k locked.pem --passphrase-file right.txt <msg
	is "an encrypted key and its passphrase" "$status$(cat err)" 0
	run dkim-sign -d example.com -s sel -k locked.pem --passphrase-fd 7 <msg 7<right.txt
	is "an encrypted key and its passphrase on a descriptor" "$status$(cat err)" 0
	mail "--passphrase-fd that is not open" '64|66|71|74|77|78' . \
	    dkim-sign -d example.com -s sel -k locked.pem --passphrase-fd 9
else
	skip "keys of other kinds" "no openssl here"
fi
for bad in 'sel._domainkey.example.com. 3600 IN TXT "unterminated' \
    'sel._domainkey.example.com. 3600 IN A 300.1.1.1' '$INCLUDE zone' \
    "sel._domainkey.example.com. 3600 IN TXT \"$(printf '%0256d' 0)\""; do
	printf '%s\n' "$bad" >bad.zone
	in=signed; mail "-Z of no master file: $(echo "$bad" | cut -c1-60)" 78 \
	    'bad\.zone' dkim-verify -Z bad.zone
done

# --- 0, 1: answers ------------------------------------------------------------
run dkim-verify -Z zone <msg
is "no signature: 1, and it is no error" "$status$(cat err)" 1
sed s/body/Body/ signed >forged
run dkim-verify -Z zone <forged
is "a forged message: 1, and it is no error" "$status$(cat err)" 1
run dkim-verify -f -Z zone <forged
is "a forged message through -f: 0, it went out" "$status$(cat err)" 0
run dkim-verify -f --reject fail -Z zone <forged
is "a forged message through -f --reject fail: 1" "$status" 1
like "... and no more than one line" "$(wc -l <err)" '^ *[01]$'
for m in m4 m5 m6 m13; do
	run dkim-verify -f -A id.example -Z zone <$m
	is "a malformed message ($m) through dkim-verify -f: 0" "$status$(cat err)" 0
	tail -c "$(wc -c <$m)" out | cmp -s - $m
	result $? "... as it was"
done
# Nobody answers there: a temporary error, said in the field, and 75.
run dkim-verify -n 127.0.0.1@9 -T 1 <signed
is "a name server that is not there: 75" "$status$(cat err)" 75
like "... and the field says so" "$(cat out)" 'dkim=temperror'

# --- all of standard input is read, whatever happens --------------------------
head -c 400000 /dev/zero | tr '\0' 'y' | fold -w 70 >tail
cat msg tail >fed
reads_all() { # reads_all NAME COMMAND...
	r_name=$1
	shift
	rm -f whole
	{
		cat fed 2>/dev/null && echo yes >whole
	} | "$@" >/dev/null 2>&1
	is "reads its input to the end: $r_name" "$(cat whole 2>/dev/null)" yes
}
reads_all "dkim-sign" $SIGN
reads_all "dkim-sign, unknown option" dkim-sign --frobnicate
reads_all "dkim-sign, bad -d" dkim-sign -d a..b -s sel -k key.pem
reads_all "dkim-sign, no key file" dkim-sign -d example.com -s sel -k nowhere
reads_all "dkim-sign, no temporary folder" env TMPDIR=/nowhere $SIGN
reads_all "dkim-verify" dkim-verify -Z zone
reads_all "dkim-verify, unknown option" dkim-verify --frobnicate
reads_all "dkim-verify, no zone file" dkim-verify -Z nowhere
cat m5 tail >fed
reads_all "dkim-sign, malformed" $SIGN
cat m13 tail >fed
reads_all "dkim-sign, header too long" $SIGN
reads_all "dkim-verify, header too long" dkim-verify -Z zone

# --- dkim-keygen and dkim-dnsrec: always the exact code -------------------------
for a in "--frobnicate" "-J" "-b" "-b 512 -o n.pem" "-b abc -o n.pem" "-b 99999 -o n.pem" \
    "-a foo -o n.pem" "-a rsa-sha1 -o n.pem" "-d a..b -o n.pem" "-s a/b -d example.com -o n.pem" \
    "-d ../x -s a -D ." ""; do
	fails "dkim-keygen $a: 64" 64 . dkim-keygen $a
done
is "nothing was made" "$(ls n.pem 2>/dev/null)" ""
cksum key.pem >before
fails "dkim-keygen: never over a file that is there: 73" 73 'key\.pem' \
    dkim-keygen -d example.com -s sel -o key.pem
cksum key.pem | cmp -s - before
result $? "... which is as it was"
fails "dkim-keygen: a folder that is not there: 73" 73 'nowhere/' \
    dkim-keygen -d example.com -s sel -o nowhere/key.pem
umask 000
dkim-keygen -a ed25519 -d example.com -s sel -o open-umask.pem >/dev/null
is "dkim-keygen: mode 0600 whatever the umask" "$(find open-umask.pem -perm 600)" open-umask.pem
umask 022
if [ -w /dev/full ]; then
	f_prog=dkim-keygen fails "dkim-keygen: a full disk: 74" 74 'No space' \
	    sh -c 'exec dkim-keygen -a ed25519 -d example.com -s sel -o - >/dev/full'
	f_prog=dkim-dnsrec fails "dkim-dnsrec: a full disk: 74" 74 'No space' \
	    sh -c 'exec dkim-dnsrec -d example.com -s sel -k key.pem >/dev/full'
fi
for a in "--frobnicate" "-J" "-d" "-d a..b -s sel -k key.pem" "-d com -s sel -k key.pem" \
    "-d example.com -s a..b -k key.pem" "-d example.com -s sel -k key.pem -F foo" \
    "-s sel -k key.pem"; do
	fails "dkim-dnsrec $a: 64" 64 . dkim-dnsrec $a </dev/null
done
fails "dkim-dnsrec: no such key: 66" 66 'nowhere: No such file' \
    dkim-dnsrec -d example.com -s sel -k nowhere
fails "dkim-dnsrec: garbage: 78" 78 'garbage\.pem' \
    dkim-dnsrec -d example.com -s sel -k garbage.pem
fails "dkim-dnsrec: garbage on stdin: 78" 78 stdin \
    dkim-dnsrec -d example.com -s sel <garbage.pem

# --- what root alone may be asked ---------------------------------------------
if command -v perl >/dev/null 2>&1; then
	for p in dkim-sign dkim-verify dkim-keygen dkim-dnsrec dkim-check; do
		perl -e 'exec { $ARGV[0] } ()' "$BIN/$p" </dev/null >out 2>err
		unlike "H11: $p without even a name in argv is no success" "$?" '^(0|139|134|86)$'
	done
fi
done_testing
