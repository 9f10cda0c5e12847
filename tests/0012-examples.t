#!/bin/sh
# test: once
# What stands under EXAMPLES in the manual pages works when it is typed.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"

# A command is a line of a literal display that begins with "$ ", and the lines
# below it while one ends in a backslash, a bar or "&&"; it comes out on one line.
examples() {
	awk '
	/^\.Sh/ { wanted = $2 == "EXAMPLES" }
	/^\.Bd/ { literal = 1; next }
	/^\.Ed/ { literal = 0; more = 0; next }
	!wanted || !literal { next }
	/^\$ / { sub(/^\$ /, ""); more = 1; command = "" }
	!more { next }
	{
		gsub(/\\e/, "\\"); gsub(/\\\(aq/, "\047"); gsub(/\\-/, "-")
		sub(/^ +/, "")
		more = /(\\|\||&&)$/
		sub(/ *\\$/, "")
		command = command (command == "" ? "" : " ") $0
	}
	!more { print command }' "$1"
}

mkdir bin
printf '#!/bin/sh\ncat >sent\n' >bin/sendmail
chmod +x bin/sendmail
PATH=$T/bin:$PATH

for page in "$TOP"/man/dkim-*.1 "$TOP"/man/dkim-migrate.7; do
	p=${page##*/}
	mkdir "$p" && cd "$p" || exit 1
	cp "$TOP/tests/mail/example.eml" message
	examples "$page" >../commands
	result "$([ -s ../commands ] && echo 0 || echo 1)" "$p has examples"
	while IFS= read -r line; do
		case $line in
		*openssl*) need=openssl ;;
		*jq\ *) need=jq ;;
		*) need=sh ;;
		esac
		case $line in
		*dkim-verify*-Z* | dkim-[!v]*) ;;
		*dkim-verify*)
			skip "$p: $line" "it asks the network"
			continue
			;;
		esac
		command -v "$need" >/dev/null 2>&1 || {
			skip "$p: $line" "no $need here"
			continue
		}
		sh -c "$line" >../out 2>../err </dev/null
		status=$?
		# echo may take a backslash for more than one
		is "$p: $(printf '%s' "$line" | tr -d '\\')" \
		    "$status $(cat ../err)" "0 "
	done <../commands
	cd ..
done
is "what an example sends is signed" \
    "$(grep -c '^DKIM-Signature:' dkim-sign.1/sent)" 1
done_testing
