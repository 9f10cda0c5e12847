#!/bin/sh
# test: evp
# dkim-keygen: the key directory, modes, what is current, and that no key is ever
# there by half
. "${0%/*}/lib.sh"
D=example.com
made() { dkim-keygen -a ed25519 -d $D -D keys "$@"; }
mode() { find "$1" -prune -perm "$2" | grep -c .; }

umask 077
made -s one >record
is "exit status" $? 0
is "the key: mode 0600" "$(mode keys/$D/one.pem 600)" 1
is "the folders: mode 0755, whatever the umask" \
    "$(mode keys 755) $(mode keys/$D 755)" "1 1"
umask 022
is "not in use" "$(ls keys/$D)" one.pem
is "what is printed is a zone file, as dkim-dnsrec writes it" \
    "$(grep -v '^;' record)" "$(dkim-dnsrec -d $D -s one -k keys/$D/one.pem)"
like "... the next step as a comment" "$(tail -n 1 record)" \
    "^; dkim-check -d $D -s one -D keys --wait 1h && dkim-keygen --activate -d $D -s one -D keys\$"
ok "... and it loads, comments and all" dkim-check -Z record -d $D -s one -D keys
dkim-keygen -a ed25519 -d $D -s q -D "k'ey
s" >record
like "a strange folder ends no comment" "$(tail -n 1 record)" "^; dkim-check .* -D 'k'.*ey.s' --wait"
ok "... and the zone still loads" dkim-check -Z record -d $D -s q -k "k'ey
s/$D/q.pem"
# The first key of a host: nobody else makes /etc/dkim.
mkdir etc
(umask 077 && dkim-keygen -a ed25519 -d $D -s one -D etc/dkim/keys >/dev/null)
is "the folder that the key directory is in is made, too" \
    "$(find etc/dkim -type d -perm 755 | sort | tr '\n' ' ')" \
    "etc/dkim etc/dkim/keys etc/dkim/keys/$D "
refuses "but none above that" 73 'No such file' \
    dkim-keygen -a ed25519 -d $D -s one -D ect/dkim/keys
is "the selector is the date" "$(made --now 1795305600 >/dev/null; ls keys/$D | grep 2026)" 20261122e.pem

# ------------------------------------------------------------------- activation
run made -s one --activate
is "--activate of a key that is there: silent" "$status$(cat out err)" 0
is "... a link with a plain name" "$(readlink keys/$D/current.ed25519)" one.pem
cksum keys/$D/one.pem >before
refuses "--activate of a mistyped selector changes nothing" 66 'no such key' \
    dkim-keygen -a ed25519 -d $D -D keys -s tow --activate
is "... and makes no key" "$(ls keys/$D | grep -c tow)" 0
run made -s two
run made -s two --activate
is "another one is put into use" "$(readlink keys/$D/current.ed25519)" two.pem
cksum keys/$D/one.pem | cmp -s - before
result $? "the other key is as it was"
is "no temporary link stays" "$(ls keys/$D | grep -c 'current')" 1
dkim-keygen -b 1024 -d $D -D keys -s rsa --activate >/dev/null
is "the first of its type is made and put into use at once" "$(readlink keys/$D/current.rsa)" rsa.pem
is "an RSA key beside it" "$(readlink keys/$D/current.rsa) $(readlink keys/$D/current.ed25519)" \
    "rsa.pem two.pem"
echo junk >keys/$D/junk.pem
chmod 600 keys/$D/junk.pem
refuses "a file that is no key is not put into use: 78" 78 'junk\.pem: not a private key' \
    dkim-keygen --activate -d $D -s junk -D keys
rm keys/$D/current.rsa
cp keys/$D/rsa.pem keys/$D/current.rsa
refuses "a file in the place of the link stays: 73" 73 'current\.rsa: not a symbolic link' \
    dkim-keygen --activate -d $D -s rsa -D keys
cmp -s keys/$D/rsa.pem keys/$D/current.rsa
result $? "... unharmed"

# Nothing becomes current that those who sign cannot use.
current() { readlink keys/$D/current.ed25519; }
made -s three >/dev/null
chmod 644 keys/$D/three.pem
refuses "a key that everybody can read: 77" 77 'three\.pem: mode 0644 .*chmod 0640' \
    dkim-keygen --activate -d $D -s three -D keys
chmod 640 keys/$D/three.pem keys/$D/two.pem
run made -s three --activate
is "the group can read both" "$status $(current)" "0 three.pem"
made -s narrow >/dev/null
refuses "a key that the group of the one in use cannot read: 77" 77 \
    'narrow\.pem: group .*, which can read the key in use, cannot \(chgrp .* && chmod 0640' \
    dkim-keygen --activate -d $D -s narrow -D keys
