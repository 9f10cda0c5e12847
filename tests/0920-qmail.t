#!/bin/sh
# test: once
# scripts/qmail-remote-dkim and scripts/qmail-queue-dkim.  qmail is not in Debian:
# stand-ins speak the interfaces of qmail-remote(8), qmail-rspawn and
# qmail-queue(8), the first of them to a real SMTP sink.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
QMAIL="python3 $TOP/tests/lib/qmail.py"
RSPAWN="$QMAIL rspawn"
SINK_PORT=$((20000 + $$ % 20000))
QMAILHOME=$T/qmail
DKIM_BINDIR=$BIN
DKIMSIGN=$T/domainkeys/%/default
export SINK_PORT QMAILHOME DKIM_BINDIR DKIMSIGN
mkdir -p qmail/bin domainkeys/example.com queue
printf '#!/bin/sh\nexec %s remote "$@"\n' "$QMAIL" >qmail/bin/qmail-remote.real
printf '#!/bin/sh\nexec %s queue %s\n' "$QMAIL" "$T/queue" >qmail/bin/qmail-queue
chmod +x qmail/bin/*
dkim-keygen -d example.com -s default -o domainkeys/example.com/default >/dev/null
dkim-dnsrec -d example.com -s default -k domainkeys/example.com/default -F zone >zone
start_sink "$SINK_PORT" "$T/sink" || skip_all "no port for the sink"

printf 'From: a@example.com\nTo: b@example.net\nSubject: hello\n\nbody\n.\n..\n' >msg
printf 'From: a@example.org\n\nno key for this one\n' >foreign
remote() { # remote FILE
	$RSPAWN "$1" "$TOP/scripts/qmail-remote-dkim" sink.example a@example.com \
	    b@example.net
}
delivered() {
	ls sink/*.eml 2>/dev/null | wc -l | tr -d ' '
}
like "a message is delivered" "$(remote msg)" '^Kok'
is "one message came" "$(delivered)" 1
dkim-verify -Z zone -F kv <sink/1.eml >out
like "and it verifies" "$(cat out)" '^result=pass .*domain=example.com selector=default'
sed '/^DKIM-Signature/,/^From/{/^From/!d}' sink/1.eml | tr -d '\r' >body
ok "and is what it was below its signature" cmp body msg
like "an unknown domain goes unsigned" "$(remote foreign)" '^Kok'
is "octet for octet" "$(tr -d '\r' <sink/2.eml)" "$(cat foreign)"
like "what is signed is signed once" "$(tr -d '\r' <sink/1.eml >twice; remote twice)" '^K'
is "one signature" "$(grep -c ^DKIM-Signature sink/3.eml)" 1

# stays NAME ERE: the message stays in the queue
stays() {
	s_before=$(delivered)
	s_report=$(remote "${3:-msg}")
	like "$1: stays in the queue" "$s_report" "^Z$2"
	is "$1: nothing was sent" "$(delivered)" "$s_before"
}
echo '451 not now' >sink/answer
stays "the other side says 451" ''
rm sink/answer
chmod 644 domainkeys/example.com/default
stays "a key that others can read" 'dkim-sign: .*mode 0644'
chmod 600 domainkeys/example.com/default
cp domainkeys/example.com/default good
echo junk >domainkeys/example.com/default
stays "a key that is none" 'dkim-sign: .*default'
mv good domainkeys/example.com/default
awk 'BEGIN { for (i = 0; i < 99999; i++) print "0123456789 0123456789" }' | cat msg - >big
TMPDIR=$T/nowhere stays "no place for the message" 'dkim-sign: .*nowhere'
if mkdir full && mount -t tmpfs -o size=64k none full 2>/dev/null; then
	TMPDIR=$T/full stays "disk full" 'dkim-sign: .*No space' big
	umount full
fi
DKIM_BINDIR=$T/nowhere stays "no dkim-sign" 'Unable to run'
mv qmail/bin/qmail-remote.real qmail/bin/away
stays "no qmail-remote" 'dkim-sign: .*No such file'
mv qmail/bin/away qmail/bin/qmail-remote.real
# Killed while it signs: the sink never sees a part.
mkdir bin
printf '#!/bin/sh\nhead -c 100000 >/dev/null\nkill -9 $$\n' >bin/dkim-sign
chmod +x bin/dkim-sign
DKIM_BINDIR=$T/bin stays "dkim-sign is killed" '' big
printf '#!/bin/sh\necho stray; echo stray >&2; exit 1\n' >bin/dkim-sign
DKIM_BINDIR=$T/bin stays "dkim-sign prints what it should not" ''
like "and after all that it is delivered" "$(remote msg)" '^Kok'

# --- qmail-queue ------------------------------------------------------------------
# What verifies has no options for a test: a wrapper adds the zone.
printf '#!/bin/sh\nexec "%s/dkim-verify" -A mx.example.net %s "$@"\n' "$BIN" \
    "-Z $T/zone" >bin/dkim-verify
chmod +x bin/dkim-verify
DKIM_BINDIR=$T/bin
export DKIM_BINDIR
smtpd() {
	$QMAIL smtpd "$1" a@example.com b@example.net "$TOP/scripts/qmail-queue-dkim"
}
queued() {
	ls queue | wc -l | tr -d ' '
}
tr -d '\r' <sink/1.eml >signed
is "a signed message is queued" "$(smtpd signed)" 0
is "with the envelope that came" "$(head -1 queue/0)" 'Fa@example.com|Tb@example.net||'
sed 1d queue/0 >got
like "with our field on top" "$(head -2 got | tr -d '\n')" \
    '^Authentication-Results: mx.example.net; dkim=pass'
is "and nothing else new" "$(sed '1,/header.b/d' got)" "$(cat signed)"
is "an unsigned one is queued" "$(smtpd msg)" 0
# refused NAME CODE FILE
refused() {
	r_before=$(queued)
	is "$1: $2" "$(smtpd "$3" 2>>err)" "$2"
	is "$1: nothing was queued" "$(queued)" "$r_before"
}
sed 's/^body/BODY/' signed >forged
DKVERIFY=DEGIJKfh,CGHIJMQRkl
export DKVERIFY
is "the usual DKVERIFY takes a broken signature" "$(smtpd forged)" 0
DKVERIFY=,P refused "DKVERIFY=,P and a broken signature" 31 forged
DKVERIFY=,n refused "DKVERIFY=,n and none" 71 msg
sed 's/ s=default/ s=other/' signed >nokey
refused "no key is deferred" 71 nokey
DKVERIFY=,N RELAYCLIENT=
export RELAYCLIENT
is "mail of a RELAYCLIENT passes" "$(DKVERIFY=,N smtpd msg)" 0
is "as it was" "$(sed 1d "queue/$(($(queued) - 1))")" "$(cat msg)"
unset RELAYCLIENT
DKVERIFY=wrong refused "wrong letters: temporary" 64 signed
DKVERIFY=
TMPDIR=$T/nowhere refused "no place for the message" 53 signed
like "qmail-queue's own answer comes through" "$(printf '#!/bin/sh\nexit 62\n' >q
    chmod +x q; DKIMQUEUE=$T/q smtpd signed)" '^62$'
DKIMQUEUE=$T/nowhere refused "no qmail-queue" 71 signed
DKIM_BINDIR=$T/nowhere refused "no dkim-verify" 127 signed
printf '#!/bin/sh\nexec "%s/dkim-verify" -n 127.0.0.1@1 "$@"\n' "$BIN" >bin/dkim-verify
DKVERIFY=,k refused "DNS is down" 71 signed
done_testing
