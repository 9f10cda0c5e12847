#!/bin/sh
# Attacks H1 to H6: nothing from a message reaches a path, a command line or a
# query unchecked.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

mkdir -p keys/attack.com root/etc
dkim-keygen -a ed25519 -d attack.com -s s1 -o keys/attack.com/s1.pem >/dev/null
# What an attacker wants to be found: a key outside the folder of the template.
cp keys/attack.com/s1.pem etc.pem
cp keys/attack.com/s1.pem root/etc/s1.pem
ln -s s1.pem keys/attack.com/current.ed25519
cat >prog <<'END'
#!/bin/sh
printf '<%s>\n' "$@" >>args
echo s1
cat "$T/keys/attack.com/s1.pem"
END
chmod +x prog
export T
printf '* all\n' >st
printf '*@* all\n' >rest
printf 'all %%:s1:%s/keys/%%/s1.pem\n' "$T" >kt
trace=
! command -v strace >/dev/null 2>&1 || [ "${DKIM_SANITIZED:-}" ] ||
    ! strace -o /dev/null true 2>/dev/null || trace=yes

# hostile NAME FROM: through every source; none may open, run or sign
hostile() {
	h_name=$1
	printf 'From: %b\nTo: b@example.net\n\nbody\n' "$2" >msg
	h_why=
	for source in "-s s1 -k $T/keys/%d/%s.pem" "-k $T/keys/%/s1.pem" \
	    "-D $T/keys" "--key-command ./prog" \
	    "--signing-table st --key-table kt" \
	    "--signing-table refile:rest --key-table kt" \
	    "--signing-table sorted:st --key-table sorted:kt"; do
		rm -f args opened
		if [ "$trace" ]; then
			# shellcheck disable=SC2086 # a list of words
			run strace -f -qq -o opened -e trace=openat,open,execve,readlinkat \
			    dkim-sign $source <msg
		else
			# shellcheck disable=SC2086
			run dkim-sign $source <msg
		fi
		case $status in
		0) cmp -s out msg || h_why="$h_why signed by $source;" ;;
		64 | 65 | 75) [ ! -s out ] || h_why="$h_why output by $source;" ;;
		*) h_why="$h_why exit $status by $source;" ;;
		esac
		[ ! -e args ] || h_why="$h_why ran: $(cat args);"
		# The sandbox names the folder itself, and that before the message.
		[ ! -e opened ] || ! grep -v "\"$T/keys/\", [A-Z_|]*O_PATH" opened |
			grep -E "(open|openat|readlinkat)\(.*\"$T/keys/|execve\(\"\./prog" \
			>found ||
		    h_why="$h_why opened $(head -1 found);"
	done
	result "$([ -z "$h_why" ]; echo $?)" "$h_name"
	[ -z "$h_why" ] || note "$h_why"
}
# sound FROM: the same is really found where the name is sound
printf 'From: a@attack.com\n\nx\n' >msg
for source in "-s s1 -k $T/keys/%d/%s.pem" "-k $T/keys/%/s1.pem" "-D $T/keys" \
    "--key-command ./prog" "--signing-table st --key-table kt" \
    "--signing-table refile:rest --key-table kt"; do
	# shellcheck disable=SC2086
	is "a sound domain signs: ${source%% *}" \
	    "$(dkim-sign $source <msg | grep -c 'd=attack.com; s=s1')" 1
done

for d in '../../etc' 'a/b' '..' '.' 'attack.com/../attack.com' '/etc' '%d' '%s' \
    '%%' '$(id)' '`id`' ';rm' "attack.com'" '"attack.com"' '-f' '--help' \
    'attack.com\0000' 'attack.com\0011x' '*' '.attack.com' 'attack.com.' \
    'attack..com' '@attack.com' '[127.0.0.1]' '\0303\0251\0377.com' '' 'com' \
    "$(printf '%0300d' 0).com"; do
	hostile "H1: the domain '$(printf %.40s "$d" | tr -c '[:print:]' '?')'" "a@$d"
done
hostile "H1: two authors" 'a@attack.com, b@other.com'
hostile "H1: no author" ''
hostile "H1: an encoded word is no address" '=?utf-8?q?a=40attack=2Ecom?='
hostile "H1: a display name is no address" '"a@attack.com" <b@..>'
hostile "H1: a comment is no address" '(a@attack.com) b@..'

for s in ../x a/../../b %d -f '' 'a b' 'a;b' '$(id)' . .. a.. "$(printf '%064d' 0)"; do
	refuses "H2: -s '$(printf %.20s "$s")'" 64 . dkim-sign \
	    -k "$T/keys/%d/%s.pem" -s "$s" <msg
done
printf 'From: a@attack.com\n\nx\n' >msg
for s in ../x a/b '%d' '-f' 'a b'; do
	[ "$s" != -f ] || continue
	printf 'attack.com one\n' >st1
	printf 'one attack.com:%s:%s\n' "$s" "$T/etc.pem" >kt1
	refuses "H2: selector '$s' in a key table" 75 'kt1:1: ' dkim-sign \
	    --signing-table st1 --key-table kt1 <msg
