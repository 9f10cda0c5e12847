#!/bin/sh
# test: evp
# The signed examples of the RFCs, octet for octet, and a forged twin of each:
# RFC 6376 appendix A.2 (with errata 3192 and 4926, which restore its white
# space) and RFC 8463 appendix A.3.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-verify" ] || skip_all "dkim-verify is not built"
D=$TOP/tests/data

# results FILE ZONE: "status: result/code result/code ..."
results() {
	dkim-verify -F json -Z "$D/$2" <"$1" >json 2>err
	rc=$?
	printf '%s: %s%s\n' "$rc" "$(json '" ".join("%s/%s" % (s["result"],
	    s["code"]) for s in j["signatures"])' <json)" "$(cat err)"
}

# twin FILE SED-COMMAND: a copy with one octet changed, and no more than one
twin() {
	sed "$2" "$1" >twin.eml
	[ "$(cmp -l "$1" twin.eml | wc -l)" -eq 1 ] || {
		result 1 "the twin made by $2 differs in one octet"
		return
	}
}

is "the octets of 6376 A.2 are those of the RFC" \
    "$(cksum <"$D/rfc6376-a2.eml")" "1850644842 883"
is "the octets of 8463 A.3 are those of the RFC" \
    "$(cksum <"$D/rfc8463-a3.eml")" "1208019684 1088"

a2=$D/rfc6376-a2.eml
is "6376 A.2 passes" "$(results "$a2" rfc6376-a2.zone)" "0: pass/ok"
is "6376 A.2: what was verified" "$(json '[j["result"], j["from_domain"]] + [
    j["signatures"][0][k] for k in ("domain", "selector", "identity",
    "algorithm", "canonicalization", "key_bits", "body_hash")] + [
    [h.lower() for h in j["signatures"][0]["headers"]]]' <json)" \
    "['pass', 'football.example.com', 'example.com', 'brisbane',\
 'joe@football.example.com', 'rsa-sha256', 'simple/simple', 1024, 'match',\
 ['received', 'from', 'to', 'subject', 'date', 'message-id']]"
tr -d '\r' <"$a2" >lf.eml
is "6376 A.2 in LF passes" "$(results lf.eml rfc6376-a2.zone)" "0: pass/ok"
like "6376 A.2: Authentication-Results" \
    "$(dkim-verify -A mx.example.net -Z "$D/rfc6376-a2.zone" <"$a2" | tr -d '\r' |
	tr -s ' \t\n' ' ')" \
    '^Authentication-Results: mx\.example\.net; dkim=pass .*header\.d=example\.com .*header\.b=AuUoFEfD'

twin "$a2" 's/lost the game/lost the gane/'
is "6376 A.2 forged in the body fails" \
    "$(results twin.eml rfc6376-a2.zone)" "1: fail/body-hash-mismatch"
is "6376 A.2 forged in the body: body_hash" \
    "$(json 'j["signatures"][0]["body_hash"]' <json)" mismatch
for header in 's/^Received: from client1/Received: from client2/' \
    's/^From: Joe/From: Moe/' 's/^To: Suzie Q/To: Suzie R/' \
    's/^Subject: Is dinner/Subject: Is winner/' \
    's/^Date: Fri, 11/Date: Fri, 12/' 's/46341/46342/' 's/^Subject/subject/' \
    's/example\.com  \[192/example.com	 [192/'; do
	twin "$a2" "$header"
	is "6376 A.2 forged in a signed field ($header) fails" \
	    "$(results twin.eml rfc6376-a2.zone)" "1: fail/signature-mismatch"
	is "... and its body still matches" \
	    "$(json 'j["signatures"][0]["body_hash"]' <json)" match
done
twin "$a2" 's/b=AuUo/b=AuUp/'
is "6376 A.2 forged in b= fails" \
    "$(results twin.eml rfc6376-a2.zone)" "1: fail/signature-mismatch"
twin "$a2" 's/bh=2jUS/bh=2jUT/'
like "6376 A.2 forged in bh= fails (both hashes are wrong then)" \
    "$(results twin.eml rfc6376-a2.zone)" \
    '^1: fail/(body-hash|signature)-mismatch$'
sed 's/DwIRP/DwIRQ/' "$D/rfc6376-a2.zone" >"$T/wrong.zone"
dkim-verify -F json -Z wrong.zone <"$a2" >json 2>err
is "6376 A.2 with another key fails" "$?" 1
unlike "... and is not a pass in the JSON" "$(cat json)" '"result": *"pass"'
is "6376 A.2 without its key: permerror" \
    "$(results "$a2" rfc8463-a3.zone)" "1: permerror/key-missing"

a3=$D/rfc8463-a3.eml
is "8463 A.3 passes twice" "$(results "$a3" rfc8463-a3.zone)" "0: pass/ok pass/ok"
is "8463 A.3: what was verified, in the order of the fields" \
    "$(json '[[s[k] for k in ("algorithm", "selector", "domain", "identity",
    "timestamp", "expires", "body_length")] for s in j["signatures"]]' <json)" \
    "[['ed25519-sha256', 'brisbane', 'football.example.com',\
 '@football.example.com', 1528637909, None, None],\
 ['rsa-sha256', 'test', 'football.example.com', '@football.example.com',\
 1528637909, None, None]]"
tr -d '\r' <"$a3" >lf.eml
is "8463 A.3 in LF passes twice" "$(results lf.eml rfc8463-a3.zone)" \
    "0: pass/ok pass/ok"
twin "$a3" 's/lost the game/lost the gane/'
is "8463 A.3 forged in the body fails" "$(results twin.eml rfc8463-a3.zone)" \
    "1: fail/body-hash-mismatch fail/body-hash-mismatch"
for header in 's/^From: Joe/From: Moe/' 's/^To: Suzie Q/To: Suzie R/' \
    's/^Subject: Is dinner/Subject: Is winner/' \
    's/^Date: Fri, 11/Date: Fri, 12/' 's/^\(Message-ID: .*\)46341/\146342/'; do
	twin "$a3" "$header"
	is "8463 A.3 forged in a signed field ($header) fails" \
	    "$(results twin.eml rfc8463-a3.zone)" \
	    "1: fail/signature-mismatch fail/signature-mismatch"
done
twin "$a3" 's,b=/gCr,b=/gCs,'
is "8463 A.3 with the Ed25519 signature forged" \
    "$(results twin.eml rfc8463-a3.zone)" "0: fail/signature-mismatch pass/ok"
twin "$a3" 's/b=F45d/b=F45e/'
is "8463 A.3 with the RSA signature forged" \
    "$(results twin.eml rfc8463-a3.zone)" "0: pass/ok fail/signature-mismatch"
sed '1,7d' "$a3" >rsa.eml
is "8463 A.3, RSA alone" "$(results rsa.eml rfc8463-a3.zone)" "0: pass/ok"
sed '8,15d' "$a3" >ed.eml
is "8463 A.3, Ed25519 alone" "$(results ed.eml rfc8463-a3.zone)" "0: pass/ok"
for both in 'From: Joe SixPack <joe@football.example.com>' 'Subject: Is dinner ready?'; do
	{ printf '%s\r\n' "$both" && cat "$a3"; } >twice.eml
	unlike "8463 A.3 names it twice in h=: with a second ${both%%:*} it fails" \
	    "$(results twice.eml rfc8463-a3.zone)" '^0|pass/'
done

is "no signature at all: none" "$(sed '1,15d' "$a3" >none.eml
results none.eml rfc8463-a3.zone)" "1: "
done_testing
