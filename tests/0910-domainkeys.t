#!/bin/sh
# test: peer - Mail::DKIM signs and verifies
# DomainKey-Signature (RFC 4870): what Mail::DKIM signs verifies, its forged twin
# does not, each defect has its result, and Mail::DKIM accepts and refuses the same.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-verify" ] || skip_all "the programs are not built"
perl -MMail::DKIM::DkSignature -e 1 2>/dev/null ||
    skip_all "no Mail::DKIM (Debian package libmail-dkim-perl)"

dkim-keygen -d example.com -s sel -o pkcs8.pem >/dev/null
openssl rsa -traditional -in pkcs8.pem -out key.pem 2>/dev/null
dkim-dnsrec -d example.com -s sel -k pkcs8.pem -F zone >zone
V="dkim-verify --domainkeys -A mx.example.net"
result_of() { # result_of FILE [OPTION...]
	r_file=$1
	shift
	$V -Z zone "$@" -F kv <"$r_file" 2>&1 | sed -n 's/^domainkeys=\([a-z]*\) code=\([a-z0-9-]*\).*/\1 \2/p'
}
sign() { # sign FILE simple|nofws [h]
	perl "$TOP/tests/peers/domainkeys.pl" key.pem example.com sel "$2" \
	    ${3:+h} <"$1" >field && cat field "$1"
}

# both NAME WANT FILE [ZONE]: the result and code here, and what Mail::DKIM says
both() {
	b_zone=${4:-zone}
	is "$1" "$(result_of "$3" -Z "$b_zone")" "$2"
	case $2 in
	pass*) b_want='^pass' ;;
	*) b_want='^(fail|invalid|temperror)' ;;
	esac
	like "$1: so says Mail::DKIM" "$(perl "$TOP/tests/peers/domainkeys-verify.pl" \
	    "$b_zone" <"$3" 2>&1)" "$b_want"
}

printf 'From: Alice <alice@example.com>\nTo: b@example.net\nSubject: hello\n\nbody\n' >plain
printf 'Received: one\nReceived: two\nFrom:  "A,  B"\n\t<alice@sub.example.com>\nX-Empty:\nTo: b@example.net,\n  c@example.net\nReceived: three\nSubject:   spa ced\t\n\n\n\n  indented  and   spaced \t\n \t\n\nmore\n.\n..\nFrom here\n\n \n\n\n' >odd
printf 'From: alice@example.com\nSubject: nothing\n\n' >empty
printf 'From: alice@example.com\nSubject: blank lines\n\n\n\n\n' >blank
printf 'From: alice@example.com\nSubject: no end\n\nlast line' >noend
printf 'Sender: bob@example.com\nFrom: alice@example.org\nSubject: Sender counts\n\nx\n' >sender
printf 'From: alice@sub.example.com\nSubject: d= is a parent\n\nx\n' >parent
for m in plain odd empty blank noend sender parent; do
	for c in simple nofws; do
		for h in '' h; do
			sign $m $c $h >signed
			case $m in
			odd) # whose "A,  B" is two addresses to Mail::DKIM
				is "$m, $c${h:+, h=}" "$(result_of signed)" "pass ok" ;;
			*) both "$m, $c${h:+, h=}" "pass ok" signed ;;
			esac
			sed 's/$/\r/' signed >crlf
			[ $m = noend ] || # which ends in a CR then
			    is "$m, $c${h:+, h=}: with CRLF" "$(result_of crlf)" "pass ok"
			sed 's/^Subject:/&+/' signed >forged
			both "$m, $c${h:+, h=}: another Subject" \
			    "fail signature-mismatch" forged
			{ cat signed; printf '\nmore\n'; } >forged
			both "$m, $c${h:+, h=}: a longer body" \
			    "fail signature-mismatch" forged
			{ printf 'Received: later\nTo: other@example.net\n'; cat signed; } >later
			is "$m, $c${h:+, h=}: fields on top are not signed" \
			    "$(result_of later)" "pass ok"
		done
	done
