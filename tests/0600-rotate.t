#!/bin/sh
# dkim-rotate with dynamic update into a running BIND, while the second server of
# the zone lags: nothing is signed with a key that one of them does not have.
# The whole life of a key, on both servers; --force; a domain that fails; lock.
# test: peer
. "${0%/*}/lib.sh"
. "$TOP/tests/lib/namespace.sh"
for p in named nsupdate tsig-keygen nsd dig; do
	command -v $p >/dev/null || skip_all "$p is not installed"
done
PATH=$TOP/scripts:$PATH
DAY=86400
T0=1790000000 # 2026-09-21

tsig-keygen -a hmac-sha256 update >update.key
zone() { # zone NAME SERIAL
	cat <<-END
		\$ORIGIN $1.
		\$TTL 300
		@ SOA ns1 hostmaster $2 3600 600 86400 1
		@ NS ns1
		@ NS ns2
		ns1 A 127.0.0.1
		ns2 A 127.0.0.2
	END
}
cat >named.conf <<EOF
include "$T/update.key";
options {
	directory "$T";
	listen-on { 127.0.0.1; };
	listen-on-v6 { none; };
	pid-file "$T/named.pid";
	session-keyfile "$T/session.key";
	recursion no;
	notify no;
	dnssec-validation no;
};
controls { };
EOF
nsd_conf 127.0.0.2 >nsd.conf
for d in one.test two.test closed.test; do
	zone $d 1 >$d.zone
	cp $d.zone second.$d
	allow='key update;'
	[ $d != closed.test ] || allow='none;'
	echo "zone \"$d\" { type primary; file \"$T/$d.zone\"; allow-update { $allow }; allow-transfer { any; }; };" >>named.conf
	printf 'zone:\n\tname: %s\n\tzonefile: second.%s\n' $d $d >>nsd.conf
done
named -g -c named.conf >named.out 2>&1 &
kill_later $!
nsd -d -c nsd.conf >nsd.out 2>&1 &
nsd=$!
kill_later $nsd
answers 127.0.0.1 one.test || note "$(cat named.out)"
answers 127.0.0.2 one.test || note "$(cat nsd.out nsd.log)"

# catch_up: the second server has what the first has
serial=1
catch_up() {
	serial=$((serial + 1))
	for d in one.test two.test; do
		{
			zone $d $serial
			dig +noall +answer @127.0.0.1 $d AXFR | grep -w TXT
		} >second.new
		mv second.new second.$d
	done
	kill -HUP $nsd
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		dig +short @127.0.0.2 two.test SOA | grep -q " $serial " && return
		sleep 0.1
	done
}
rotate() { # rotate DAY [OPTION...]
	t=$((T0 + $1 * DAY))
	shift
	run dkim-rotate -D keys -n 127.0.0.1 --server 127.0.0.1 --nsupdate \
	    --tsig update.key -T 3 --now $t "$@"
}
verdict() { # verdict SERVER DOMAIN: of a message signed now
	sed "s/^From: .*/From: a@$2/" "$TOP/tests/mail/example.eml" |
	    dkim-sign -D keys | dkim-verify -n "$1" -F json |
	    json '" ".join(sorted(s["selector"] + "=" + s["result"] for s in j["signatures"]))'
}
on() { # on SERVER SELECTOR DOMAIN: what the record says
	dig +short @"$1" "$2._domainkey.$3" TXT | cut -c1-20
}
mkdir keys

# ------------------------------------------------------------ nothing, then a key
rotate 0 --status
is "--status of nothing: a heading" "$status $(wc -l <out)" "0 1"
rotate 0 --dry-run one.test
is "--dry-run says what it would do" "$(cat out)" "one.test: would make (rsa)"
is "... and does nothing" "$(ls keys)" ""
rotate 0 one.test two.test -a ed25519 -a rsa
is "waiting is no failure" "$status $(cat err)" "0 "
is "a line a domain" "$(wc -l <out)" 2
like "... that says what was done" "$(cat out)" \
    '^one.test: .*20260921 made; .*20260921 published; .*20260921 not live yet: error server-differs'
like "the first server has it" "$(on 127.0.0.1 20260921 one.test)" 'v=DKIM1; k=rsa'
is "not signed with as long as the second lacks it" "$(ls keys/one.test | grep current)" ""
rotate 0
is "still waiting is no news" "$status $(cat out err)" "0 "
rotate 0 --status
like "--status tells" "$(cat out)" '^two.test +ed25519 +20260921e +published +2026-09-21 +0d +check +now$'
rotate 2 one.test
is "after a day it is" "$status $(grep -c '^dkim-rotate: one.test: .*20260921 published again, not live for 2d: error' err)" "1 1"
catch_up
rotate 0
is "once both have it, it is in use" "$(readlink keys/one.test/current.rsa) $(readlink keys/two.test/current.ed25519)" \
    "20260921.pem 20260921e.pem"
