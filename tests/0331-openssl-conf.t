#!/bin/sh
# test: evp
# The configuration of OpenSSL counts in the build that loads it, make EVP=1, and
# in no other.
. "${0%/*}/lib.sh"
for a in rsa ed25519; do
	dkim-keygen -a $a -d example.com -s $a -o $a.pem >>zone
done
printf 'From: a@example.com\nSubject: x\n\nbody\n' >mail
dkim-sign -d example.com -s rsa -k rsa.pem -s ed25519 -k ed25519.pem <mail >signed

# Only what a FIPS provider has, and there is none.
cat >fips.cnf <<'CNF'
openssl_conf = start
[start]
providers = providers
alg_section = algorithms
[providers]
default = default
[default]
activate = 1
[algorithms]
default_properties = fips=yes
CNF
cat >absent.cnf <<'CNF'
openssl_conf = start
[start]
providers = providers
[providers]
missing = missing
[missing]
activate = 1
CNF
cat >broken.cnf <<'CNF'
config_diagnostics = 1
openssl_conf = start
[start]
missing = missing
CNF

if [ "${DKIM_BUILD:-}" = evp ]; then
	for a in rsa ed25519; do
		for cnf in fips absent broken; do
			export OPENSSL_CONF="$T/$cnf.cnf"
			refuses "$cnf: no signature by $a" 75 '^dkim-sign: ' \
			    sh -c "dkim-sign -d example.com -s $a -k $a.pem <mail"
			unset OPENSSL_CONF
		done
	done
	for cnf in fips absent; do
		run env OPENSSL_CONF="$T/$cnf.cnf" dkim-verify -Z zone signed
		is "$cnf: no verdict, try again" \
		    "$status $(grep -o dkim=temperror out | wc -l)" "75 2"
	done
	refuses "broken: no verdict" 75 '^dkim-verify: openssl.cnf: ' \
	    env OPENSSL_CONF="$T/broken.cnf" dkim-verify -Z zone signed
	refuses "fips: no key" 70 '^dkim-keygen: key generation: ' \
	    env OPENSSL_CONF="$T/fips.cnf" dkim-keygen -d example.com -o new.pem
else
	for cnf in fips absent broken; do
		export OPENSSL_CONF="$T/$cnf.cnf"
		run dkim-sign -d example.com -s rsa -k rsa.pem -s ed25519 \
		    -k ed25519.pem <mail
		is "$cnf: signed all the same" "$status $(cat err)" "0 "
		cp out ours
		is "$cnf: and verified" \
		    "$(dkim-verify -Z zone ours | grep -c dkim=pass)" 2
		unset OPENSSL_CONF
	done
fi
ok "an empty configuration does no harm" \
    env OPENSSL_CONF=/dev/null dkim-verify -Z zone signed
done_testing
