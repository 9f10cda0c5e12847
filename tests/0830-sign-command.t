#!/bin/sh
# --sign-command: keys that dkim-sign never sees - in a SoftHSM token, with
# another user - and what happens when the program does not do its part.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

mail() {
	printf 'From: %s\nTo: b@example.net\nSubject: hello\n\nbody\n' "$1"
}
mail 'Joe <joe@example.com>' >msg
program() { # program: a sign command from standard input
	{
		echo '#!/bin/sh'
		cat
	} >prog
	chmod +x prog
}
verified() { # verified: the result and algorithm of the signature in out
	dkim-verify -Z zone -F json <out | json \
	    "'%(result)s %(algorithm)s' % j['signatures'][0]" 2>&1
}

# --- with openssl(1) ------------------------------------------------------------
if command -v openssl >/dev/null 2>&1; then
	mkdir -p vault/example.com
	dkim-keygen -a rsa -b 2048 -d example.com -s r -o vault/example.com/r.pem \
	    >/dev/null
	dkim-keygen -a ed25519 -d example.com -s e -o vault/example.com/e.pem \
	    >/dev/null
	for s in r e; do
		dkim-dnsrec -d example.com -s $s -k vault/example.com/$s.pem -F zone
	done >zone
	export DKIM_SIGN_KEY="$T/vault/%d/%s.pem"
	SIGN="dkim-sign --sign-command $TOP/scripts/sign-with-openssl"
	run $SIGN -s r <msg
	is "openssl: rsa-sha256 is the default" "$status$(cat err)" 0
	is "... and verifies" "$(verified)" "pass rsa-sha256"
	run $SIGN -s e -a ed25519-sha256 -d example.com -i joe@example.com <msg
	is "openssl: ed25519-sha256" "$status$(cat err)" 0
	is "... and verifies" "$(verified)" "pass ed25519-sha256"
	for c in simple/simple relaxed/simple; do
		run $SIGN -s r -c $c --copy-headers -x 7d <msg
		is "openssl: $c" "$(verified)" "pass rsa-sha256"
	done
	refuses "openssl: no such key: the message waits" 75 \
	    'sign-with-openssl: exit status 1: ' $SIGN -s nothing <msg
	# The same key, named both ways, signs the same.
	dkim-sign -s r -k vault/example.com/r.pem -t 1700000000 <msg >direct
	run $SIGN -s r -t 1700000000 <msg
	cmp direct out
	result $? "openssl: the same signature as with -k"
else
	skip "scripts/sign-with-openssl" "no openssl here"
fi

# --- with a token -----------------------------------------------------------------
for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so \
    /usr/lib/*/softhsm/libsofthsm2.so /usr/local/lib/softhsm/libsofthsm2.so; do
	[ ! -e "$module" ] || DKIM_PKCS11_MODULE=$module
done
if [ "${DKIM_PKCS11_MODULE:-}" ] && command -v softhsm2-util >/dev/null 2>&1 &&
    command -v pkcs11-tool >/dev/null 2>&1; then
	mkdir tokens
	echo "directories.tokendir = $T/tokens" >softhsm.conf
	SOFTHSM2_CONF=$T/softhsm.conf
	DKIM_PKCS11_TOKEN=dkim
	DKIM_PKCS11_PIN_FILE=$T/pin
	export SOFTHSM2_CONF DKIM_PKCS11_MODULE DKIM_PKCS11_TOKEN \
	    DKIM_PKCS11_PIN_FILE
	echo 1234 >pin
	chmod 600 pin
	softhsm2-util --init-token --free --label dkim --so-pin 5678 --pin 1234 \
	    >/dev/null 2>&1
	token() {
		pkcs11-tool --module "$DKIM_PKCS11_MODULE" --token-label dkim \
		    --login --pin 1234 "$@" 2>token.log
	}
	token --keypairgen --key-type rsa:2048 --id 01 --label r._domainkey.example.com \
	    >/dev/null
	token --read-object --type pubkey --label r._domainkey.example.com \
	    --output-file r.der >/dev/null
	# The public half is all that leaves the token.
	openssl rsa -pubin -inform DER -in r.der -out r.pub 2>/dev/null
	dkim-dnsrec -d example.com -s r -k r.pub -F zone >zone
	SIGN="dkim-sign --sign-command $TOP/scripts/sign-with-pkcs11"
	run $SIGN -s r <msg
	is "SoftHSM: a message is signed" "$status$(cat err)" 0
	is "... and verifies" "$(verified)" "pass rsa-sha256"
	is "... with no private key on disk outside the token" \
	    "$(grep -rl 'PRIVATE KEY' "$T" --include='r.*' | grep -v vault)" ""
	refuses "SoftHSM: no such key: the message waits" 75 \
	    'sign-with-pkcs11: exit status 75: ' $SIGN -s nothing <msg
	token --keypairgen --key-type rsa:1024 --id 03 \
	    --label other._domainkey.example.com >/dev/null
	run $SIGN -s r <msg
	is "SoftHSM: among several keys the one of the label signs" "$(verified)" \
	    "pass rsa-sha256"
	echo 9999 >pin
	refuses "SoftHSM: wrong PIN: the message waits" 75 \
	    'sign-with-pkcs11: exit status 75: ' $SIGN -s r <msg
	echo 1234 >pin
	if token --keypairgen --key-type EC:edwards25519 --id 02 \
	    --label e._domainkey.example.com >/dev/null; then
		# Its last 32 octets are the key, whatever wrapping this version has.
		point=$(token --list-objects --type pubkey |
		    sed -n 's/.*EC_POINT: *//p' | tail -c 65)
		printf 'e._domainkey.example.com. 300 IN TXT "v=DKIM1; k=ed25519; p=%s"\n' \
		    "$(python3 -c 'import base64, sys
