#!/bin/sh
# test: slow
# What the static analysers (scripts/analyze, with the exceptions argued there and
# in .clang-tidy) and valgrind say: nothing.
. "${0%/*}/lib.sh"
for tool in cppcheck gcc clang-tidy; do
	"$TOP/scripts/analyze" $tool >"$T/$tool" 2>&1
	status=$?
	if [ $status -eq 69 ]; then
		skip "$tool" "not installed"
		continue
	fi
	is "$tool finds nothing" $status 0
	[ ! -s "$T/$tool" ] || note "$(head -30 "$T/$tool")"
done

cd "$T" || exit 1
command -v valgrind >/dev/null 2>&1 || {
	skip valgrind "not installed"
	done_testing
}
checked() { # checked COMMAND...: no wrong access, nothing lost
	valgrind -q --error-exitcode=99 --leak-check=full \
	    --errors-for-leak-kinds=definite,possible "$@" 2>err
}
printf 'From: a@example.com\nSubject: x\n y\n\nbody\n' >msg
dkim-keygen -b 1024 -d example.com -s sel -o key.pem >zone
dkim-keygen -a ed25519 -d example.com -s ed -o ed.pem >>zone
checked dkim-sign -d example.com -s sel -k key.pem -s ed -k ed.pem -z <msg >signed
is "dkim-sign" "$?$(cat err)" 0
for format in authres json kv text tsv; do
	checked dkim-verify -Z zone -F $format <signed >out
	is "dkim-verify -F $format" "$?$(cat err)" 0
done
checked dkim-verify -f -Z zone <signed >out
is "dkim-verify -f" "$?$(cat err)" 0
sed 's/Subject: x/Subject: [list] x/; s/body/body and more/' signed >changed
checked dkim-verify --explain -F text -Z zone <changed >out
is "dkim-verify --explain" "$?$(cat err)" 1
mkdir some more
for i in 1 2 3 4 5 6 7 8 9; do cp msg some/$i; done
checked dkim-sign -d example.com -s sel -k key.pem -o more some/*
is "dkim-sign of many" "$?$(cat err)" 0
checked dkim-verify --summary -Z zone more/* >out
is "dkim-verify of many" "$?$(cat err)" 0
printf 'example.com k\n' >signing
printf 'k example.com:sel:%s/key.pem\n' "$T" >keys
checked dkim-sign --signing-table signing --key-table keys <msg >out
is "dkim-sign with tables" "$?$(cat err)" 0
checked dkim-sign -d example.com -s sel -k nowhere <msg >out
is "dkim-sign without its key" $? 75
checked dkim-keygen -a ed25519 -d example.com -s x -o x.pem >out
is "dkim-keygen" "$?$(cat err)" 0
checked dkim-dnsrec -d example.com -s x -k x.pem >out
is "dkim-dnsrec" "$?$(cat err)" 0
checked dkim-check -d example.com -s sel -k key.pem -Z zone >out
is "dkim-check" $? 0
done_testing
