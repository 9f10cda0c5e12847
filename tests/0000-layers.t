#!/bin/sh
# test: once
# The house rules (README.md, "How the source is laid out"): no include from a
# floor above, one file for each library, nobody but mem and cli ends the
# process, nothing below tool/ prints, nothing grows too long.
. "${0%/*}/lib.sh"
cd "$TOP" || exit 1

# none NAME LINES: the list of offenders is empty
none() {
	if [ -z "$2" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		note "$2"
	fi
}

floors='base ext crypto dns mail dkim why tool keys|report|check'

rank() { # rank FOLDER: the number of its floor, 99 where it is none
	n=0
	for floor in $floors; do
		n=$((n + 1))
		case "|$floor|" in *"|$1|"*) echo $n && return ;; esac
	done
	echo 99
}

# allowed FROM TO: FROM may include what lies in TO
allowed() {
	[ "$1" = "$2" ] || [ "$(rank "$2")" -lt "$(rank "$1")" ]
}

# code FILE...: what the compiler sees, as FILE:LINE: with comments and the
# contents of strings blanked, so that words in them do no harm.
code() {
	for f; do
		awk -v file="$f" '{
			line = $0
			out = ""
			while (line != "") {
				if (inside) {
					i = index(line, "*/")
					if (!i) { line = ""; break }
					line = substr(line, i + 2)
					inside = 0
				} else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"/)) {
					out = out substr(line, 1, RSTART - 1)
					found = substr(line, RSTART, 2)
					line = substr(line, RSTART + (found == "/*" ? 2 : RLENGTH))
					if (found == "/*") inside = 1
					else if (found == "//") line = ""
					else out = out "\"\""
				} else {
					out = out line
					line = ""
				}
			}
			print file ":" NR ": " out
		}' "$f"
	done
}

set -- libshared/*/*.[ch]
[ -e "$1" ] || skip_all "no sources in $TOP"

none "no folder but the floors" "$(
	ls libshared | grep -Evx "$(echo "$floors" | tr ' ' '|')|libshared\.a")"

none "no include from a floor above" "$(for f; do
	own=${f#libshared/}
	own=${own%%/*}
	sed -n 's,^[ 	]*#[ 	]*include "\([^/"]*\)/.*,\1,p' "$f" | sort -u |
	    while read -r inc; do
		allowed "$own" "$inc" || echo "$f includes $inc/"
	done
done)"
none "the floor stands in every include of ours" "$(
	grep -nE '^[ 	]*#[ 	]*include "[^/"]*"' "$@")"

# only_in_one NAME HEADERS: a library is named in one file, and that is in ext/
only_in_one() {
	got=$(grep -lE "^[ 	]*#[ 	]*include <($2)" libshared/*/*.[ch] cmd/*.[ch] \
	    2>/dev/null)
	case $(echo "$got" | wc -l),$got in
	1,libshared/ext/*.c | 1,libshared/dns/*.c | 1,libshared/crypto/*.c) result 0 "$1 in $got alone" ;;
	*)
		result 1 "$1 in one file of ext, dns or crypto alone"
		note "${got:-nowhere}"
		;;
	esac
}
only_in_one OpenSSL openssl/
only_in_one ldns ldns/
only_in_one libidn2 idn2

code libshared/*/*.[ch] >"$T/code"
none "nobody but mem and cli ends the process" "$(
	grep -E '[^A-Za-z0-9_.>](exit|_exit|_Exit|quick_exit|abort|errx?|verrx?)[ ]*\(' \
	    "$T/code" | grep -vE '^libshared/(base/mem|tool/cli)\.c:')"
none "nothing below tool/ prints" "$(
	grep -E '[^A-Za-z0-9_](printf|puts|putchar|vprintf|perror|warnx?|vwarnx?|psignal|stdout|stderr|STDERR_FILENO)[^A-Za-z0-9_]' \
	    "$T/code" | grep -vE '^libshared/(base/mem|(tool|report|keys|check)/[a-z]*)\.c:')"
none "above it, cli alone writes to standard error" "$(
	grep -E '[^A-Za-z0-9_](perror|warnx?|vwarnx?|stderr|STDERR_FILENO)[^A-Za-z0-9_]' \
	    "$T/code" | grep -E '^libshared/(tool|report|keys|check)/' |
	    grep -v '^libshared/tool/cli\.c:')"
none "no function that overflows or depends on the locale" "$(
	code libshared/*/*.[ch] cmd/*.c |
	    grep -E '[^A-Za-z0-9_.>](gets|strcpy|strcat|sprintf|vsprintf|strtok|alloca|isalpha|isdigit|isspace|isalnum|isupper|islower|isprint|tolower|toupper|strcasecmp|strncasecmp|setlocale|atoi|atol|tmpnam|mktemp|system|popen)[ ]*\(')"
none "#if only in ext/ and crypto/ and as include guard" "$(
	grep -nE '^[ 	]*#[ 	]*(if|ifdef|elif)([^n]|$)' libshared/*/*.[ch] cmd/*.c |
	    grep -vE '^libshared/(ext|crypto)/')"
# crypto.c has every hash and RSA function twice, for OpenSSL stays in one file.
none "no file of 430 lines or more, crypto.c of 700" "$(
	wc -l libshared/*/*.[ch] cmd/*.c | awk '$2 != "total" &&
	    $1 >= ($2 == "libshared/crypto/crypto.c" ? 700 : 430)')"
if nm "$TOP/libshared/libshared.a" >/dev/null 2>&1; then
	lib=$TOP/libshared/libshared.a
else
	lib=$BIN/../libshared/libshared.a
fi
if nm "$lib" >/dev/null 2>&1; then
	none "and the objects agree: mem and cli alone end the process" "$(
		nm -A "$lib" 2>/dev/null |
		    grep -E ' U (exit|_exit|abort|errx?|verrx?)$' |
		    grep -vE ':(mem|cli)\.o:')"
	none "no variable that changes" "$(
		nm -A -f sysv "$lib" 2>/dev/null |
		    grep -E '[|](\.data|\.bss|\.tdata|\.tbss|\.data\.rel(\.local)?|\*COM\*)[. ]*$' |
		    grep -E '[|] *OBJECT[|]')"
else
	skip "and the objects agree" "no libshared.a"
	skip "no variable that changes" "no libshared.a"
fi

for p in dkim-sign dkim-keygen dkim-dnsrec; do
	if [ -x "$BIN/$p" ] && command -v ldd >/dev/null 2>&1; then
		none "$p cannot reach the network: it is not linked with ldns" \
		    "$(ldd "$BIN/$p" | grep ldns)"
	else
		skip "$p is not linked with ldns" "no $p, or no ldd"
	fi
done

# Another version has other opinions.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
	none "clang-format changes nothing" "$(
		for f in libshared/*/*.[ch] cmd/*.[ch] tests/unit/*.[ch] \
		    tests/fuzz/*.[ch]; do
			[ ! -e "$f" ] || clang-format "$f" | cmp -s - "$f" || echo "$f"
		done)"
else
	skip "clang-format changes nothing" "no clang-format 14 here"
fi
none "no comment in a script is wider than 80 columns" "$(
	expand scripts/* | grep '^ *#' | grep -E '.{81}')"
if command -v shellcheck >/dev/null 2>&1; then
	none "shellcheck finds nothing in the scripts" "$(
		shellcheck -S warning scripts/* .ci/run 2>&1)"
else
	skip "shellcheck finds nothing in the scripts" "no shellcheck here"
fi
done_testing
