#!/bin/sh
# --key-command: what a program is told, what it may answer, and that nothing it
# does wrong sends a message out unsigned or leaves a process behind.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

dkim-keygen -a ed25519 -d example.com -s ed -o ed.pem >/dev/null
dkim-keygen -a rsa -b 1024 -d example.com -s rsa -o rsa.pem >/dev/null
mail() {
	printf 'From: %s\nTo: b@example.net\nSubject: hello\n\nbody\n' "$1"
}
mail 'Joe <joe@a.example.com>' >msg

program() { # program: a key command from standard input
	{
		echo '#!/bin/sh'
		cat
	} >prog
	chmod +x prog
}
# signs OPTION...: "d/s" of each signature, then the exit status
signs() {
	run dkim-sign --exit-style sysexits --header-only --key-command ./prog \
	    "$@" <msg
	signers <out
	echo "$status"
}

program <<'END'
printf '%s\n' "$#" "$@" >args
IFS= read -r line || echo end >stdin
echo sel
cat ed.pem
END
is "a selector and a key" "$(signs)" "a.example.com/sel 0"
is "its arguments are the domain and the address" "$(cat args)" \
    "2
a.example.com
joe@a.example.com"
is "its standard input is empty" "$(cat stdin)" end
program <<'END'
printf '\n\nexample.com one\n'
cat ed.pem
printf '\n  example.net \t two \r\n'
cat rsa.pem
END
is "two blocks, with domains" "$(signs)" "example.com/one example.net/two 0"
is "-a takes one of them" "$(signs -a rsa-sha256)" "example.net/two 0"
is "a name without slash is looked up in PATH" "$(PATH=$T:$PATH dkim-sign \
    --key-command prog <msg | grep -c ^DKIM-Signature)" 2
program </dev/null
is "no output: no key" "$(signs)" 0
is "... and the message is as it was" \
    "$(dkim-sign --key-command ./prog <msg | cksum)" "$(cksum <msg)"
refuses "... or --no-key=fail" 66 'no key for a.example.com' dkim-sign \
    --exit-style sysexits --no-key fail --key-command ./prog <msg
program <<'END'
[ "$1" != example.org ] || { echo sel; cat ed.pem; }
END
is "--fallback" "$(signs --fallback example.org)" "example.org/sel 0"
is "what is asked first has the key: it is not asked" "$(dkim-sign -s s -k ed.pem \
    --key-command ./nowhere <msg | grep -c ' s=s;')" 1

waits() { # waits NAME SYSEXITS ERE [OPTION...]: the exact status, and 75
	w_name=$1
	w_status=$2
	w_ere=$3
	shift 3
	refuses "$w_name: $w_status" "$w_status" "$w_ere" dkim-sign \
	    --exit-style sysexits --key-command ./prog "$@" <msg
	refuses "$w_name: 75" 75 "$w_ere" dkim-sign --key-command ./prog "$@" <msg
}
program <<'END'
echo sel
cat ed.pem
exit 1
END
waits "it fails, though it printed a key" 75 'prog: exit status 1$'
program <<'END'
printf 'store: \033[31mdown\nmore\n' >&2
exit 2
END
waits "it fails and says why: one line, escaped" 75 \
    'prog: exit status 2: store: .x1b\[31mdown$'
program <<'END'
kill -9 $$
END
waits "it is killed" 75 'prog: ended by signal 9'
program <<'END'
echo $$ >pid
sleep 30 &
echo $! >>pid
wait
END
waits "it takes too long" 75 'prog: not finished after 1 s' -T 1
sleep 0.1
left=
for p in $(cat pid); do
	# A zombie is nobody's process any more.
	! kill -0 "$p" 2>/dev/null ||
	    grep -q '^State:.*Z' "/proc/$p/status" 2>/dev/null || left="$left $p"
done
is "... and it and its children are gone" "$left" ""
program <<'END'
exec >&- 2>&-
sleep 30
END
waits "it closes its output and stays" 75 'not finished after 1 s' -T 1
program <<'END'
cat /dev/zero
END
waits "it does not stop writing" 78 'wrote more than'
program <<'END'
cat /dev/zero >&2
END
waits "... not even to standard error" 75 'not finished' -T 1
program <<'END'
echo sel
END
waits "a selector and no key" 78 'prog: '
program <<'END'
cat ed.pem
END
waits "a key and no selector" 78 'prog: its output is not'
for line in '../x' 'a/b' 'example.com ../x' '../etc sel' 'a b c' '%s' ''\''' \
    '$(id)'; do
	printf '%s\n' "$line" >line
	program <<'END'
cat line ed.pem
END
	waits "no name: $line" 78 'prog: its output is not'
done
program <<'END'
echo sel
sed 3d rsa.pem
END
waits "a damaged key" 78 'prog: a damaged'
program <<'END'
i=0
while [ $i -lt 100 ]; do
	echo s$i
	cat ed.pem
	i=$((i + 1))
done
END
waits "a hundred keys" 78 'too many keys'
rm prog
waits "it is not there" 69 'prog: No such file'
echo x >prog
chmod -x prog
waits "it is no program" 69 'prog: Permission denied'
mkdir folder
refuses "it is a folder: 75" 75 'folder: ' dkim-sign --key-command ./folder <msg

# stdout of the program is not ours: nothing leaks into the message
program <<'END'
echo noise >&2
echo sel
cat ed.pem
END
run dkim-sign --key-command ./prog <msg
is "its standard error is not ours when all is well" "$status$(cat err)" 0
# SIGPIPE is as it should be in the program
program <<'END'
(
	(yes; echo $? >pipe-status) | head -n 1
) >/dev/null 2>&1
echo sel
cat ed.pem
END
is "SIGPIPE kills there, as everywhere" "$(signs; cat pipe-status)" \
    "a.example.com/sel 0
141"
done_testing
