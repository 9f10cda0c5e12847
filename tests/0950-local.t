#!/bin/sh
# test: peer slow - real procmail, maildrop, Pigeonhole and SpamAssassin
# Mail is filed by verdict, whichever of its signatures passes and whatever its
# sender claims, and stays with the mail system where there is none.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
private local

dkim-keygen -d example.com -s mail -o key.pem >/dev/null
dkim-dnsrec -d example.com -s mail -k key.pem -F zone >zone
dkim-dnsrec -d example.org -s mail -k key.pem -F zone >>zone
start_dns "$T/zone" || skip_all "no DNS server of our own"
AR='Authentication-Results: mx.example; dkim=pass header.d=bank.example'
printf 'From: Alice <a@example.com>\nTo: b@example.net\nSubject: hello\n%s\n\n.\n..\nbody\n' \
    "$AR" >none
dkim-sign -d example.com -s mail -k key.pem <none >pass
sed 's/^body/BODY/' pass >fail
# Of two signatures the upper one, of another domain, is broken, or both are.
sed 's/^body/other/' none | dkim-sign -d example.org -s mail -k key.pem --header-only >broken
cat broken pass >second
{ cat broken; sed 's/^body/BODY/' pass; } >neither
# Who forges our field does not get far, nor who hides its words elsewhere.
cat >forged <<-END
	$AR
	authentication-results: MX.EXAMPLE;
	 dkim=pass header.d=bank.example
	Authentication-Results: (comment) mx.example; dkim=pass
	Authentication-Results: "mx.example"; dkim=pass
	Authentication-Results: mx.example 1; x=y; dkim=pass (good) header.d=bank.example
	Authentication-Results: mx.example. ; dkim=pass
	Authentication-Results: other.example; x=y; mx.example; dkim=pass
	Authentication-Results : mx.example; dkim=pass
	Authentication-Results:mx.example; dkim=pass header.d=bank.example
	X-Authentication-Results: mx.example; dkim=pass header.d=bank.example
	Subject: Authentication-Results: mx.example; dkim=pass header.d=bank.example
END
cat forged fail >claims
dkim-sign -d example.com -s mail -k key.pem -i 'dkim=pass/dkim=pass@example.com' <none |
    sed 's/^body/BODY/' >identity
dkim-sign -d example.com -s mail -k key.pem <none |
    sed '1,/ d=/s/ d=/ i=a=3B=20dkim=3Dpass=20@example.com; d=/; s/^body/BODY/' >encoded
{ cat fail; printf '\n%s\n\n' "$AR"; } >inbody
HOME=$T
export HOME
mkdir box

# where MESSAGE: the box it belongs into
where() {
	case $1 in
	none) echo inbox ;;
	pass | second) echo pass ;;
	*) echo fail ;;
	esac
}
MESSAGES='none pass fail second neither claims identity encoded inbody'

