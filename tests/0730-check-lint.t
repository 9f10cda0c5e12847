#!/bin/sh
# What dkim-check finds in a record: one finding a fault, with its code
. "${0%/*}/lib.sh"
D=example.com
K=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=

# lint EXIT CODES RECORD...: TXT data of one name, and the codes of all findings
# but the note that nothing was compared
lint() {
	l_status=$1
	l_codes=$2
	shift 2
	for l_data; do
		printf 's._domainkey.%s. TXT %s\n' $D "$l_data"
	done >zone
	run dkim-check -Z zone -d $D -s s -D none
	is "$l_codes: $(printf %.50s "$1")" \
	    "$status $(awk '{ print $2 }' out | grep -v '^not-compared$' | sort | tr '\n' ' ')" \
	    "$l_status $l_codes "
	is "... every line is whole" "$(grep -Ecv '^(ok|note|warning|error) [a-z0-9-]+ [^:]+: .' out)" 0
}
ed() { printf '"v=DKIM1; k=ed25519; %sp=%s"' "$1" "$K"; }
rsa() { # rsa KIND
	printf '%s\n' "v=DKIM1; k=rsa; p=$(python3 "$TOP/tests/lib/weakkeys.py" "$1")" |
	    sed 's/.\{1,250\}/"&" /g'
}

