#!/bin/sh
# The sandbox: a program that misbehaves after it has entered is stopped, one
# that keeps to what it asked for is not; F20: no core image of a key.
. "${0%/*}/lib.sh"
S=$BIN/../tests/unit/sandbox
[ -x "$S" ] || {
	result 1 "the driver $S is built"
	done_testing
}
active=$("$S" - nothing)
active=${active%: done}
note "in force here: $active"

# ------------------------------------------- what a program asked for goes on
TMPDIR=$T/tmp
export TMPDIR
mkdir tmp other
echo old >file
works() { # works NEEDS ACT [PATH]
	like "$1 $2: goes on working" "$("$S" "$@" 2>&1)" ': done$'
}
works - nothing
works s spool
works r=file read file
works r=. read file
works r=/ read other/../file
works w=other newfile other/new
works w=. overwrite file
works w=file append file
works s,r=file spool
works n inet
works f fork
works s,r=nowhere spool
works x read file
works x inet
ok "x exec: another program can be started" "$S" x exec /bin/true
like "... and nothing binds it" "$("$S" x nothing)" "^none .*: done"

# ------------------------------------------------ and nothing else does
echo old >file
stopped() { # stopped NEEDS ACT [PATH]
	like "$1 $2: is stopped" "$("$S" "$@" 2>&1)" ': refused$'
}
case $active in
none*)
	skip "what was not asked for is stopped" "no sandbox on this system or in this build"
	;;
*)
	stopped - read file
	stopped - overwrite file
	stopped - create other/x
	stopped - spool
	stopped - newfile other/x
	stopped - unlink file
	stopped s read file
	stopped s overwrite file
	stopped s append file
	stopped n read file
	stopped r=/ overwrite file
	stopped r=/ append file
	stopped r=/ create other/x
	stopped r=/ unlink file
	case $active in *seccomp | pledge*)
		for act in inet unix fork; do
			stopped - $act
		done
		stopped s inet
		stopped n unix
		stopped s,w=/,n fork
		stopped s,w=/,n unix
		stopped s,w=/ inet
		;;
	esac
	case $active in *seccomp)
		stopped s,w=/,n code
		for needs in - sn,w=/ f; do
			"$S" $needs exec /bin/true >/dev/null 2>&1
			is "$needs exec: killed (SIGSYS)" $? 159
		done
		;;
	esac
	case $active in *landlock*)
		stopped s create other/x
		stopped s unlink file
		stopped s,r=other read file
		stopped w=other overwrite file
		stopped w=other newfile x
		;;
	esac
	is "and the file is as it was" "$(cat file)$(ls other)" oldnew
	# The median of some: a clock, on a machine with other things to do.
	us=$(for i in 1 2 3 4 5 6 7 8 9; do "$S" s measure; done | sort -n | sed -n 5p)
	if [ -n "${DKIM_EMULATED:-}" ]; then
		skip "entering takes $us microseconds" "that measures qemu"
	elif [ "$us" -lt 500 ]; then
		result 0 "entering takes $us microseconds"
	else
		result 1 "entering takes $us microseconds, not 500"
	fi
	;;
esac

# --------------------------------------- the commands: before the first octet
printf 'From: a@example.com\nDate: Sun, 22 Nov 2026 10:00:00 +0000\n\nx\n' >msg
mkdir keys made
dkim-keygen -a ed25519 -d example.com -s sel -o key.pem >zone
dkim-keygen -a ed25519 -d example.com -s sel -D keys --activate >/dev/null
cp key.pem example.com.pem
SIGN="dkim-sign -d example.com -s sel -k key.pem"
$SIGN <msg >signed
for c in "$SIGN -v" "dkim-verify -v -Z zone" "dkim-verify -v -f -Z zone" \
    "dkim-verify -v -n 127.0.0.1@9 -T 1" "dkim-check -v -m -Z zone" \
    "dkim-check -v -d example.com -s sel -k key.pem -Z zone"; do
	run $c <signed
	is "$c: tells what is in force" "$(grep -c "sandbox: $active\$" err)" 1
done
printf '#!/bin/sh\necho sel\ncat key.pem\n' >command
chmod +x command
for c in "$SIGN -v -- cat" "dkim-sign -v --key-command ./command" \
    "dkim-verify -v -f -Z zone -- cat"; do
	run $c <signed
	like "$c: tells that nothing is" "$(cat err)" "sandbox: none "
	is "... and goes on" "$status" 0
