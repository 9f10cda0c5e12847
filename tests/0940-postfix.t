#!/bin/sh
# test: peer slow - a real Postfix in namespaces of its own
# scripts/postfix-dkim-filter signs what is submitted, by SMTP or by sendmail, and
# scripts/postfix-dkim-verify verifies what comes in; both behind pipe(8),
# re-injected once, and in the queue under every failure: no bounce, no loop.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
private postfix

user postfix 921
user dkimfilter 923
user alice 924
echo 'postdrop:x:922:' >>/etc/group
mkdir -m 1777 tmp
mkdir -p /etc/postfix /var/lib/postfix /var/spool/postfix
config main.cf >/etc/postfix/main.cf
config master.cf >/etc/postfix/master.cf
config dkim-filtered >/etc/postfix/dkim-filtered
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=mx.example -keyout tls.pem \
    -out cert.pem >set.log 2>&1 && cat cert.pem >>tls.pem
cp "$TOP/scripts/postfix-dkim-filter" "$TOP/scripts/postfix-dkim-verify" bin/
chown postfix /var/lib/postfix
postfix set-permissions >>set.log 2>&1
chgrp postdrop /usr/sbin/postdrop /usr/sbin/postqueue
chmod 2755 /usr/sbin/postdrop /usr/sbin/postqueue
mkdir -p /etc/dkim/keys/example.com
K=/etc/dkim/keys/example.com/mail.pem
dkim-keygen -d example.com -s mail -o $K >/dev/null
chgrp dkimfilter $K
chmod 640 $K
dkim-dnsrec -d example.com -s mail -k $K -F zone >zone
start_dns "$T/zone" || skip_all "no DNS server of our own"
start_sink 2525 "$T/sink" || skip_all "no SMTP sink of our own"
postfix start >start.log 2>&1
wait_for 20 'python3 -c "import smtplib; smtplib.SMTP(\"127.0.0.1\", 25)"' || {
	note "$(cat set.log start.log maillog 2>&1)"
	skip_all "Postfix does not start here"
}
trap 'postfix abort >/dev/null 2>&1; cd /; umount -l "$T"; rmdir "$T"' EXIT

