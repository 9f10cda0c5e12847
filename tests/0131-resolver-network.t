#!/bin/sh
# Answers from real name servers, over IPv4, IPv6, UDP and TCP: -n
. "${0%/*}/lib.sh"
PATH=$PATH:/usr/sbin:/usr/local/sbin
R=$BIN/../tests/unit/resolver
[ -x "$R" ] || {
	result 1 "the driver $R is built"
	done_testing
}
tab=$(printf '\t')

# What is no address: 64
for bad in '' 999.1.1.1 1.2.3 127.1 0x7f.0.0.1 127.0.0.1. localhost 'a b' \
    127.0.0.1@port 127.0.0.1@ 127.0.0.1@0 127.0.0.1@65536 127.0.0.1@-1 \
    127.0.0.1@+53 127.0.0.1@053053 127.0.0.1@53@53 127.0.0.1:53 ::1@x '[::1]' \
    ::1::1 ::1%nosuchinterface @53 ' 127.0.0.1' 127.0.0.1%lo; do
	refuses "-n '$bad'" 64 'not ADDR\[@PORT\]$' "$R" -n "$bad" a.test
done
set --
while [ $# -lt 66 ]; do
	set -- "$@" -n 127.0.0.1
done
refuses "33 name servers" 64 'too many$' "$R" "$@" a.test

command -v nsd >/dev/null || {
	skip "lookups over the network" "nsd is not installed"
	done_testing
}

long() { # long OCTETS: TXT data in strings of at most 255
	awk -v n="$1" 'BEGIN {
		for (; n > 0; n -= 250) {
			printf " \""
			for (i = 0; i < n && i < 250; i++)
				printf "%c", 65 + i % 26
			printf "\""
		}
	}'
}

cat >zone <<EOF
\$ORIGIN example.
\$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
short._domainkey 300 TXT "v=DKIM1; " "p=AAAA"
rsa4096._domainkey TXT$(long 754)
rsa8192._domainkey TXT$(long 1434)
two._domainkey TXT "one"
two._domainkey TXT "two"
alias._domainkey 60 CNAME short._domainkey
chain._domainkey CNAME alias._domainkey
nothing._domainkey CNAME missing
loop1._domainkey CNAME loop2._domainkey
loop2._domainkey CNAME loop1._domainkey
bits._domainkey TXT "\\000\\200\\255"
*.wild TXT "wild"
old DNAME new
x.new TXT "moved"
EOF

have_ipv6() {
	python3 -c 'import socket
socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null
}

free_port() {
	python3 -c 'import socket
while True:
    with socket.socket() as t, socket.socket(type=socket.SOCK_DGRAM) as u:
        t.bind(("127.0.0.1", 0))
        try:
            u.bind(t.getsockname())
        except OSError:
            continue
        print(t.getsockname()[1])
        break'
}

ready() { # ready PORT
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$R" -T 1 -n "127.0.0.1@$1" example | grep -q 'none' && return
		sleep 0.2
	done
	return 1
}

# A UDP payload of 512, so that what a 4096-bit key takes comes truncated
start_nsd() {
	nsd_port=$(free_port)
	ipv6=
	! have_ipv6 || ipv6=::1@$nsd_port
	nsd_conf "127.0.0.1@$nsd_port" $ipv6 >nsd.conf
	cat >>nsd.conf <<-'EOF'
		server:
			ipv4-edns-size: 512
			ipv6-edns-size: 512
		zone:
			name: example
			zonefile: zone
	EOF
	timeout 120 nsd -d -c nsd.conf >nsd.out 2>&1 &
	kill_later $!
}

start_knot() {
	knot_port=$(free_port)
	mkdir knot
	cat >knot.conf <<EOF
server:
    listen: 127.0.0.1@$knot_port
    rundir: $T/knot
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: $T/knot
log:
  - target: stderr
    any: warning
zone:
  - domain: example.
    file: $T/zone
    storage: $T
    zonefile-sync: -1
    journal-content: none
EOF
	timeout 120 knotd -c knot.conf >knot.out 2>&1 &
	kill_later $!
}

