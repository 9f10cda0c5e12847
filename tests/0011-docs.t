#!/bin/sh
# test: once
# Help, version and manual pages agree with each other and with the programs.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

# options FILE: the long options in it, one a line
options() {
	tr -c 'a-zA-Z0-9-' '\n' <"$1" | grep -E '^--[a-z][a-z0-9-]*[a-z0-9]$' | sort -u
}

pages=$(ls "$TOP"/man/*.[1578] 2>/dev/null)
if command -v mandoc >/dev/null 2>&1; then
	for page in $pages; do
		is "mandoc finds nothing in ${page#"$TOP"/}" \
		    "$(mandoc -Tlint -W warning "$page" 2>&1)" ""
	done
else
	skip "mandoc finds nothing in the manual pages" "no mandoc here"
fi

for prog in "$BIN"/dkim-*; do
	case $prog in *.[coh]) continue ;; esac
	[ -x "$prog" ] || continue
	p=${prog##*/}
	for h in -h --help; do
		run "$p" $h </dev/null
		is "$p $h: exit status" "$status" 0
		is "$p $h: nothing on stderr" "$(cat err)" ""
		like "$p $h: a synopsis" "$(cat out)" "$p "
	done
	options out >help
	is "$p -h: no line over 80 columns" "$(awk 'length > 80' out)" ""
	for v in -V --version; do
		run "$p" $v </dev/null
		is "$p $v: exit status and stderr" "$status$(cat err)" 0
		like "$p $v: name and version, one line" \
		    "$(wc -l <out | tr -d ' ') $(cat out)" "^1 .*[0-9]+\.[0-9]"
	done
	[ ! -w /dev/full ] || {
		run sh -c "$p -h >/dev/full"
		unlike "$p -h: a full disk is no success" "$status" '^0$'
	}

	page=$TOP/man/$p.1
	if [ ! -e "$page" ]; then
		result 1 "$p has a manual page"
		continue
	fi
	command -v mandoc >/dev/null 2>&1 || {
		skip "$p: the manual has the options of -h" "no mandoc here"
		continue
	}
	# An option is documented where it is the tag of a list item: there, and
	# nowhere else, a line of the text begins with it.  A long option of another
	# program may be named in running text.
	mandoc -Tutf8 -O width=200 "$page" 2>/dev/null | sed 's/.\x08//g' >page
	grep -E '^ +-' page | options /dev/stdin >manual
	is "$p: every option of -h is in the manual" "$(comm -23 help manual)" ""
	is "$p: every option of the manual is in -h" "$(comm -13 help manual)" ""
	# and the program knows it: what it does not know it calls unknown
	"$p" --no-such-option-ever </dev/null >out 2>err
	like "$p calls an unknown option so" "$(cat err)" \
	    ': --no-such-option-ever: unknown'
	unknown=
	while read -r o; do
		"$p" "$o" --no-such-option-ever </dev/null >out 2>err
		! grep -Eq -e ": $o: unknown" err || unknown="$unknown $o"
	done <manual
	is "$p knows every option of the manual" "$unknown" ""
	unlike "$p: the manual names no section without text" "$(
		awk '/^\.Sh/ { if (prev ~ /^\.Sh/) print prev } { prev = $0 }' "$page")" .
done

# section PAGE NAME: its lines
section() {
	awk -v name="$2" '/^\.Sh/ { inside = $0 == ".Sh " name; next } inside' "$1"
}
for page in $pages; do
	p=${page##*/}
	wanted="NAME|DESCRIPTION|EXAMPLES|SEE ALSO|STANDARDS|CAVEATS"
	case $p in
	*.[18]) wanted="$wanted|SYNOPSIS|ENVIRONMENT|FILES|EXIT STATUS|DIAGNOSTICS" ;;
	*.5) wanted="$wanted|ENVIRONMENT|FILES" ;;
	esac
	missing=$(echo "$wanted" | tr '|' '\n' | while read -r sh; do
		section "$page" "$sh" | grep -q '[A-Za-z]' || echo "$sh"
	done)
	is "$p has all sections, with text" "$missing" ""
done

# What is read from the environment: by the programs, where the name is in the
# binary, and by the scripts that are installed.
# LD_PRELOAD only tells of valgrind; TMPDIR is for those who keep a message.
named=$(grep -ho 'getenv("[A-Z_]*")' "$TOP"/cmd/*.c "$TOP"/libshared/*/*.c |
    cut -d'"' -f2 | sort -u)
