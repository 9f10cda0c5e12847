#!/bin/sh
# test: peer	asks opendkim itself
# What opendkim-import prints signs the mail that opendkim signs, and no other.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
command -v opendkim >/dev/null 2>&1 || PATH=$PATH:/usr/sbin
command -v opendkim >/dev/null 2>&1 || skip_all "no opendkim here"

for k in one two; do
	dkim-keygen -a rsa -b 1024 -d example.com -s s -o $k.pem >/dev/null
done
names() { # d= and s= of the signatures on standard input
	tr -d '\r\n\t ' | sed 's/DKIM-Signature:/\n;/g' |
	    grep -oE ';(d|s)=[^;]*' | tr -d '\n'
}
printf '%s\n' joe@example.com ann@example.com joe@a.example.com \
    joe@b.a.example.com joe@example.net joe@a.example.net joe@example.org \
    joe@anexample.com JOE@EXAMPLE.COM >authors
theirs() {
	while read -r who; do
		printf 'From: %s\nTo: b@example.net\n\nx\n' "$who" >msg
		echo "$who$(opendkim -x conf -vv -t msg 2>/dev/null | names)"
	done <authors
}
ours() {
	while read -r who; do
		printf 'From: %s\nTo: b@example.net\n\nx\n' "$who" >msg
		echo "$who$(eval "$command --header-only" <msg 2>/dev/null | grep -v ^From | names)"
	done <authors
}
same() { # same NAME OPTION...: with conf
	name=$1
	shift
	rm -rf dir
	run "$TOP/scripts/opendkim-import" "$@" conf
	command=$(tail -n 1 out)
	is "$name" "$(ours)" "$(theirs)"
}
conf() { # conf LINE...
	printf '%s\n' 'Mode s' 'RequireSafeKeys no' 'Syslog no' \
	    'InternalHosts 0.0.0.0/0' "$@" >conf
}
one() { # one LINE...: a configuration with a single key
	conf 'Selector sel' "KeyFile $T/one.pem" "$@"
}
one 'Domain example.com'
same "a domain" --table-dir dir
like "... which is signed for" "$(ours)" '^joe@example.com;d=example.com;s=sel$'
like "... alone" "$(ours)" '^joe@a.example.com$'
one 'Domain Example.COM'
same "in upper case" --table-dir dir
one 'Domain example.com' 'SubDomains yes'
same "with what is below" --table-dir dir
same "... in a key directory" --key-dir dir
one 'Domain example.com, example.net'
same "two domains" --table-dir dir
one 'Domain example.com,a.example.com' 'SubDomains yes'
same "a domain below another" --table-dir dir
same "... in a key directory" --key-dir dir
echo example.org >list
one "Domain $T/list"
same "domains from a file" --table-dir dir

cat >kt <<END
one	example.com:one:$T/one.pem	# comment
two	example.net:two:$T/two.pem
any	%:any:$T/two.pem
END
tables() { # tables KIND ROW...: a configuration with this signing table
	conf "KeyTable file:$T/kt" "SigningTable $1:$T/st"
	shift
	printf '%s\n' "$@" >st
}
tables refile '*@example.com one' '*@example.net two'
same "tables with patterns"
tables refile '*@*.example.com two' 'joe@example.com one' '* any'
same "... in their order"
tables file 'example.com one' 'joe@.net two' 'ann@example.com two'
same "plain tables"
tables file 'example.com one' '.example.com one' 'example.net two' \
    '.example.net two'
same "tables in a key directory" --key-dir dir
tables refile '*@example.com one' '*@*.example.com one' '*@example.net two' \
    '*@*.example.net two' '*@example.com two'
same "patterns in a key directory" --key-dir dir
tables file 'joe@example.com one' 'example.com any' 'ann@example.com two'
echo 'MultipleSignatures yes' >>conf
same "MultipleSignatures"
done_testing
