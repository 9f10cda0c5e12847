#!/bin/sh
# test: once
# dkim-check --wait and -T by the clock: many keys, and servers that say nothing
. "${0%/*}/lib.sh"
cat >silent.py <<'PY'
import os, socket, time
s = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(5)]
for one in s:
    one.bind(("127.0.0.1", 0))
with open("ports.new", "w") as f:
    f.write(" ".join("127.0.0.1@%d" % one.getsockname()[1] for one in s))
os.rename("ports.new", "ports")
time.sleep(120)
PY
python3 silent.py &
kill_later $!
i=0
while [ $i -lt 12 ]; do
	i=$((i + 1))
	dkim-keygen -a ed25519 -d "d$i.example.com" -s x -D keys --activate >/dev/null
done
while [ ! -e ports ]; do sleep 0.05; done
one=$(cut -d ' ' -f 1 ports)
five=$(sed 's/127/-n 127/g' ports)

# lasts NAME LEAST MOST COMMAND...: milliseconds
lasts() {
	l_name=$1
	l_least=$2
	l_most=$3
	shift 3
	l_start=$(date +%s%3N)
	run "$@"
	l_took=$(($(date +%s%3N) - l_start))
	[ $l_took -ge "$l_least" ] && [ $l_took -le "$l_most" ]
	result $? "$l_name ($l_took ms)"
}
lasts "12 keys, --wait 3, a silent server" 2900 4000 \
    dkim-check --all -D keys -n "$one" --wait 3
is "... 75, and each key is named" "$status $(cut -d : -f 1 out | grep -c 'server-silent')" "75 12"
# shellcheck disable=SC2086 # words
lasts "12 keys, --wait 3, five silent servers" 2900 4000 \
    dkim-check --all -D keys $five --wait 3
lasts "12 keys, --wait 3, a silent resolver" 2900 4000 \
    dkim-check --all -D keys -n "$one" --authoritative --wait 3
# shellcheck disable=SC2086 # words
lasts "one key, -T 2, five silent servers: two seconds in all" 1900 3000 \
    dkim-check -d d1.example.com -D keys $five --authoritative -T 2
lasts "--wait 4, where a look takes a second" 3900 5000 \
    dkim-check -d d1.example.com -D keys -n "$one" -T 1 --wait 4
run dkim-check -d d1.example.com -D keys -n "$one" -T 1
like "a silent server" "$status $(cat out)" '^75 error dns-timeout x\._domainkey\.d1\.example\.com: '

# --------------------------------------------- the end cuts no finding short
dkim-dnsrec -d d2.example.com -D keys >zone
lasts "--wait 1: a missing record" 950 1500 \
    dkim-check -d d1.example.com -D keys -Z zone --wait 1
is "... stays missing" "$status $(cut -d ' ' -f 1-2 out)" "1 error no-record"
(sleep 1; dkim-dnsrec -d d1.example.com -D keys >>zone) &
lasts "a record that comes while it waits ends it" 900 5000 \
    dkim-check -d d1.example.com -D keys -Z zone --wait 20
is "... with 0" "$status" 0
done_testing
