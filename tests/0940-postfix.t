#!/bin/sh
# test: peer slow - a real Postfix in namespaces of its own
# scripts/postfix-dkim-filter behind pipe(8): signed once, re-injected, and in the
# queue under every failure: no bounce, no loop.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
private postfix

user postfix 921
user dkimfilter 923
echo 'postdrop:x:922:' >>/etc/group
mkdir -m 1777 tmp
mkdir -p /etc/postfix /var/lib/postfix /var/spool/postfix
config main.cf >/etc/postfix/main.cf
config master.cf >/etc/postfix/master.cf
cp "$TOP/scripts/postfix-dkim-filter" bin/
chown postfix /var/lib/postfix
postfix set-permissions >set.log 2>&1
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

send() { # send FILE [SENDER [RECIPIENT...]]: prints the answer to DATA
	python3 - "$@" <<-'END'
		import smtplib, sys
		file, sender, to = sys.argv[1], sys.argv[2:3] or ["a@example.com"], sys.argv[3:]
		s = smtplib.SMTP("127.0.0.1", 25, timeout=30)
		s.ehlo("client.example")
		s.mail(sender[0])
		for r in to or ["b@remote.example"]:
		    s.rcpt(r)
		code, text = s.data(open(file, "rb").read().replace(b"\n", b"\r\n"))
		print(code, text.decode().replace("\n", " "))
	END
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
printf 'From: Alice <a@example.com>\nTo: b@remote.example\nSubject: hello\n\n.\n..\nFrom here\nbody\n' >msg
like "a message is taken" "$(send msg)" '^250'
is "and delivered" "$(arrives 1)" "1 0"
signed() { # signed NAME FILE
	like "$1: it verifies" "$(dkim-verify -F kv "$2" 2>&1 | head -1)" \
	    'result=pass .*domain=example.com selector=mail'
	is "$1: it is signed once" "$(grep -ci '^DKIM-Signature:' "$2")" 1
}
signed "through the filter" sink/1.eml
is "the body is what it was" "$(tr -d '\r' <sink/1.eml | sed '1,/^$/d')" "$(sed '1,/^$/d' msg)"
tr -d '\r' <sink/1.eml >again
send again >/dev/null
is "a signed message passes again" "$(arrives 2)" "2 0"
is "and is not signed twice" "$(grep -ci '^DKIM-Signature:' sink/2.eml)" 1
like "the null sender" "$(send msg '' c@remote.example)" '^250'
is "the null sender: delivered" "$(arrives 3)" "3 0"
like "the null sender stays null" "$(cat sink/3.env)" '^MAIL FROM:<>'
send msg a@example.com -x@remote.example b@remote.example >/dev/null
is "an address like an option: delivered" "$(arrives 4)" "4 0"
like "an address like an option" "$(cat sink/4.env)" 'RCPT TO:<-x@remote.example>'
{ cat msg; awk 'BEGIN { for (i = 0; i < 90000; i++) print ".line number", i }'; } >big
send big >/dev/null
is "a message of 1.8 MB" "$(arrives 5)" "5 0"
signed "a message of 1.8 MB" sink/5.eml
printf 'From: x@foreign.example\nSubject: no key\n\nx\n' >foreign
send foreign >/dev/null
is "no key for the domain" "$(arrives 6)" "6 0"
is "no key for the domain: unsigned" "$(grep -c ^DKIM sink/6.eml)" 0

# --- failures -----------------------------------------------------------------------
waits() { # waits NAME [FILE]: in the queue, deferred, nothing sent, no bounce
	w_before=$(delivered)
	w_defer=$(grep -c 'status=deferred' maillog)
	send "${2:-msg}" >/dev/null
	wait_for 20 "[ \$(grep -c status=deferred maillog) -gt $w_defer ]"
	sleep 0.2
	is "$1: in the queue, nothing sent" "$(queued) $(delivered)" "1 $w_before"
}
mended() { # mended NAME
	postqueue -f
	is "$1: then delivered, and no bounce" "$(arrives $((w_before + 1)))" "$((w_before + 1)) 0"
	signed "$1: whole and signed" "sink/$((w_before + 1)).eml"
}
chmod 600 $K
waits "the key cannot be read"
chmod 640 $K
mended "the key cannot be read"
echo junk >$K.new && mv $K good && mv $K.new $K && chmod 640 $K && chgrp dkimfilter $K
waits "the key is none"
mv good $K
mended "the key is none"
mv bin/dkim-sign bin/away
waits "no dkim-sign"
printf '#!/bin/sh\nhead -c 100 >/dev/null\nkill -9 $$\n' >bin/dkim-sign
chmod 755 bin/dkim-sign
postqueue -f
wait_for 20 "[ \$(grep -c status=deferred maillog) -gt $((w_defer + 1)) ]"
is "dkim-sign is killed: in the queue, nothing sent" "$(queued) $(delivered)" "1 $w_before"
mv bin/away bin/dkim-sign
mended "dkim-sign was killed"
mount -t tmpfs -o size=16k none tmp
chmod 1777 tmp
waits "disk full" big
umount tmp
mended "disk full"
mv /usr/sbin/sendmail away
waits "no sendmail"
mv away /usr/sbin/sendmail
mended "no sendmail"
mv bin/postfix-dkim-filter away
waits "no filter"
mv away bin/postfix-dkim-filter
mended "no filter"
is "nothing bounced in all this" "$(grep -c 'status=bounced' maillog)" 0
unlike "and nothing looped" "$(cat maillog)" 'loop|too many hops'
done_testing
