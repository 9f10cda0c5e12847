#!/bin/sh
# test: once
# What stands under EXAMPLES in the manual pages, and everywhere in dkim-tools(7),
# prints what is shown there when it is typed.
. "${0%/*}/lib.sh"
[ -x "$BIN/dkim-sign" ] || skip_all "the programs are not built"
command -v openssl >/dev/null 2>&1 || skip_all "no openssl here"
command -v jq >/dev/null 2>&1 || skip_all "no jq here"

# DNS is what the files called *zone hold, and what was sent by nsupdate; mail is
# sent into the file sent.
mkdir bin
for p in dkim-check dkim-verify; do
	cat >"bin/$p" <<-END
		#!/bin/sh
		case "\$*" in
		*--authoritative*) # its servers are that file, too
			for a; do
				shift
				[ "\$a" = --authoritative ] || set -- "\$@" "\$a"
			done
			;;
		esac
		cat "\$HERE"/*zone >"\$HERE/dns.\$\$"
		exec "$BIN/$p" -Z "\$HERE/dns.\$\$" "\$@"
	END
done
cat >bin/nsupdate <<'END'
#!/bin/sh
while getopts t:k: o; do [ "$o" != k ] || cat "$OPTARG" >/dev/null || exit; done
shift $((OPTIND - 1))
exec 9>>"$HERE/lock"
flock 9
cat "$@" >"$HERE/update"
names=$(sed -n 's/^update delete \([^ ]*\) .*/\1/p' "$HERE/update")
grep -vF "$names" "$HERE/updates.zone" >"$HERE/kept"
sed -n 's/^update add //p' "$HERE/update" >>"$HERE/kept"
mv "$HERE/kept" "$HERE/updates.zone"
END
printf '#!/bin/sh\ncat >"$HERE/sent"\n' >bin/sendmail
chmod +x bin/*
PATH=$T/bin:$PATH:$TOP/scripts

for file in "$TOP"/tests/mta/*; do
	sed -n '/^# recipe /,/^# end$/{/^# recipe /d;/^# end$/d;p}' "$file"
done | sed 's,@T@,$HOME,g' >recipes

dkim-keygen -d example.com -s mail2020 -o mail2020.pem >/dev/null

for page in "$TOP"/man/*.[1578]; do
	p=${page##*/}
	HERE=$T/$p
	DKIM_KEYDIR=$HERE/etc/dkim/keys
	export HERE DKIM_KEYDIR
	mkdir -p "$HERE/etc/dkim" && cd "$HERE" || exit 1
	: >updates.zone
	: >etc/dkim/update.key
	cp ../mail2020.pem etc/dkim
	cat >etc/opendkim.conf <<-END
		Domain example.com
		Selector mail2020
		KeyFile $HERE/etc/dkim/mail2020.pem
		Canonicalization relaxed/simple
		InternalHosts 192.0.2.0/24
		On-BadSignature reject
	END
	cp "$TOP/tests/mail/example.eml" message
	ok "$p: its examples are read" sh -c 'python3 "$@" >../typed && grep -q . ../typed' \
	    sh "$TOP/tests/lib/manual-examples.py" "$page" ../recipes
	while IFS="$(printf '\t')" read -r verdict name why; do
		case $verdict in
		ok) result 0 "$p: $name" ;;
		skip) skip "$p: $name" "$why" ;;
		*)
			result 1 "$p: $name"
			note "$why"
			;;
		esac
	done <../typed
	cd ..
done
is "what an example sends is signed" \
    "$(grep -c '^DKIM-Signature:' dkim-sign.1/sent)" 1
done_testing
