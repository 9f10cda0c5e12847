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

# What else it names is there.
cd "$TOP" || exit 1
missing=
for name in $(sed -n 's/^\([A-Z_]*\) *?=.*/\1/p; s/^\([a-z][a-z-]*\):.*/\1/p' Makefile); do
	grep -Eq "\`$name\`|make $name|$name=" README.md || missing="$missing $name"
done
is "all variables and targets of the Makefile are in it" "$missing" ""
missing=
for file in $(grep -ohE '\b(tests|scripts|libshared|packaging|man)/[a-zA-Z0-9_./-]*[a-z](\.[1-8])?' \
    README.md SECURITY.md CONTRIBUTING.md NEWS.md BENCHMARKS.md); do
	[ -e "$file" ] || missing="$missing $file"
done
is "all files named in README.md and beside it are there" "$missing" ""
missing=$(awk '/^\* [a-z]*:/ { folder = substr($2, 1, length($2) - 1); inside = 1 }
    /^\* [a-z]*,/ || /^$/ { inside = 0 }
    inside { n = split($0, word, "`"); for (i = 2; i <= n; i += 2) print folder, word[i] }' \
    README.md | while read -r folder name; do
	[ -e "libshared/$folder/${name%.h}.h" ] || [ -e "libshared/$folder/$name.c" ] ||
	    grep -qw "$name" libshared/"$folder"/*.h || echo "$folder/$name"
done)
is "all modules named in README.md are there" "$missing" ""
done_testing
