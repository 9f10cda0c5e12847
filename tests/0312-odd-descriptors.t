#!/bin/sh
# Outputs that are no plain files, names that collide, descriptors that do not
# block, files that may not grow.
. "${0%/*}/lib.sh"

openssl genpkey -algorithm ED25519 -out key.pem 2>/dev/null && chmod 600 key.pem
printf 'From: a@example.com\nSubject: x\n\nbody\n' >mail
dkim-dnsrec -d example.com -s sel -k key.pem >zone
sign() {
	dkim-sign -d example.com -s sel -k key.pem "$@"
}

mkfifo pipe
cat pipe >got &
is "-o to a FIFO" "$(dkim-verify -Z zone -o pipe mail; echo $?)" 1
is "-o to a device: exit 1" "$(dkim-verify -Z zone -o /dev/null mail; echo $?)" 1
wait
like "the FIFO delivers" "$(cat got)" 'dkim=none'
ok "and is still one" test -p pipe
ok "/dev/null is still a device" test -c /dev/null

ln -s mail link
ok "--in-place through a symbolic link" sign --in-place link
ok "the link stays" test -h link
like "its target is signed" "$(head -1 mail)" '^DKIM-Signature'

mkdir a b to
cp link a/1
cp link b/1
run sign -o to a/1 b/1
is "two files of one name: the second fails" "$status" 75
like "and is named" "$(cat err)" 'to/1: File exists'
ok "the first is there whole" grep -q ^body to/1
is "nothing else is left" "$(ls to)" 1
mkdir c
printf 'From: a@example.com\n\nx\n' >plain9
printf 'From: a@example.com\n\nx\n' >c/9
chmod 600 c/9
touch -d '2020-01-01 00:00:00 UTC' c/9
ok "a folder for output" sign -o to c/9
is "a message nobody else may read stays so" "$(stat -c %a to/9)" 600
ok "in place" sign --in-place c/9
is "keeps mode and date" "$(stat -c '%a %Y' c/9)" "600 1577836800"
printf 'From: a@example.com\nFrom: b@example.com\n\nx\n' >c/bad
refuses "an error names the file" 65 'c/bad: more than one From' \
    sign -o to c/bad
mkdir -p keys/example.com keys/sub.example.com
cp key.pem keys/example.com/key.pem
ln -s gone.pem keys/sub.example.com/key.pem
printf 'From: a@sub.example.com\n\nx\n' >sub
refuses "a key link that leads nowhere is no missing key" 75 \
    'sub.example.com/key.pem: No such file' \
    sh -c 'dkim-sign -k keys/%d/key.pem <sub'
for store in '-k gone/%d/key.pem' '-k gone/%/default' '-D gone'; do
	refuses "a store that is gone is no missing domain: $store" 75 \
	    'gone/?: no such folder' sh -c "dkim-sign $store <plain9"
done
mkdir empty
for store in '-k empty/%d/key.pem' '-k empty/%/default' '-D empty'; do
	is "a domain that the store does not have passes: $store" \
	    "$(eval "dkim-sign $store" <plain9)" "$(cat plain9)"
done