done

# Each way to a key, to a message and to a result: the sandbox lets it go on.
echo 'example.com sel' >signing
echo "sel example.com:sel:$T/key.pem" >table
for c in "-s sel -k %d.pem" "-s sel -k $T/%d.pem" "-D keys" "-D ./keys/" \
    "-k key.pem -s sel -o made/one" "-k key.pem -s sel -o made/one" \
    "--signing-table signing --key-table table"; do
	run dkim-sign $c <msg
	[ ! -e made/one ] || mv made/one out
	is "dkim-sign $c" "$status$(grep -c ^DKIM-Signature: out)$(cat err)" 01
done
cp msg one.eml
cp msg other/two.eml
ln -s two.eml other/link.eml
run $SIGN -o made one.eml other/two.eml
is "dkim-sign -o DIR" "$status$(cat made/*.eml | grep -c ^DKIM-Signature:)$(cat err)" 02
cp one.eml other/two.eml made
run $SIGN -v -j 2 --in-place made/one.eml made/two.eml
is "dkim-sign -j 2 --in-place" "$status$(cat made/*.eml | grep -c ^DKIM-Signature:)" 02
is "... in the sandbox" "$(grep -c "sandbox: $active\$" err)" 1
run $SIGN --in-place one.eml other/link.eml
is "dkim-sign --in-place, one through a link" \
    "$status$(cat one.eml other/two.eml | grep -c ^DKIM-Signature:)$(cat err)" 02
if [ -L other/link.eml ]; then
	result 0 "... which still is one"
else
	result 1 "... which still is one"
fi
mkfifo fifo
cat fifo >out2 &
run $SIGN -o fifo <msg
wait
is "dkim-sign -o FIFO" "$status$(grep -c ^DKIM-Signature: out2)$(cat err)" 01
mkdir -p box/new box/cur box/tmp dumped
cp signed box/new/1
cp signed box/cur/2:2,S
{ echo 'From a@example.com Sun Nov 22 10:00:00 2026'; cat signed; } >mbox
for c in signed "box" "--mbox mbox" "signed one.eml" "--dump dumped signed" "-o result signed" \
    "-o result --summary box" "-F tsv -" "--explain signed" \
    "-j 2 box signed" "-j 2 --mbox mbox mbox"; do
	run dkim-verify -Z zone $c <signed
	[ ! -e result ] || mv result out
	like "dkim-verify $c" "$status $(cat err out)" '^0 .*'
done
ok "... and what was hashed is there" test -s "$(ls dumped/* | sed -n 1p)"
{ cat msg; yes 'a line of text' | head -n 200000; } >big
run sh -c "cat big | $SIGN | dkim-verify -f -Z zone | tail -n 1"
is "more than is kept in memory" "$status$(cat err out)" "0a line of text"
is "and no temporary file is left" "$(ls tmp)" ""

# --------------------------------------- before the first octet of a message
if [ "${active%seccomp}" = "$active" ]; then
	skip "a command that misbehaves is stopped" "no filter of system calls here or in this build"
elif ! ldd "$BIN/dkim-sign" >/dev/null 2>&1; then
	skip "a command that misbehaves is stopped" "linked statically: nothing can be preloaded"
elif cc -D_GNU_SOURCE -U_FORTIFY_SOURCE -fPIC -shared -o misbehave.so \
    "$TOP/tests/lib/misbehave.c" 2>cc.log; then
	echo old >secret
	cat msg | LD_PRELOAD=$T/misbehave.so cat 9>told >out
	is "the function that misbehaves does, where it is allowed to" \
	    "$(cat told)" "begun read overwrite create unlink inet unix fork "
	rm -f new
	echo old >secret
	for c in "$SIGN" "$SIGN --header-only" "dkim-verify -Z zone" \
	    "dkim-verify -f -Z zone" "dkim-check -m -Z zone" \
	    "dkim-verify -o made/v -Z zone" "dkim-sign -D keys"; do
		LD_PRELOAD=$T/misbehave.so $c <signed 9>told >out 2>err
		is "$c: stopped, and goes on" "$(cat told)$(cat secret)" "begun old"
		MISBEHAVE=exec LD_PRELOAD=$T/misbehave.so $c <signed 9>told >out 2>err
		is "$c: killed when it starts a program" "$?$(cat told out)" "159begun "
	done
	ok "and nothing was made" test ! -e new
	LD_PRELOAD=$T/misbehave.so dkim-verify -n 127.0.0.1@9 -T 1 <signed 9>told >out 2>err
	is "dkim-verify, asking a server: may ask, and no more" "$(cat told)" "begun inet "