done

# H3: one pass; what was put in is not looked at again.
mkdir -p 'keys/%d'
cp etc.pem 'keys/%d/s1.pem'
for t in "$T/keys/%x/s1.pem" "$T/keys/%D/s1.pem" "$T/%1" "$T/%domain.pem" \
    "$T/keys/%selector/s1.pem"; do
	refuses "H3: unknown escape in ${t#"$T"/}" 78 'stands for nothing' \
	    dkim-sign --exit-style sysexits -k "$t" -s s1 <msg
done
refuses "H3: %s without -s" 64 'needs -s' dkim-sign -k "$T/keys/%d/%s.pem" <msg
is "H3: %%d is a percent sign and a d" "$(dkim-sign -s s1 -k "$T/keys/%%d/s1.pem" \
    <msg | grep -c 's=s1')" 1
cp etc.pem keys/attack.com%
is "H3: a lone % at the end is the domain" "$(ln -s attack.com/s1.pem keys/x.attack.com
    printf 'From: a@x.attack.com\n\nx\n' | dkim-sign -s s1 -k "$T/keys/%" |
    grep -c 'd=x.attack.com;')" 1
is "H3: %d%% is the domain and a percent sign" "$(dkim-sign -s s1 \
    -k "$T/keys/%d%%" <msg | grep -c 'd=attack.com; s=s1')" 1

# H4: what is wrong in a table is told with its line, and nothing is signed.
printf 'From: joe@attack.com\n\nx\n' >joe
printf 'all attack.com:s1:%s/etc.pem\n' "$T" >kt4
table() { # table NAME ERE: of what st4 is
	for how in st4 refile:st4; do
		for style in mta:75 sysexits:78; do
			refuses "H4: $1, $how: ${style#*:} with its line" "${style#*:}" "$2" \
			    dkim-sign --exit-style "${style%:*}" --signing-table "$how" \
			    --key-table kt4 <joe
		done
	done
}
printf 'joe@attack.com\n' >st4
table "a row without the name of a key" 'st4:1: '
printf '# one\n*@attack.com nobody\njoe@attack.com nobody\n' >st4
table "a key that is not in the key table" '(st4:[23]|kt4): '
printf 'joe@attack.com a\rll\n' >st4
table "a CR in a row" '(st4:1|kt4): '
printf 'joe@attack.com all\r\n' >st4
is "H4: a CR at the end of a row belongs to the line end" \
    "$(dkim-sign --signing-table st4 --key-table kt4 <joe | grep -c 'd=attack.com')" 1
{ printf 'joe@attack.com '; head -c 1048576 /dev/zero | tr '\0' 'a'; echo; } >st4
table "a row of 1 MiB" 'st4:1: '
{ i=0; while [ $i -lt 200 ]; do printf '*a'; i=$((i + 1)); done; echo '@attack.com all'; } >st4
{ printf 'From: '; head -c 250 /dev/zero | tr '\0' 'a'; printf 'b@attack.com\n\nx\n'; } >long
before=$(date +%s)
run dkim-sign --signing-table refile:st4 --key-table kt4 <long
is "H4: 200 asterisks in a row: no match, the message passes, at once" \
    "$status$(cmp long out)$([ $(($(date +%s) - before)) -lt 10 ] || echo slow)" 0

# H5: a path of the table is the administrator's.
mkdir -p sub
(cd sub && printf 'one attack.com:s1:../etc.pem\n' >kt1 &&
    printf '* one\n' >st1 && dkim-sign --signing-table st1 --key-table kt1 <../msg) \
    >out 2>err
is "H5: a relative path with .. is as the administrator wrote it" \
    "$(grep -c 's=s1' out)$(cat err)" 1
printf 'one attack.com:s1:%%/etc/passwd\n' >kt1
chmod 600 kt1
refuses "H5: what does not begin like a path is a key" 75 'kt1:1: ' dkim-sign \
    --signing-table sub/st1 --key-table kt1 <msg
printf 'one attack.com:s1:MC4C\000AQAw\n' >kt1
refuses "H5: a key with a NUL" 75 'kt1:1: .*control' dkim-sign \
    --signing-table sub/st1 --key-table kt1 <msg

# H6: what the key command is told.
told() { # told NAME LOCAL-PART WANT
	rm -f args
	printf 'From: %b@attack.com\n\nx\n' "$2" >msg
	run dkim-sign --key-command ./prog <msg
	is "H6: $1" "$(cat args)" "<attack.com>
<$3>"
}
told "a plain address" 'joe.x+y' 'joe.x+y@attack.com'
told "a shell's characters" '$id' '"$id"@attack.com'
told "blanks and quotes" '"a \\"b; rm *"' '"a \"b; rm *"@attack.com'
told "a hyphen in front" '-rf' '"-rf"@attack.com'
told "a slash" '"../../x"' '"../../x"@attack.com'
told "a control character" '"a\0033b"' ''
told "a local-part beyond all measure" "$(printf '%0300d' 0)" ''
done_testing
