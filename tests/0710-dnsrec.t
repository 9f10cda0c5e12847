#!/bin/sh
# dkim-dnsrec: every form of key in, and nothing but one well-formed record out
. "${0%/*}/lib.sh"
command -v openssl >/dev/null || skip_all "openssl is not installed"
D=example.com

openssl genrsa -traditional -out pkcs1.pem 2048 2>/dev/null
openssl pkcs8 -topk8 -nocrypt -in pkcs1.pem -out pkcs8.pem
openssl pkcs8 -topk8 -in pkcs1.pem -passout pass:secret -out encrypted.pem
openssl rsa -aes128 -traditional -in pkcs1.pem -passout pass:secret -out encrypted1.pem 2>/dev/null
openssl rsa -in pkcs1.pem -pubout -out spki.pem 2>/dev/null
openssl rsa -in pkcs1.pem -RSAPublicKey_out -out pkcs1pub.pem 2>/dev/null
for f in pkcs1 pkcs8; do openssl pkey -in $f.pem -outform DER -out $f.der; done
openssl rsa -in pkcs1.pem -pubout -outform DER -out spki.der 2>/dev/null
openssl rsa -in pkcs1.pem -RSAPublicKey_out -outform DER -out pkcs1pub.der 2>/dev/null
openssl base64 -in spki.der -out spki.b64
want="v=DKIM1; k=rsa; p=$(openssl base64 -A -in spki.der)"
for f in pkcs1.pem pkcs8.pem spki.pem pkcs1pub.pem pkcs1.der pkcs8.der spki.der pkcs1pub.der spki.b64; do
	is "$f" "$(dkim-dnsrec -F value -k $f)" "$want"
	is "$f on standard input" "$(dkim-dnsrec -F value <$f)" "$want"
done
(umask 077; echo secret >phrase; echo wrong >wrong)
for f in encrypted.pem encrypted1.pem; do
	is "$f with its passphrase" "$(dkim-dnsrec -F value -k $f --passphrase-file phrase)" "$want"
	refuses "$f without: 77" 77 'is encrypted' dkim-dnsrec -F value -k $f
	refuses "$f with another: 77" 77 'does not open' dkim-dnsrec -F value -k $f --passphrase-file wrong
done
openssl genpkey -algorithm ed25519 -out ed.pem
openssl pkey -in ed.pem -pubout -out ed.pub
openssl pkey -in ed.pem -pubout -outform DER | tail -c 32 | openssl base64 >ed.b64
want="v=DKIM1; k=ed25519; p=$(cat ed.b64)"
for f in ed.pem ed.pub ed.b64; do
	is "Ed25519, $f" "$(dkim-dnsrec -F value -k $f)" "$want"
done
chmod 600 ed.b64
refuses "32 octets that only the owner may read could be a private key: 78" 78 \
    'private Ed25519' dkim-dnsrec -F value -k ed.b64

# -------------------------------------------------------------------- what it says
is "flags" "$(dkim-dnsrec -F value -k ed.pem -t --no-subdomains --hash sha256 --note 'a;b"c\d')" \
    "v=DKIM1; h=sha256; k=ed25519; n=a=3Bb=22c=5Cd; t=y:s; p=${want##*p=}"
is "revoked" "$(dkim-dnsrec -d $D -s old --revoke --ttl 60)" \
    'old._domainkey.example.com. 60 IN TXT "v=DKIM1; p="'
for n in "new
line" "quote'\"" 'back\slash' '$(x)' 'a,b:c' '%s' 'é'; do
	for f in zone value tinydns unbound dnsmasq json route53 cloudflare; do
		dkim-dnsrec -d $D -s a -k ed.pem -F $f --note "$n" >out
		is "$f, a note with $(printf %s "$n" | tr -d '\n'): one record" \
		    "$(grep -c 'DKIM1' out) $(wc -l <out | tr -d ' ')" \
		    "1 $([ $f = unbound ] && echo 2 || echo 1)"
	done
