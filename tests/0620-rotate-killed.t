#!/bin/sh
# dkim-rotate killed before each command that it runs, in every part of the life of
# a key: at that moment mail is signed and verifies, and the next run ends where one
# that was not disturbed ends.
# test: slow, it is killed two hundred times
. "${0%/*}/lib.sh"
command -v setsid >/dev/null || skip_all "no setsid"
PATH=$TOP/scripts:$PATH
DAY=86400
T0=1790000000

mkdir records keys tmp wrapped
cat >publish <<EOF
#!/bin/sh
cd "$T" || exit
case \$1 in
remove) rm -f records/\$3._domainkey.\$2 ;;
*) cat >records/new && mv records/new records/\$3._domainkey.\$2 ;;
esac
EOF
chmod +x publish
# The wrapper counts, and at the number in "at" ends all of the process group.
for c in awk cat chmod cp date dkim-check dkim-dnsrec dkim-keygen find flock grep \
    ln ls mkdir mktemp mv publish readlink rm sed sort stat tr; do
	real=$(command -v $c || echo "$T/$c")
	cat >wrapped/$c <<-EOF
		#!/bin/sh
		read -r n <"$T/n"
		read -r at <"$T/at"
		n=\$((n + 1))
		echo \$n >"$T/n"
		[ \$n -ne \$at ] || kill -9 0
		exec $real "\$@"
	EOF
	chmod +x wrapped/$c
done
sed "s/^From: .*/From: a@a.test/" "$TOP/tests/mail/example.eml" >msg
rotate() { # undisturbed; an emergency that has begun needs no second --force
	case $options in
	*--force*) [ ! -e keys/a.test/compromised ] &&
	    [ ! -e keys/a.test/$leaked.revoked ] || options= ;;
	esac
	cat records/* >zone 2>/dev/null
	# shellcheck disable=SC2086 # a list of words
	TMPDIR=$T/tmp dkim-rotate -D keys -Z zone --publish ./publish --now $now \
	    -j 1 $options >out 2>err
}
# The zone is what the records are at the moment, also inside a run.
cat >>publish <<EOF
cat records/* >zone.new && mv zone.new zone
EOF
signs() { # signs: does what is signed now verify, or what is wrong
	cat records/* >zone
	dkim-sign -D keys --no-key=fail <msg >signed 2>&1 &&
	    dkim-verify -Z zone signed >verdict 2>&1 && echo pass ||
	    cat signed verdict
}
state() { # all that is there, but for what a key or the tail of a run is
	(cd keys/a.test && ls && readlink current.ed25519) 2>&1
	grep -l 'p=$\|p="$' records/* 2>/dev/null
	ls records revealed/a.test 2>/dev/null
}
save() {
	rm -rf was && mkdir was
	for folder in keys records revealed; do
		[ ! -d $folder ] || cp -pR $folder was/
	done
}
restore() {
	rm -rf keys records revealed
	cp -pR was/* .
}

# part NAME DAY [OPTION...]: from what is there now to what a run makes of it
part() {
	name=$1
	now=$((T0 + $2 * DAY))
	shift 2
	wish="$*"
	options=$wish
	save
	rotate || note "$(cat out err)"
	state >wanted
	note "$name: $(cat out)"
	wrong=
	k=0
	times=0
	while :; do
		restore
		k=$((k + step))
		echo 0 >n
		echo "$k" >"at"
		options=$wish
		# shellcheck disable=SC2086 # a list of words
		PATH=$T/wrapped:$PATH TMPDIR=$T/tmp setsid -w \
		    "$TOP/scripts/dkim-rotate" -D keys -Z zone \
		    --publish "$T/wrapped/publish" --now $now -j 1 $options \
		    >out 2>err && break
		times=$((times + 1))
		got=$(signs)
		[ "$got" = pass ] || wrong="$wrong $k:signed:$got"
		rotate || wrong="$wrong $k:rerun:$(cat err)"
		got=$(signs)
		[ "$got" = pass ] || wrong="$wrong $k:after:$got"
		state | cmp -s - wanted || wrong="$wrong $k:state:$(
			state | diff wanted - | tr '\n' ' ')"
	done
	is "$name, killed $times times: mail was signed and the next run finished" \
	    "$wrong" ""
	[ $k -gt 10 ]
	result $? "... and that was all of them"
}

now=$T0
options='-a ed25519 a.test'
rotate
is "a key in use" "$(signs)" pass
options=
step=1
part "another key" 180
part "the old one revoked" 187
part "the old one revealed" 188 --reveal revealed
leaked=$(readlink keys/a.test/current.ed25519)
leaked=${leaked%.pem}
step=3 # nearly all of it was seen above
part "the known one replaced" 189 --force a.test
is "nothing in the way is left behind" "$(find keys ! -name keys -prune ! -name ".*.lock")" keys/a.test
done_testing
