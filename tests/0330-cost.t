#!/bin/sh
# test: once
# What a message costs, in instructions of user space from main() on (callgrind),
# which do not depend on how busy the machine is.  Each is held against the bare
# operation, counted in the same way.
. "${0%/*}/lib.sh"
command -v valgrind >/dev/null || skip_all "valgrind is not installed"
[ "${DKIM_SANITIZED:-0}" != 1 ] || skip_all "sanitizers count, too"
[ "${DKIM_BUILD:-}" != evp ] || skip_all "what EVP costs is no gate: the ordinary build has them"
bare=$BIN/../tests/bench/bare
[ -x "$bare" ] || {
	result 1 "$bare is built"
	done_testing
}

count() { # count COMMAND...: instructions
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	    --toggle-collect=main "$@" 2>&1 >/dev/null |
	    sed -n 's/.*Collected : *\([0-9]*\).*/\1/p'
}
each() { # each COMMAND...: of one more bare operation
	echo $((($(count "$@" 11) - $(count "$@" 1)) / 10))
}
# most NAME COST UNIT GATE: COST / UNIT is GATE hundredths at most
most() {
	if [ "$2" -gt 0 ] && [ "$3" -gt 0 ] &&
	    [ $((100 * $2 / $3)) -le "$4" ]; then
		result 0 "$1: $2, $((100 * $2 / $3)) % of $3"
	else
		result 1 "$1: $2, at most $4 % of $3"
	fi
}

for a in rsa ed25519; do
	dkim-keygen -a $a -d example.com -s $a -o $a.pem >>zone
done
awk 'BEGIN {
	print "From: Alice <alice@example.com>\nTo: bob@example.net"
	print "Subject: a message of 2 KB\nMessage-ID: <1@example.com>"
	print "Date: Mon, 22 Nov 2026 10:11:09 +0000\n"
	for (i = 0; i < 30; i++)
		print "a line of text, such as people write, of " 64 " octets, no more."
}' >small
awk 'BEGIN {
	for (i = 0; i < 16000; i++)
		print (i % 7 ? "" : "> ") "a line of text, such as people" \
		    (i % 9 ? " " : "  ") "write, of some 64 octets."
}' >body
cat small body >large
for a in rsa ed25519; do
	dkim-sign -d example.com -s $a -k $a.pem <small >$a.signed
	dkim-sign -d example.com -s $a -k $a.pem <large >$a.large
done

# RSA: the operation, and blinding made anew for each process.
rsa=$(each "$bare" sign rsa.pem)
sign=$(count dkim-sign -d example.com -s rsa -k rsa.pem <small)
most "sign with RSA-2048" "$sign" "$rsa" 185
verify=$(count dkim-verify -Z zone <rsa.signed)
most "verify RSA-2048" "$verify" "$(each "$bare" verify rsa.pem)" 220
# Ed25519: most of it is getting OpenSSL to do it.
most "sign with Ed25519" \
    "$(count dkim-sign -d example.com -s ed25519 -k ed25519.pem <small)" \
    "$rsa" 45
most "verify Ed25519" "$(count dkim-verify -Z zone <ed25519.signed)" "$rsa" 55

# What a body adds, against hashing it.
hash=$(($(count "$bare" sha256 <large) - $(count "$bare" sha256 <small)))
more=$(($(count dkim-sign -d example.com -s rsa -k rsa.pem <large) - sign))
most "sign a text of 900 KB" "$more" "$hash" 125
more=$(($(count dkim-verify -Z zone <rsa.large) - verify))
most "verify a text of 900 KB" "$more" "$hash" 125

# A hundred messages in one process.
mkdir in out
i=0
while [ $i -lt 100 ]; do
	cp small in/$i
	i=$((i + 1))
done
many=$(count dkim-sign -d example.com -s rsa -k rsa.pem -o out in/*)
most "sign 100 messages, one process" $(((many - sign) / 99)) "$rsa" 118
i=0
while [ $i -lt 100 ]; do
	cp rsa.signed in/$i
	i=$((i + 1))
done
many=$(count dkim-verify -Z zone in/*)
most "verify 100 messages, one process" $(((many - verify) / 99)) \
    "$(each "$bare" verify rsa.pem)" 150
done_testing
