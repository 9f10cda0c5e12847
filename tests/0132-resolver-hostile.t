#!/bin/sh
# Name servers that lie, stall and break: tests/lib/hostile-dns.py.  In the words
# of tests/data/attacks.txt: G1 wrong-* to flood, G2 owner-mismatch to
# txt-in-additional, G3 cname-* and dname, G4 tc-*, G5 servfail to badvers, G6
# nxdomain and nodata, G7 compression-loop to empty-strings, G8 txt-* and rrs-*,
# G14 case-0x20.
. "${0%/*}/lib.sh"
R=$BIN/../tests/unit/resolver
[ -x "$R" ] || {
	result 1 "the driver $R is built"
	done_testing
}
tab=$(printf '\t')

timeout 120 python3 "$TOP/tests/lib/hostile-dns.py" "$T/ports" "$T/log" \
    2>server.err &
kill_later $!
i=0
while [ ! -f ports ] && [ $i -lt 50 ]; do
	sleep 0.1
	i=$((i + 1))
done
[ -f ports ] || {
	result 1 "the server starts"
	sed 's/^/# /' server.err
	done_testing
}
at() {
	echo "127.0.0.1@$(sed -n "s/^$1 //p" ports)"
}
MAIN=$(at main)
SECOND=$(at second)
UDPONLY=$(at udponly)
SILENT=$(at silent)
CLOSED=$(at closed)

milliseconds() {
	date +%s%3N
}

# timed COMMAND...: as run, and leaves $elapsed in milliseconds
timed() {
	timed_start=$(milliseconds)
	run "$@"
	elapsed=$(($(milliseconds) - timed_start))
}

