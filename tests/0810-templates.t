#!/bin/sh
# Keys that are where they are already: qmail's control/dksign line, templates,
# the key directory, and which of several places is asked first.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

mkdir -p domainkeys/example.com domainkeys/sub.example.org dir/example.net
dkim-keygen -a ed25519 -d example.com -s default -o domainkeys/example.com/default \
    >/dev/null
cp domainkeys/example.com/default domainkeys/sub.example.org/2026.private
cp domainkeys/example.com/default dir/example.net/d1.pem
ln -s d1.pem dir/example.net/current.ed25519
# names FROM OPTION...: "d/s" of each signature, and the exit status
names() {
	printf 'From: %s\nSender: s@example.com\nTo: b@example.net\n\nx\n' "$1" >msg
	shift
	run dkim-sign --exit-style sysexits --header-only "$@" <msg
	signers <out
	echo "$status"
}
line="$T/domainkeys/%/default"
is "control/dksign as it stands: selector from the file" \
    "$(names a@example.com -k "$line")" "example.com/default 0"
is "... a parent's key signs for the parent" \
    "$(names a@b.c.example.com -k "$line")" "example.com/default 0"
is "... no key: unsigned" "$(names a@example.edu -k "$line")" 0
is "... the top-level domain is not tried" "$(mkdir domainkeys/edu
    cp domainkeys/example.com/default domainkeys/edu/default
    names a@example.edu -k "$line")" 0
is "--no-key=fail" "$(names a@example.edu -k "$line" --no-key fail)" 66
is "--fallback" "$(names a@example.edu -k "$line" --fallback example.com)" \
    "example.com/default 0"
is "--from-header Sender" "$(names a@example.edu -k "$line" --from-header Sender)" \
    "example.com/default 0"
is "the selector without .private" \
    "$(names a@sub.example.org -k 'domainkeys/%d/2026.private')" \
    "sub.example.org/2026 0"
is "%s" "$(names a@sub.example.org -s 2026 -k 'domainkeys/%d/%s.private')" \
    "sub.example.org/2026 0"
for mode in 644 604 666; do
	chmod $mode domainkeys/example.com/default
	is "a key of mode $mode is no missing key" \
	    "$(names a@example.com -k "$line") $(cat out)" "77 "
	refuses "... the message waits" 75 "default: mode 0$mode" dkim-sign \
	    -k "$line" <msg
done
chmod 600 domainkeys/example.com/default
echo garbage >domainkeys/sub.example.org/default
chmod 600 domainkeys/sub.example.org/default
refuses "a key that is none is no missing key" 75 'default: not a private key' \
    dkim-sign -k "$line" -d sub.example.org <msg
mkdir -p domainkeys/example.int/default
refuses "nor is a folder" 75 'default: not a regular' \
    dkim-sign -k "$line" -d example.int <msg
: >domainkeys/file
refuses "a file in place of the folder is no store" 75 'file' \
    dkim-sign -k 'domainkeys/file/%d.pem' -d example.edu <msg
ln -s nowhere/example.biz domainkeys/example.biz
for k in "$line" 'domainkeys/%/rsa/default'; do
	refuses "a folder that leads nowhere is no missing key: $k" 75 \
	    'example.biz/.*: No such file' dkim-sign -k "$k" -d a.example.biz <msg
done
ln -s nowhere/example.biz dir/example.biz
refuses "... nor in a key directory" 75 'example.biz/.*: No such file' \
    dkim-sign -D dir -d example.biz <msg

is "the key directory" "$(names a@example.net -D dir)" "example.net/d1 0"
is "... by its parents" "$(names a@x.y.example.net -D dir)" "example.net/d1 0"
is "... from the environment" "$(DKIM_KEYDIR=$T/dir names a@example.net)" \
    "example.net/d1 0"
is "... without a key: unsigned" "$(names a@example.edu -D dir)" 0
refuses "... which is not there: the message waits" 75 'nowhere: no such' \
    dkim-sign -D nowhere -d example.edu <msg
is "... --fallback" "$(names a@example.edu -D dir --fallback example.net)" \
    "example.net/d1 0"
# The fallback is for authors without a key; who cannot be read is no author.
n=0
for from in 'From: broken' 'From: a@example.edu, b@example.org' 'To: b@example.edu' \
    'From: a@example.edu
From: b@example.net'; do
	n=$((n + 1))
	printf '%s\n\nx\n' "$from" >unread
	is "no author to be read ($n): --fallback leaves it unsigned" \
	    "$(dkim-sign -D dir --fallback example.net <unread | cksum) $?" \
	    "$(cksum <unread) 0"
	is "... --no-key=fail refuses it" "$(dkim-sign -D dir --fallback example.net \
	    --no-key=fail <unread 2>/dev/null; echo $?)" 65
done
ln -s gone.pem dir/example.net/current.rsa
refuses "... a link that leads nowhere: the message waits" 75 'current.rsa' \
    dkim-sign -D dir -d example.net <msg
rm dir/example.net/current.rsa

printf 'one example.com:table:%s\n' "$T/dir/example.net/d1.pem" >kt
printf 'example.com one\nexample.net one\n' >st
printf '#!/bin/sh\n! [ "$1" = example.org ] || { echo prog; cat %s; }\n' \
    "$T/dir/example.net/d1.pem" >prog
chmod +x prog
set -- -k "$line" --signing-table st --key-table kt --key-command ./prog -D dir
is "first a template" "$(names a@example.com "$@")" "example.com/default 0"
is "then the tables" "$(names a@example.net "$@")" "example.com/table 0"
is "then the key command" "$(names a@example.org "$@")" "example.org/prog 0"
sed -i /example.net/d st
is "then the key directory" "$(names a@example.net "$@")" "example.net/d1 0"
is "and nothing else" "$(DKIM_KEYDIR=$T/dir names a@example.net -k "$line")" 0
is "-k FILE comes before all" "$(names a@example.net -s me \
    -k domainkeys/example.com/default --signing-table st --key-table kt -D dir)" \
    "example.net/me 0"
done_testing
