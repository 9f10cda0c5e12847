#!/bin/sh
# dkim-rotate with a program that publishes: one that fails, one that hangs, a full
# disk, files of others, a clock that goes backwards.
. "${0%/*}/lib.sh"
PATH=$PATH:$TOP/scripts
[ -x "$BIN/dkim-check" ] || skip_all "dkim-check is not built"
T0=1795341600
DAY=86400
mkdir keys
: >zone
: >calls
cat >hook <<END
#!/bin/sh
echo "\$*" >>$T/calls
case \$2 in
fails.test) echo 'the registrar says no' >&2; exit 1 ;;
hangs.test) exec sleep 30 ;;
closed.test) [ ! -e closed.test/current.ed25519 ] || chmod 600 "\$2/\$3.pem" ;;
slow.test) sleep 2 ;;
esac
case \$1 in
publish) cat >>$T/zone ;;
*) cat >/dev/null; grep -v "^\$3[.]_domainkey[.]\$2[.]" $T/zone >$T/zone.new; mv $T/zone.new $T/zone ;;
esac
END
chmod +x hook
rotate() { # rotate DAY [OPTION...]
	t=$((T0 + $1 * DAY))
	shift
	run dkim-rotate -D keys -a ed25519 --publish ./hook -Z zone --now $t "$@"
}
signs() { # signs DOMAIN: what a signature made now is worth
	sed "s/^From: .*/From: a@$1/" "$TOP/tests/mail/example.eml" |
	    dkim-sign -D keys | dkim-verify -Z zone -F json |
	    json '" ".join(s["selector"] + "=" + s["result"] for s in j["signatures"])'
}

if command -v timeout >/dev/null 2>&1; then
	start=$(date +%s)
	rotate 0 --publish-timeout 2 a.test fails.test hangs.test z.test
	is "a failure: 1" "$status" 1
	is "... of two domains, with their reasons" "$(sed 's,/[^ ]*/,,' err)" \
	    "dkim-rotate: fails.test: 20261122e made; publish 20261122e: the registrar says no
dkim-rotate: hangs.test: 20261122e made; publish 20261122e: hook: not done within 2 seconds"
	ok "... and nobody waits for the one that hangs" test $(($(date +%s) - start)) -lt 25
else
	skip "a program that hangs" "no timeout(1)"
	rotate 0 a.test fails.test z.test
fi
is "the others go on" "$(ls -d keys/*/current.ed25519)" "keys/a.test/current.ed25519
keys/z.test/current.ed25519"
is "... and sign" "$(signs a.test) $(signs z.test)" "20261122e=pass 20261122e=pass"

# What others have put there is not ours.
mkdir keys/not-a-domain keys/a.test/sub keys/.git
echo x >keys/README
echo x >keys/a.test/notes.txt
ln -s /etc/passwd keys/a.test/passwd
echo 1 >keys/.git/x.current
cp keys/a.test/20261122e.pem keys/a.test/mine.pem
state() {
	find keys -newer keys/README ! -name .rotate.lock
	ls -R keys | cksum
}
before=$(state)
rotate 1 --dry-run a.test z.test
is "--dry-run of what is not due: nothing" "$status $(cat out err)" "0 "
rotate 1 a.test z.test
is "a run with nothing due: nothing" "$status $(cat out err)" "0 "
is "... and nothing is changed" "$(state)" "$before"
rotate 1 --status
like "--status: the next step, and when" "$(grep a.test out)" \
    '^a\.test +ed25519 +20261122e +current +2026-11-22 +1d +make +2027-05-21$'
like "... a key of others is only listed" "$(grep mine out)" '^a\.test +- +mine +unused +- +- +- +-$'

# The clock goes back: nothing is due, and nothing is lost.
rotate -400 a.test z.test
is "a clock that goes backwards: nothing" "$status $(cat out err)" "0 "
is "... and the signature is as it was" "$(signs a.test)" "20261122e=pass"

