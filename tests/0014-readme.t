#!/bin/sh
# test: once
# The session on the first screen of README.md: typed again, it prints the same
# but for what a new key changes.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

mkdir tests && cp -r "$TOP/tests/mail" tests/
awk '/^```$/ { if (inside) exit; inside = 1; next } inside' "$TOP/README.md" >session
like "there is a session" "$(cat session)" '^\$ dkim-sign'
grep '^\$ ' session | while IFS= read -r line; do
	printf '%s\n' "$line"
	sh -c "${line#\$ }" 2>&1 </dev/null
done >typed

# What comes from the key: the octets of the record and of the signature.
same() {
	sed -e 's,^	"v=DKIM1; k=rsa; p=.*,	"v=DKIM1; k=rsa; p=KEY,' \
	    -e 's,^	"[A-Za-z0-9+/]*$,	"KEY,' \
	    -e 's|header\.b="*[A-Za-z0-9+/]*"*|header.b=B|' "$1"
}
is "and it is what they print" "$(same typed)" "$(same session)"
is "no line is wider than a terminal" "$(grep -E '^.{81}' session)" ""
for p in "$BIN"/dkim-*; do
	case $p in *.[coh]) continue ;; esac
	like "${p##*/} is on the first screen" "$(sed 40q "$TOP/README.md")" "\`${p##*/}\`"
done
done_testing