done
is "json" "$(dkim-dnsrec -d $D -s a -k pkcs8.pem -F json |
    json '[j["name"], j["ttl"], j["value"] == "".join(j["strings"]), max(map(len, j["strings"]))]')" \
    "['a._domainkey.example.com', 3600, True, 255]"
is "route53" "$(dkim-dnsrec -d $D -s a -k ed.pem -F route53 |
    json 'j["Changes"][0]["ResourceRecordSet"]["ResourceRecords"][0]["Value"]')" "\"$want\""
is "cloudflare" "$(dkim-dnsrec -d $D -s a -k ed.pem -F cloudflare | json 'j["content"]')" "$want"
for bad in 'a"b' 'a b' "a'b" 'a,b' 'a:b' 'a$b' 'a(b' 'a;b' 'a
b' 'a\b' 'a/b' '@' 'é"'; do
	refuses "selector $(printf %s "$bad" | tr -d '\n'): 64" 64 . dkim-dnsrec -d $D -s "$bad" -k ed.pem
	refuses "domain $(printf %s "$bad" | tr -d '\n'): 64" 64 . dkim-dnsrec -d "$bad.com" -s a -k ed.pem
done


# --------------------------------------------------- a dot at the end of a domain
is "dkim-dnsrec -d with a dot" "$(dkim-dnsrec -d $D. -s a -k ed.pem)" "$(dkim-dnsrec -d $D -s a -k ed.pem)"
like "dkim-keygen -d with a dot" "$(dkim-keygen -a ed25519 -d $D. -s dot -D dots)" \
    '^dot\._domainkey\.example\.com\. '
is "... as folder it has none" "$(ls dots)" $D
printf 'From: a@%s\n\nbody\n' $D >message
run dkim-sign -d $D. -s dot -k dots/$D/dot.pem <message
like "dkim-sign -d with a dot" "$(cat out)" ' d=example\.com;'
run dkim-sign --fallback $D. -D dots <message
is "dkim-sign --fallback with a dot" "$status" 0
dkim-dnsrec -d $D -s dot -k dots/$D/dot.pem >zone
dkim-sign -d $D. -s dot -k dots/$D/dot.pem <message >signed
ok "dkim-verify --require with a dot" dkim-verify --require $D. -Z zone <signed
ok "dkim-check -d with a dot" dkim-check -d $D. -s dot -D dots -Z zone
for p in 'dkim-dnsrec --revoke' 'dkim-keygen -D dots' 'dkim-check -Z zone' 'dkim-sign -k ed.pem'; do
	# shellcheck disable=SC2086 # words
	refuses "$p: two dots: 64" 64 'not a domain name' $p -d $D.. -s a
	# shellcheck disable=SC2086 # words
	refuses "$p: a selector takes none: 64" 64 'not a selector' $p -d $D -s a.
done

# ----------------------------------------------------------------- the directory
dkim-keygen -a ed25519 -d $D -s one -D keys --activate >/dev/null
dkim-keygen -a ed25519 -d other.org -s two -D keys --activate >/dev/null
dkim-keygen -a ed25519 -d $D -s unused -D keys >/dev/null
is "all keys in use" "$(dkim-dnsrec -D keys </dev/null | cut -d ' ' -f 1 | tr '\n' ' ')" \
    "one._domainkey.example.com. two._domainkey.other.org. "
is "of one domain" "$(DKIM_KEYDIR=keys dkim-dnsrec -d other.org </dev/null | cut -d ' ' -f 1)" \
    "two._domainkey.other.org."
is "-D with -s: any key there" "$(dkim-dnsrec -d $D -s unused -D keys </dev/null | wc -l | tr -d ' ')" 1
refuses "none in use: 66" 66 'no key in use' dkim-dnsrec -d nothing.org -D keys
rm keys/$D/current.ed25519
ln -s ../../other.org/two.pem keys/$D/current.ed25519
refuses "a link out of the folder: 78" 78 'same folder' dkim-dnsrec -D keys
done_testing
