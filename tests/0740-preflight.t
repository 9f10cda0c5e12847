#!/bin/sh
# dkim-check -m: what receivers will make of a message
. "${0%/*}/lib.sh"
dkim-keygen -b 1024 -d example.com -s weak -o weak.pem >/dev/null
dkim-keygen -a ed25519 -d example.com -s ed -o ed.pem >/dev/null
{
	dkim-dnsrec -d example.com -s weak -k weak.pem
	dkim-dnsrec -d example.com -s ed -k ed.pem
	dkim-dnsrec -d sub.example.com -s ed -k ed.pem
	dkim-dnsrec -d other.org -s ed -k ed.pem
	echo '_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"'
	echo 'example.com. TXT "v=spf1 -all"'
	echo 'sub.example.com. TXT "v=spf1 a -all"'
	echo '_dmarc.strict.org. TXT "v=DMARC1; p=none; adkim=s"'
	echo '_dmarc.gov.test. TXT "v=DMARC1; p=reject; psd=y"'
	echo 'ed._domainkey.b.gov.test. TXT "v=DKIM1; k=ed25519; p='"$(dkim-dnsrec -F value -k ed.pem | sed 's/.*p=//')\""
	echo 'ed._domainkey.strict.org. TXT "v=DKIM1; k=ed25519; p='"$(dkim-dnsrec -F value -k ed.pem | sed 's/.*p=//')\""
	p=$(dkim-dnsrec -F value -k ed.pem | sed 's/.*p=//')
	for d in sp.org psdn.tld other.tld l5.l4.l3.l2.l1.deep.tld many.org; do
		echo "ed._domainkey.$d. TXT \"v=DKIM1; k=ed25519; p=$p\""
	done
	echo '_dmarc.sp.org. TXT "v=DMARC1; p=reject; sp=none"'
	echo '_dmarc.psdn.tld. TXT "v=DMARC1; p=reject; psd=n"'
	echo '_dmarc.tld. TXT "v=DMARC1; p=reject"'
	echo '_dmarc.l6.l5.l4.l3.l2.l1.deep.tld. TXT "v=DMARC1; p=none; psd=n"'
	echo '_dmarc.l5.l4.l3.l2.l1.deep.tld. TXT "v=DMARC1; p=reject; psd=n"'
	echo '_dmarc.many.org. TXT "v=DMARC1; p=reject"'
	echo '_dmarc.many.org. TXT "v=DMARC1; p=none"'
	echo 'many.org. TXT "v=spf1 -all"'
	echo 'many.org. TXT "V=SPF1 a -all"'
} >zone

mail() { # mail FROM-DOMAIN [FIELD...]
	printf 'From: a@%s\nTo: b@example.net\nSubject: s\nDate: Sun, 22 Nov 2026 12:00:00 +0000\nMessage-ID: <1@x>\n' "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf '\nbody\n'
}
# flight NAME EXIT CODES: of the message in m
flight() {
	run dkim-check -m -Z zone <m
	is "$1" "$status $(awk '{ print $2 }' out | sort | tr '\n' ' ')" "$2 $3 "
}
mail example.com | dkim-sign -s ed -k ed.pem >m
flight "all is well" 0 "aligned dmarc signature spf"
unlike "... and h= is told without its line ends" "$(cat out)" 'x0a'
mail example.com >m
flight "no signature" 1 "dmarc spf unsigned"
mail example.com | dkim-sign -s ed -k ed.pem | sed 's/^body/changed/' >m
flight "the body was changed" 1 "dmarc signature-fails spf"
mail example.com | dkim-sign -s gone -k ed.pem >m
flight "no key" 1 "dmarc signature-fails spf"
mail example.com | dkim-sign -d other.org -s ed -k ed.pem >m
flight "another domain signs" 1 "dmarc signature spf unaligned"
mail sub.example.com | dkim-sign -d example.com -s ed -k ed.pem >m
flight "the parent signs" 0 "aligned dmarc signature spf"
mail a.strict.org | dkim-sign -d strict.org -s ed -k ed.pem >m
flight "the parent signs, and the policy is strict" 1 "dmarc dmarc-none no-spf signature unaligned"
mail a.gov.test | dkim-sign -d b.gov.test -s ed -k ed.pem >m
flight "a neighbour under a public suffix" 1 "dmarc no-spf signature unaligned"
for d in '' a.; do
	mail ${d}sp.org | dkim-sign -d sp.org -s ed -k ed.pem >m
	flight "p=reject; sp=none, From: ${d}sp.org" 0 "aligned dmarc ${d:+dmarc-none }no-spf signature"
