#!/bin/sh
# test: once
# scripts/qmail-remote-dkim and scripts/qmail-queue-dkim, put in place as
# dkim-tools(7) says.  qmail is not in Debian: stand-ins speak the interfaces of
# qmail-remote(8), qmail-rspawn and qmail-queue(8), the first of them to a real
# SMTP sink.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
private qmail

# As another user, who may not get at a python3 of root's own.
QMAIL="$(command -v /usr/bin/python3 || command -v python3) $T/qmail.py"
cp "$TOP/tests/lib/qmail.py" .
user qmailr 941
echo 'qmail:x:942:' >>/etc/group
cp "$TOP/scripts/qmail-remote-dkim" "$TOP/scripts/qmail-queue-dkim" bin/
mkdir -p /var/qmail/bin /var/qmail/control queue
echo mx.example.net >/var/qmail/control/me
Q=/var/qmail/bin
printf '#!/bin/sh\nSINK_PORT=2525 exec %s remote "$@"\n' "$QMAIL" >$Q/qmail-remote
printf '#!/bin/sh\nexec %s queue %s\n' "$QMAIL" "$T/queue" >$Q/qmail-queue
# What qmail-start starts is started for each message here, as the user that
# qmail-rspawn is.
cat >$Q/qmail-start <<-END
	#!/bin/sh
	exec setpriv --reuid qmailr --regid qmail --clear-groups $QMAIL rspawn \\
	    "\$(cat $T/next)" $Q/qmail-remote sink.example a@example.com b@example.net
