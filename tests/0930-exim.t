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

# Keys from a store: the environment that Exim leaves is all that psql(1) has.
cat >bin/psql <<-'END'
	#!/bin/sh
	case "$PGHOST $PGUSER $PGDATABASE $*" in
	"keys.example.net dkim dkim "*"domain=example.com -v default=example.net") ;;
	*) exit 2 ;;
	esac
	[ ! -e /etc/dkim/down ] || { echo "no connection" >&2; exit 2; }
	echo example.com mail
	cat /etc/dkim/keys/example.com/mail.pem
END
chmod 755 bin/psql
before=$(delivered)
submit msg b@stored.example
is "keys from a store: it goes out" "$(($(delivered) - before)) $(queued)" "1 0"
accepts "keys from a store" "sink/$(delivered).eml"
touch /etc/dkim/down
before=$(delivered)
submit msg b@stored.example
is "the store is down: it stays in the queue" "$(($(delivered) - before)) $(queued)" "0 1"
rm /etc/dkim/down bin/psql
exim4 -Mrm "$(exim4 -bpr | awk 'NF == 4 { print $3; exit }')" >/dev/null

# --- inbound ---------------------------------------------------------------------
exim4 -bdf -oX 127.0.0.1:25 >daemon.log 2>&1 &
kill_later $!
wait_for 10 'python3 -c "import smtplib; smtplib.SMTP(\"127.0.0.1\", 25)"'
send() { # send FILE [TO [FROM-ADDRESS [USER]]]: prints the answer to DATA
	python3 - "$@" <<-'END'
		import smtplib, sys
		to, address, user = (sys.argv[2:] + ["b@example.net", "127.0.0.1", ""][len(sys.argv) - 2:])
		s = smtplib.SMTP("127.0.0.1", 25, timeout=30, source_address=(address, 0))
		s.ehlo("client.example")
		if user:
		    s.login(user, "secret")
		s.mail("a@example.com")
		s.rcpt(to)
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
tr -d '\r' <sink/1.eml | sed '1,/^$/d' >want
sed '1,/^$/d' inbox/* >got
ok "and whole" cmp got want
like "an unsigned one is accepted" "$(send msg)" '^250'
sed 's/^body/BODY/' sink/1.eml >forged
# Of two signatures the upper one, of another domain, is broken, or both are.
cp $K other.pem && chmod 600 other.pem
sed 's/^body/other/' msg | dkim-sign -d example.org -s mail -k other.pem --header-only >broken
dkim-dnsrec -d example.org -s mail -k other.pem -F zone >>zone
{ cat broken; tr -d '\r' <sink/1.eml; } >second
like "one of two signatures passes: accepted" "$(send second)" '^250'
is "the status is that of the one that passes" \
    "$(in_box 3) $(grep -l '^X-DKIM-Status: pass example.com' inbox/* | wc -l | tr -d ' ')" "3 2"
{ cat broken; tr -d '\r' <forged; } >neither
like "neither passes: refused" "$(send neither)" '^550 DKIM: body hash'
{ printf 'Authentication-Results: mx.example; dkim=pass\nX-DKIM-Status: pass\n'
    printf 'result: pass\n'; tr -d '\r' <forged; } >claims
like "what the sender claims does not count" "$(send claims)" '^550 DKIM: body hash'
dkim-sign -d example.com -s mail -k other.pem -i 'result=pass@example.com' <msg |
    sed 's/^body/BODY/' >identity
like "nor what an identity says" "$(send identity)" '^550 DKIM: body hash'
like "a forged one is refused, with the reason" "$(send forged)" \
    '^550 DKIM: body hash did not verify \(example.com\)'
failing acl dns
touch zone.down
like "DNS is down: deferred" "$(send sink/1.eml)" '^451 DKIM: key lookup (timed out|failed)'
rm zone.down
cp zone good
sed 's,k=rsa;,t=y  ;,' good >zone
like "a forged one of a domain that tests is accepted" "$(send forged)" '^250'
cp good zone
deferred() { # deferred NAME FILE
	d_before=$(in_box 0)
	like "$1: deferred" "$(send "$2")" '^45[12]'
	is "$1: nothing is filed" "$(in_box 0)" "$d_before"
}
failing acl command
takes dkim-verify
deferred "no dkim-verify" sink/1.eml
heals dkim-verify
failing acl kill
kills dkim-verify
deferred "dkim-verify is killed" sink/1.eml
printf '#!/bin/sh\necho result=pass domain=example.com\nkill -9 $$\n' >bin/dkim-verify
deferred "dkim-verify is killed when it has said pass" sink/1.eml
heals dkim-verify
failing acl disk
# Room for a part of the copy that is verified, or for all but its end.
for size in 16 1000 $(($(tr -d '\r' <sink/2.eml | wc -c) / 1024 / 4 * 4)); do
	mount -t tmpfs -o size=${size}k,mode=1777 none spool/scan
	deferred "disk full after $size KiB" sink/2.eml
	umount spool/scan
done
failing acl key
sed 's,k=rsa,k=???,' good >zone
like "a damaged key record: accepted" "$(send sink/1.eml)" '^250'
cp good zone
all_shown acl
like "and then it is accepted" "$(send sink/1.eml)" '^250'

# Who has our domain in From: is not yet one of us.
relayed() { # relayed FROM-ADDRESS [USER]: how many signatures a message has then
	r_before=$(delivered)
	send msg b@remote.example "$@" >/dev/null
	wait_for 10 "[ \$(ls sink/*.eml | wc -l) -gt $r_before ]"
	grep -c '^DKIM-Signature' "sink/$(delivered).eml"
}
is "a host of ours: signed" "$(relayed 127.0.0.1)" 1
is "a user of ours, with a password: signed" "$(relayed 127.0.0.2 alice)" 1
is "mail from elsewhere that is forwarded: not signed" "$(relayed 127.0.0.2)" 0

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
failing filter key
chmod 600 $K
waits "the key cannot be read"
chmod 640 $K
mended "the key cannot be read"
chmod 644 $K
waits "the key can be read by all"
chmod 640 $K
mended "the key can be read by all"
failing filter command
takes dkim-sign
waits "no dkim-sign"
heals dkim-sign
mended "no dkim-sign"
failing filter kill
kills dkim-sign
waits "dkim-sign is killed" '' big
heals dkim-sign
mended "dkim-sign is killed"
printf '#!/bin/sh\ncat\nkill -9 $$\n' >bin/killed
chmod 755 bin/killed
takes dkim-sign
mv bin/killed bin/dkim-sign
waits "dkim-sign is killed at the end" '' big
heals dkim-sign
mended "dkim-sign is killed at the end"
failing filter disk
fill_tmp
waits "disk full" '' big
free_tmp
mended "disk full"
failing filter dns
touch zone.down
w_before=$(delivered)
submit msg
rm zone.down
mended "DNS is down"
all_shown filter

# stuck NAME [FILE]: of the pipe transport, in the queue and nothing handed over;
# unstuck NAME: and then whole
stuck() {
	rm -f gate/message
	submit "${2:-msg}" b@piped.example
	is "pipe: $1: in the queue, nothing handed over" "$(queued) $(ls gate)" "1 "
	p_body=$(sed '1,/^$/d' "${2:-msg}" | grep . | cksum)
}
unstuck() {
	exim4 -qff >/dev/null 2>&1
	is "pipe: $1: then delivered, and no bounce" "$(queued)" 0
	like "pipe: $1: signed" "$(dkim-verify -F kv gate/message)" ' result=pass '
	is "pipe: $1: whole" "$(sed '1,/^$/d' gate/message | grep . | cksum)" "$p_body"
}
failing pipe command
takes gateway
stuck "no COMMAND"
heals gateway
unstuck "no COMMAND"
takes dkim-sign
stuck "no dkim-sign"
heals dkim-sign
unstuck "no dkim-sign"
touch gate/shut
submit msg b@piped.example
is "pipe: COMMAND says 75: in the queue" "$(queued)" 1
rm gate/shut
unstuck "COMMAND says 75"
accepts "pipe" gate/message
failing pipe kill
kills dkim-sign
stuck "dkim-sign is killed" big
heals dkim-sign
unstuck "dkim-sign is killed"
kills gateway
stuck "COMMAND is killed" big
heals gateway
unstuck "COMMAND is killed"
failing pipe key
chmod 600 $K
stuck "the key cannot be read"
chmod 640 $K
unstuck "the key cannot be read"
failing pipe disk
fill_tmp
stuck "disk full" big
free_tmp
unstuck "disk full"
failing pipe dns
touch zone.down
submit msg b@piped.example
rm zone.down
p_body=$(sed '1,/^$/d' msg | grep . | cksum)
unstuck "DNS is down"
all_shown pipe
unlike "nothing bounced in all this" "$(cat log/mainlog)" '<= <>'
done_testing
