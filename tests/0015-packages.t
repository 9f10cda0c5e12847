#!/bin/sh
# test: slow, it builds five times
# make dist holds what is committed and is always the same; what is built from it
# does not depend on the folder; the Debian package builds, pleases lintian and
# works.
. "${0%/*}/lib.sh"
command -v git >/dev/null 2>&1 || skip_all "no git here"
[ "$(git -C "$TOP" rev-parse --show-toplevel 2>/dev/null)" = "$TOP" ] ||
    skip_all "$TOP is no checkout"
unset MAKEFLAGS MFLAGS
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# The files as they are now, committed to a repository of their own.
mkdir tree
(cd "$TOP" && git ls-files -co --exclude-standard | while IFS= read -r f; do
	[ ! -f "$f" ] || printf '%s\n' "$f"
done | tar -cf - -T -) | tar -xf - -C tree
HOME=$T
GIT_CONFIG_NOSYSTEM=1
export HOME GIT_CONFIG_NOSYSTEM
cd tree || exit 1
git init -q . && git add -A &&
    GIT_COMMITTER_DATE='2026-11-22T12:00:00Z' git -c user.name=t \
	-c user.email=t@example.com commit -qm tree || skip_all "git does not work here"
version=$(sed -n 's/^VERSION *= *//p' Makefile)
tarball=build/dkim-tools-$version.tar.gz

ok "make dist" make -s dist
cp "$tarball" ../first.tar.gz
touch README.md
ok "and again, at another time" env TZ=Asia/Tokyo sh -c 'umask 077; make -s dist'
ok "makes the same file" cmp "$tarball" ../first.tar.gz
is "it holds what is committed" \
    "$(tar -tzf "$tarball" | grep -v '/$' | sed 's,^[^/]*/,,' | sort)" \
    "$(git ls-files | sort)"
is "sorted, of one time, owned by root" "$(python3 - "$tarball" <<'END'
import sys, tarfile
t = [m for m in tarfile.open(sys.argv[1]) if not m.isdir()]
print([m.name for m in t] == sorted(m.name for m in t), len({m.mtime for m in t}),
      {(m.uid, m.gid) for m in t})
END
)" "True 1 {(0, 0)}"

build() { # build FOLDER [VARIABLE=VALUE...]
	folder=$1
	shift
	rm -rf "$folder"
	mkdir -p "$folder"
	tar -xzf "$tarball" -C "$folder" --strip-components=1
	env CCACHE_DISABLE=1 "$@" make -s -j"$jobs" -C "$folder" "$target" \
	    2>"$T/build.log" || {
		tail -n 5 "$T/build.log"
		return 1
	}
}
other="../an/other/folder, of a longer name"
for target in static all; do
	ok "make $target" build ../a LC_ALL=C
	ok "and in another folder, in another language" \
	    build "$other" LC_ALL=C.UTF-8 TZ=Asia/Tokyo
	for p in dkim-sign dkim-verify dkim-keygen dkim-dnsrec dkim-check; do
		ok "$p is the same there" cmp ../a/cmd/$p "$other/cmd/$p"
	done
done

# What abuild does, but for its check(): those tests run here anyway.
# shellcheck disable=SC2016 # expanded there
ok "APKBUILD builds and packs" env pkgdir="$T/apk" sh -euc '
    cd ../a
    . packaging/APKBUILD
    build
    package'
is "all that make install does, and the licence" \
    "$(cd "$T/apk" && ls usr/bin/dkim-sign usr/libexec/dkim-tools/key-from-redis \
	usr/share/man/man1/dkim-sign.1 usr/share/licenses/dkim-tools/LICENSE 2>&1)" \
    "usr/bin/dkim-sign
usr/libexec/dkim-tools/key-from-redis
usr/share/licenses/dkim-tools/LICENSE
usr/share/man/man1/dkim-sign.1"

for tool in dpkg-buildpackage dh lintian; do
	command -v $tool >/dev/null 2>&1 || {
		skip "the Debian package" "no $tool here"
		done_testing
	}
done
# The package's own tests are among those that run here anyway.
ok "make deb" env DEB_BUILD_OPTIONS="nocheck parallel=$jobs" make -s deb
is "lintian finds nothing" "$(lintian -I -E --pedantic --fail-on none \
    build/deb/*.changes 2>/dev/null | grep -v '^N:')" ""
ok "it unpacks" dpkg -x build/deb/dkim-tools_"$version"_*.deb ../root
ok "what it installs makes keys, signs and verifies" \
    env PATH="$T/root/usr/bin:$PATH" DKIM_BINDIR="$T/root/usr/bin" \
    sh debian/tests/sign-verify
done_testing
