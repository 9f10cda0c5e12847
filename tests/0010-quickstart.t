#!/bin/sh
# test: once
# A newcomer's first command, on a copy of the tree: it builds, signs, verifies
# and leaves nothing behind outside build/.
. "${0%/*}/lib.sh"
command -v git >/dev/null 2>&1 || skip_all "no git here"
[ -e "$TOP/cmd/dkim-verify.c" ] || skip_all "no sources in $TOP"

# The files, with the objects of the build under test where there are any: make
# then has little to do.
mkdir tree home
from=$BIN/..
[ -e "$from/Makefile" ] || from=$TOP
(cd "$from" && find . -name .git -prune -o -path ./build -prune -o \
    -type f ! -name '.sources*' ! -name .flags ! -name .log -print |
    tar -cf - -T -) | tar -xpf - -C tree
HOME=$T/home
GIT_CONFIG_NOSYSTEM=1
GIT_CEILING_DIRECTORIES=$T
export HOME GIT_CONFIG_NOSYSTEM GIT_CEILING_DIRECTORIES
cd tree || exit 1
rm -f cmd/dkim-verify
git init -q . && git add -A &&
    git -c user.name=t -c user.email=t@example.com commit -qm tree >/dev/null ||
    skip_all "git does not work here"
find . -name .git -prune -o -type f -print | sort >../before

run scripts/quickstart --no-install
is "it succeeds" "$status" 0
[ "$status" -eq 0 ] || note "$(tail -5 "$T/out" "$T/err")"
like "it says that the signature passes" "$(cat ../out)" 'dkim=pass'
like "the last line says what to do next" "$(tail -1 ../out)" 'Next: '
like "every step is shown" "$(grep '^\$ ' ../out | cut -d' ' -f2 | uniq | tr '\n' ' ')" \
    '^make cmd/dkim-keygen cmd/dkim-dnsrec cat cmd/dkim-sign sed cmd/dkim-verify $'
is "git sees nothing new" "$(git status --porcelain)" ""
find . -name .git -prune -o -type f -print | sort >../after
is "nothing new but in build/ and what make builds" "$(
	comm -13 ../before ../after | grep -vE '^\./(build/|.*\.(o|a)$|cmd/dkim-)')" ""
is "nothing in the home directory" "$(ls -A "$HOME")" ""
is "the key is for its owner alone" \
    "$(find build/quickstart/quickstart.pem -perm 0600)" \
    build/quickstart/quickstart.pem

# What it shows can be pasted.
cp ../out ../shown
cp -p build/quickstart/signed.eml ../first
grep '^\$ ' ../shown | sed 's/^\$ //' | grep -E 'dkim-(dnsrec|sign|verify)' >../pasted
run sh -eu ../pasted
is "the commands it showed work when pasted" "$status" 0
like "and come to the same verdict" "$(cat ../out)" 'dkim=pass'

run scripts/quickstart --no-install
is "it can be run again" "$status" 0
like "with the same verdict" "$(cat ../out)" 'dkim=pass'

sed 's/^Subject: .*/Subject: a file with an odd name/' \
    tests/mail/example.eml >"../it's mine.eml"
cd ..
run tree/scripts/quickstart --no-install "it's mine.eml"
is "a file of the user's, from another folder" "$status" 0
like "is what gets signed" "$(cat out)" 'Subject: a file with an odd name'
refuses "a file that is not there: 66" 66 'nowhere\.eml: ' \
    tree/scripts/quickstart --no-install nowhere.eml
mkdir bare && for p in cat dirname env sed sh tr; do ln -s "$(command -v $p)" bare/; done
run env PATH="$T/bare" tree/scripts/quickstart
is "no compiler, no apt-get" "$status" 69
like "what is missing" "$(cat out)" '^# Missing: cc make pkg-config'
is "and the packages of other systems, all that README.md names" \
    "$(sed -n 's/^  [A-Z].*: *//p' out)" \
    "$(sed -n '/^| *| packages |/,/^$/s/.*`\(.*\)`.*/\1/p' tree/README.md)"
refuses "an unknown option: 64" 64 'no such option' tree/scripts/quickstart --frob
done_testing
