#!/bin/sh
# dkim-check against real servers: a key goes by nsupdate into a running BIND,
# --authoritative sees it there and on the second server, --wait waits for it;
# 4096 bits come over TCP; a signed zone behind a validating resolver.
# test: once
. "${0%/*}/lib.sh"
. "$TOP/tests/lib/namespace.sh"
for p in named nsupdate tsig-keygen nsd; do
	command -v $p >/dev/null || skip_all "$p is not installed"
done
D=example.test

ip addr add 2001:db8::6/128 dev lo nodad 2>/dev/null && six=yes || six=
tsig-keygen -a hmac-sha256 update >update.key
zone() { # zone NAME
	cat <<-END
		\$ORIGIN $1.
		\$TTL 300
		@ SOA ns1 hostmaster 1 3600 600 86400 1
		@ NS ns1
		@ NS ns2
		ns1 A 127.0.0.1
		ns2 A 127.0.0.2
	END
}
zone $D >$D.zone
zone signed.test >signed.zone
printf '%s\n' 'ed._domainkey.signed.test. TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="' >>signed.zone
six() { # six NAME ADDRESS: a zone with a server that has IPv6 alone
	cat >"$1.zone" <<-END
		\$ORIGIN $1.
		\$TTL 300
		@ SOA ns1 hostmaster 1 3600 600 86400 1
		@ NS ns1
		@ NS ns6
		ns1 A 127.0.0.1
		ns6 AAAA $2
		ed._domainkey TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
		lost._domainkey CNAME gone.elsewhere
		empty._domainkey CNAME ns1
		lost2._domainkey CNAME lost._domainkey
	END
}
six six.test 2001:db8::6
six far.test 2001:db8::99
printf '%s\n' '$TTL 300' '@ SOA ns.nowhere.test. h 1 3600 600 86400 1' '@ NS ns.nowhere.test.' \
    'ed._domainkey TXT "v=DKIM1; p="' >lame.test.zone
cat >named.conf <<EOF
include "$T/update.key";
options {
	directory "$T";
	listen-on { 127.0.0.1; };
	listen-on-v6 { none; };
	pid-file "$T/named.pid";
	session-keyfile "$T/session.key";
	recursion no;
	max-udp-size 512;
	notify no;
	dnssec-validation no;
	key-directory "$T";
};
controls { };
zone "$D" { type primary; file "$T/$D.zone"; allow-update { key update; }; allow-transfer { any; }; };
zone "six.test" { type primary; file "$T/six.test.zone"; };
zone "lame.test" { type primary; file "$T/lame.test.zone"; };
zone "far.test" { type primary; file "$T/far.test.zone"; };
zone "signed.test" { type primary; file "$T/signed.zone"; dnssec-policy default; inline-signing yes; };
EOF
named -g -c named.conf >named.out 2>&1 &
kill_later $!

# The second server has a copy of its own, by hand.
cp $D.zone second.zone
nsd_conf 127.0.0.2 ${six:+2001:db8::6} >nsd.conf
cat >>nsd.conf <<EOF
zone:
	name: $D
	zonefile: second.zone
EOF
nsd -d -c nsd.conf >nsd.out 2>&1 &
nsd=$!
kill_later $nsd
answers 127.0.0.1 $D || note "$(cat named.out)"
answers 127.0.0.2 $D || note "$(cat nsd.out nsd.log)"

update() { # update ARGUMENT...: what dkim-dnsrec prints goes into the zone
	{
		echo server 127.0.0.1
		dkim-dnsrec -d $D -F nsupdate "$@"
	} | nsupdate -k update.key
}