else
	skip "a command that misbehaves is stopped" "no compiler for tests/lib/misbehave.c"
fi

# ------------------------------------------ kernels and containers without it
if [ "$active" != "landlock, seccomp" ] || ! strace -o trace true 2>/dev/null; then
	skip "a kernel without Landlock or seccomp" "one of them is not here, or no strace"
else
	without() { # without WANT CALLS [CALLS WHEN]
		for why in ENOSYS EPERM; do
			run strace -f -o trace -e "inject=$2:error=$why" \
			    ${3:+-e "inject=$3:error=$why:when=$4"} $SIGN -v <msg
			is "$2 gives $why: signs all the same" \
			    "$status$(grep -c ^DKIM-Signature: out)" 01
			like "... and tells what is left" "$(cat err)" "sandbox: $1\$"
		done
	}
	without seccomp landlock_create_ruleset
	without seccomp landlock_restrict_self
	without "landlock, seccomp" landlock_add_rule
	without landlock seccomp prctl 3 # the first two are for other things
	without none "seccomp,landlock_create_ruleset" prctl 3
	without none prctl
fi

# ------------------------------------------------------------ keys in memory
if [ -r /proc/self/limits ] && [ -z "${DKIM_SANITIZED:-}" ]; then
	mkfifo pipe
	$SIGN <pipe >out 2>err &
	pid=$!
	exec 7>pipe
	i=0
	while [ $i -lt 50 ] && ! grep -q '^Seccomp:.*[12]' "/proc/$pid/status"; do
		sleep 0.1
		i=$((i + 1))
	done
	[ "${active#none}" != "$active" ] ||
	    like "before the first octet of the message it is bound" \
		"$(grep -E '^(NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr -d '\n\t ')" \
		'^NoNewPrivs:1Seccomp:[02]$'
	kill -ABRT $pid
	exec 7>&-
	wait $pid 2>/dev/null
	is "F20: it can be ended by SIGABRT" $? 134
	is "... and leaves no core" "$(ls | grep -c '^core')" 0
	printf '#!/bin/sh\nulimit -c\n' >limit
	chmod +x limit
	is "F20: the next program has the limit of the first" \
	    "$($SIGN -- ./limit <msg)" "$(ulimit -c)"
else
	skip "F20: no core image is left" "no /proc here, or a sanitizer that needs it"
fi
if [ "$(id -u)" -eq 0 ] && [ -z "${DKIM_SANITIZED:-}" ] &&
    setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
	mkdir nobody
	cp key.pem nobody
	chown -R 65534:65534 nobody made tmp
	chmod 755 .
	as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	run $as dkim-sign -d example.com -s sel -k nobody/key.pem -o made/n <msg
	is "without the rights of root, through /proc: signs" "$status$(cat err)" 0
	run $as dkim-verify -Z zone signed
	is "... and verifies" "$status$(cat err)" 0
	$as dkim-sign -d example.com -s sel -k nobody/key.pem <pipe >out 2>err &
	pid=$!
	exec 7>pipe
	sleep 0.3
	is "F20: others with its user id do not look into it" \
	    "$($as cat "/proc/$pid/mem" 2>&1 | grep -c 'Permission denied')" 1
	exec 7>&-
	wait
else
	skip "F20: without the rights of root" "not root, no setpriv, or a sanitizer"
fi
# Standard error while signing fails: no octet of the key, and no path's content.
awk 'NR == 2 { $0 = substr($0, 1, 30) } { print }' key.pem >broken.pem
chmod 600 broken.pem
run dkim-sign -d example.com -s sel -k broken.pem <msg
unlike "F20: nothing of a key is told" "$(cat err)" "$(sed -n 2p key.pem | cut -c1-12)"
done_testing
