#!/bin/sh
# dkim-rotate: a year of rotations for ten domains, the clock given by an option,
# while a signer runs all the time.  Every signature verifies when it is made and
# at every later moment within the grace: it is looked at after each change of the
# zone that takes a key away, and after each run.
# test: once
. "${0%/*}/lib.sh"
PATH=$TOP/scripts:$PATH
DAY=86400
T0=1790000000
GRACE=7

# The zone: a file a record, one file of all.  The program removes nothing before
# every signature of the last days was looked at with what will be left.
mkdir records mail keys
: >zone
echo "$T0" >clock
cat >publish <<EOF
#!/bin/sh
cd "$T" || exit
name=\$3._domainkey.\$2
case \$1 in
remove) rm -f records/\$name ;;
*) cat >records/\$name ;;
esac
cat records/* >zone.new && mv zone.new zone
[ "\$1" = publish ] || sh ./look >>looked
EOF
# look: do all signatures of the last days verify?  Prints how many, or which not.
cat >look <<EOF
cd "$T" || exit
read -r now <clock
set --
for f in mail/*.eml; do
	[ -e "\$f" ] || continue
	made=\${f#mail/}
	made=\${made%%.*}
	if [ \$((now - made)) -lt $((GRACE * DAY)) ]; then
		set -- "\$@" "\$f"
	else
		rm -f "\$f"
	fi
done
[ \$# -gt 0 ] || exit 0
dkim-verify -Z zone --now "\$now" --clock-skew $((400 * DAY)) -F json "\$@" >verdicts
bad=\$(grep -E '"result":"[^p]|"result":"[a-z]*error|"result":"policy' verdicts)
[ "\$(grep -c '"code":"ok"' verdicts)" -eq \$# ] || bad="\$bad missing"
[ -z "\$bad" ] || printf 'bad %s %s\n' "\$now" "\$bad"
echo "good \$#"
EOF
chmod +x publish
domains='a.test b.test c.test d.test e.test f.test g.test h.test i.test j.test'
for d in $domains; do
	sed "s/^From: .*/From: a@$d/" "$TOP/tests/mail/example.eml" >$d.msg
done
rotate() {
	dkim-rotate -D keys -Z zone --publish ./publish --every 45d --grace ${GRACE}d \
	    --remove -b 1024 --now "$(cat clock)" "$@" >>log 2>>errors ||
	    echo "exit $? at $(cat clock)" >>errors
}
rotate -a rsa -a ed25519 a.test b.test c.test
# shellcheck disable=SC2086 # a list of words
rotate $domains
is "all domains have a key in use" "$(ls keys/*/current.rsa | wc -l)" 10

# The signer: names each message for the time before it was signed.
(
	n=0
	while [ ! -e stop ]; do
		for d in $domains; do
			read -r now <clock || continue
			n=$((n + 1))
			if dkim-sign -D keys --no-key=fail <$d.msg >mail/new 2>>unsigned; then
				mv mail/new "mail/$now.$n.eml"
				echo >>count
			fi
		done
		sleep 0.15
	done
) &
signer=$!
day=0
while [ $day -lt 372 ]; do
	day=$((day + 3))
	echo $((T0 + day * DAY)) >clock.new && mv clock.new clock
	rotate
	[ $((day % 6)) -ne 0 ] || sh ./look >>looked
done
: >stop
wait $signer
sh ./look >>looked

note "$(wc -l <count) signatures, $(wc -l <looked) looks at $(
	awk '$1 == "good" { n += $2 } END { print n }' looked) of them"
is "no run failed" "$(cat errors)" ""
is "no message was left unsigned" "$(cat unsigned)" ""
is "every signature verified at every later moment within the grace" \
    "$(grep -v '^good ' looked | head -c 2000)" ""
[ "$(wc -l <count)" -gt 300 ] && [ "$(wc -l <looked)" -gt 100 ]
result $? "there were enough of them"
is "keys in use over the year: 9 of each kind" "$(
	grep -o '^a.test: .*' log | grep -Eo '[0-9]+ in use' | sort -u | wc -l)" 9
is "one key in use of each kind, the others gone" \
    "$(ls keys/a.test/*.pem keys/d.test/*.pem | wc -l)" \
    "$(ls -d keys/a.test/current.* keys/d.test/current.* | wc -l)"
is "and one record each" "$(ls records | wc -l)" "$(ls keys/*/current.* | wc -l)"
is "nothing is left to do" "$(dkim-rotate -D keys --every 45d --now "$(cat clock)" --dry-run)" ""
done_testing
