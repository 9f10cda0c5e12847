#!/bin/sh
# test: once	starts a database server
# scripts/key-from-postgresql against a private PostgreSQL.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
command -v psql >/dev/null 2>&1 || skip_all "no psql here"
for dir in /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin; do
	[ ! -x "$dir/initdb" ] || bin=$dir
done
[ "${bin:-}" ] || skip_all "no PostgreSQL server here"

# The server refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
	command -v setpriv >/dev/null 2>&1 || skip_all "no setpriv here"
	chmod 711 "$T"
	user='setpriv --reuid=65534 --regid=65534 --clear-groups'
else
	user=
fi
mkdir db
[ -z "$user" ] || chown 65534:65534 db
# shellcheck disable=SC2086 # a list of words
(cd db && $user "$bin/initdb" -D "$T/db/data" -U dkim -A trust --no-sync \
    --locale=C -E UTF8) >initdb.log 2>&1 || {
	note "$(tail -3 initdb.log)"
	skip_all "initdb does not work here"
}
# The shell must become the server, so that its id is the server's.
# shellcheck disable=SC2086
(cd db && exec $user "$bin/postgres" -D "$T/db/data" -c listen_addresses= \
    -k "$T/db" -c fsync=off) >db.log 2>&1 &
server=$!
kill_later $server
PGHOST=$T/db
PGUSER=dkim
PGDATABASE=postgres
export PGHOST PGUSER PGDATABASE
i=0
until psql -X -q -c 'SELECT 1' >/dev/null 2>&1; do
	i=$((i + 1))
	[ $i -lt 100 ] || {
		note "$(tail -3 db.log)"
		result 1 "the server starts"
		done_testing
	}
	sleep 0.1
done

dkim-keygen -a ed25519 -d example.com -s ed -o ed.pem >/dev/null
dkim-keygen -a rsa -b 1024 -d example.com -s rsa -o rsa.pem >/dev/null
dkim-keygen -a ed25519 -d default.example -s d -o d.pem >/dev/null
for k in "example.com ed ed.pem" "example.com rsa rsa.pem" \
    "default.example d d.pem"; do
	set -- $k
	dkim-dnsrec -d "$1" -s "$2" -k "$3" -F zone
done >zone

# The table is made as the script's own help says.
"$TOP/scripts/key-from-postgresql" -h >help
sed -n '/CREATE TABLE/,/);/p' help | psql -X -q -v ON_ERROR_STOP=1 >err 2>&1
is "the table of the help is made" "$?$(cat err)" 0
insert() { # insert DOMAIN SELECTOR FILE ACTIVE
	psql -X -q -v ON_ERROR_STOP=1 -v d="$1" -v s="$2" -v k="$(cat "$3")" \
	    -v a="$4" <<-'END'
		INSERT INTO dkim_key VALUES (:'d', :'s', :'k', :'a');
	END
}
insert example.com ed ed.pem true
insert example.com old rsa.pem false
mail() {
	printf 'From: %s\nTo: b@example.net\nSubject: hello\n\nbody\n' "$1"
}
SIGN="dkim-sign --key-command $TOP/scripts/key-from-postgresql"
signed() { # signed: how many of its signatures verify, and d= of the first
	dkim-verify -Z zone -F json <out | json \
	    "'%d %s' % (sum(s['result'] == 'pass' for s in j['signatures']), j['signatures'][0]['domain'])" 2>&1
}
mail joe@example.com >msg
run $SIGN <msg
is "a message is signed" "$status$(cat err)" 0
is "... with the active key, and it verifies" "$(signed)" "1 example.com"
insert example.com rsa rsa.pem true
run $SIGN <msg
is "two active keys: two signatures, which verify" "$(signed)" "2 example.com"
mail joe@other.example >other
run $SIGN <other
is "no key: the message as it was" "$status$(cat err)$(cmp out other)" 0
export DKIM_DEFAULT_DOMAIN=default.example
run $SIGN <other
is "a default domain without a key: as it was" "$status$(cat err)$(cmp out other)" 0
insert default.example d d.pem true
run $SIGN <other
is "no key and a default domain: it signs" "$(signed)" "1 default.example"
run $SIGN <msg
is "the default domain is only for those without a key" "$(signed)" \
    "2 example.com"
unset DKIM_DEFAULT_DOMAIN

# What a domain could do in a statement, given straight to the script.
for d in "x'; DROP TABLE dkim_key; --" "' OR true; --" "\\'; DROP TABLE dkim_key;--" \
    ":'default'" '$$' '\! touch hacked' "x
\\! touch hacked"; do
	run "$TOP/scripts/key-from-postgresql" "$d" "$d"
	is "no injection: $(echo "$d" | tr '\n' ' ')" "$status$(cat out err)" 0
done
is "... and the table is as it was" "$(ls hacked 2>&1 | grep -c 'No such')$(
    psql -X -q -A -t -c 'SELECT count(*) FROM dkim_key')" 14

psql -X -q -c 'ALTER TABLE dkim_key RENAME TO gone'
refuses "no such table: the message waits" 75 \
    'exit status 3: .*dkim_key' $SIGN <msg
psql -X -q -c 'ALTER TABLE gone RENAME TO dkim_key'
kill "$server"
wait "$server" 2>/dev/null
refuses "the store is down: the message waits" 75 \
    'exit status 2: .*connect' $SIGN <msg
done_testing