like "... and said so" "$(cat out)" '^one.test: .*20260921 in use'
is "both signatures pass, on the server that lagged" "$(verdict 127.0.0.2 one.test)" \
    "20260921=pass 20260921e=pass"
rotate 179
is "nothing is due: nothing is done, nothing said" "$status $(cat out err)" "0 "

# -------------------------------------------------------------------- the next key
rotate 180
is "the old key signs while the new one is not everywhere" \
    "$(verdict 127.0.0.2 one.test)" "20260921=pass 20260921e=pass"
catch_up
rotate 180
is "then the new one" "$(verdict 127.0.0.2 one.test)" "20270320=pass 20270320e=pass"
like "the old record stays" "$(on 127.0.0.1 20260921 one.test)" 'v=DKIM1; k=rsa'
rotate 186
like "... to the end of the grace" "$(on 127.0.0.1 20260921 one.test)" 'v=DKIM1; k=rsa'
rotate 187
is "and is revoked" "$(on 127.0.0.1 20260921 one.test)" '"v=DKIM1; p="'
rotate 188 --reveal revealed
is "revealed only when it is dead everywhere" "$(ls revealed 2>/dev/null)" ""
catch_up
rotate 188 --reveal revealed
is "... then it is" "$(ls revealed/one.test | tr '\n' ' ')" "20260921.pem 20260921e.pem "
is "and not in the key directory" "$(ls keys/one.test/20260921*.pem 2>/dev/null)" ""
rotate 200
is "the life of a key has an end" "$status $(cat out err)" "0 "

# ---------------------------------------------------------------------- emergency
rotate 210 --force two.test --remove
is "--force: a new key at once" "$(readlink keys/two.test/next.rsa)" 20270419.pem
is "... only for this domain" "$(ls keys/one.test | grep -c next)" 0
is "... and the known one until that is live" "$(verdict 127.0.0.2 two.test)" \
    "20270320=pass 20270320e=pass"
rotate 210 --force two.test --remove
is "--force again changes nothing" "$(readlink keys/two.test/next.rsa)" 20270419.pem
catch_up
rotate 210 --remove
is "then the known key is taken back without grace" \
    "$(readlink keys/two.test/current.rsa) $(on 127.0.0.1 20270320 two.test)" "20270419.pem "
is "... and the emergency is over" "$(ls keys/two.test/compromised 2>/dev/null)" ""
rotate 210 --force two.test
is "a name is never used again" "$(readlink keys/two.test/next.rsa)" 20270419-2.pem
rm keys/two.test/next.*
catch_up
rotate 210
catch_up
rotate 210

# ------------------------------------------------------------- one fails, one waits
dkim-keygen --activate -a ed25519 -d closed.test -s old -D keys >/dev/null
chmod 640 keys/closed.test/old.pem
touch -t 202501010000 keys/closed.test/old.pem
rotate 400
is "a domain that fails: 1" "$status" 1
like "... is said on standard error" "$(cat err)" \
    '^dkim-rotate: closed.test: .*publish 20271026e: update failed: REFUSED'
is "... alone" "$(wc -l <err)" 1
is "the others went on" "$(grep -c published out)" 2
is "its new key is for the group that has the old one" \
    "$(find keys/closed.test/20271026e.pem -perm 640 | wc -l | tr -d ' ')" 1
is "its old key still signs" "$(readlink keys/closed.test/current.ed25519)" old.pem
catch_up
rotate 400 one.test two.test
is "and the others changed keys" "$(readlink keys/one.test/current.rsa) $(readlink keys/two.test/current.ed25519)" \
    "20271026.pem 20271026e.pem"
if command -v flock >/dev/null; then
	run flock keys/.rotate.lock dkim-rotate -D keys
	is "one at a time: 75" "$status $(cat err)" \
	    "75 dkim-rotate: keys: another run is at work"
else
	skip "one at a time" "no flock"
fi

# --------------------------------------------------------------- by hand, waiting
mkdir hand
dkim-rotate -D hand -n 127.0.0.1 --wait 20 -a ed25519 --now $((T0 + DAY)) \
    one.test >printed 2>&1 &
waits=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	grep -q TXT printed 2>/dev/null && break
	sleep 0.2
done
like "printed: what to publish" "$(cat printed)" '^20260922e\._domainkey\.one\.test\. .*TXT'
{
	echo server 127.0.0.1
	dkim-dnsrec -d one.test -s 20260922e -k hand/one.test/20260922e.pem -F nsupdate
} | nsupdate -k update.key
catch_up
wait $waits
is "... and it waits until it is there" "$? $(readlink hand/one.test/current.ed25519)" \
    "0 20260922e.pem"

# -------------------------------------------------------------------------- usage
refuses "a name that is no domain: 64" 64 'not a domain' dkim-rotate -D keys ../x
refuses "an unknown option: 64" 64 'unknown' dkim-rotate --frob
refuses "no directory: 66" 66 'cannot go' dkim-rotate -D nowhere
run dkim-rotate -h
is "-h" "$status $(sed -n 1p out | cut -c1-18)" "0 usage: dkim-rotate"
done_testing