# ------------------------------------------------------------ before and after
dkim-keygen -d $D -s one -D keys >/dev/null
run dkim-check -n 127.0.0.1 --authoritative -d $D -s one -D keys
is "not published: 1" "$status" 1
like "... and said so" "$(cat out)" '^error no-record one\._domainkey'
ok "nsupdate takes the record" update -s one -k keys/$D/one.pem
run dkim-check -n 127.0.0.1 -d $D -s one -D keys
is "BIND has it" "$status $(grep -c '^ok key-matches' out)" "0 1"
run dkim-check -n 127.0.0.1 --authoritative -d $D -s one -D keys
is "--authoritative: the second server does not: 1" "$status" 1
like "... and which one" "$(cat out)" '^error server-differs ns[12]\.example\.test 127\.0\.0\.[12]: '

# ------------------------------------------------------------------ over IPv6
if [ -n "$six" ]; then
	run dkim-check -n 127.0.0.1 --authoritative -d six.test -s ed -D keys
	is "a server that has IPv6 alone refuses: 75" "$status" 75
	like "... and which one, and what it says" "$(cat out)" \
	    '^error server-silent ns6\.six\.test 2001:db8::6: .*REFUSED'
	run dkim-check -n 127.0.0.1 --authoritative -d far.test -s ed -D keys
	is "one that this host has no way to is not asked" "$status" 0
	like "... and that is said" "$(cat out)" '^note server-no-ipv6 ns6\.far\.test 2001:db8::99: '
	like "... as is who was" "$(cat out)" '^ok servers-agree .*1 asked'
	run dkim-check -n 2001:db8::98 -T 1 -d six.test -s ed -D keys
	like "no IPv6 here at all" "$status $(cat out)" '^75 error dns-servfail .*no IPv6 route'
else
	skip "servers with IPv6" "no IPv6 here"
fi

# -------------------------------------------------------------- alias of nothing
run dkim-check -n 127.0.0.1 -d six.test -s lost -D keys
like "an alias whose target does not exist" "$status $(cat out)" \
    '^1 error cname-dangling lost\..* \(gone\.elsewhere\.six\.test, which does not exist\)'
run dkim-check -n 127.0.0.1 -d six.test -s lost2 -D keys
like "... at the end of a chain" "$status $(cat out)" \
    '^1 error cname-dangling lost2\..* \(gone\.elsewhere\.six\.test, which does not exist\)'
run dkim-check -n 127.0.0.1 -d six.test -s empty -D keys
like "an alias whose target has no record" "$status $(cat out)" \
    '^1 error cname-dangling empty\..* \(ns1\.six\.test, which has no TXT record\)'

# ---------------------------------------------------------------------- waiting
dkim-check -n 127.0.0.1 --authoritative -d $D -s one -D keys --wait 20 >waited 2>&1 &
waiter=$!
start=$(date +%s%3N)
run dkim-check -n 127.0.0.1 --authoritative -d $D -s one -D keys --wait 2
took=$(($(date +%s%3N) - start))
is "--wait: the time is over: 1" "$status" 1
[ $took -ge 1950 ] && [ $took -le 2500 ]
result $? "... in time ($took ms)"
{ zone $D; dkim-dnsrec -d $D -s one -k keys/$D/one.pem; } |
    sed 's/ns1 hostmaster 1 /ns1 hostmaster 2 /' >second.zone
kill -HUP $nsd
wait $waiter
is "--wait: ends with 0 once all servers agree" "$?" 0
like "... and says so" "$(cat waited)" '^ok servers-agree .*2 asked'
dkim-keygen --activate -d $D -s one -D keys
is "then the key is put into use" "$? $(readlink keys/$D/current.rsa)" "0 one.pem"
run dkim-check -n 127.0.0.1 --all --authoritative -D keys
is "--all: the keys in use" "$status $(grep -c '^ok key-matches' out)" "0 1"
run dkim-check -n 127.0.0.1 -n 127.0.0.2 --wait 5 -d $D -D keys
is "--wait with -n: those servers one by one" "$status $(grep -c '2 asked' out)" "0 1"

