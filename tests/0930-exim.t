#!/bin/sh
# test: peer slow - a real Exim in namespaces of its own
# Exim signs by a transport filter and by a pipe transport, and its ACL reads
# dkim-verify.  Whatever fails, the message stays in the queue.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
private exim

user Debian-exim 911
mkdir -m 755 log spool inbox gate
config exim.conf >/etc/exim4/exim4.conf
chown -R Debian-exim:Debian-exim log spool inbox gate
mkdir -p /etc/dkim/keys/example.com
K=/etc/dkim/keys/example.com/mail.pem
dkim-keygen -d example.com -s mail -o $K >/dev/null
chgrp Debian-exim $K
chmod 640 $K
dkim-dnsrec -d example.com -s mail -k $K -F zone >zone
cat >bin/gateway <<-END
	#!/bin/sh
	[ ! -e $T/gate/shut ] || exit 75
	cat >$T/gate/message.\$\$ && mv $T/gate/message.\$\$ $T/gate/message
END
chmod 755 bin/gateway
start_dns "$T/zone" || skip_all "no DNS server of our own"
start_sink 2525 "$T/sink" || skip_all "no SMTP sink of our own"
ok "exim accepts the configuration" exim4 -bV

printf 'From: Alice <a@example.com>\nTo: b@remote.example\nSubject: hello\n\n.\n..\nFrom here\nbody' >msg
submit() { # submit FILE [TO]
	exim4 -odi -oi -f a@example.com "${2:-b@remote.example}" <"$1" >submit.log 2>&1
}
delivered() {
	ls sink/*.eml 2>/dev/null | wc -l | tr -d ' '
}
queued() {
	exim4 -bpc
}
accepts() { # accepts NAME FILE: dkim-verify, dkimpy and Mail::DKIM say pass
	like "$1: dkim-verify" "$(dkim-verify -F kv "$2" | head -1)" 'result=pass .*domain=example.com selector=mail'
	if /usr/bin/python3 -c 'import dkim' 2>/dev/null; then
		is "$1: dkimpy" "$(/usr/bin/python3 -c '
import sys
sys.modules["httpx"] = None
import dkim
print(dkim.verify(open(sys.argv[1], "rb").read()))' "$2" 2>&1)" True
	else
		skip "$1: dkimpy" "not installed"
	fi
	if perl -MMail::DKIM::Verifier -e 1 2>/dev/null; then
		is "$1: Mail::DKIM" "$(perl -MMail::DKIM::Verifier -e '
my $v = Mail::DKIM::Verifier->new;
while (<STDIN>) { s/\r?\n\z/\r\n/; $v->PRINT($_) }
$v->CLOSE; print $v->result' <"$2" 2>&1)" pass
	else
		skip "$1: Mail::DKIM" "not installed"
	fi
}
submit msg
is "a message goes out at once" "$(delivered) $(queued)" "1 0"
accepts "transport filter" sink/1.eml
is "no line of the filter is in it" "$(grep -c dkim-sign sink/1.eml)" 0
{ cat msg; awk 'BEGIN { for (i = 0; i < 90000; i++) print ".line number", i }'; } >big
submit big
accepts "a message of 1.8 MB" sink/2.eml
printf 'From: x@foreign.example\nSubject: no key\n\nx\n' >foreign
submit foreign
is "no key for the domain: unsigned" "$(delivered) $(grep -c ^DKIM sink/3.eml)" "3 0"
submit msg b@piped.example
accepts "pipe transport" gate/message

# --- inbound ---------------------------------------------------------------------
exim4 -bdf -oX 127.0.0.1:25 >daemon.log 2>&1 &
kill_later $!
wait_for 10 'python3 -c "import smtplib; smtplib.SMTP(\"127.0.0.1\", 25)"'
send() { # send FILE: prints the answer to DATA
	python3 - "$1" <<-'END'
		import smtplib, sys
		s = smtplib.SMTP("127.0.0.1", 25, timeout=30)
		s.ehlo("client.example")
		s.mail("a@example.com")
		s.rcpt("b@example.net")
		data = open(sys.argv[1], "rb").read().replace(b"\r\n", b"\n")
		code, text = s.data(data.replace(b"\n", b"\r\n"))
		print(code, text.decode().replace("\n", " "))
	END
}
in_box() {
	wait_for 10 "[ \$(ls inbox | wc -l) -ge $1 ]"
	ls inbox | wc -l | tr -d ' '
}
like "a signed message is accepted" "$(send sink/1.eml)" '^250'
is "and filed" "$(in_box 1)" 1
like "with our status" "$(cat inbox/*)" '^X-DKIM-Status: pass example.com'
like "Exim's own verifier agrees" "$(cat log/mainlog)" 'own verifier: example.com pass'
like "an unsigned one is accepted" "$(send msg)" '^250'
sed 's/^body/BODY/' sink/1.eml >forged
like "a forged one is refused, with the reason" "$(send forged)" \
    '^550 DKIM: body hash did not verify \(example.com\)'
touch zone.down
like "DNS is down: deferred" "$(send sink/1.eml)" '^451 DKIM: key lookup (timed out|failed)'
rm zone.down
cp zone good
sed 's,k=rsa;,t=y  ;,' good >zone
like "a forged one of a domain that tests is accepted" "$(send forged)" '^250'
cp good zone
mv bin/dkim-verify bin/away
like "no dkim-verify: deferred" "$(send sink/1.eml)" '^451'
mv bin/away bin/dkim-verify
like "and then it is accepted" "$(send sink/1.eml)" '^250'

# --- failures ---------------------------------------------------------------------
# waits NAME [TO]: the message stays in the queue, nothing is sent, no bounce; once
# mended it is delivered whole.
waits() {
	w_name=$1
	w_before=$(delivered)
	submit "${3:-msg}" "${2:-b@remote.example}"
	is "$w_name: in the queue, nothing sent" "$(queued) $(delivered)" "1 $w_before"
}
mended() { # mended NAME [FILE]
	exim4 -qff >/dev/null 2>&1
	is "$1: then delivered, and no bounce" "$(queued) $(delivered)" "0 $((w_before + 1))"
	like "$1: whole and signed" "$(dkim-verify -F kv "sink/$((w_before + 1)).eml")" ' result=pass '
}
chmod 600 $K
waits "the key cannot be read"
chmod 640 $K
mended "the key cannot be read"
chmod 644 $K
waits "the key can be read by all"
chmod 640 $K
mended "the key can be read by all"
mv bin/dkim-sign bin/away
waits "no dkim-sign"
mv bin/away bin/dkim-sign
mended "no dkim-sign"
cp bin/dkim-sign bin/away
rm bin/dkim-sign
printf '#!/bin/sh\nhead -c 200\nkill -9 $$\n' >bin/dkim-sign
chmod 755 bin/dkim-sign
waits "dkim-sign is killed" '' big
mv bin/away bin/dkim-sign
mended "dkim-sign is killed"
fill_tmp
waits "disk full" '' big
free_tmp
mended "disk full"
rm -f gate/message
mv bin/gateway bin/away
waits "pipe: no COMMAND" b@piped.example
mv bin/away bin/gateway
touch gate/shut
exim4 -qff >/dev/null 2>&1
is "pipe: COMMAND says 75: in the queue" "$(queued)" 1
rm gate/shut
exim4 -qff >/dev/null 2>&1
is "pipe: then delivered" "$(queued)" 0
accepts "pipe" gate/message
done_testing
