#!/bin/sh
# test: once
# make install puts everything where the variables say, and nothing elsewhere;
# make uninstall takes it all away.
. "${0%/*}/lib.sh"
tree=$BIN/..
[ -x "$BIN/dkim-sign" ] && [ -e "$tree/Makefile" ] ||
    skip_all "the programs are not built"

# An install that notes that it was called.
cat >my-install <<END
#!/bin/sh
echo x >>$T/calls
exec install "\$@"
END
chmod +x my-install
maker() { # maker TARGET...: with folders that are odd, each its own
	(umask 077 && MAKEFLAGS='' make -s -C "$tree" "$@" DESTDIR="$T/dest dir" \
	    PREFIX=/p BINDIR='/b&in' LIBEXECDIR='/l&ib' MANDIR='/m|an' SYSCONFDIR=/e/tc \
	    BASHCOMPDIR=/comp/bash ZSHCOMPDIR=/comp/zsh FISHCOMPDIR=/comp/fish \
	    INSTALL="$T/my-install")
}
files() {
	(cd "dest dir" && find . ! -type d | sort)
}

ok "make install" maker install
like "it uses INSTALL" "$(cat calls)" x
is "every file is where a variable says" \
    "$(files | grep -vE '^\./(b&in|l&ib/dkim-tools|m\|an/man[1-8]|comp/(bash|zsh|fish))/[^/]*$')" ""
complete() { # complete FOLDER PROGRAM...
	folder=$1
	shift
	for p; do
		is "$p and its completions" \
		    "$(files | grep -E "/($p|$p\.fish)\$" | sort | tr '\n' ' ')" \
		    "$(printf '%s\n' "./$folder/$p" "./comp/bash/$p" \
			"./comp/fish/$p.fish" | sort | tr '\n' ' ')"
	done
}
complete 'b&in' dkim-sign dkim-verify dkim-keygen dkim-dnsrec dkim-check dkim-rotate \
    opendkim-import
complete 'l&ib/dkim-tools' key-from-postgresql key-from-redis sign-with-openssl \
    sign-with-pkcs11
is "completions for zsh" "$(files | grep zsh)" ./comp/zsh/_dkim-tools
is "each command has a manual page" "$(for f in "dest dir/b&in"/* "dest dir/l&ib"/*/*; do
	ls "dest dir/m|an"/man[18]/"${f##*/}".[18] >/dev/null || echo "$f"
done)" ""
is "each manual page of the source is there" "$(cd "$TOP/man" && for f in *; do
	[ -f "$T/dest dir/m|an/man${f##*.}/$f" ] || echo "$f"
done)" ""
is "a second name of a page leads to the page" \
    "$(readlink "dest dir/m|an/man8/qmail-queue-dkim.8")" qmail-remote-dkim.8
if command -v mandoc >/dev/null 2>&1; then
	is "mandoc finds nothing in the pages" "$(cd "dest dir/m|an" && for f in man*/*; do
		mandoc -Tlint -W warning "$f" 2>&1
	done)" ""
fi
is "what is run may be run, by all" "$(find "dest dir/b&in" "dest dir/l&ib" -type f ! -perm 0755)" ""
is "what is read may be read, by all" \
    "$(find "dest dir/m|an" "dest dir/comp" -type f ! -perm 0644)" ""
is "the folders stand in scripts, pages and completions" \
    "$(grep -rlE '/usr/local/(bin|libexec)|[^e]/etc/dkim' -I "dest dir")" ""
like "a script finds the programs" "$(cat "dest dir/b&in/postfix-dkim-filter")" \
    '/b&in}/dkim-sign'
like "and the keys" "$(cat "dest dir/b&in/postfix-dkim-filter")" ':-/e/tc/dkim/keys/%d'
is "nothing in them has changed but that" "$(for f in "dest dir/b&in"/* "dest dir/l&ib"/*/*; do
	[ ! -f "$TOP/scripts/${f##*/}" ] ||
	    sed 's,/b&in,/usr/local/bin,g; s,/e/tc/dkim,/etc/dkim,g' "$f" |
	    cmp - "$TOP/scripts/${f##*/}" 2>&1
done)" ""

: >"dest dir/b&in/other"
ok "make install once more, over it" maker install
ok "make uninstall" maker uninstall
is "leaves nothing but what was there before" "$(files)" "./b&in/other"
is "and no folder of its own" "$(cd "dest dir" && find . -name dkim-tools)" ""
ok "make uninstall once more" maker uninstall

# The version is said once, in the Makefile; packages have to repeat it.
version=$(sed -n 's/^VERSION *= *//p' "$TOP/Makefile")
is "dkim-sign --version" "$(dkim-sign --version)" "dkim-sign (dkim-tools) $version"
is "debian/changelog" \
    "$(sed -n '1s/.*(\(.*\)).*/\1/p' "$TOP/debian/changelog")" "$version"
is "the RPM spec" \
    "$(sed -n 's/^Version: *//p' "$TOP/packaging/dkim-tools.spec")" "$version"
is "APKBUILD" "$(sed -n 's/^pkgver=//p' "$TOP/packaging/APKBUILD")" "$version"
like "NEWS.md begins with it" "$(sed 5q "$TOP/NEWS.md")" "^## $version "
done_testing
