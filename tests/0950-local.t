#!/bin/sh
# test: peer slow - real procmail, maildrop, Pigeonhole and SpamAssassin
# Mail is filed by verdict, and stays with the mail system where there is none.
. "${0%/*}/lib.sh"
. "$TOP/tests/mta/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
private local

dkim-keygen -d example.com -s mail -o key.pem >/dev/null
dkim-dnsrec -d example.com -s mail -k key.pem -F zone >zone
start_dns "$T/zone" || skip_all "no DNS server of our own"
printf 'From: Alice <a@example.com>\nTo: b@example.net\nSubject: hello\nAuthentication-Results: mx.example; dkim=pass header.d=bank.example\n\n.\n..\nbody\n' >none
dkim-sign -d example.com -s mail -k key.pem <none >pass
sed 's/^body/BODY/' pass >fail
HOME=$T
export HOME
mkdir box

# files AGENT MESSAGE BOX: it is there, whole, once
files() {
	f_n=$(cat box/* 2>/dev/null | wc -c)
	agent <"$2" >agent.log 2>&1
	is "$1: $2: exit status" "$?" 0
	[ -s "box/$3" ]
	result $? "$1: $2 is filed in $3"
	sed '1,/^$/d' "$2" >want
	sed '1,/^$/d' "box/$3" 2>/dev/null | grep -v '^$' >got
	ok "$1: $2 is whole" cmp got want
	is "$1: $2 has one field of ours" "$(grep -c '^Authentication-Results: mx.example' "box/$3")" 1
	rm -f box/*
}
keeps() { # keeps AGENT WHAT: 75, and nothing is filed
	agent <pass >agent.log 2>&1
	is "$1: $2: 75, the mail system keeps it" "$?" 75
	is "$1: $2: nothing is filed" "$(ls box)" ""
	rm -f box/*
}
fails() { # fails AGENT: each failure
	mv bin/dkim-verify bin/away
	keeps "$1" "no dkim-verify"
	printf '#!/bin/sh\nhead -c 50\nkill -9 $$\n' >bin/dkim-verify
	chmod 755 bin/dkim-verify
	keeps "$1" "dkim-verify is killed"
	printf '#!/bin/sh\nexec %s/bin/away "$@" --format nonsense\n' "$T" >bin/dkim-verify
	keeps "$1" "wrong options"
	mv bin/away bin/dkim-verify
	awk 'BEGIN { for (i = 0; i < 90000; i++) print "line number", i }' | cat pass - >big
	cp pass small
	cp big pass
	fill_tmp
	keeps "$1" "disk full"
	free_tmp
	cp small pass
	touch zone.down
	agent <pass >agent.log 2>&1
	is "$1: DNS is down: filed all the same" "$? $(grep -c dkim=temperror box/inbox)" "0 1"
	rm -f zone.down box/*
}

if command -v procmail >/dev/null; then
	config procmailrc >procmailrc
	chmod 600 procmailrc
	agent() {
		procmail "$T/procmailrc"
	}
	for m in none pass fail; do
		case $m in
		none) files procmail $m inbox ;;
		*) files procmail $m $m ;;
		esac
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
	for m in none pass fail; do
		case $m in
		none) files maildrop $m inbox ;;
		*) files maildrop $m $m ;;
		esac
	done
	fails maildrop
else
	skip maildrop "not here"
fi

if command -v sieve-test >/dev/null; then
	user dovecot 931
	user dovenull 932
	mkdir maildir
	config dovecot.conf >dovecot.conf
	cp "$TOP/tests/mta/dkim.sieve" .
	chmod 755 .
	chown -R dovecot maildir
	for m in none:INBOX pass:pass fail:fail; do
		sieve-test -c dovecot.conf dkim.sieve "${m%:*}" >out 2>err
		like "sieve: ${m%:*} goes to ${m#*:}" "$(cat out err)" \
		    "store message in folder: ${m#*:}"
	done
	mv bin/dkim-verify bin/away
	sieve-test -c dovecot.conf dkim.sieve pass >out 2>err
	like "sieve: no dkim-verify: it is filed as such" "$(cat out err)" \
	    "store message in folder: unverified"
	mv bin/away bin/dkim-verify
else
	skip sieve "not here"
fi

if command -v spamassassin >/dev/null && spamassassin -V >out 2>&1; then
	mkdir sa
	config spamassassin.cf >sa/local.cf
	: >prefs
	for m in none pass fail; do
		dkim-verify -A mx.example -f <$m |
		    spamassassin -t -L -x -C "$T/sa" --siteconfigpath="$T/sa" -p "$T/prefs" \
			>out 2>err
		got=$(sed '1,/^X-Spam-Status/d' out | grep -o 'DKIM_[A-Z]*' | sort -u | tr '\n' ' ')
		case $m in
		none) want= ;;
		*) want="DKIM_$(echo $m | tr a-z A-Z) " ;;
		esac
		is "SpamAssassin: $m" "$(grep -o 'DKIM_[A-Z]*' out | sort -u | tr '\n' ' ')" "$want"
	done
else
	skip SpamAssassin "$(head -1 out)"
fi
done_testing