# ------------------------------------------------------- another key in its place
dkim-keygen -d $D -s two -D keys >/dev/null
update -s one -k keys/$D/two.pem
run dkim-check -n 127.0.0.1 -d $D -D keys
is "another key at the name: 1" "$status" 1
like "... and how they differ" "$(cat out)" \
    '^error key-differs .*the record: RSA of 2048 bits, p= ends in .*; the key: RSA of 2048 bits, p= ends in '
update -s one --revoke
run dkim-check -n 127.0.0.1 -d $D -D keys
is "revoked: 1" "$status $(grep -c '^error revoked ' out)" "1 1"

# ------------------------------------------------------------ more than UDP takes
dkim-keygen -b 4096 -d $D -s long -D keys >/dev/null
update -s long -k keys/$D/long.pem
run dkim-check -n 127.0.0.1 -d $D -s long -D keys
is "4096 bits: found" "$status $(grep -c '^ok key-matches' out)" "0 1"
like "... over TCP" "$(cat out)" '^note answer-edns .*came over TCP'

python3 "$TOP/tests/lib/weakkeys.py" 8192 >r8192.pub
update -s huge -k r8192.pub
run dkim-check -n 127.0.0.1 -d $D -s huge -k r8192.pub
like "8192 bits" "$status $(cat out)" '^0 .*'
like "... are more than UDP carries everywhere" "$(cat out)" '^warning answer-large .* octets, came over TCP'

# ------------------------------------------------------------------ no answer
run dkim-check -n 127.0.0.1 --authoritative -d lame.test -s ed -k keys/$D/one.pem
like "a zone whose servers have no address: 75" "$status $(cat out)" '^75 error no-servers '
run dkim-check -n 127.0.0.9 -T 1 -d $D -s one -D keys
is "no server: 75" "$status $(grep -c '^error dns-' out)" "75 1"
kill $nsd
wait $nsd 2>/dev/null
run dkim-check -n 127.0.0.1 -T 2 --authoritative -d $D -s long -D keys
is "one of two servers is silent: 75" "$status" 75
like "... and which one" "$(cat out)" '^error server-silent ns2\.example\.test 127\.0\.0\.2: '

# --------------------------------------------------------------------- DNSSEC
run dkim-check -n 127.0.0.1 -d $D -s long -D keys
like "an unsigned zone" "$(cat out)" '^note dnssec-unsigned '
if command -v unbound >/dev/null && command -v dig >/dev/null; then
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		dig +noall +answer @127.0.0.1 signed.test DNSKEY | grep 'DNSKEY.257' >anchor &&
		    dig +dnssec @127.0.0.1 ed._domainkey.signed.test TXT | grep -q RRSIG && break
		sleep 0.3
	done
	cat >unbound.conf <<-END
		server:
			interface: 127.0.0.4
			username: ""
			chroot: ""
			pidfile: "$T/unbound.pid"
			use-syslog: no
			do-daemonize: no
			do-not-query-localhost: no
			trust-anchor-file: "$T/anchor"
			domain-insecure: "$D"
			local-zone: "test." nodefault
		stub-zone:
			name: "signed.test"
			stub-addr: 127.0.0.1
		stub-zone:
			name: "$D"
			stub-addr: 127.0.0.1
	END
	unbound -c unbound.conf >unbound.out 2>&1 &
	kill_later $!
	answers 127.0.0.4 $D || note "$(cat unbound.out)"
	run dkim-check -n 127.0.0.1 -d signed.test -s ed -D keys
	like "signed, from a server that does not validate" "$(cat out)" \
	    '^note dnssec-not-seen '
	run dkim-check -n 127.0.0.4 -d signed.test -s ed -D keys
	like "signed and validated" "$(cat out)" '^ok dnssec '
	run dkim-check -n 127.0.0.4 -d $D -s long -D keys
	like "not signed, from one that validates" "$(cat out)" '^note dnssec-unsigned '
else
	skip "DNSSEC" "no unbound or dig"
fi
done_testing