# send PORT FILE [SENDER [RECIPIENT...]]: prints the answer to DATA
send() {
	python3 - "$@" <<-'END'
		import smtplib, sys
		port, file = int(sys.argv[1]), sys.argv[2]
		sender, to = sys.argv[3:4] or ["a@example.com"], sys.argv[4:]
		kind = smtplib.SMTP_SSL if port == 465 else smtplib.SMTP
		s = kind("127.0.0.1", port, timeout=30)
		s.ehlo("client.example")
		s.mail(sender[0])
		for r in to or ["b@remote.example"]:
		    s.rcpt(r)
		code, text = s.data(open(file, "rb").read().replace(b"\n", b"\r\n"))
		print(code, text.decode().replace("\n", " "))
	END
}
submit() { # submit FILE: by sendmail, as a user who cannot read the keys
	setpriv --reuid alice --regid alice --clear-groups \
	    /usr/sbin/sendmail -i -f a@example.com b@remote.example <"$1"
}
delivered() {
	ls sink/*.eml 2>/dev/null | wc -l | tr -d ' '
}
queued() {
	postqueue -j | grep -c .
}
arrives() { # arrives N
	wait_for 20 "[ \$(delivered) -ge $1 ] && [ \$(queued) -eq 0 ]"
	echo "$(delivered) $(queued)"
}
same_body() { # same_body NAME FILE MESSAGE
	is "$1: the body is what it was" "$(tr -d '\r' <"$2" | sed '1,/^$/d' | cksum)" \
	    "$(tr -d '\r' <"$3" | sed '1,/^$/d' | cksum)"
}
signed() { # signed NAME FILE MESSAGE
	like "$1: it verifies" "$(dkim-verify -F kv "$2" 2>&1 | head -1)" \
	    'result=pass .*domain=example.com selector=mail'
	is "$1: it is signed once" "$(grep -ci '^DKIM-Signature:' "$2")" 1
	same_body "$@"
}
# --- signing ------------------------------------------------------------------------
printf 'From: Alice <a@example.com>\nTo: b@remote.example\nSubject: hello\n\n.\n..\nFrom here\nbody\n' >msg
like "submission: a message is taken" "$(send 587 msg)" '^250'
is "submission: delivered" "$(arrives 1)" "1 0"
signed submission sink/1.eml msg
like "submissions: a message is taken" "$(send 465 msg)" '^250'
is "submissions: delivered" "$(arrives 2)" "2 0"
signed submissions sink/2.eml msg
submit msg
is "sendmail: delivered" "$(arrives 3)" "3 0"
signed sendmail sink/3.eml msg
is "sendmail: no other trace than Received" \
    "$(tr -d '\r' <sink/3.eml | sed '/^$/q' | grep -ci '^Authentication-Results\|^Return-Path')" 0
tr -d '\r' <sink/1.eml >again
send 587 again >/dev/null
is "a signed message passes again" "$(arrives 4)" "4 0"
is "and is not signed twice" "$(grep -ci '^DKIM-Signature:' sink/4.eml)" 1
like "the null sender" "$(send 587 msg '' c@remote.example)" '^250'
is "the null sender: delivered" "$(arrives 5)" "5 0"
like "the null sender stays null" "$(cat sink/5.env)" '^MAIL FROM:<>'
send 587 msg a@example.com -x@remote.example b@remote.example >/dev/null
is "an address like an option: delivered" "$(arrives 6)" "6 0"
like "an address like an option" "$(cat sink/6.env)" 'RCPT TO:<-x@remote.example>'
{ cat msg; awk 'BEGIN { for (i = 0; i < 90000; i++) print ".line number", i }'; } >big
send 587 big >/dev/null
is "a message of 1.8 MB" "$(arrives 7)" "7 0"
signed "a message of 1.8 MB" sink/7.eml big
printf 'From: x@foreign.example\nSubject: no key\n\nx\n' >foreign
send 587 foreign >/dev/null
is "no key for the domain" "$(arrives 8)" "8 0"
is "no key for the domain: unsigned" "$(grep -c ^DKIM sink/8.eml)" 0
submit foreign
is "no key for the domain, sendmail" "$(arrives 9)" "9 0"
is "no key for the domain, sendmail: unsigned" "$(grep -c ^DKIM sink/9.eml)" 0

# --- verifying ----------------------------------------------------------------------
results() { # results FILE: of the message, one line each
	tr -d '\r' <"$1" | sed -n '/^Authentication-Results/,/^[^ A]/{/^Auth/p;/^ /p}' |
	    tr -d '\n' | sed 's/Authentication-Results/\n&/g'
}
like "port 25: somebody's message in our name is taken" "$(send 25 msg)" '^250'
is "port 25: delivered" "$(arrives 10)" "10 0"
is "port 25: it is not signed" "$(grep -ci '^DKIM-Signature' sink/10.eml)" 0
like "port 25: it has our results" "$(results sink/10.eml)" \
    '^Authentication-Results: mx.example; dkim=none$'
same_body "port 25" sink/10.eml msg
send 25 again >/dev/null
is "port 25, signed: delivered" "$(arrives 11)" "11 0"
like "port 25, signed: pass" "$(results sink/11.eml)" \
    '^Authentication-Results: mx.example; dkim=pass header.d=example.com'
{ printf 'Authentication-Results: mx.example; dkim=pass header.d=bank.example\n'
    cat msg; } >claims
send 25 claims '' >/dev/null
is "port 25, forged results: delivered" "$(arrives 12)" "12 0"
is "port 25, forged results: gone" "$(grep -c bank.example sink/12.eml)" 0
like "port 25: the null sender stays null" "$(cat sink/12.env)" '^MAIL FROM:<>'
send 25 again a@example.com -x@remote.example b@remote.example >/dev/null
is "port 25, an address like an option: delivered" "$(arrives 13)" "13 0"
{ sed '/^$/q' again; sed '1,/^$/d' big; } >bigsigned
send 25 bigsigned >/dev/null
is "port 25, 1.8 MB: delivered" "$(arrives 14)" "14 0"
like "port 25, 1.8 MB: fail" "$(results sink/14.eml)" 'dkim=fail'
same_body "port 25, 1.8 MB" sink/14.eml bigsigned
# What came from elsewhere and is forwarded by a program keeps what it has.
{ printf 'Received: from x by y; Sun, 22 Nov 2026 00:00:00 +0000\n'; cat msg; } >forward
submit forward
is "sendmail, forwarded: delivered" "$(arrives 15)" "15 0"
is "sendmail, forwarded: it is not signed" "$(grep -ci '^DKIM-Signature' sink/15.eml)" 0

# --- failures -----------------------------------------------------------------------
# waits NAME PORT FILE: in the queue, deferred, nothing sent, no bounce
waits() {
	w_file=$3
	w_port=$2
	w_before=$(delivered)
	w_defer=$(grep -c 'status=deferred' maillog)
	case $2 in
	sendmail) submit "$3" ;;
	*) send "$2" "$3" >/dev/null ;;
	esac
	wait_for 20 "[ \$(grep -c status=deferred maillog) -gt $w_defer ]"
	sleep 0.2
	is "$1: in the queue, nothing sent" "$(queued) $(delivered)" "1 $w_before"
}
mended() { # mended NAME [RESULT]
	postqueue -f
	is "$1: then delivered, and no bounce" "$(arrives $((w_before + 1)))" "$((w_before + 1)) 0"
	case $w_port in
	25) verified "$1" "${2:-pass}" ;;
	*) signed "$1: whole and signed" "sink/$((w_before + 1)).eml" "$w_file" ;;
	esac
}
verified() { # verified NAME RESULT: the last that came
	v=sink/$((w_before + 1)).eml
	like "$1: whole and verified" "$(results "$v")" \
	    "^Authentication-Results: mx.example; dkim=$2"
	same_body "$1" "$v" "$w_file"
}
failing sign key
for by in 587 sendmail; do
	chmod 600 $K
	waits "$by: the key cannot be read" $by msg
	chmod 640 $K
	mended "$by: the key cannot be read"
done
echo junk >$K.new && mv $K good && mv $K.new $K && chmod 640 $K && chgrp dkimfilter $K
waits "the key is none" 587 msg
mv good $K
mended "the key is none"
failing verify key
w_before=$(delivered)
cp zone good
sed 's,k=rsa,k=???,' good >zone
send 25 again >/dev/null
is "port 25, a damaged key record: delivered" "$(arrives $((w_before + 1)))" \
    "$((w_before + 1)) 0"
w_file=again
verified "port 25, a damaged key record" permerror
cp good zone
failing sign dns
touch zone.down
w_before=$(delivered)
send 587 msg >/dev/null
is "DNS is down: delivered" "$(arrives $((w_before + 1)))" "$((w_before + 1)) 0"
failing verify dns
w_before=$((w_before + 1))
send 25 again >/dev/null
is "port 25, DNS is down: delivered" "$(arrives $((w_before + 1)))" "$((w_before + 1)) 0"
rm zone.down
signed "DNS is down: whole and signed" "sink/$w_before.eml" msg
verified "port 25, DNS is down" temperror
for what in '587 sign filter msg' 'sendmail sign filter msg' '25 verify verify again'; do
	set -- $what
	failing "$2" command
	takes "dkim-$2"
	waits "$1: no dkim-$2" "$1" "$4"
	heals "dkim-$2"
	mended "$1: no dkim-$2"
	failing "$2" kill
	kills "dkim-$2"
	waits "$1: dkim-$2 is killed" "$1" "$4"
	heals "dkim-$2"
	mended "$1: dkim-$2 is killed"
	mv /usr/sbin/sendmail away
	[ "$1" = sendmail ] || waits "$1: no sendmail" "$1" "$4"
	mv away /usr/sbin/sendmail
	[ "$1" = sendmail ] || mended "$1: no sendmail"
	kills "postfix-dkim-$3"
	waits "$1: the filter's shell is killed" "$1" "$4"
	heals "postfix-dkim-$3"
	mended "$1: the filter's shell is killed"
	mv "bin/postfix-dkim-$3" bin/away
	printf '#!/bin/sh\nsleep 60\n' >"bin/postfix-dkim-$3"
	chmod 755 "bin/postfix-dkim-$3"
	postconf -e "dkim-$2_time_limit=2" && postfix reload >reload.log 2>&1
	waits "$1: the filter hangs" "$1" "$4"
	postconf -e "dkim-$2_time_limit=1000" && postfix reload >reload.log 2>&1
	heals "postfix-dkim-$3"
	mended "$1: the filter hangs"
	takes "postfix-dkim-$3"
	waits "$1: no filter" "$1" "$4"
	heals "postfix-dkim-$3"
	mended "$1: no filter"
	failing "$2" disk
	big=big
	[ "$1" != 25 ] || big=bigsigned
	mount -t tmpfs -o size=16k none tmp
	chmod 1777 tmp
	waits "$1: disk full" "$1" $big
	umount tmp
	mended "$1: disk full" fail
done
all_shown sign
all_shown verify
is "nothing bounced in all this" "$(grep -c 'status=bounced' maillog)" 0
unlike "and nothing looped" "$(cat maillog)" 'loop|too many hops'
# A message goes once through a filter and at most once through the other smtpd.
is "none passes a filter twice" "$(tr -d '\r' <sink/3.eml | grep -c '^Received:')" 3
# OpenDKIM's tables as they stand, by the line of the manual page.
mkdir /etc/opendkim
echo "one example.com:mail:$K" >/etc/opendkim/KeyTable
echo '*@example.com one' >/etc/opendkim/SigningTable
# with_tables LINE: instead of what signs
with_tables() {
	awk -v line="$1" '/argv=.*postfix-dkim-filter/ { $0 = line } { print }' \
	    /etc/postfix/master.cf >master.new && cp master.new /etc/postfix/master.cf
	postfix reload >/dev/null 2>&1
	sleep 1
}
argv=$(sed -n '/^  argv=.*-filter -c/p' "$TOP/man/postfix-dkim-filter.8")
with_tables "$argv"
before=$(delivered)
like "tables: a message is taken" "$(send 587 msg -f)" '^250'
is "tables: delivered" "$(arrives $((before + 1)))" "$((before + 1)) 0"
signed tables "sink/$((before + 1)).eml" msg
like "tables: a sender like an option" "$(cat "sink/$((before + 1)).env")" '^MAIL FROM:<-f'
with_tables "$(echo "$argv" | sed 's/-f \${sender} //')"
send 587 msg >/dev/null
sleep 2
is "no -f: it stays in the queue" "$(delivered) $(queued)" "$((before + 1)) 1"
postsuper -d ALL >/dev/null 2>&1

# The lines that verify serve without those that sign.
config master.cf | sed '/^# recipe sign/,/^# end/d' >/etc/postfix/master.cf
echo 'pickup unix n - n 60 1 pickup' >>/etc/postfix/master.cf
postfix reload >reload.log 2>&1
w_before=$(delivered) w_file=again
send 25 again >/dev/null
is "without the lines that sign: delivered" "$(arrives $((w_before + 1)))" \
    "$((w_before + 1)) 0"
verified "without the lines that sign" pass
done_testing