# names answer alike, whatever server and protocol
look_all() { # look_all WHO OPTION...
	la=$1
	shift
	run "$R" "$@" short._domainkey.example SHORT._domainkey.EXAMPLE \
	    rsa4096._domainkey.example rsa8192._domainkey.example \
	    two._domainkey.example alias._domainkey.example \
	    chain._domainkey.example nothing._domainkey.example \
	    loop1._domainkey.example bits._domainkey.example q.wild.example \
	    x.old.example missing.example ns.example _domainkey.example
	is "$la: exit status" "$status" 0
	is "$la: a record of two strings" "$(sed -n 1p out | cut -f 2-)" \
	    "found${tab}300${tab}-${tab}-${tab}v=DKIM1; p=AAAA"
	is "$la: upper case" "$(sed -n 2p out | cut -f 2,6-)" \
	    "found${tab}v=DKIM1; p=AAAA"
	is "$la: as large as a 4096-bit key" \
	    "$(sed -n 3p out | cut -f 6)" "$(long 754 | tr -d '" ')"
	is "$la: as large as an 8192-bit key" \
	    "$(sed -n 4p out | cut -f 6)" "$(long 1434 | tr -d '" ')"
	is "$la: two records" \
	    "$(sed -n 5p out | cut -f 6- | tr "$tab" '\n' | sort | tr '\n' ' ')" \
	    "one two "
	is "$la: CNAME, least TTL" "$(sed -n 6p out | cut -f 2,3,6-)" \
	    "found${tab}60${tab}v=DKIM1; p=AAAA"
	is "$la: two CNAMEs" "$(sed -n 7p out | cut -f 2,6-)" \
	    "found${tab}v=DKIM1; p=AAAA"
	is "$la: CNAME to nothing" "$(sed -n 8p out | cut -f 2)" none
	is "$la: CNAME loop" "$(sed -n 9p out | cut -f 2)" broken
	is "$la: any octet" "$(sed -n 10p out | cut -f 6-)" '\000\200\255'
	is "$la: wildcard" "$(sed -n 11p out | cut -f 2,6-)" \
	    "found${tab}wild"
	is "$la: DNAME" "$(sed -n 12p out | cut -f 2,6-)" "found${tab}moved"
	is "$la: no such name" "$(sed -n 13p out | cut -f 2,5)" \
	    "none${tab}no such name"
	is "$la: no such type" "$(sed -n 14p out | cut -f 2,5)" \
	    "none${tab}no TXT record"
	is "$la: empty non-terminal" "$(sed -n 15p out | cut -f 2)" none
}

start_nsd
if ready "$nsd_port"; then
	look_all nsd -n "127.0.0.1@$nsd_port"
	if have_ipv6; then
		look_all "nsd at ::1" -n "::1@$nsd_port"
	else
		skip "nsd at ::1" "this machine has no ::1"
	fi
	is "a server that refuses, then one that answers" \
	    "$("$R" -n "127.0.0.1@$(free_port)" -n "127.0.0.1@$nsd_port" \
	    short._domainkey.example | cut -f 2)" found
	is "a zone that is not there" "$("$R" -n "127.0.0.1@$nsd_port" \
	    elsewhere.test | cut -f 2,5)" \
	    "servfail${tab}name server refused (REFUSED)"
else
	result 1 "nsd starts"
	sed 's/^/# /' nsd.out nsd.log
fi

if command -v knotd >/dev/null; then
	start_knot
	if ready "$knot_port"; then
		look_all knot -n "127.0.0.1@$knot_port"
	else
		result 1 "knot starts"
		sed 's/^/# /' knot.out
	fi
else
	skip "knot" "knotd is not installed"
fi

done_testing