# files AGENT MESSAGE: it is where it belongs, whole, once
files() {
	f_box=$(where "$2")
	agent <"$2" >agent.log 2>&1
	is "$1: $2: exit status" "$?" 0
	is "$1: $2 is filed in $f_box" "$(ls box)" "$f_box"
	sed '1,/^$/d' "$2" | grep -v '^$' >want
	sed '1,/^$/d' "box/$f_box" 2>/dev/null | grep -v '^$' >got
	ok "$1: $2 is whole" cmp got want
	is "$1: $2 has one field of ours" \
	    "$(sed '/^$/q' "box/$f_box" | grep -c '^Authentication-Results: mx.example;')" 1
	rm -f box/*
}
keeps() { # keeps AGENT WHAT MESSAGE: 75, and nothing is filed
	agent <"$3" >agent.log 2>&1
	is "$1: $2: 75, the mail system keeps it" "$?" 75
	is "$1: $2: nothing is filed" "$(ls box)" ""
	rm -f box/*
}
reports() { # reports AGENT WHAT RESULT: pass is filed in inbox all the same
	agent <pass >agent.log 2>&1
	is "$1: $2: filed all the same" "$? $(grep -c "dkim=$3" box/inbox)" "0 1"
	sed '1,/^$/d' box/inbox | grep -v '^$' >got
	sed '1,/^$/d' pass | grep -v '^$' >want
	ok "$1: $2: whole" cmp got want
	rm -f box/*
}
awk 'BEGIN { for (i = 0; i < 90000; i++) print "line number", i }' | cat pass - >big
cp zone good
sed 's,k=rsa,k=???,' good >damaged
fails() { # fails AGENT: each failure
	failing "$1" command
	takes dkim-verify
	keeps "$1" "no dkim-verify" pass
	heals dkim-verify
	failing "$1" kill
	kills dkim-verify
	keeps "$1" "dkim-verify is killed" pass
	printf '#!/bin/sh\nexec %s/bin/away "$@" --format nonsense\n' "$T" >bin/dkim-verify
	keeps "$1" "wrong options" pass
	heals dkim-verify
	failing "$1" disk
	fill_tmp
	keeps "$1" "disk full" big
	free_tmp
	failing "$1" dns
	touch zone.down
	reports "$1" "DNS is down" temperror
	rm -f zone.down
	failing "$1" key
	cp damaged zone
	reports "$1" "a damaged key record" permerror
	cp good zone
	all_shown "$1"
}

if command -v procmail >/dev/null; then
	config procmailrc >procmailrc
	chmod 600 procmailrc
	agent() {
		procmail "$T/procmailrc"
	}
	for m in $MESSAGES; do
		files procmail "$m"
	done
	fails procmail
else
	skip procmail "not here"
fi

if command -v maildrop >/dev/null; then
	config mailfilter >mailfilter
	chmod 600 mailfilter
	agent() {
		maildrop "$T/mailfilter"
	}
	for m in $MESSAGES; do
		files maildrop "$m"
	done
	fails maildrop
else
	skip maildrop "not here"
fi

# Dovecot's own delivery, as sieve-test only says what it would do.
lda() { # lda MESSAGE: into the Maildir; prints the folder and leaves the message in got
	rm -rf maildir
	setpriv --reuid dovecot --regid dovecot --clear-groups env HOME="$T/home" \
	    USER=dovecot /usr/lib/dovecot/dovecot-lda -c "$T/dovecot.conf" <"$1" >out 2>err
	l_status=$?
	find maildir -type f -path '*/new/*' >found
	tr -d '\r' <"$(head -1 found)" >got
	echo "$l_status $(sed 's,^maildir/,,; s,/*new/.*,,' found)"
}
sieves() { # sieves NAME MESSAGE FOLDER: whole
	is "sieve: $1: delivered to ${3:-INBOX}, once" "$(lda "$2")" "0 ${3:+.$3}"
	sed '1,/^$/d' got >body
	sed '1,/^$/d' "$2" >want
	ok "sieve: $1: whole" cmp body want
}
if command -v sieve-test >/dev/null; then
	user dovecot 931
	user dovenull 932
	mkdir home
	config dovecot.conf >dovecot.conf
	mkdir -p /etc/dovecot
	cp "$TOP/tests/mta/dkim.sieve" /etc/dovecot
	sievec -c dovecot.conf /etc/dovecot/dkim.sieve
	chmod 755 .
	chown -R dovecot home
	chmod 777 "$T"
	for m in $MESSAGES; do
		box=$(where "$m")
		sieves "$m" "$m" "${box#inbox}"
	done
	failing sieve command
	takes dkim-verify
	sieves "no dkim-verify" pass unverified
	failing sieve kill
	heals dkim-verify
	kills dkim-verify
	sieves "dkim-verify is killed" pass unverified
	heals dkim-verify
	failing sieve disk
	fill_tmp
	sieves "disk full" big unverified
	free_tmp
	failing sieve dns
	touch zone.down
	sieves "DNS is down" pass ''
	like "sieve: DNS is down: said so" "$(head -3 got)" 'dkim=temperror'
	rm zone.down
	failing sieve key
	cp damaged zone
	sieves "a damaged key record" pass ''
	cp good zone
	all_shown sieve
else
	skip sieve "not here"
fi

if command -v spamassassin >/dev/null && spamassassin -V >out 2>&1; then
	mkdir sa
	config spamassassin.cf >sa/local.cf
	: >prefs
	for m in $MESSAGES; do
		dkim-verify -A mx.example -f <$m |
		    spamassassin -t -L -x -C "$T/sa" --siteconfigpath="$T/sa" -p "$T/prefs" \
			>out 2>err
		want=DKIM_$(where $m | tr a-z A-Z)
		is "SpamAssassin: $m" \
		    "$(sed '/^$/q' out | grep -o 'DKIM_[A-Z]*' | sort -u | tr '\n' ' ')" \
		    "$(echo "$want " | grep -v DKIM_INBOX)"
	done
else
	skip SpamAssassin "$(head -1 out)"
fi
done_testing