print(base64.b64encode(bytes.fromhex(sys.argv[1])).decode())' "$point")" >zone
		run $SIGN -s e -a ed25519-sha256 <msg
		is "SoftHSM: Ed25519" "$status$(cat err) $(verified)" \
		    "0 pass ed25519-sha256"
	else
		skip "SoftHSM: Ed25519" "this version has no such keys"
	fi
else
	skip "scripts/sign-with-pkcs11" "no SoftHSM2 or no pkcs11-tool here"
fi

# --- what the program is told, and what it may not answer ---------------------------
program <<'END'
cat >request
echo "$#" >args
head -c 256 /dev/zero | base64
END
run dkim-sign --sign-command ./prog -s sel --from-header Sender <msg
like "it is told algorithm, selector, domain and digest" "$(cat request args)" \
    '^rsa-sha256 sel example\.com [0-9a-f]{64}$'
is "... in one line, and has no arguments" "$(cat request args | wc -l) $(cat args)" \
    "2 0"
is "256 octets are a signature, as far as one can tell" "$status$(cat err)" 0
bad() { # bad NAME SYSEXITS ERE OPTION...
	b_name=$1
	b_status=$2
	b_ere=$3
	shift 3
	refuses "$b_name: $b_status" "$b_status" "$b_ere" dkim-sign \
	    --exit-style sysexits --sign-command ./prog -s sel "$@" <msg
	refuses "$b_name: 75" 75 "$b_ere" dkim-sign --sign-command ./prog -s sel \
	    "$@" <msg
}
bad "256 octets are no Ed25519 signature" 78 '256 octets are no ed25519-sha256' \
    -a ed25519-sha256
for n in 1 64 127 1025 4096; do
	program <<-END
		head -c $n /dev/zero | base64
	END
	bad "$n octets are no RSA signature" 78 "$n octets are no rsa-sha256"
done
program <<'END'
head -c 64 /dev/zero | base64
END
run dkim-sign --sign-command ./prog -s sel -a ed25519-sha256 <msg
is "64 octets are an Ed25519 signature, as far as one can tell" "$status" 0
program </dev/null
bad "no output" 78 'prog: its output is not base64'
program <<'END'
echo 'not base64!'
END
bad "no base64" 78 'prog: its output is not base64'
program <<'END'
echo 'token locked' >&2
exit 3
END
bad "it fails" 75 'prog: exit status 3: token locked'
program <<'END'
sleep 30
END
bad "it takes too long" 75 'not finished after 1 s' -T 1
program <<'END'
exec <&-
head -c 256 /dev/zero | base64
END
run dkim-sign --sign-command ./prog -s sel <msg
is "it need not read its input" "$status$(cat err)" 0
rm prog
bad "it is not there" 69 'prog: No such file'
mail 'a@com' >bad
refuses "no author, no request" 65 . dkim-sign --sign-command ./prog -s sel <bad
for o in '' '-s a -s b' '-s a -k key.pem' '-s a -D keys' '-s a --key-command x' \
    '-s a --signing-table x --key-table y' '-s a --fallback example.com'; do
	# shellcheck disable=SC2086 # a list of words
	refuses "usage: --sign-command $o" 64 'sign-command' \
	    dkim-sign --sign-command ./prog $o <msg
done
done_testing
