#!/bin/sh
# test: peer	asks opendkim itself
# The same tables give the same signatures as with OpenDKIM.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
command -v opendkim >/dev/null 2>&1 || PATH=$PATH:/usr/sbin
command -v opendkim >/dev/null 2>&1 || skip_all "no opendkim here"

for k in one two three a.example.com; do
	dkim-keygen -a rsa -b 1024 -d example.com -s s -o $k.pem >/dev/null
done
{
	for k in one two three; do
		echo "$k example.com:$k:$T/$k.pem # comment"
	done
	echo "same %:same:$T/%.pem"
	echo "inline example.com:inline:$(grep -v -e --- one.pem | tr -d '\n')"
	echo "sub a.example.com:sub:$T/one.pem"
} >kt
chmod 600 kt

names() { # d=, s= and i= of the field on standard input, in one line
	tr -d '\r\n\t ' | grep -oE ';(d|s|i)=[^;]*' | tr -d '\n'
}
theirs() { # theirs TABLE MULTIPLE
	cat >conf <<-END
		KeyTable file:$T/kt
		SigningTable $1
		MultipleSignatures $2
		Mode s
		RequireSafeKeys no
		Syslog no
		InternalHosts 0.0.0.0/0
		DomainKeysCompat no
	END
	opendkim -x conf -vv -t msg 2>/dev/null | names
}
ours() { # ours TABLE [OPTION]
	dkim-sign --header-only --key-table kt --signing-table "$@" <msg 2>/dev/null |
	    names
}
same() { # same NAME ROW...
	name=$1
	shift
	printf '%s\n' "$@" >st
	is "plain: $name" "$(ours "file:$T/st")" "$(theirs "file:$T/st" no)"
}
same_re() {
	name=$1
	shift
	printf '%s\n' "$@" >st
	is "refile: $name" "$(ours "refile:$T/st")" "$(theirs "refile:$T/st" no)"
}
printf 'From: Joe <joe@a.example.com>\nTo: b@example.net\n\nx\n' >msg
printf '* one\n' >st
like "both sign at all" "$(theirs "file:$T/st" no) $(ours "file:$T/st")" \
    '^;d=example.com;s=one ;d=example.com;s=one$'

set -- joe@a.example.com a.example.com joe@.example.com joe@.com .example.com \
    .com 'joe@*' '*'
while [ $# -gt 0 ]; do
	first=$1
	shift
	same "$first" "$first one"
	for second; do
		same "$first, then $second" "$first one" "$second two"
		same "$second, then $first" "$second two" "$first one"
	done
done
for who in b.example.com example.com .a.example.com ann@a.example.com \
    JOE@A.example.com '@a.example.com' '*@a.example.com'; do
	same "$who" "$who one"
	same_re "$who" "$who one"
done
same "% in the key table" '* same'
same "an inline key" '* inline'
same "a signer" 'a.example.com sub:joe@%'
same "a signer that is another's" 'a.example.com sub:joe@example.net'
same "a signer above d=" 'a.example.com sub:joe@example.com'
same "a signer below d=" 'a.example.com one:joe@a.example.com'
same "comments and empty lines" '# all' '' '   ' '* one # the rest'
for p in '*' '*@*' '*@a.example.com' '*@*.example.com' '*example.com' \
    'joe@*' 'j*@a*m' '*@A.EXAMPLE.com' '*@a?example.com' '*@a.example.co' \
    'oe@a.example.com' '*.com'; do
	same_re "$p" "$p one" '* two'
done
same_re "the first of several" '*@b.example.com one' '*@a.example.com two' \
    '*@*.example.com three'
printf '*@a.example.com one\n*@*.example.com three\n*@b.* two\n' >st
is "refile: MultipleSignatures" \
    "$(ours "refile:$T/st" --all-matches | tr ';' '\n' | sort)" \
    "$(theirs "refile:$T/st" yes | tr ';' '\n' | sort)"
# It leaves out parents then, though its manual says otherwise.
printf 'a.example.com one\njoe@* two\n' >st
is "plain: MultipleSignatures" \
    "$(ours "file:$T/st" --all-matches | tr ';' '\n' | sort)" \
    "$(theirs "file:$T/st" yes | tr ';' '\n' | sort)"
done_testing
