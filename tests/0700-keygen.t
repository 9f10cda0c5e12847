#!/bin/sh
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
i=0
while [ $i -lt 40 ]; do
	dkim-keygen -a ed25519 -d $D -s "killed$i" -D keys --activate >/dev/null 2>&1 &
	pid=$!
	sleep "0.00$((i % 10))"
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	i=$((i + 1))
done
bad=
for f in keys/$D/killed*.pem; do
	[ ! -e "$f" ] || openssl pkey -in "$f" -noout 2>/dev/null || bad="$bad $f"
done
is "killed at any moment: a whole key or none" "$bad" ""
[ -e keys/$D/current.ed25519 ]
result $? "... and the link leads to a key"
done_testing