done
sign odd nofws >signed
sed 's/indented  and/indentedand/; s/spa ced/space d/' signed >other
is "nofws: white space does not count" "$(result_of other)" "pass ok"
sign odd simple >signed
sed 's/indented  and/indented and/' signed >other
is "simple: white space counts" "$(result_of other)" "fail signature-mismatch"
sign plain nofws h >signed
sed 's/^To:/X-New: added\n&/' signed >other
is "with h=: another field may come below" "$(result_of other)" "pass ok"
sign plain nofws >signed
sed 's/^To:/X-New: added\n&/' signed >other
is "without h=: it may not" "$(result_of other)" "fail signature-mismatch"
awk 'BEGIN { for (i = 0; i < 70000; i++) printf "line %d \t with  spaces\r\n", i }' |
    cat plain - >big
sign big nofws >signed
is "a body of many pieces, nofws" "$(result_of signed)" "pass ok"
sign big simple >signed
is "a body of many pieces, simple" "$(result_of signed)" "pass ok"

# --- defects --------------------------------------------------------------------
sign plain simple h >signed
tag() { # tag NAME WANT SED-SCRIPT [OPTION...]
	t_name=$1
	t_want=$2
	sed "$3" signed >tagged
	shift 3
	is "$t_name" "$(result_of tagged "$@")" "$t_want"
}
is "no DomainKey-Signature" "$(result_of plain)" "none unsigned"
tag "a=" "neutral bad-algorithm" 's/rsa-sha1/rsa-sha256/'
tag "no a= is rsa-sha1" "pass ok" 's/a=rsa-sha1; *//'
tag "c=" "neutral bad-canonicalization" 's/c=simple/c=relaxed/'
tag "q=" "neutral bad-query" 's/q=dns/q=http/'
tag "no q=" "neutral missing-tag" 's/q=dns; *//'
tag "d=" "neutral bad-domain" 's/d=example.com/d=exam..ple.com/'
tag "s=" "neutral bad-selector" 's/s=sel/s=s..l/'
tag "a tag twice" "neutral duplicate-tag" 's/q=dns/q=dns; q=dns/'
tag "no list at all" "neutral bad-syntax" 's/a=rsa-sha1/a/'
tag "b= is no base64" "neutral bad-base64" 's/b=/b=!/'
tag "another domain than the author's" "neutral identity-mismatch" 's/alice@example.com/alice@example.org/'
tag "d= below the author's domain" "neutral identity-mismatch" 's/d=example.com/d=sub.example.com/'
tag "h= without From" "neutral not-signed-from" '/h=/s/from:/cc:/'
tag "a Sender that is not signed" "neutral not-signed-from" 's/^Subject:/Sender: m@example.com\n&/'
tag "From twice" "policy multiple-from" 's/^Subject:/From: m@example.com\n&/'
tag "no From" "permerror no-from" '/^From:/d'
tag "malformed header" "permerror malformed-message" 's/^Subject: /no field /'
: >none
tag "no key" "permerror key-missing" '' -Z none
p=$(dkim-dnsrec -d example.com -s sel -k pkcs8.pem -F value)
p=${p##*p=}
record() { # record TAGS
	printf 'sel._domainkey.example.com. 60 IN TXT ( "%s" "%.200s" "%s" )\n' "$1" \
	    "$p" "${p#"$(printf %.200s "$p")"}" >key.zone
}
while IFS='|' read -r tags want; do
	record "$tags"
	cp signed tagged
	both "key record $tags" "$want" tagged key.zone
done <<-'END'
	p=|pass ok
	k=rsa; p=|pass ok
	g=; k=rsa; p=|pass ok
	g=*; p=|pass ok
	g=alice; p=|pass ok
	g=bob; p=|permerror key-granularity
	g=Alice; p=|permerror key-granularity
	k=ed25519; p=|permerror key-type-mismatch
	t=y; n=a note; p=|pass ok
	x=|permerror key-syntax
	p=!|permerror key-syntax
END
# The sending address, of which g= is the local-part, is Sender's before From's.
record 'g=bob; p='
sign sender simple >sent
both "g= is about Sender" "pass ok" sent key.zone
record 'g=alice; p='
both "g= is not about From then" "permerror key-granularity" sent key.zone
printf 'Sender: m@example.org\nFrom: alice@example.com\n\nx\n' >foreign
sign foreign simple >sent
is "Sender of another domain" "$(result_of sent)" "neutral identity-mismatch"
record 't=y; p='
tag "fails, testing" "neutral signature-mismatch" 's/hello/hullo/' -Z key.zone
echo 'sel._domainkey.example.com. 60 IN TXT "p="' >key.zone
tag "revoked" "permerror key-revoked" '' -Z key.zone
openssl genpkey -algorithm ed25519 -outform DER | openssl pkey -inform DER \
    -pubout -outform DER | base64 >other
echo "sel._domainkey.example.com. 60 IN TXT \"p=$(cat other)\"" >key.zone
tag "an Ed25519 key" "permerror key-type-mismatch" '' -Z key.zone
tag "a longer key is asked for" "policy key-too-short" '' -m 4096
run $V -n 127.0.0.1@1 -F kv <signed
like "no DNS" "$(cat out)" '^domainkeys=temperror code=dns-servfail'

# --- forms ----------------------------------------------------------------------
run $V -Z zone <signed
is "dkim=none stays what it is, and so does the exit status" "$status" 1
like "Authentication-Results has both" "$(tr -d '\n' <out)" \
    '^Authentication-Results: mx.example.net; dkim=none; domainkeys=pass header.d=example.com header.s=sel$'
run $V -Z none <signed
like "and the reason" "$(tr -d '\n' <out)" \
    'domainkeys=permerror reason="no key for signature" header.d=example.com'
is "json" "$($V -Z zone -F json <signed | json 'j["domainkeys"]["result"], j["domainkeys"]["domain"], j["domainkeys"]["canonicalization"], j["result"]')" \
    "('pass', 'example.com', 'simple', 'none')"
is "json: only when asked for" "$(dkim-verify -Z zone -F json <signed | json '"domainkeys" in j')" False
like "text" "$($V -Z zone -F text <signed)" '^domainkeys pass$'
dkim-sign -d example.com -s sel -k pkcs8.pem <signed >both
run $V -Z zone <both
is "a DKIM signature beside it: exit status" "$status" 0
like "a DKIM signature beside it" "$(tr -d '\n' <out)" '; dkim=pass .*; domainkeys=pass '

# --- the left half of --dkverify --------------------------------------------------
letter() { # letter NAME LETTER FILE OPTION...
	l_name=$1
	l_want=$2
	l_file=$3
	shift 3
	is "--dkverify: $l_name" "$(refusing %s, 'A B C D E F G H I J K' \
	    "$l_file" dkim-verify -Z zone "$@")" "$l_want"
}
letter "ok" A signed
sed 's/hello/hullo/' signed >forged
letter "bad signature" B forged
letter "no signature" C plain
record 't=y; p='
letter "bad signature while testing: no signature" C forged -Z key.zone
run dkim-verify -Z none --dkverify D, -- cat <both
is "refused by the letters before the comma" "$status$(cat out)" 1
is "and the line says what refuses" "$(cat err)" \
    "dkim-verify: stdin: refused: dkim=permerror domainkeys=permerror"
echo 'sel._domainkey.example.com. 60 IN TXT "p="' >key.zone
letter "no key" D signed -Z none
letter "key of another user" E signed -Z zone -m 4096
letter "revoked" J signed -Z key.zone
sed 's/q=dns/q=x/' signed >tagged
letter "syntax" G tagged
run dkim-verify -n 127.0.0.1@1 --dkverify f, <signed
is "--dkverify: F" "$status" 75
run dkim-verify -Z zone --dkverify B,N <forged
is "both halves: the stronger counts" "$status" 1
run dkim-verify -Z zone --dkverify b,A <forged
is "both halves: one defers" "$status" 75
done_testing