like "the names in getenv are found" "$(echo $named)" 'DKIM_KEYDIR .*NO_COLOR'
for prog in dkim-sign dkim-verify dkim-keygen dkim-dnsrec dkim-check; do
	section "$TOP/man/$prog.1" ENVIRONMENT >page
	missing=
	for name in $named; do
		case $name.$prog in
		LD_PRELOAD.* | TMPDIR.dkim-keygen | TMPDIR.dkim-dnsrec | \
		    TMPDIR.dkim-check) continue ;;
		esac
		! tr -c A-Z_ '\n' <"$BIN/$prog" | grep -qx "$name" ||
		    grep -qw "$name" page || missing="$missing $name"
	done
	is "$prog(1) tells what it reads from the environment" "$missing" ""
done
for script in $(sed -n '/^SCRIPT /,/^LIB /p' "$TOP/Makefile" |
    grep -o 'scripts/[a-z0-9-]*'); do
	p=${script##*/}
	page=$(grep -l "^\.Nm $p\( ,\)*\$" "$TOP"/man/*.8)
	is "$p has one manual page" "$(echo "$page" | grep -c .)" 1
	section "$page" ENVIRONMENT >environment
	is "... which tells what it reads from the environment" "$(
		grep -oE '\$\{?[A-Z][A-Z0-9_]+' "$TOP/$script" | tr -d '${' | sort -u |
		    grep -vxE 'NF|PWD|OPTARG' | while read -r name; do
			grep -qw "$name" environment || echo "$name"
		done)" ""
	case $p in qmail-* | postfix-*) continue ;; esac # they have no options
	sh "$TOP/$script" --help | grep -E '^ +-' | options /dev/stdin >help
	grep '^\.It Fl' "$page" | sed 's/Fl -/--/g' | options /dev/stdin >manual
	is "... and its options" "$(comm -3 help manual)" ""
done
# ------------------------------------------------- the findings of dkim-check
cat >findings.py <<'PY'
import re, sys
top = sys.argv[1]
def read(path):
    return open(top + "/" + path, encoding="utf-8").read()
WORDS = {"OK": "ok", "NOTE": "note", "WARNING": "warning", "ERROR": "error",
    "TEMPORARY": "error, status 75"}
STRINGS = r'"((?:[^"\\]|\\.)*)"'
source = re.findall(r"\[(FINDING_\w+)\] = \{ (\w+), " + STRINGS +
    r",((?:\s*" + STRINGS + ")+)", read("libshared/check/meanings.c"))
named = re.findall(r"^\t(FINDING_\w+),?$", read("libshared/check/findings.h"), re.M)
page = read("man/dkim-check.1").split(".Ss Findings")[1].split("\n.Sh ")[0]
listed = re.findall(r"^\.It Li (\S+) Pq (.*)\n((?:[^.].*\n)+)", page, re.M)
if sys.argv[2] == "names":
    for name in set(named) ^ {s[0] for s in source}:
        print(name)
elif sys.argv[2] == "codes":
    for s in source:
        print(s[2])
else:
    ours = [(s[2], WORDS[s[1]], "".join(re.findall(STRINGS, s[3])).replace('\\"', '"'))
        for s in source]
    theirs = [(l[0], l[1], " ".join(l[2].split())) for l in listed]
    for i in range(max(len(ours), len(theirs))):
        o, t = ours[i:i + 1], theirs[i:i + 1]
        # The page may go on where the finding has ended.
        if not o or not t or o[0][:2] != t[0][:2] or not t[0][2].startswith(
                (o[0][2], o[0][2][0].upper() + o[0][2][1:])) or (
                re.match("[a-z]=", o[0][2]) and not t[0][2].startswith(o[0][2])):
            print("source:", *o, "page:", *t)
PY
is "each finding has a meaning" "$(python3 findings.py "$TOP" names)" ""
is "dkim-check(1) lists the findings: code, severity, why" "$(python3 findings.py "$TOP" page)" ""
untested=
for code in $(python3 findings.py "$TOP" codes); do
	grep -qwF -e "$code" "$TOP"/tests/07*.t "$TOP"/tests/08*.t || untested="$untested $code"
done
is "each finding is in a test" "$untested" ""
like "... and there are many" "$(python3 findings.py "$TOP" codes | wc -l)" '^ *[89][0-9]$'
done_testing
