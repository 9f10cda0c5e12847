#!/bin/sh
# test: once
# scripts/opendkim-import: from opendkim.conf to a command that signs the same.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

mkdir keys
for k in one two; do
	dkim-keygen -a rsa -b 1024 -d example.com -s s -o keys/$k.private >/dev/null
done
dkim-keygen -a ed25519 -d example.com -s s -o keys/ed.private >/dev/null
import() {
	run "$TOP/scripts/opendkim-import" "$@"
	command=$(tail -n 1 out)
}
# signed FROM: the imported command's "d/s" on a message
signed() {
	printf 'From: %s\nTo: b@example.net\nSubject: x\n\nbody\n' "$1" >msg
	eval "$command --header-only" <msg 2>&1 | signers
}

cat >conf <<END
# A Debian-like configuration
Syslog			yes
CaptureUnknownErrors	yes
UMask			007
Mode			sv
Domain			Example.com	# a comment
Selector		one
KeyFile			$T/keys/one.private
OversignHeaders		From
Socket			local:/run/opendkim/opendkim.sock
InternalHosts		192.168.0.0/16
END
import conf
is "a single key" "$status$(cat err)" 0
is "... is one command" "$command" \
    "dkim-sign --signing-table refile:/etc/dkim/signing-table --key-table \
/etc/dkim/key-table -c simple/simple -O From"
is "... with two tables, which are shown" "$(grep '^# /etc/' out)" \
    "# /etc/dkim/signing-table: *@example.com example.com