END
chmod +x $Q/*
start_sink 2525 "$T/sink" || skip_all "no SMTP sink of our own"

recipe qmail qmail-keys | sh >zone
K=/etc/domainkeys/example.com/default
start_dns "$T/zone" || skip_all "no DNS server of our own"
while [ ! -e stop ]; do [ -x $Q/qmail-remote ] || touch gone; done &
kill_later $!
recipe qmail qmail-remote | sh -e
is "the wrapper is put in place: exit status" "$?" 0
touch stop
[ ! -e gone ]
result $? "and at no time there was no qmail-remote"
ok "it is the wrapper" cmp $Q/qmail-remote bin/qmail-remote-dkim
cp $Q/qmail-remote.real real
recipe qmail qmail-remote | sh >out 2>&1
is "again: refused" "$?" 1
ok "and nothing is lost" cmp $Q/qmail-remote.real real

printf 'From: a@example.com\nTo: b@example.net\nSubject: hello\n\nbody\n.\n..\n' >msg
printf 'From: a@example.org\n\nno key for this one\n' >foreign
awk 'BEGIN { for (i = 0; i < 99999; i++) print "0123456789 0123456789" }' | cat msg - >big
remote() { # remote FILE
	echo "$T/$1" >next
	recipe qmail qmail-rc | sh 2>&1
}
delivered() {
	ls sink/*.eml 2>/dev/null | wc -l | tr -d ' '
}
like "a message is delivered" "$(remote msg)" '^Kok'
is "one message came" "$(delivered)" 1
like "and it verifies" "$(dkim-verify -F kv <sink/1.eml)" \
    '^result=pass .*domain=example.com selector=default'
sed '/^DKIM-Signature/,/^From/{/^From/!d}' sink/1.eml | tr -d '\r' >body
ok "and is what it was below its signature" cmp body msg
like "an unknown domain goes unsigned" "$(remote foreign)" '^Kok'
is "octet for octet" "$(tr -d '\r' <sink/2.eml)" "$(cat foreign)"
tr -d '\r' <sink/1.eml >twice
like "what is signed is signed once" "$(remote twice)" '^K'
is "one signature" "$(grep -c ^DKIM-Signature sink/3.eml)" 1

# Where DKIMSIGN is not set, control/dksign as it stands.
unset_remote() {
	echo "$T/msg" >next
	env - PATH="$PATH" $Q/qmail-start 2>&1
}
control=/var/qmail/control/dksign
mkdir -p /etc/domainkeys/example.com
cp -p $K /etc/domainkeys/example.com/private
dkim-dnsrec -d example.com -s private -k $K >>zone
echo '/etc/domainkeys/%/private' >$control
like "control/dksign: delivered" "$(unset_remote)" '^K'
like "... with its key" "$(tr -d '\r\n\t ' <"sink/$(delivered).eml")" ';s=private;'
like "DKIMSIGN comes before it" "$(remote msg >/dev/null
    tr -d '\r\n\t ' <"sink/$(delivered).eml")" ';s=default;'
chmod 600 $control
s_before=$(delivered)
unset_remote >/dev/null
is "one that cannot be read: nothing was sent" "$(delivered)" "$s_before"
rm $control
like "without it the default" "$(unset_remote >/dev/null
    tr -d '\r\n\t ' <"sink/$(delivered).eml")" ';s=default;'

# stays NAME ERE [FILE]: the message stays in the queue
stays() {
	s_before=$(delivered)
	like "$1: stays in the queue" "$(remote "${3:-msg}")" "^Z$2"
	is "$1: nothing was sent" "$(delivered)" "$s_before"
}
sent() { # sent NAME [FILE]: and then it is delivered, whole
	like "$1: delivered" "$(remote "${2:-msg}")" '^K'
	like "$1: whole and signed" "$(dkim-verify -F kv <"sink/$(delivered).eml" 2>&1)" \
	    '^result=pass '
}
echo '451 not now' >sink/answer
stays "the other side says 451" ''
rm sink/answer
failing qmail-remote key
chmod 644 $K
stays "a key that others can read" 'dkim-sign: .*mode 0644'
chmod 600 $K
stays "a key that qmailr cannot read" 'dkim-sign: .*Permission denied'
chmod 640 $K
cp -p $K good
echo junk >$K
stays "a key that is none" 'dkim-sign: .*default'
cp -p good $K
sent "with a key again"
failing qmail-remote disk
fill_tmp
stays "disk full" 'dkim-sign: .*No space' big
free_tmp
sent "with room again" big
failing qmail-remote command
takes dkim-sign
stays "no dkim-sign" 'Unable to run'
heals dkim-sign
mv $Q/qmail-remote.real $Q/away
stays "no qmail-remote" 'dkim-sign: .*No such file'
mv $Q/away $Q/qmail-remote.real
failing qmail-remote kill
kills dkim-sign
stays "dkim-sign is killed" '' big
printf '#!/bin/sh\necho stray; echo stray >&2; exit 1\n' >bin/dkim-sign
stays "dkim-sign prints what it should not" ''
heals dkim-sign
sent "with dkim-sign again" big
cp -p $Q/qmail-remote.real real
printf '#!/bin/sh\nhead -c 100 >/dev/null\nkill -9 $$\n' >$Q/qmail-remote.real
stays "qmail-remote itself is killed" '' big
cp -p real $Q/qmail-remote.real
failing qmail-remote dns
touch zone.down
like "DNS is down: delivered" "$(remote msg)" '^K'
rm zone.down
like "DNS is down: whole and signed" "$(dkim-verify -F kv <"sink/$(delivered).eml")" \
    '^result=pass '
all_shown qmail-remote

# --- qmail-queue ------------------------------------------------------------------
# The variables are those of the line for tcprules.
eval "$(recipe qmail qmail-smtpd | sed 's/^:allow,//; s/,DK/;DK/')"
export DKVERIFY
smtpd() {
	$QMAIL smtpd "$1" a@example.com b@example.net "$QMAILQUEUE"
}
queued() {
	ls queue | wc -l | tr -d ' '
}
tr -d '\r' <sink/1.eml >signed
is "a signed message is queued" "$(smtpd signed)" 0
is "with the envelope that came" "$(head -1 queue/0)" 'Fa@example.com|Tb@example.net||'
sed 1d queue/0 >got
like "with our field on top, by the name in control/me" "$(head -2 got | tr -d '\n')" \
    '^Authentication-Results: mx.example.net; dkim=pass'
is "and nothing else new" "$(sed '1,/header.b/d' got)" "$(cat signed)"
{ printf 'Authentication-Results: MX.example.net; dkim=pass header.d=bank.example\n'
    cat msg; } >claims
latest() {
	sed 1d "queue/$(($(queued) - 1))"
}
DKVERIFY='' smtpd claims >/dev/null
is "a field that claims our name is gone" "$(latest | grep -c bank.example)" 0
DKIM_AUTHSERV_ID=in.example.org smtpd signed >/dev/null
like "DKIM_AUTHSERV_ID names us, too" "$(latest)" \
    '^Authentication-Results: in.example.org;'
mv /var/qmail/control/me me
is "no control/me: queued all the same" "$(smtpd signed 2>err)$(cat err)" 0
like "under the name of the host" "$(latest)" \
    "^Authentication-Results: ($(hostname)|localhost);"
mv me /var/qmail/control/me
# refused NAME CODE FILE
refused() {
	r_before=$(queued)
	is "$1: $2" "$(smtpd "$3" 2>>err)" "$2"
	is "$1: nothing was queued" "$(queued)" "$r_before"
}
DKIM_AUTHSERV_ID='no token' refused "a name that is none: temporary" 64 signed
is "an unsigned one is queued" "$(DKVERIFY='' smtpd msg)" 0
sed 's/^body/BODY/' signed >forged
is "the recommended DKVERIFY takes a broken signature" "$(smtpd forged)" 0
# An old DomainKey-Signature whose key is gone says nothing about the rest.
{ printf 'DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; s=gone; d=example.com;\n b=AAAA\n'
    cat signed; } >old
is "and an old DomainKey-Signature without a key" "$(smtpd old)" 0
sed 's/s=gone/s=default/' old >old2
is "and one that does not verify" "$(smtpd old2)" 0
DKVERIFY=D, refused "which letters before the comma refuse" 31 old
DKVERIFY=,P refused "DKVERIFY=,P and a broken signature" 31 forged
DKVERIFY=,n refused "DKVERIFY=,n and none" 71 msg
sed 's/ s=default/ s=other/' signed >nokey
refused "no key is deferred" 71 nokey
DKVERIFY=,N RELAYCLIENT=
export RELAYCLIENT
is "mail of a RELAYCLIENT passes" "$(DKVERIFY=,N smtpd msg)" 0
is "as it was" "$(latest)" "$(cat msg)"
unset RELAYCLIENT
DKVERIFY=wrong refused "wrong letters: temporary" 64 signed
eval "$(recipe qmail qmail-smtpd | sed 's/.*DKVERIFY/DKVERIFY/')"
failing qmail-queue disk
awk 'BEGIN { for (i = 0; i < 99999; i++) print "0123456789 0123456789" }' |
    cat signed - >big
fill_tmp
refused "disk full" 53 big
free_tmp
is "with room again" "$(smtpd big)" 0
is "the big one is whole" "$(latest | sed '1,/header.b/d' | cksum)" "$(cksum <big)"
like "qmail-queue's own answer comes through" "$(printf '#!/bin/sh\nexit 62\n' >q
    chmod +x q; DKIMQUEUE=$T/q smtpd signed)" '^62$'
failing qmail-queue command
DKIMQUEUE=$T/nowhere refused "no qmail-queue" 71 signed
takes dkim-verify
refused "no dkim-verify" 127 signed
heals dkim-verify
failing qmail-queue kill
kills dkim-verify
refused "dkim-verify is killed" -9 big
heals dkim-verify
failing qmail-queue dns
touch zone.down
refused "DNS is down" 71 signed
DKVERIFY='' smtpd signed >/dev/null
like "DNS is down, without DKVERIFY: queued" "$(latest | head -3)" 'dkim=temperror'
is "and whole" "$(latest | sed '1,/header.b/d')" "$(cat signed)"
rm zone.down
failing qmail-queue key
sed 's,k=rsa,k=???,' zone >damaged
cp zone good
cp damaged zone
DKVERIFY='' smtpd signed >/dev/null
like "a damaged key record: queued" "$(latest | head -3)" 'dkim=permerror'
is "and whole" "$(latest | sed '1,/header.b/d')" "$(cat signed)"
cp good zone
all_shown qmail-queue
done_testing
