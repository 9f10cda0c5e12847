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
	eval "$command --header-only" <msg 2>&1 | tr -d '\r\n\t ' |
	    sed 's/DKIM-Signature:/\n/g' | grep . |
	    sed 's,.*;d=\([^;]*\);s=\([^;]*\);.*,\1/\2,' | tr '\n' ' '
}

cat >conf <<END
# A Debian-like configuration
Syslog			yes
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
    "dkim-sign -d Example.com -s one -k $T/keys/one.private -c simple/simple -O From"
is "... which signs" "$(signed joe@example.com)" "example.com/one "
like "... and what it leaves out is said" "$(cat out)" \
    '^# not carried over: internalhosts 192'
unlike "... but not how a milter runs" "$(cat out)" 'umask|socket|syslog'

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
sed -i '/^\*	/d' st
is "... and signs" "$(signed joe@example.com)" "example.com/one example.com/ed "
is "... for others, too" "$(signed joe@other.example)" "example.com/one "
import --key-dir keydir conf
is "tables for a key directory" "$status$(cat err)" 0
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
find keydir -type f -exec cksum {} + | sort >before
echo "new" >keydir/example.com/one.pem
import --key-dir keydir conf
is "a second time nothing is overwritten" "$(cat keydir/example.com/one.pem)" new

cat >evil.kt <<'END'
evil	../../etc:x:/etc/passwd
evil2	example.com:../../x:/etc/passwd
END
printf '*@example.com evil\n*@example.com evil2\n' >evil.st
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
import conf
is "Include" "$(signed joe@example.com)" "example.com/two "
echo "Include $T/conf" >conf
import conf
is "Include of itself ends: 78" "$status" 78
done_testing
