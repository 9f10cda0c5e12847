#!/bin/sh
# Answers from a master file (RFC 1035 section 5, RFC 4592): -Z
. "${0%/*}/lib.sh"
R=$BIN/../tests/unit/resolver
[ -x "$R" ] || {
	result 1 "the driver $R is built"
	done_testing
}
tab=$(printf '\t')

cat >zone <<'EOF'
; no SOA is needed
plain.test TXT "relative to the root"
$ORIGIN example.
$TTL 1h
@ IN TXT "apex" ; a comment (
key 5m IN TXT ( "v=DKIM1; "	; one record
     "p=AAAA" )
	TXT "second (record) ; no comment"
  3600 IN TXT bare\;word
esc IN TXT "q\"uote" "\\ \000\255\065"
mixed TXT one "two""" "" three "\""four "\; five"
host HINFO "a machine" "a system"
class IN 60 TXT "class first"
Class2 60 IN TXT "class last"
hex TXT \# 4 03616263
typed TYPE16 \# 4 03616263
empty TXT ""
number TXT 99999999999
n1 CNAME KEY
n2 CNAME n1.example.
out CNAME nothing.test.
self CNAME self
l1 CNAME l2
l2 CNAME l1
two CNAME key
two CNAME n1
both TXT "evil"
both CNAME class
-odd._DomainKey TXT ok
chaos CH TXT "no internet class"
deep.ent A 192.0.2.1
host A 192.0.2.1
*.wild TXT wild
below.taken.wild TXT below
*.aliased CNAME class
c1 CNAME c2
c2 CNAME c3
c3 CNAME c4
c4 CNAME c5
c5 CNAME c6
c6 CNAME c7
c7 CNAME c8
c8 CNAME c9
c9 CNAME c10
c10 TXT end
$ORIGIN sub
key TXT "below the other origin"
EOF

# looks NAME WHAT: status and records
looks() {
	is "$1" "$("$R" -Z zone -- "$1" | cut -f 2,6- | tr "$tab" '|')" "$2"
}

looks plain.test 'found|relative to the root'
looks example 'found|apex'
looks key.example \
    'found|v=DKIM1; p=AAAA|second (record) ; no comment|bare;word'
looks KEY.eXample \
    'found|v=DKIM1; p=AAAA|second (record) ; no comment|bare;word'
looks esc.example 'found|q"uote\092 \000\255A'
looks mixed.example 'found|onetwothree"four; five'
looks class.example 'found|class first'
looks class2.example 'found|class last'
looks hex.example 'found|abc'
looks typed.example 'found|abc'
looks empty.example 'found|'
looks number.example 'found|99999999999'
looks key.sub.example 'found|below the other origin'
looks -odd._domainkey.example 'found|ok'

looks n2.example \
    'found|v=DKIM1; p=AAAA|second (record) ; no comment|bare;word'
looks both.example 'found|class first'
looks c2.example 'found|end'
looks c1.example broken
looks self.example broken
looks l1.example broken
looks two.example broken
looks out.example none

looks q.wild.example 'found|wild'
looks q.r.wild.example 'found|wild'
looks wild.example none
looks taken.wild.example none
looks q.taken.wild.example none
looks q.below.taken.wild.example none
looks q.aliased.example 'found|class first'

looks host.example none
looks ent.example none
looks chaos.example none
looks nothing.example none
looks key.example.test none
looks test none

looks '' broken
looks a..b broken
looks "$(printf 'a%.0s' $(seq 64)).example" broken

is "TTL of a record" "$("$R" -Z zone key.example | cut -f 3)" 300
is "least TTL of a chain" "$("$R" -Z zone both.example | cut -f 3)" 60
is "no TTL where nothing is" "$("$R" -Z zone test | cut -f 3)" 0
is "why: a chain to nothing" "$("$R" -Z zone out.example | cut -f 5)" \
    "CNAME to nothing"
is "many names at once" \
    "$("$R" -r 3 -Z zone key.example test key.example | cut -f 2 | tr '\n' ' ')" \
    "found none found found none found found none found "

# Limits: 16384 octets a record, 64 records a name
{
	printf 'fits TXT ('
	i=0
	while [ $i -lt 64 ]; do
		printf ' "%0255d"\n' 0
		i=$((i + 1))
	done
	printf ' "%064d" )\nbeyond TXT (' 0
	i=0
	while [ $i -lt 64 ]; do
		printf ' "%0255d"\n' 0
		echo "some TXT \"$i\"" >>more
		i=$((i + 1))
	done
	printf ' "%065d" )\n' 0
	cat more
	sed s/some/many/ more
	echo 'many TXT "64"'
} >zone
is "16384 octets" "$("$R" -Z zone fits | cut -f 6 | wc -c)" 16385
is "16385 octets" "$("$R" -Z zone beyond | cut -f 2,5-)" \
    "broken${tab}TXT record is too long"
is "64 records" "$("$R" -Z zone some | tr "$tab" '\n' | wc -l)" 69
is "65 records" "$("$R" -Z zone many | cut -f 2,5-)" \
    "broken${tab}too many records"
printf 'a TXT "no line end"' >zone
looks a 'found|no line end'
: >zone
looks a none
printf 'a 1h30m TXT x\r\nb 2147483647 TXT ( "y"\r\n)\r\n' >zone
looks a 'found|x'
looks b 'found|y'

# G13: what is no master file: 78, with the line and without its text
wrong() { # wrong NAME LINE TEXT
	printf "$3" >bad
	refuses "$1" 78 "^resolver: bad: line $2: [^\"]*\$" "$R" -Z bad a
	unlike "$1: says nothing of it" "$(cat err)" 'SECRET|passwd'
}
wrong '$INCLUDE' 3 'a TXT x\n\n$INCLUDE /etc/passwd\n'
wrong '$GENERATE' 1 '$GENERATE 1-3 SECRET$ TXT "x"\n'
wrong '$GENERATE that could be a name' 1 '$GENERATE 1 TXT SECRET\n'
wrong 'directive nobody knows' 1 '$SECRET\n'
wrong '$TTL without value' 1 '$TTL\n'
wrong '$TTL out of range' 1 '$TTL 99999999999\n'
wrong '$TTL that is none' 1 '$TTL SECRET\n'
wrong '$ORIGIN that is none' 2 '\n$ORIGIN SECRET..b\n'
wrong '$ORIGIN and more' 1 '$ORIGIN a SECRET\n'
wrong 'TTL 2^31' 1 'SECRET 2147483648 TXT x\n'
wrong 'TTL 2^32 behind the class' 1 'SECRET IN 4294967296 TXT x\n'
wrong 'TTL that overflows' 1 'SECRET 99999999999999999999999 TXT x\n'
wrong 'string of 256' 2 "\\na TXT \"SECRET$(printf '%0250d' 0)\"\\n"
wrong 'string without end' 2 '\na TXT "SECRET\nb TXT "d"\n'
wrong 'string without end at the end' 1 'a TXT "SECRET'
wrong 'quote within a word' 1 'a TXT SECRET"x"\n'
wrong 'quoted name' 2 '\n"SECRET" TXT "x"\n'
wrong 'quoted name of another' 1 'a CNAME "SECRET"\n'
wrong 'quoted origin' 1 '$ORIGIN "SECRET"\n'
wrong 'octet 256' 1 'a TXT "SECRET\\256"\n'
wrong 'octet of two digits' 1 'a TXT "SECRET\\25"\n'
wrong 'nothing behind a backslash in quotes' 2 '\na TXT "SECRET\\'
wrong 'string behind octets in hexadecimal' 1 'a TXT \\# 1 00 "SECRET"\n'
wrong 'parenthesis without end' 3 'a TXT ( "SECRET"\nb TXT "d"\n'
wrong 'parenthesis not begun' 1 'a TXT "SECRET" )\n'
wrong 'nothing behind a backslash' 1 'a TXT SECRET\\'
wrong 'NUL in a name' 1 'SECRET\000b TXT "abc"\n'
wrong 'NUL in a string' 2 'a TXT x\na TXT "SECRET\000"\n'
wrong 'no data' 1 'SECRET TXT\n'
wrong 'name alone' 1 'SECRET\n'
wrong 'type nobody knows' 1 'a SECRET x\n'
wrong 'label of 64' 1 "$(printf '%064d' 0) TXT x\\n"
wrong 'name of 256' 1 "$(printf 'abcdefg.%.0s' $(seq 32)) TXT x\\n"
wrong 'name beyond with its origin' 2 \
    "\$ORIGIN $(printf 'abcdefg.%.0s' $(seq 31))\\nabcdefg.abc TXT x\\n"
wrong 'data of another length than said' 1 'a TXT \\# 4 05616263\n'
wrong 'text behind the data' 1 'a CNAME b SECRET\n'
printf '(%.0s' $(seq 10000) >bad
refuses "nothing but parentheses" 78 'line 1' "$R" -Z bad a
refuses "a binary" 78 'line [0-9]+: NUL octet$' "$R" -Z /bin/ls a

# What cannot be read: 66, without waiting
refuses "missing file" 66 '^resolver: missing: ' "$R" -Z missing a
refuses "directory" 66 'not a regular file' "$R" -Z . a
refuses "device" 66 'not a regular file' "$R" -Z /dev/zero a
mkfifo fifo
refuses "FIFO" 66 'not a regular file' timeout 5 "$R" -Z fifo a
dd if=/dev/zero of=huge bs=1 count=1 seek=1073741823 2>/dev/null
refuses "a gigabyte" 78 'longer than 67108864 octets' "$R" -Z huge a

done_testing