# /etc/dkim/key-table: example.com example.com:one:$T/keys/one.private"
import --table-dir tables conf
is "... or written" "$status$(cat err) $command" "0 dkim-sign --signing-table \
refile:tables/signing-table --key-table tables/key-table -c simple/simple -O From"
is "... which signs" "$(signed joe@example.com)" "example.com/one "
is "... for that domain alone" "$(signed joe@example.net; signed joe@a.example.com)" ""
is "... and nothing half" "$(find tables -name '.*' -type f)" ""
cksum tables/* >before
import --table-dir tables conf
is "... nor anything that was there" "$status $(cksum tables/*)" "73 $(cat before)"
like "... which it says" "$(cat err)" 'signing-table: cannot create it'
import --table-dir x --key-dir y conf
is "a key directory or tables: 64" "$status" 64
import conf
like "... and what it leaves out is said" "$(cat out)" \
    '^# not carried over: internalhosts 192'
unlike "... but not how a milter runs" "$(cat out)" 'umask|socket|syslog|capture'
like "... and what is signed that was not" "$(cat out)" \
    '^# signs more: all mail it is given'
echo 'SubDomains yes' >>conf
import --table-dir subtables conf
is "with SubDomains" \
    "$(signed joe@example.com; signed joe@a.b.example.com; signed joe@example.net)" \
    "example.com/one example.com/one "
import --key-dir subkeys conf
is "... in a key directory" "$status $(grep -c 'signs more: mail' out) \
$(signed joe@a.b.example.com; signed joe@example.net)" "0 0 example.com/one "
sed -i '/SubDomains/d' conf
import --key-dir subkeys2 conf
is "without, a key directory signs more, which is said" \
    "$status $(grep 'signs more: mail' out)" \
    "0 # signs more: mail from below example.com"
printf 'Domain example.com\nSelector s\nKeyFile %s/a%%b.pem\n' "$T" >conf
import conf
is "a path that no table can name: 78" "$status" 78

cat >conf <<END
KeyTable		refile:$T/kt
SigningTable		refile:$T/st
MultipleSignatures	yes
Canonicalization	relaxed
SignatureTTL		86400
Diagnostics		yes
SignHeaders		*,+X-Mine
OmitHeaders		Reply-To
SenderHeaders		Sender,From
RequireSafeKeys		no
BodyLengthDB		csl:all
END
cat >kt <<END
one._domainkey.example.com	example.com:one:$T/keys/one.private
ed._domainkey.example.com	example.com:ed:$T/keys/ed.private # the new one
two._domainkey.example.net	example.net:two:$(
	grep -v -e --- keys/two.private | tr -d '\n')
gone	example.org:gone:$T/keys/gone.private
any	%:any:$T/keys/%.private
END
cat >st <<END
*@example.com	one._domainkey.example.com
*@example.com	ed._domainkey.example.com
*@example.net	two._domainkey.example.net
joe@example.org	one._domainkey.example.com
*@other.example	one._domainkey.example.com
*@example.org	gone
*		any
END
import conf
is "tables" "$status$(cat err)" 0
is "... are one command" "$command" "dkim-sign --signing-table refile:$T/st \
--key-table refile:$T/kt --all-matches -c relaxed/simple \
-H +X-Mine:-Reply-To -x 86400 --copy-headers --insecure-key --from-header Sender"
like "... and what it leaves out is said" "$(cat out)" \
    '^# not carried over: bodylengthdb csl:all'
{
	cat conf
	echo RemoveOldSignatures yes
} >conf.old
import conf.old
like "the old signatures: those of our domain" "$command" ' --if-signed replace( |$)'
like "... and those of others stay" "$(cat out)" \
    '^# not carried over: RemoveOldSignatures: .* other domains'
import conf
sed -i '/^\*	/d' st
is "... and signs" "$(signed joe@example.com)" "example.com/one example.com/ed "
is "... for others, too" "$(signed joe@other.example)" "example.com/one "
import --key-dir keydir conf
is "tables for a key directory, but not all" "$status$(cat err)" 1
like "... are one command" "$command" "^dkim-sign -D keydir -c relaxed/simple "
is "... which signs with both keys" "$(signed joe@example.com | tr ' ' '\n' |
    grep . | sort | tr '\n' ' ')" "example.com/ed example.com/one "
is "... with a key that stood in the table" "$(signed joe@sub.example.net)" \
    "example.net/two "
for ere in 'signing for joe@example.org: ' 'signing for \*@other.example as' \
    'key .*keys/gone.private: cannot read'; do
	like "... and says what it could not: $ere" "$(cat out)" \
	    "^# not carried over: $ere"
done
is "... its keys are for nobody else" \
    "$(find keydir -type f ! -perm 600)" ""
is "... a domain whose key cannot be read has a link to nowhere" \
    "$(readlink keydir/example.org/current.rsa; ls -A keydir/example.org)" \
    "gone.pem
current.rsa"
is "... so that its mail waits" \
    "$(printf 'From: a@example.org\n\nx\n' | eval "$command" 2>/dev/null; echo $?)" 75
is "... and nothing half is left" "$(find keydir -name '.*')" ""
like "... and says what is signed that was not" "$(cat out)" \
    '^# signs more: mail from below example.com, below example.net, below example.org'
cat >kt <<END
one	Example.com:One:$T/keys/one.private
two	example.com:two:$T/keys/two.private
broken	example.net:broken:$T/kt
subs	example.edu:subs:$T/keys/one.private
END
cat >st <<END
*@example.com	one
*@example.com	two
*@example.net	broken
*@example.biz	none
*@*.example.edu	subs
END
sed -i '/Multiple/d' conf
import --key-dir keydir2 conf
is "without MultipleSignatures the first row counts" \
    "$(signed joe@example.com; ls keydir2/example.com)" "example.com/one current.rsa
one.pem"
is "a file that is no key: mail waits" "$(cd keydir2 && ls -A example.net;
    readlink example.net/current.rsa; grep -c broken ../out)" "current.rsa
broken.pem
1"
is "a key that the table does not have: mail waits" \
    "$(readlink keydir2/example.biz/current.rsa)" none.pem
is "a row for what lies below is carried over" \
    "$(signed joe@a.example.edu) $(grep -o 'example.edu itself' out)" \
    "example.edu/subs  example.edu itself"
mkdir keydir3
: >keydir3/example.com
import --key-dir keydir3 conf
is "a folder that cannot be made is no success" "$((status != 0))" 1
find keydir -type f -exec cksum {} + | sort >before
echo "new" >keydir/example.com/one.pem
import --key-dir keydir conf
is "a second time nothing is overwritten" "$(cat keydir/example.com/one.pem)" new


# One key for many rows, a relative folder, and a BaseDirectory elsewhere.
echo "one example.com:one:./keys/one.private" >kt
printf '*@example.com one\n*@*.example.com one\n*@*.b.example.com one\n' >st
printf 'BaseDirectory %s\nKeyTable kt\nSigningTable st\n' "$T" |
    sed 's/Table /Table refile:/' >conf
import --key-dir rows conf
is "rows that share a key" "$status$(cat err)$(grep 'not carried' out)" 0
is "... which signs" "$(signed joe@a.b.example.com)" "example.com/one "
echo garbage >rows/example.com/one.pem
import --key-dir rows conf
is "a key in the folder that is none: 1" "$status $(grep -c 'not carried' out)" "1 3"

cat >evil.kt <<'END'
evil	../../etc:x:/etc/passwd
evil2	example.com:../../x:/etc/passwd
END
printf '*@example.com evil\n*@example.net evil2\n' >evil.st
printf 'KeyTable file:%s/evil.kt\nSigningTable refile:%s/evil.st\n' "$T" "$T" >conf
import --key-dir "$T/d/keydir" conf
is "names that lead out of the directory are not taken" \
    "$(find "$T/d" -type f 2>/dev/null; grep -c 'no such key' out)" 2
printf 'KeyTable dsn:mysql://x\nSigningTable dsn:mysql://y\n' >conf
import conf
is "tables that are no files: 1" "$status" 1
like "... and the way out is named" "$(cat out)" 'key-command'
: >conf
import conf
is "an empty configuration: 1" "$status" 1
import nowhere
is "no configuration: 66" "$status" 66
like "... says so" "$(cat err)" 'nowhere: cannot read'
import --frobnicate
is "unknown option: 64" "$status" 64
echo "Include $T/other" >conf
echo "Domain example.com
Selector two
KeyFile $T/keys/two.private" >other
import --table-dir included conf
is "Include" "$(signed joe@example.com)" "example.com/two "
echo "Include $T/conf" >conf
import conf
is "Include of itself ends: 78" "$status" 78
done_testing