# Each file is on disk before it gets its name, a folder of names once at the end.
synced() { # synced OPTION...: what it syncs and names, in order
	rm -rf sync
	mkdir -p sync/one sync/two sync/far
	for m in one/1 one/2 far/3 two/4 two/5; do
		printf 'From: a@example.com\n\nx\n' >sync/$m
	done
	ln -s ../far/3 sync/one/3
	strace -f -y -o trace -e trace=fsync,/^rename dkim-sign -d example.com -s sel \
	    -k key.pem "$@" sync/one/1 sync/one/2 sync/one/3 sync/two/4 sync/two/5 2>err
	status=$?
	sed -n "s|.*fsync([0-9]*<$T/sync/\([a-z]*\)>.*|\1|p
		s|.*fsync([0-9]*<$T/sync/\([a-z]*\)/#.*|\1/#|p
		s|.*rename[a-z0-9]*(.*, \".*sync/\([a-z0-9/]*\)\").*|\1|p" trace | tr '\n' ' '
	return $status
}
if command -v strace >/dev/null && [ -z "${DKIM_SANITIZED:-}" ] &&
    strace -o /dev/null true 2>/dev/null; then
	is "each folder is synced once, after its files" "$(synced --in-place)" \
	    "one/# one/1 one/# one/2 far/# far/3 one two/# two/4 far two/# two/5 two "
	for n in 1 2 3 4 5 6 7 8; do
		strace -o trace -e inject=fsync:error=EIO:when=$n dkim-sign -d example.com -s sel \
		    -k key.pem --if-signed replace --in-place sync/one/1 sync/one/2 \
		    sync/one/3 sync/two/4 sync/two/5 2>err
		echo "$? $(sed "s|.*$T/||" err)"
	done >got
	is "and each of them counts" "$(sed 's|^\([0-9]*\) .*/\([a-z]*/[0-9]*\): .*|\1 \2|' got)" \
	    "75 one/1
75 one/2
75 far/3
75 one/
75 two/4
75 far/
75 two/5
75 two/"
	strace -f -o trace -e trace=fsync dkim-sign -d example.com -s sel -k key.pem -j 2 \
	    --if-signed replace --in-place sync/one/? sync/two/?
	is "with -j each process syncs what it names" "$(grep -c 'fsync(' trace)" 10
	strace -f -o trace -e inject=fsync:error=EIO:when=4+ dkim-sign -d example.com -s sel \
	    -k key.pem -j 2 --if-signed replace --in-place sync/two/4 sync/two/5 \
	    sync/two/4 sync/two/5 sync/two/4 2>err
	is "and tells when it cannot" "$? $(grep -c 'sync/two/: I.*error$' err)" "75 1"
	strace -o trace -e inject=fsync:error=EIO:when=2 dkim-sign -d example.com -s sel \
	    -k key.pem --if-signed replace --in-place sync/two/4 c/bad 2>err
	is "also when the last file fails" \
	    "$? $(wc -l <err) $(sed "s|$T/||; s|^[^:]*: ||; s|I/O|Input/output|" err)" \
	    "75 1 c/bad: more than one From field; besides: sync/two/: Input/output error"
else
	skip "when files and folders are synced" "no strace"
fi
refuses "- among files" 64 'standard input' sign -o to -
refuses "standard input in place" 64 'standard input' sign --in-place /dev/stdin
cat to/1 >first
head -c 2000000 /dev/zero | tr '\0' 'a' | fold | cat first - >second
for m in first second; do
	run sh -c "dkim-verify -Z zone /dev/stdin <$m"
	is "/dev/stdin among files, a file: $m" "$(cat out err)" \
	    "$(dkim-verify -Z zone <$m)"
	run sh -c "cat $m | dkim-verify -Z zone /dev/fd/0"
	is "... a pipe" "$(cat out err)" "$(dkim-verify -Z zone <$m)"
	rm -f to/stdin
	cat $m | sign -o to -t 1 /dev/stdin
	is "... to be signed" "$(cat to/stdin)" "$(sign -t 1 <$m)"
done
echo keep >kept
run dkim-verify -Z zone -f --reject pass -o kept mail
is "a usage error leaves the old file" "$(cat kept)" keep
printf 'From: a@example.com\n\nx\n' >plain
run dkim-verify -Z zone -f --reject none -o kept plain
is "a refused message: exit 1" "$status" 1
is "and the old file stays" "$(cat kept)" keep

head -c 300000 /dev/zero | tr '\0' 'a' | fold >big
{ cat mail; cat big; } >message
cat >slow.py <<'P'
import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(w, False)
p = subprocess.Popen(sys.argv[1:], stdin=open("message", "rb"), stdout=w)
os.close(w)
n = 0
while True:
    piece = os.read(r, 4096)
    if not piece:
        break
    n += len(piece)
    time.sleep(0.001)
print(p.wait(), n - os.path.getsize("message") > 200)
P
is "a pipe that does not block is waited for" \
    "$(python3 slow.py dkim-sign -d example.com -s sel -k key.pem)" "0 True"
{ cat message; cat big big big big big big big big big big; } >large
(ulimit -f 1; cat large | sign >"$T/limited" 2>err)
is "a spool that may not grow: 75, not a signal" "$?" 75

openssl genrsa -traditional -out rsa.pem 1024 2>/dev/null
openssl rsa -in rsa.pem -outform DER -traditional -out rsa.der 2>/dev/null
chmod 600 rsa.pem
dkim-dnsrec -d example.com -s sel -k rsa.pem >rsazone
cat >damage.py <<'P'
import os, subprocess, sys
der = open("rsa.der", "rb").read()
mail = open("plain", "rb").read()
wrong = caught = 0
for at in range(8, len(der), 13):
    bad = bytearray(der)
    bad[at] ^= 1
    with open(os.open("bad.der", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
        f.write(bad)
    p = subprocess.run(["dkim-sign", "-d", "example.com", "-s", "sel", "-k", "bad.der"],
                       input=mail, capture_output=True)
    if p.returncode == 0:
        v = subprocess.run(["dkim-verify", "-Z", "rsazone"], input=p.stdout, capture_output=True)
        wrong += v.returncode != 0
    caught += b"does not verify what it signs" in p.stderr and p.stdout == b""
print(wrong, caught > 0)
P
is "a damaged RSA key makes no wrong signature" "$(python3 damage.py)" "0 True"

attack='$(touch${IFS}PWNED)`touch${IFS}PWNED`@example.com'
dkim-sign -d example.com -s sel -k key.pem -i "$attack" <plain >signed
eval "$(dkim-verify -Z zone -F kv <signed)"
is "kv in a shell is data" "$result $identity" "pass $attack"
ok "and runs nothing" test ! -e PWNED
done_testing
