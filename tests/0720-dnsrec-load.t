#!/bin/sh
# Every format of dkim-dnsrec, loaded by the program it is made for, and then
# asked for over the network.
# test: once
. "${0%/*}/lib.sh"
. "$TOP/tests/lib/namespace.sh"
D=example.test

dkim-keygen -d $D -s r2048 -D keys --activate >/dev/null
dkim-keygen -a ed25519 -d $D -s ed.x -D keys --activate >/dev/null
dkim-keygen -b 4096 -d $D -s r4096 -D keys >/dev/null
python3 "$TOP/tests/lib/weakkeys.py" 8192 >r8192.pub

# live WHO ADDR SELECTOR...: each record is there and holds our key
live() {
	l_who=$1
	l_addr=$2
	shift 2
	for l_s; do
		run dkim-check -n "$l_addr" -d $D -s "$l_s" -D keys
		is "$l_who: $l_s is live" "$status $(grep -c '^ok key-matches' out)" "0 1"
	done
}
records() { # records FORMAT [OPTION...]: of all three keys
	r_format=$1
	shift
	dkim-dnsrec -d $D -D keys -F "$r_format" "$@"
	dkim-dnsrec -d $D -s r4096 -k keys/$D/r4096.pem -F "$r_format" "$@"
}
note_text='a"b; c\d'"'"'e $(x) %z, é'

head_of_zone() {
	cat <<-END
		\$ORIGIN $D.
		\$TTL 300
		@ SOA ns hostmaster 1 3600 600 86400 300
		@ NS ns
		ns A 127.0.0.1
	END
}

# ----------------------------------------------------------------- master files
{ head_of_zone; records zone --note "$note_text"; } >zone
if command -v named-checkzone >/dev/null; then
	named-checkzone -D -o canonical $D zone >bind.out 2>&1
	is "zone: named-checkzone takes it" $? 0
	is "zone: three TXT records, as BIND reads it" \
	    "$(grep -c "_domainkey.*TXT" canonical)" 3
else
	skip "named-checkzone" "not installed"
fi
if command -v kzonecheck >/dev/null; then
	ok "zone: kzonecheck takes it" kzonecheck -o $D zone
else
	skip "kzonecheck" "not installed"
fi
if command -v nsd >/dev/null; then
	nsd_conf 127.0.0.2 >nsd.conf
	cat >>nsd.conf <<-END
		zone:
			name: $D
			zonefile: zone
	END
	nsd -d -c nsd.conf >nsd.out 2>&1 &
	kill_later $!
	answers 127.0.0.2 $D || note "$(cat nsd.out nsd.log)"
	live nsd 127.0.0.2 r2048 ed.x r4096
else
	skip "nsd" "not installed"
fi
# and our own reader agrees
{ records zone; } >own
run dkim-check -Z own -d $D -D keys
is "zone: -Z takes it" "$status $(grep -c '^ok key-matches' out)" "0 2"

# ---------------------------------------------------------------------- tinydns
if command -v tinydns-data >/dev/null; then
	mkdir tiny
	{
		echo ".$D:127.0.0.3:ns.$D"
		records tinydns
		dkim-dnsrec -d $D -s note -k keys/$D/ed.x.pem -F tinydns --note "$note_text"
	} >tiny/data
	(cd tiny && tinydns-data)
	is "tinydns: tinydns-data takes it" $? 0
	# It speaks no TCP and answers in 512 octets.
	(cd tiny && exec env ROOT="$T/tiny" \
	    IP=127.0.0.3 UID=0 GID=0 tinydns) >tiny.out 2>&1 &
	kill_later $!
	answers 127.0.0.3 $D || note "$(cat tiny.out)"
	live tinydns 127.0.0.3 r2048 ed.x
	run dkim-check -n 127.0.0.3 -d $D -s note -k keys/$D/ed.x.pem
	is "tinydns: the record with a note" "$status $(grep -c '^ok key-matches' out)" "0 1"
else
	skip "tinydns" "not installed"
fi

# ---------------------------------------------------------------------- unbound
if command -v unbound >/dev/null; then
	{
		cat <<-END
			server:
				interface: 127.0.0.4
				username: ""
				chroot: ""
				pidfile: "$T/unbound.pid"
				use-syslog: no
				do-daemonize: no
				module-config: "iterator"
				local-zone: "$D." static
		END
		records unbound --note "$note_text"
	} >unbound.conf
	ok "unbound: unbound-checkconf takes it" unbound-checkconf unbound.conf
	unbound -c unbound.conf >unbound.out 2>&1 &
	kill_later $!
	answers 127.0.0.4 $D || note "$(cat unbound.out)"
	live unbound 127.0.0.4 r2048 ed.x r4096
else
	skip "unbound" "not installed"
fi

# ---------------------------------------------------------------------- dnsmasq
if command -v dnsmasq >/dev/null; then
	{
		printf '%s\n' no-resolv no-hosts bind-interfaces user=root \
		    listen-address=127.0.0.5 "local=/$D/" "pid-file=$T/dnsmasq.pid"
		records dnsmasq
	} >dnsmasq.conf
	ok "dnsmasq: --test takes it" dnsmasq --test -C dnsmasq.conf
	dnsmasq -k -C dnsmasq.conf >dnsmasq.out 2>&1 &
	kill_later $!
	answers 127.0.0.5 $D || note "$(cat dnsmasq.out)"
	live dnsmasq 127.0.0.5 r2048 ed.x r4096
else
	skip "dnsmasq" "not installed"
fi

# ------------------------------------------------------------ the largest of all
refuses "dnsmasq: a line that it cannot read is refused" 65 'too long' \
    dkim-dnsrec -d $D -s r8192 -k r8192.pub -F dnsmasq
dkim-dnsrec -d $D -s r8192 -k r8192.pub -F zone >8192.zone
run dkim-check -Z 8192.zone -d $D -s r8192 -k r8192.pub
is "an 8192-bit key: a warning, no error" \
    "$status $(grep -c '^ok key-matches' out) $(grep -c '^warning long-key' out)" "0 1 1"
done_testing