# within NAME MILLISECONDS
within() {
	if [ "$elapsed" -le "$2" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		note "took $elapsed ms, not $2"
	fi
}

# One process asks for everything at once.  The first label says what the
# server does, then come the status and the records that must come out of it.
good='v=DKIM1; p=good'
big="v=DKIM1; p=$(printf 'B%.0s' $(seq 800))"
cat >cases <<EOF
good found $good
shape found flags=0120 edns=00002904d0000000000000
wrong-id timeout
wrong-question timeout
wrong-type timeout
wrong-class timeout
longer-question timeout
qr0 timeout
opcode timeout
foreign-port timeout
foreign-address timeout
qdcount0 timeout
qdcount2 timeout
tiny timeout
empty timeout
silent timeout
late-once found $good
wrong-id-then-good found $good
wrong-question-then-good found $good
wrong-type-then-good found $good
qr0-then-good found $good
opcode-then-good found $good
qdcount0-then-good found $good
tiny-then-good found $good
empty-then-good found $good
flood found $good
first-lost found $good
owner-mismatch none
parent-owner none
class-chaos none
txt-in-authority none
txt-in-additional none
cname-loop-1 broken
cname-loop-2 broken
cname-loop-9 broken
cname-8 found v=DKIM1; p=end
cname-9 broken
cname-shuffled found v=DKIM1; p=end
cname-nothing none
cname-two broken
cname-and-txt found $good
dname found $good
tc-good found $big
tc-pieces found $big
tc-nxdomain none
tc-tcp-close servfail
tc-tcp-half servfail
tc-tcp-half-silent timeout
tc-tcp-silent timeout
tc-tcp-65535 timeout
tc-tcp-drip timeout
tc-tcp-zero servfail
tc-tcp-wrong-id servfail
tc-tcp-tc servfail
tc-tcp-servfail servfail
tc-txt-65000 broken
servfail servfail
refused servfail
notimp servfail
formerr servfail
lame servfail
formerr-edns found $good
formerr-header found $good
notimp-edns found $good
badvers found $good
nxdomain none
nxdomain-txt none
nxdomain-cname none
nodata none
compression-loop servfail
forward-pointer servfail
pointer-beyond servfail
label-type servfail
rdlength-beyond servfail
txtlen-beyond servfail
cname-beyond servfail
count-beyond servfail
cut servfail
zero-strings found
empty-strings found
txt-nul found a\\000b
txt-8bit found a\\128\\255b
txt-crlf found a\\013\\010b
txt-16384 found $(printf 'x%.0s' $(seq 16384))
txt-16385 broken
txt-long-and-short found $good
rrs-64 found$(printf '|text %d' $(seq 0 63) | sed 's/|/ /')
rrs-255 broken
case-0x20 found $good
ad found $good
EOF
timed "$R" -T 2 -n "$MAIN" $(sed 's/ .*/.all.example/' cases)
is "all: exit status" "$status" 0
within "all: done within the time" 3000
while IFS= read -r case; do
	label=${case%% *}
	want=${case#* }
	got=$(sed -n "s/^$label\.all\.example$tab//p" out | cut -f 1,5- |
	    tr "$tab" '|' | sed 's/|/ /; s/ $//')
	is "$label" "$got" "$want"
done <cases

is "AD is told" "$(grep '^ad\.' out | cut -f 4)" ad
is "AD is not told elsewhere" "$(cut -f 4 out | grep -c '^ad$')" 1
is "as many queries as there must be: good" \
    "$(grep -c ' good$' log)" 1
is "EDNS is left out once" "$(grep -c ' formerr$' log)" 2
is "a server that fails is not asked again" "$(grep -c ' servfail$' log)" 1
is "silence is met with few packets" "$(grep -c ' silent$' log)" 2

timed "$R" -T 2 -n "$MAIN" ttl-least.x ttl-high.x
is "the least TTL of a chain" "$(sed -n 1p out | cut -f 3)" 77
is "a TTL of 2^31 and more is 0" "$(sed -n 2p out | cut -f 3)" 0

# ask NAME MILLISECONDS STATUS OPTION...: a few names, and how long it took
ask() {
	ask_name=$1
	ask_limit=$2
	ask_want=$3
	shift 3
	timed "$R" "$@"
	is "$ask_name" "$(cut -f 2 out | tr '\n' ' ')" "$ask_want "
	within "$ask_name: in time" "$ask_limit"
}

ask "nobody listens: known at once" 1000 servfail -T 2 -n "$CLOSED" good.x
ask "silence ends" 2000 timeout -T 1 -n "$SILENT" good.x
ask "TCP refused" 1000 servfail -T 2 -n "$UDPONLY" tc-good.x
ask "one after the other: closed, silent, good" 1500 "found found" -T 2 \
    -n "$CLOSED" -n "$SILENT" -n "$MAIN" good.x tc-good.x
ask "silent first, little time" 1000 found -T 1 -n "$SILENT" -n "$MAIN" good.x
ask "all silent" 2000 timeout -T 1 -n "$SILENT" -n "$SILENT" -n "$SILENT" \
    good.x
ask "the first cannot be sent to" 1000 found -T 2 -n 255.255.255.255 \
    -n "$MAIN" good.x
ask "the next server is asked" 1000 \
    "found found found found found found found found found found" -T 2 \
    -n "$MAIN" -n "$SECOND" a-servfail.y a-refused.y a-notimp.y a-formerr.y \
    a-lame.y a-cut.y a-compression-loop.y a-rdlength-beyond.y a-tc-tcp-close.y \
    a-tc-tcp-servfail.y
ask "the next server is asked after silence" 2000 \
    "found found found found" -T 3 -n "$MAIN" -n "$SECOND" a-silent.y \
    a-wrong-id.y a-tc-tcp-silent.y a-tc-tcp-drip.y
ask "what is not there is not asked for again" 1000 "none none none" -T 2 \
    -n "$MAIN" -n "$SECOND" a-nxdomain.y a-nodata.y a-cname-nothing.y
ask "a server that takes longer than a try" 3500 found -T 4 -n "$MAIN" \
    late-each.x
ask "no time at all" 1000 timeout -T 0 -n "$MAIN" silent.x

# Only time spent waiting counts, and what came meanwhile is taken.
ask "time between asking and waiting" 3000 "found found" -T 1 -s 2 \
    -n "$MAIN" good.x late-once.s

# What is known is not asked again with the next message; what failed is.
: >log
ask "three messages" 1000 \
    "found none servfail found none servfail found none servfail" -T 2 -r 3 \
    -n "$MAIN" good.r nxdomain.r servfail.r
is "a found name is asked once" "$(grep -c 'udp good$' log)" 1
is "a missing name is asked once" "$(grep -c 'udp nxdomain$' log)" 1
is "a failed name is asked each time" "$(grep -c 'udp servfail$' log)" 3
: >log
ask "the same name twice" 1000 "found found found" -T 2 -n "$MAIN" good.d \
    GOOD.d good.D
is "the same name twice: one query" "$(grep -c 'udp good$' log)" 1
ask "each message has its time" 2900 "timeout timeout" -T 1 -r 2 \
    -n "$SILENT" good.x
ask "the server that answered is asked first the next time" 1500 \
    "found found none found" -T 2 -1 -n "$SILENT" -n "$MAIN" good.f tc-good.f \
    nodata.f badvers.f

# More names than sockets
many=$(seq -f 'good.n%.0f' 1100)
timed "$R" -T 8 -r 2 -n "$MAIN" $many
is "1100 names" "$(cut -f 2 out | sort | uniq -c | tr -d ' \n')" 2200found
timed "$R" -T 1 -n "$SILENT" $many
is "1100 names, no answer" "$(cut -f 2 out | sort | uniq -c | tr -d ' \n')" \
    1100timeout
within "1100 names, no answer: in time" 2000
(
	ulimit -n 16
	"$R" -T 1 -n "$MAIN" $(seq -f 'good.o%.0f' 40) >limited
)
is "no descriptor left: each name has an end" "$(wc -l <limited | tr -d ' ')" 40

is "the server had no trouble" "$(cat server.err)" ""
done_testing
