#!/bin/sh
# test: alone, for it measures time
# Keys are looked up while the body is still being read: the whole takes about as
# long as the longer of both, not as both together.
. "${0%/*}/lib.sh"
for n in 1 2 3; do
	dkim-keygen -a ed25519 -d example.com -s s$n -o key$n.pem >>zone
done
printf 'From: a@example.com\nSubject: x\n\n%s\n' "$(seq 200)" >mail
dkim-sign -d example.com -s s1 -k key1.pem -s s2 -k key2.pem -s s3 -k key3.pem \
    <mail >signed
timeout 120 python3 "$TOP/tests/lib/zone-dns.py" 127.0.0.1 0 zone ready \
    2>server.err &
kill_later $!
for i in $(seq 50); do
	[ -f ready ] || sleep 0.1
done
[ -f ready ] || {
	result 1 "the server starts"
	sed 's/^/# /' server.err
	done_testing
}
# -n ADDR@PORT, and three ways of a body through a pipe: drip SECONDS gives it
# bit by bit, stall SECONDS all of it late, and flow at once.
server=127.0.0.1@$(cat ready)
cat >send.py <<'E2'
import sys, time
how, seconds = sys.argv[1], float(sys.argv[2])
text = open("signed", "rb").read()
cut = text.index(b"\n\n") + 2
out = sys.stdout.buffer
def put(part):
    out.write(part)
    out.flush()
put(text[:cut])
if how == "drip":
    size = (len(text) - cut) // 20 + 1
    for at in range(cut, len(text), size):
        time.sleep(seconds / 20)
        put(text[at:at + size])
else:
    time.sleep(seconds)
    put(text[cut:])
E2

# timed HOW SECONDS OPTION...: leaves $status, $elapsed in milliseconds, out, err
timed() {
	timed_how=$1
	timed_for=$2
	shift 2
	[ ! -f zone.lost ] || touch zone.lost
	timed_start=$(date +%s%3N)
	run sh -c 'how=$1; for=$2; shift 2
		python3 send.py "$how" "$for" | dkim-verify "$@"' \
	    sh "$timed_how" "$timed_for" "$@"
	elapsed=$(($(date +%s%3N) - timed_start))
}
passes() { # passes NAME: all three signatures do
	is "$1: the signatures verify" "$status $(grep -o dkim=pass out | wc -l)" "0 3"
}
# overlaps NAME HOW SECONDS: two thirds of one after the other, at most
overlaps() {
	timed "$2" "$3" -Z zone
	body=$elapsed
	timed stall 0 -n "$server"
	dns=$elapsed
	timed "$2" "$3" -n "$server"
	passes "$1"
	if [ $((3 * elapsed)) -le $((2 * (body + dns))) ]; then
		result 0 "$1: at the same time"
	else
		result 1 "$1: at the same time"
		note "$elapsed ms; body $body ms, DNS $dns ms"
	fi
}

echo 1 >zone.slow
overlaps "three slow answers, a body in bits" drip 1
overlaps "three slow answers, a late body" stall 1
: >zone.tc
echo 0.5 >zone.slow
overlaps "over TCP, a body in bits" drip 1
overlaps "over TCP, a late body" stall 1
rm zone.tc
echo 0 >zone.slow
: >zone.lost
overlaps "a query sent again, a body in bits" drip 1
overlaps "a query sent again, a late body" stall 1
rm zone.lost

# -T counts from the end of the message: a slow one takes nothing from it.
echo 1.2 >zone.slow
timed stall 2.5 -T 1 -n "$server"
passes "answers that take longer than -T, and come before the end"
timed drip 1.2 -T 1 -n "$server"
passes "answers after the end, within -T of it"
: >zone.down
timed drip 1 -T 1 -n "$server"
is "no answer: temperror" "$status $(grep -o dkim=temperror out | wc -l)" "75 3"
if [ "$elapsed" -ge 1900 ] && [ "$elapsed" -lt 3000 ]; then
	result 0 "no answer: -T after the end of the message"
else
	result 1 "no answer: -T after the end of the message"
	note "$elapsed ms"
fi
is "the server had no trouble" "$(cat server.err)" ""
done_testing