done
mail a.psdn.tld | dkim-sign -d psdn.tld -s ed -k ed.pem >m
flight "psd=n ends the walk" 0 "aligned dmarc no-spf signature"
like "... there" "$(cat out)" '^ok dmarc a\.psdn\.tld: .*_dmarc\.psdn\.tld: '
mail a.psdn.tld | dkim-sign -d other.tld -s ed -k ed.pem >m
flight "... and a neighbour does not align by the record above" 1 "dmarc no-spf signature unaligned"
# RFC 9989 section 4.10: after a name of ten labels comes one of seven.
mail l8.l7.l6.l5.l4.l3.l2.l1.deep.tld | dkim-sign -d l5.l4.l3.l2.l1.deep.tld -s ed -k ed.pem >m
flight "ten labels" 0 "aligned dmarc no-spf signature"
like "... are cut to seven" "$(cat out)" '^ok dmarc .*_dmarc\.l5\.l4\.l3\.l2\.l1\.deep\.tld: '
mail many.org | dkim-sign -s ed -k ed.pem >m
flight "two of DMARC, two of SPF" 1 "aligned dmarc-several several-spf signature"
mail example.net | dkim-sign -d other.org -s ed -k ed.pem >m
flight "no DMARC, no SPF" 1 "no-dmarc no-spf signature unaligned"
mail example.com | dkim-sign -s weak -k weak.pem >m
flight "1024 bits" 0 \
    "aligned dmarc signature signed-weakly spf"
mail example.com | dkim-sign -s ed -k ed.pem -l >m
flight "l=" 0 \
    "aligned body-length dmarc signature spf"
mail example.com | dkim-sign -s ed -k ed.pem -x 3600 >m
flight "x= in an hour" 0 \
    "aligned dmarc expires-soon signature spf"
mail example.com | dkim-sign -s ed -k ed.pem -H From -O '' >m
flight "From: alone is signed" 0 \
    "aligned dmarc field-addable field-unsigned signature spf"
like "... and what is not" "$(cat out)" 'field-unsigned .*\(Subject, Date, To\)'
mail example.com 'List-Unsubscribe: <https://x/>' 'List-Unsubscribe-Post: List-Unsubscribe=One-Click' >list
dkim-sign -s ed -k ed.pem <list >m
flight "one-click, signed" 0 "aligned dmarc signature spf"
dkim-sign -s ed -k ed.pem -H -List-Unsubscribe-Post <list 2>/dev/null >m
flight "one-click, not signed" 1 "aligned dmarc signature spf unsubscribe-unsigned"
{ mail example.com; awk 'BEGIN { for (i = 0; i < 999; i++) printf "x"; print "" }'; } |
    dkim-sign -s ed -k ed.pem 2>/dev/null >m
flight "999 octets in a line" 0 "aligned dmarc long-line signature spf"
{ mail example.com; printf 'a\rb\n'; } | dkim-sign -s ed -k ed.pem 2>/dev/null >m
flight "a bare CR" 0 "aligned bare-cr dmarc signature spf"
mail example.com 'From: c@other.org' >m
flight "two From:" 1 "malformed unsigned"
refuses "nothing: 65" 65 . dkim-check -m -Z zone </dev/null
mail example.com | dkim-sign -s ed -k ed.pem >signed
cat >refuse.py <<'PY'
import os, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
with open("port.new", "w") as f:
    f.write("127.0.0.1@%d" % s.getsockname()[1])
os.rename("port.new", "port")
while True:
    query, peer = s.recvfrom(4096)
    s.sendto(query[:2] + bytes([query[2] | 0x80, 5]) + query[4:], peer)
PY
python3 refuse.py &
kill_later $!
while [ ! -e port ]; do sleep 0.05; done
run dkim-check -m -n "$(cat port)" -T 4 <signed
is "a name server that refuses: 75" "$status" 75
like "... what it said of the key" "$(cat out)" '^error signature-temporary signature d=example\.com s=ed: '
like "... what it said of DMARC" "$(cat out)" '^error dns-servfail _dmarc\.example\.com: .*REFUSED'
like "... and of SPF" "$(cat out)" '^error dns-servfail example\.com: .*REFUSED'
unlike "... and no talk of time" "$(cat out)" 'dns-timeout'
run dkim-check -m -n 127.0.0.1@1 -T 1 <signed
is "no DNS: 75" "$status" 75
done_testing