lint 0 record "$(ed '')"
lint 0 'record testing' "$(ed 't=y; ')"
lint 0 'record strict' "$(ed 't=s; ')"
lint 0 'old-tag record' "$(ed 'g=*; ')"
lint 0 'old-tag record' "$(ed 'o=-; ')"
lint 0 'record unknown-tag' "$(ed 'x=y; ')"
lint 0 'no-version record' "\"k=ed25519; p=$K\""
lint 0 'record space-in-key' '"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7 hcvPapiMlrwIaaPcHURo="'
lint 0 record '"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7Ty" "WQHOg7hcvPapiMlrwIaaPcHURo="'
lint 1 version-not-first "\"k=ed25519; v=DKIM1; p=$K\""
lint 1 bad-version "\"v=dkim1; k=ed25519; p=$K\""
lint 1 bad-separator "\"v=DKIM1, k=ed25519, p=$K\""
lint 1 bad-separator "\"v=DKIM1,k=ed25519,p=$K\""
lint 1 bad-separator "\"v=DKIM1 k=ed25519; p=$K\""
lint 1 bad-separator "\"v=DKIM1:k=ed25519:p=$K\""
lint 1 bad-separator "\"v=DKIM1k=ed25519; p=$K\""
lint 1 bad-separator "\"v=DKIM1; k=ed25519, p=$K\""
lint 1 bad-separator "\"v=DKIM1; k=ed25519 p=$K\""
lint 1 bad-separator "\"v=DKIM1; p=$K, k=ed25519\""
lint 1 bad-separator "\"v=DKIM1; p=$K k=ed25519\""
like "... and what to do" "$(cat out)" 'put a semicolon'
lint 0 record "\"v=DKIM1; k=ed25519; n=a, p=b; p=$K\""
lint 1 bad-version "\"v=DKIM2; k=ed25519; p=$K\""
lint 1 unknown-key-type "\"v=DKIM1; k=dsa; p=$K\""
lint 1 no-sha256 "$(ed 'h=sha1; ')"
lint 1 not-for-email "$(ed 's=tlsrpt; ')"
lint 1 revoked '"v=DKIM1; p="'
lint 1 no-key-tag '"v=DKIM1; k=rsa"'
lint 1 duplicate-tag "\"v=DKIM1; k=ed25519; p=$K; p=$K\""
lint 1 stray-quotes "\"v=DKIM1; k=ed25519; p=\\\"$K\\\"\""
lint 1 stray-quotes "\"\\\"v=DKIM1; k=ed25519; p=$K\\\"\""
lint 1 not-ascii "\"v=DKIM1; k=ed25519; p=$K\\200\""
lint 1 bad-syntax "\"v=DKIM1; k; p=$K\""
lint 1 bad-base64 '"v=DKIM1; k=ed25519; p=11qY*"'
lint 1 pem-in-record '"v=DKIM1; p=-----BEGIN PUBLIC KEY-----"'
lint 1 ed25519-spki '"v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="'
lint 1 wrong-key-type "\"v=DKIM1; k=rsa; p=$K\""
lint 1 small-order '"v=DKIM1; k=ed25519; p=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="'
lint 1 bad-key '"v=DKIM1; k=ed25519; p=AAAA"'
lint 1 not-a-key '"v=spf1 -all"'
bits=$(rsa good | tr -d '" ' | sed 's/.*p=//')
strings() { printf '%s\n' "$1" | sed 's/.\{1,250\}/"&" /g'; }
lint 0 'no-version record' "$(strings "p=$bits")"
lint 1 not-a-key "$(strings "$bits")"
lint 1 'no-version several-records split-record truncated-key' "$(strings "p=$(printf %.200s "$bits")")" \
    "$(strings "${bits#"$(printf %.200s "$bits")"}")"
lint 1 'no-version several-records' "$(strings "p=$bits")" '"0123456789abcdefABCDEF0123456789abcdefABCDEF0123"'
lint 1 'several-records strict' "$(ed '')" "$(ed 't=s; ')"
lint 1 'several-records split-record truncated-key' '"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"' \
    '"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAMIIBIjANBgkqhkiG9w0BAQEF"' 
good=$(rsa good)
lint 0 record "$good"
lint 1 truncated-key "$(printf '%s' "$good" | sed 's/^\("[^"]*"\).*/\1/')"
lint 0 'record small-exponent' "$(rsa e3)"
lint 1 bad-exponent "$(rsa e1)"
lint 1 bad-exponent "$(rsa even-e)"
lint 1 close-primes "$(rsa close)"
lint 1 close-primes "$(rsa square)"
lint 1 small-factor "$(rsa factor)"
lint 1 roca "$(rsa roca)"
lint 1 short-key "$(rsa 1023)"
lint 0 'record weak-key' "$(rsa 1024)"
lint 0 'long-key record' "$(rsa 4097)"
lint 1 too-long-key "$(rsa 8193)"

# ----------------------------------------------------------------------- --all
dkim-keygen -b 1024 -d a.example -s good -D all --activate >zone
dkim-keygen -a ed25519 -d b.example -s ed -D all --activate >>zone
dkim-keygen -a ed25519 -d c.example -s last -D all --activate >>zone
ln -s gone.pem all/b.example/current.rsa
ln -s ../a.example/good.pem all/c.example/current.rsa
run dkim-check --all -D all -Z zone
is "--all: a link that leads nowhere hides no other key" \
    "$status $(grep -c '^ok key-matches' out)" "1 3"
like "... and it is a finding of its own" "$(cat out)" \
    '^error key-unreadable b\.example: .*\(.*current\.rsa: .*gone\.pem: No such file'
like "... as is one out of the folder" "$(cat out)" \
    '^error key-unreadable c\.example: .*same folder'
run dkim-check -d b.example -D all -Z zone
is "-d: the same" "$status $(awk '{ print $2 }' out | sort | tr '\n' ' ')" \
    "1 key-matches key-unreadable record "
run dkim-check --all -D all -Z zone --wait 1
is "--wait does not wait for a file" "$status $(grep -c '^error key-unreadable' out)" "1 2"
ln -s nowhere all/d.example
run dkim-check --all -D all -Z zone
like "nor does a folder that leads nowhere" "$status $(cat out)" \
    '^error key-unreadable d\.example: .*No such file'
rm all/d.example
rm all/a.example/* all/b.example/current.ed25519 all/c.example/*
run dkim-check --all -D all -Z zone
is "nothing but that: 1" "$status $(cut -d ' ' -f 1-3 out)" "1 error key-unreadable b.example:"

# ------------------------------------------------------------- the way to a record
look() { # look EXIT CODES NAME SELECTOR
	run dkim-check -Z zone -d $D -s "$4" -D none
	is "$3" "$status $(awk '{ print $2 }' out | grep -v '^not-compared$' | sort | tr '\n' ' ')" "$1 $2 "
}
cat >zone <<EOF
good._domainkey.$D. 90000 TXT $(ed '')
alias._domainkey.$D. CNAME good._domainkey.$D.
chain._domainkey.$D. CNAME alias._domainkey.$D.
lost._domainkey.$D. CNAME nowhere.$D.
loop._domainkey.$D. CNAME loop._domainkey.$D.
twice._domainkey.$D.$D. TXT $(ed '')
EOF
look 0 'record ttl-long' "a TTL over a day" good
look 0 'cname record' "an alias" alias
look 0 'cname-chain record' "an alias of an alias" chain
look 1 cname-dangling "an alias of nothing" lost
look 1 dns-broken "an alias of itself" loop
look 1 'doubled-domain no-record' "the domain twice" twice
look 1 no-record "nothing" none
printf '*._domainkey.%s. TXT %s\n' $D "$(ed '')" >zone
look 0 'record wildcard' "a wildcard" any
run dkim-check -Z zone -d $D -s any -F json
is "json" "$(json '[j["severity"], j["code"], j["temporary"], j["subject"]]' <out)" \
    "['ok', 'record', False, 'any._domainkey.example.com']"
run dkim-check -Z zone -d $D -s any -F json
is "json, every line" "$(python3 -c 'import json, sys
print(sorted({k for l in sys.stdin for k in json.loads(l)}))' <out)" \
    "['advice', 'code', 'detail', 'severity', 'subject', 'temporary', 'why']"
for a in '' '-d' '-d a..b' '-s s' "-d $D -k key.pem" '--all -m' "--all -d $D" '-n x --all' \
    "-d $D -s s --wait 0" "-d $D -s s -F xml" "-d $D -s s -Z z -n 127.0.0.1"; do
	# shellcheck disable=SC2086 # words
	refuses "dkim-check $a: 64" 64 . dkim-check $a
done
refuses "no key in use: 66" 66 . dkim-check -d $D -D nowhere -Z zone
refuses "no zone: 66" 66 . dkim-check -d $D -s s -Z nowhere
[ ! -w /dev/full ] || refuses "a full disk: 74" 74 'No space' \
    sh -c 'exec dkim-check -Z zone -d example.com -s any >/dev/full'
done_testing
