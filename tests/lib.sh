# TAP for shell tests: sourced, never run.  A test file is
#	. "${0%/*}/lib.sh"
#	is "what it shows" "$(command)" "expected"
#	done_testing
# Each runs in a scratch folder of its own, $T, removed at the end; $TOP is the
# source tree and the programs under test come first in PATH (DKIM_BIN, default
# $TOP/cmd).
set -u
TOP=$(cd "${0%/*}/.." && pwd) || exit 1
BIN=${DKIM_BIN:-$TOP/cmd}
PATH=$BIN:$PATH
LC_ALL=C
export PATH LC_ALL
unset DKIM_KEYDIR TMPDIR 2>/dev/null
umask 022
T=$(mktemp -d "${TMPDIR:-/tmp}/dkim-test.XXXXXX") || exit 1
TESTS=0
FAILED=0
PIDS=

finish() {
	for p in $PIDS; do
		kill "$p" 2>/dev/null && wait "$p" 2>/dev/null
	done
	cd / && rm -rf "$T"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cd "$T" || exit 1

# kill_later PID: stop a server of ours when the test ends
kill_later() {
	PIDS="$PIDS $1"
}

result() { # result STATUS NAME
	TESTS=$((TESTS + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $TESTS - $2"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $TESTS - $2"
	fi
}

note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# is NAME GOT WANT
is() {
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		note "got:  $2"
		note "want: $3"
	fi
}

# like NAME GOT ERE
like() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		result 0 "$1"
	else
		result 1 "$1"
		note "got:       $2"
		note "not like:  $3"
	fi
}

# unlike NAME GOT ERE
unlike() {
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		result 1 "$1"
		note "got:    $2"
		note "is like: $3"
	else
		result 0 "$1"
	fi
}

# ok NAME COMMAND...: the command succeeds
ok() {
	ok_name=$1
	shift
	"$@" >"$T/.ok" 2>&1
	ok_status=$?
	result $ok_status "$ok_name"
	[ $ok_status -eq 0 ] || {
		note "$* exited $ok_status"
		sed 's/^/#   /' "$T/.ok"
	}
}

# run COMMAND...: leaves $status, files out and err in $T
run() {
	"$@" >"$T/out" 2>"$T/err"
	status=$?
}

# refuses NAME STATUS ERE COMMAND...: the exit status, one line on standard
# error that matches, and nothing on standard output
refuses() {
	r_name=$1
	r_status=$2
	r_ere=$3
	shift 3
	run "$@"
	if [ "$status" -eq "$r_status" ] && [ ! -s "$T/out" ] &&
	    [ "$(wc -l <"$T/err")" -eq 1 ] && grep -Eq -e "$r_ere" "$T/err"; then
		result 0 "$r_name"
	else
		result 1 "$r_name"
		note "exit $status (want $r_status), stdout $(wc -c <"$T/out") octets"
		sed 's/^/# stderr: /' "$T/err"
	fi
}

# json EXPRESSION: of the first line of standard input, as j (in Python)
json() {
	python3 -c 'import json, sys
j = json.loads(sys.stdin.buffer.readline().decode("utf-8"))
print(eval(sys.argv[1]))' "$1"
}

# signers: "d/s " of each DKIM-Signature on standard input, which has nothing else
signers() {
	tr -d '\r\n\t ' | sed 's/DKIM-Signature:/\n/g' | grep . |
	    sed 's,.*;d=\([^;]*\);s=\([^;]*\);.*,\1/\2,' | tr '\n' ' '
}

# refusing FORM LETTERS FILE COMMAND...: those letters, which printf(1) puts into
# a policy with FORM, that refuse FILE in upper case and defer it in lower case
refusing() {
	r_form=$1
	r_letters=$2
	r_file=$3
	shift 3
	for r in $r_letters; do
		"$@" --dkverify "$(printf "$r_form" $r)" <"$r_file" >out 2>err
		r_up=$?
		"$@" --dkverify "$(printf "$r_form" $r | tr A-Z a-z)" <"$r_file" >out 2>err
		case $r_up,$? in
		1,75) printf %s $r ;;
		0,0) ;;
		*) printf ' %s:%s ' $r "$r_up,$?" ;;
		esac
	done
}

# nsd_conf ADDRESS...: an nsd.conf that keeps to $T; what follows it is zones
nsd_conf() {
	echo server:
	printf '	ip-address: %s\n' "$@"
	cat <<-END
			server-count: 1
			username: ""
			database: ""
			zonesdir: "$T"
			pidfile: "$T/nsd.pid"
			zonelistfile: "$T/zone.list"
			xfrdfile: "$T/xfrd.state"
			xfrdir: "$T"
			logfile: "$T/nsd.log"
		remote-control:
			control-enable: no
	END
}

# skip NAME WHY: what cannot be run here, with the reason
skip() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

done_testing() {
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ]
	exit
}