is "... and the one in use stays" "$(current)" three.pem
sh -c "$(sed 's/.*(\(.*\))$/\1/' err)"
run made -s narrow --activate
is "what the message says mends it" "$status $(current)" "0 narrow.pem"
chmod 600 keys/$D/two.pem
rm keys/$D/current.rsa
dkim-keygen -b 1024 -d $D -D keys -s rsa2 >/dev/null
refuses "the first of its type is measured by the other: 77" 77 'rsa2\.pem: group' \
    dkim-keygen --activate -d $D -s rsa2 -D keys
rm keys/$D/rsa2.pem
refuses "... also when it is made at once" 77 'rsa2\.pem: group' \
    dkim-keygen -b 1024 -d $D -s rsa2 -D keys --activate
is "... and there is no link" "$(readlink keys/$D/current.rsa)" ""
if [ "$(id -u)" -eq 0 ]; then
	chown 65534 keys/$D/narrow.pem keys/$D/two.pem
	chgrp 65534 keys/$D/two.pem
	chmod 640 keys/$D/two.pem
	refuses "another group: 77" 77 'two\.pem: group' dkim-keygen --activate -d $D -s two -D keys
	chgrp 54321 keys/$D/narrow.pem
	refuses "a group without a name: 77" 77 'two\.pem: group 54321, which' \
	    dkim-keygen --activate -d $D -s two -D keys
	chmod 600 keys/$D/*.pem
	chown 0:0 keys/$D/two.pem
	refuses "a key of root, where another user signs: 77" 77 \
	    'two\.pem: user 65534, whose key is in use, cannot read it \(chown' \
	    dkim-keygen --activate -d $D -s two -D keys
	sh -c "$(sed 's/.*(\(.*\))$/\1/' err)"
	run made -s two --activate
	is "... and what mends it" "$status $(current)" "0 two.pem"
	chown 0:0 keys/$D/*.pem
else
	skip "keys of other users" "needs root"
fi
dkim-keygen -b 1024 -d $D -D keys -s rsa3 --activate >/dev/null
(umask 077; openssl pkcs8 -topk8 -in keys/$D/rsa3.pem -passout pass:x -out keys/$D/locked.pem
    openssl genrsa -out keys/$D/tiny.pem 512; openssl pkey -in keys/$D/rsa3.pem -pubout -out keys/$D/pub.pem) 2>/dev/null
refuses "an encrypted one: 77" 77 'locked\.pem: .*encrypted' dkim-keygen --activate -d $D -s locked -D keys
refuses "one of 512 bits: 78" 78 'tiny\.pem: RSA key of 512 bits' dkim-keygen --activate -d $D -s tiny -D keys
refuses "a public one: 78" 78 'pub\.pem: ' dkim-keygen --activate -d $D -s pub -D keys
is "none of them is in use" "$(readlink keys/$D/current.rsa)" rsa3.pem
run made -s two --activate
rm keys/$D/locked.pem keys/$D/tiny.pem keys/$D/pub.pem
ln -sf rsa.pem keys/$D/current.rsa

# ------------------------------------------------------------- never overwritten
refuses "a key that is there: 73" 73 'one\.pem: File exists' dkim-keygen -a ed25519 -d $D -s one -D keys
cksum keys/$D/one.pem | cmp -s - before
result $? "... is as it was"
ln -s "$T/elsewhere" keys/$D/dangling.pem
refuses "a dangling link: 73" 73 'dangling\.pem: File exists' \
    dkim-keygen -a ed25519 -d $D -s dangling -D keys
is "... and nothing is made where it leads" "$(ls elsewhere 2>/dev/null)" ""
run made -s one --force
cksum keys/$D/one.pem | cmp -s - before
is "--force: another key" "$status $?" "0 1"
is "... with mode 0600, and nothing besides" "$(mode keys/$D/one.pem 600) $(ls keys/$D | grep -c '^one')" "1 1"
current() { readlink keys/$D/current.ed25519; }
cksum "keys/$D/$(current)" >before
refuses "--force, a key in use: 73" 73 'two\.pem: in use \(.*--activate' made -s two --force
cksum "keys/$D/$(current)" | cmp -s - before
result $? "... is as it was"
chmod 640 keys/$D/two.pem
[ "$(id -u)" -ne 0 ] || chown 65534:65533 keys/$D/two.pem
find keys/$D/two.pem -printf '%m %U %G\n' >readers
run made -s two --force --activate
is "... with --activate" "$status $(current) $(cksum "keys/$D/two.pem" | cmp - before >/dev/null || echo another)" \
    "0 two.pem another"
is "... who could read the old one can read it" "$(find keys/$D/two.pem -printf '%m %U %G\n')" "$(cat readers)"
chmod 600 keys/$D/two.pem
[ "$(id -u)" -ne 0 ] || chown 0:0 keys/$D/two.pem
run made -s one --force
is "the owner's alone stays so" "$status $(mode keys/$D/one.pem 600)" "0 1"
group=$(id -gn)
run made -s grouped --group "$group"
is "--group: mode 0640" "$status $(mode keys/$D/grouped.pem 640)" "0 1"
refuses "--group of nobody: 78" 78 'no such group' dkim-keygen -a ed25519 -d $D -s g2 -D keys --group no-such-group
is "... and no key" "$(ls keys/$D/g2.pem 2>/dev/null)" ""
long=$(printf 'a%.0s' 1 2 3 4 5 6 7 8 9 10)
long=$long$long$long$long$long$long
refuses "a name over 253 octets: 64" 64 'over 253' \
    dkim-keygen -d "$long.$long.$long.$D" -s "$long" -D keys
refuses "-o with --activate: 64" 64 'not with' dkim-keygen -d $D -o x.pem --activate

# --------------------------------------------------------- two at once, and kill
for i in 1 2 3 4 5 6 7 8; do
	for j in 1 2 3; do
		dkim-keygen -a ed25519 -d $D -s "race$i" -D keys >/dev/null 2>"err$j"
		echo $? >"status$j"
	done &
	dkim-keygen -a ed25519 -d $D -s "race$i" -D keys >/dev/null 2>err4
	echo $? >status4
	wait
	sort status1 status2 status3 status4 | tr '\n' ' '
done >races
is "of several at once one wins, the others get 73" "$(tr -s ' ' '\n' <races | grep -c '^0$') $(
	tr -s ' ' '\n' <races | grep -c '^73$')" "8 24"

# A whole key or none, a link that leads to one or none, and that at each system
# call from the first that sees the folder.
whole() {
	[ ! -h "$1/current.ed25519" ] || [ -e "$1/current.ed25519" ] ||
	    echo "$1: a link that leads nowhere"
	for w_key in "$1"/*.pem; do
		[ ! -e "$w_key" ] || openssl pkey -in "$w_key" -noout 2>/dev/null ||
		    echo "$w_key: half a key"
	done
}
if command -v strace >/dev/null && [ -z "${DKIM_SANITIZED:-}" ] &&
    strace -o /dev/null true 2>/dev/null; then
	strace -y -o trace dkim-keygen -a ed25519 -d $D -s s -D synced --activate >/dev/null
	is "the key, its name and the folders are synced" "$(sed -n "s|^fsync([0-9]*<$T/*||p" trace |
	    sed 's|/#[0-9]*>|/KEY>|; s|>.*||' | tr '\n' ' ')" \
	    " synced synced/$D/KEY synced/$D synced/$D "
	for force in '' --force; do
		calls=$(wc -l <trace)
		i=$(grep -n "$D" trace | sed -n '2s/:.*//p')
		while [ "$i" -le "$calls" ]; do
			rm -rf struck && mkdir -p struck/$D
			[ -z "$force" ] || { cp keys/$D/two.pem struck/$D/s.pem && ln -s s.pem struck/$D/current.ed25519; }
			# shellcheck disable=SC2086 # or nothing
			sh -c 'strace -qq -o /dev/null -e inject=all:signal=KILL:when=$0 "$@"; :' "$i" \
			    dkim-keygen -a ed25519 -d $D -s s -D struck --activate $force >/dev/null 2>&1
			whole struck/$D
			echo "$i" >>struck.$force
			i=$((i + 1))
		done >bad
		is "killed at each of $(wc -l <struck.$force) calls $force: a whole key or none" "$(cat bad)" ""
	done
else
	skip "killed at each system call" "no strace"
fi
i=0
while [ $i -lt 40 ]; do
	# A search for leaks that is killed reports itself.
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
	    dkim-keygen -a ed25519 -d $D -s "killed$i" -D keys --activate >/dev/null 2>&1 &
	pid=$!
	sleep "0.00$((i % 10))"
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	i=$((i + 1))
done
rm keys/$D/junk.pem
is "killed at any moment: a whole key or none" "$(whole keys/$D)" ""
[ -e keys/$D/current.ed25519 ]
result $? "... and the link leads to a key"
done_testing