# Whoever signs now signs with the next key, and with the first of the other kind.
owner() { find "keys/$1/$2.pem" -printf '%m %U %G\n'; }
if [ "$(id -u)" -eq 0 ]; then
	dkim-keygen -a ed25519 -d own.test -s old -D keys --activate >/dev/null
	dkim-keygen -a ed25519 -d group.test -s old -D keys --activate >/dev/null
	chown 65534:65533 keys/own.test/old.pem
	chgrp daemon keys/group.test/old.pem
	chmod 640 keys/group.test/old.pem
	rotate 1 -a rsa own.test group.test
	is "the group of the other kind" "$status $(owner group.test 20261123)" "0 $(owner group.test old)"
	is "the owner of the other kind" "$(owner own.test 20261123)" "600 65534 0"
	rotate 199 own.test group.test
	is "the group of the key before" "$status $(owner group.test 20270609e)" "0 $(owner group.test old)"
	is "the owner of the key before" "$(owner own.test 20270609e)" "600 65534 0"
	rm -r keys/own.test keys/group.test
else
	skip "keys of other users" "needs root"
fi

# A disk that is full while a key or a mark is written.
if command -v timeout >/dev/null 2>&1 && (ulimit -f 0) 2>/dev/null; then
	cp -a keys kept
	(
		ulimit -f 0
		dkim-rotate -D keys -a ed25519 --publish ./hook -Z zone \
		    --now $((T0 + 200 * DAY)) a.test >/dev/null 2>&1
	)
	is "no file can be written: the key in use stays" "$(signs a.test)" "20261122e=pass"
fi
rotate 200 a.test
is "... and the next run does it" "$status $(signs a.test)" "0 20270610e=pass"
rotate 208 a.test
like "the old record goes after the grace time" "$(cat out)" '20261122e revoked'
is "... the new key signs" "$(signs a.test)" "20270610e=pass"
rotate 210 a.test
is "... and the old private key is gone" "$(ls keys/a.test/20261122e.pem 2>&1 | grep -c cannot)" 1
is "what others had there is there" "$(ls -A keys/a.test keys | grep -cE '^(notes.txt|passwd|sub|mine.pem|README|.git|not-a-domain)$')" 7

# Those who sign are to read the new key before it takes over.
rotate 0 closed.test
chmod 640 keys/closed.test/20261122e.pem
rotate 180 closed.test
is "a key closed to the group that signs is a failure" \
    "$status $(grep -c '^dkim-rotate: closed.test: .*check 20270521e: .*closed.test/20270521e.pem: ' err)" "1 1"
is "... the key in use stays" "$(readlink keys/closed.test/current.ed25519)" 20261122e.pem
is "... and is not retired" "$(ls keys/closed.test/*.retired 2>/dev/null)" ""
chmod 640 keys/closed.test/20270521e.pem
rotate 180 closed.test
is "... until somebody opens it" "$status $(readlink keys/closed.test/current.ed25519)" "0 20270521e.pem"
is "... and nothing is left of the change" "$(ls keys/closed.test | grep next)" ""

# Without flock(1) a link names the run that is at work.
mkdir noflock
for p in "$TOP"/scripts/dkim-rotate "$BIN"/dkim-* /bin/* /usr/bin/*; do
	[ "${p##*/}" = flock ] || [ -e "noflock/${p##*/}" ] || ln -s "$p" noflock/
done
plain() { # plain DAY DOMAIN
	run env PATH="$T/noflock" dkim-rotate -D keys -a ed25519 --publish ./hook \
	    -Z zone --now $((T0 + $1 * DAY)) "$2"
}
rm -f keys/.rotate.lock
PATH=$T/noflock dkim-rotate -D keys -a ed25519 --publish ./hook -Z zone \
    --now $T0 slow.test >slow.out 2>&1 &
owner=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ ! -h keys/.rotate.pid ] || break
	sleep 0.1
done
plain 0 other.test
is "without flock: one at a time, 75" "$status $(cat out err)" \
    "75 dkim-rotate: keys: another run is at work, process $owner"
is "... that one is not disturbed" "$(readlink keys/.rotate.pid)" "$owner"
wait $owner
is "... and finishes" "$? $(readlink keys/slow.test/current.ed25519)" "0 20261122e.pem"
is "then the lock is gone" "$(ls -A keys | grep rotate)" ""
ln -s "$owner" keys/.rotate.pid
plain 0 other.test
is "a lock that a killed run left is none" \
    "$status $(readlink keys/other.test/current.ed25519)" "0 20261122e.pem"
is "... and goes" "$(ls -A keys | grep rotate)" ""
ln -s $$ keys/.rotate.pid
plain 0 other.test
is "... one of a process that lives is one" "$status" 75
rm keys/.rotate.pid
done_testing
