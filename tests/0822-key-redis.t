#!/bin/sh
# test: once	starts a server
# scripts/key-from-redis against a private Redis on loopback.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
command -v redis-server >/dev/null 2>&1 || skip_all "no redis-server here"
redis-cli -e --version >/dev/null 2>&1 || skip_all "no redis-cli with -e here"

REDISCLI_AUTH=$(od -An -N8 -tx1 /dev/urandom | tr -d ' ')
export REDISCLI_AUTH
port=$((20000 + $$ % 20000))
for try in 1 2 3 4 5; do
	redis-server --port $port --bind 127.0.0.1 --save '' --appendonly no \
	    --dir "$T" --requirepass "$REDISCLI_AUTH" >redis.log 2>&1 &
	server=$!
	DKIM_REDIS_URL=redis://127.0.0.1:$port/0
	i=0
	while kill -0 $server 2>/dev/null && [ $i -lt 50 ] &&
	    [ "$(redis-cli -e -u "$DKIM_REDIS_URL" PING 2>/dev/null)" != PONG ]; do
		i=$((i + 1))
		sleep 0.1
	done
	! kill -0 $server 2>/dev/null || break
	port=$((port + try * 7))
done
kill_later $server
export DKIM_REDIS_URL
redis() {
	redis-cli -e -u "$DKIM_REDIS_URL" "$@"
}
is "the server answers" "$(redis PING)" PONG

dkim-keygen -a ed25519 -d example.com -s ed -o ed.pem >/dev/null
dkim-keygen -a rsa -b 1024 -d example.com -s rsa -o rsa.pem >/dev/null
dkim-keygen -a ed25519 -d default.example -s d -o d.pem >/dev/null
for k in "example.com ed ed.pem" "example.com rsa rsa.pem" \
    "default.example d d.pem"; do
	set -- $k
	dkim-dnsrec -d "$1" -s "$2" -k "$3" -F zone
done >zone
redis -x HSET dkim:example.com ed <ed.pem >/dev/null
printf 'From: joe@example.com\nTo: b@example.net\nSubject: x\n\nbody\n' >msg
printf 'From: joe@other.example\nTo: b@example.net\nSubject: x\n\nbody\n' >other
SIGN="dkim-sign --key-command $TOP/scripts/key-from-redis"
signed() { # signed: how many of its signatures verify, and d= of the first
	dkim-verify -Z zone -F json <out | json \
	    "'%d %s' % (sum(s['result'] == 'pass' for s in j['signatures']), j['signatures'][0]['domain'])" 2>&1
}
run $SIGN <msg
is "a message is signed" "$status$(cat err)" 0
is "... and verifies" "$(signed)" "1 example.com"
redis -x HSET dkim:example.com rsa <rsa.pem >/dev/null
run $SIGN <msg
is "two keys: two signatures, which verify" "$(signed)" "2 example.com"
run $SIGN <other
is "no key: the message as it was" "$status$(cat err)$(cmp out other)" 0
export DKIM_DEFAULT_DOMAIN=default.example
run $SIGN <other
is "a default domain without a key: as it was" "$status$(cat err)$(cmp out other)" 0
redis -x HSET dkim:default.example d <d.pem >/dev/null
run $SIGN <other
is "no key and a default domain: it signs" "$(signed)" "1 default.example"
unset DKIM_DEFAULT_DOMAIN
for d in 'x
FLUSHALL' 'x FLUSHALL' '" FLUSHALL "' '$(redis-cli FLUSHALL)' '*' \
    '; touch hacked'; do
	run "$TOP/scripts/key-from-redis" "$d" "$d"
	is "no injection: $(echo "$d" | tr '\n' ' ')" "$status$(cat out err)" 0
done
is "... and everything is as it was" \
    "$(redis DBSIZE)$(ls hacked 2>&1 | grep -c 'No such')" 21
redis SET dkim:other.example text >/dev/null
refuses "not a hash: the message waits" 75 'exit status 75: .*WRONGTYPE' $SIGN <other
REDISCLI_AUTH=wrong
refuses "no access: the message waits" 75 'exit status 75: ' $SIGN <other
kill "$server"
wait "$server" 2>/dev/null
refuses "the store is down: the message waits" 75 \
    'exit status 75: .*[Cc]onnect' $SIGN <msg
done_testing
