# For tests that run a mail system: sourced after tests/lib.sh.  They run in
# namespaces of their own - mounts, network, processes - where they are root, can
# take port 25 and 53, write to /etc and /var, and leave nothing behind.

# private NAME: comes back inside, with the programs of build/mta/NAME under /usr.
# qmail is not in Debian: it has none.
private() {
	[ "${DKIM_PRIVATE:-}" != "$1" ] || {
		furnish "$TOP/build/mta/$1"
		return
	}
	[ "$(id -u)" -eq 0 ] || skip_all "needs root for namespaces of its own"
	unshare --mount --net --pid --fork --kill-child --mount-proc true \
	    2>/dev/null || skip_all "no namespaces here (unshare)"
	[ "$1" = qmail ] || [ -e "$TOP/build/mta/$1/.done" ] ||
	    "$TOP/tests/mta/fetch" "$1" >/dev/null 2>&1 || skip_all "$1: tests/mta/fetch $1 failed"
	DKIM_PRIVATE=$1 unshare --mount --net --pid --fork --kill-child \
	    --mount-proc sh "$TOP/tests/${0##*/}"
	exit
}

lay() { # lay OVER LOWER: an overlay whose changes are lost at the end
	mkdir -p "$T/ov$1/up" "$T/ov$1/work"
	mount -t overlay -o "lowerdir=$2:$1,upperdir=$T/ov$1/up,workdir=$T/ov$1/work" \
	    overlay "$1"
}

furnish() {
	mount -t tmpfs -o mode=755 none "$T" || skip_all "no tmpfs here"
	trap 'cd /; umount -l "$T"; rmdir "$T"' EXIT # the rest ends by itself
	cd "$T" || exit 1
	[ -d "$1" ] || set -- "$T/nothing"
	mkdir -p "$1/etc" "$1/var" "$1/usr"
	{ lay /etc "$1/etc" && lay /var "$1/var" && lay /usr "$1/usr"; } ||
	    skip_all "no overlay file system here"
	ip link set lo up
	PATH=$PATH:/usr/sbin:/sbin
	echo 'nameserver 127.0.0.1' >/etc/resolv.conf
	echo 'hosts: files dns' >/etc/nsswitch.conf
	# What runs as another user has to reach the programs under test, wherever
	# they were built.
	mkdir -p bin
	cp "$BIN"/dkim-* bin/ 2>/dev/null
	rm -f bin/*.c bin/*.o bin/*.h
	BIN=$T/bin
	PATH=$BIN:$PATH
	# Mail systems find them where "make install" puts them.
	mkdir -p /usr/local/bin /usr/local/lib /usr/local/libexec/dkim-tools
	mount --bind bin /usr/local/bin
	cp "$TOP"/scripts/key-from-* /usr/local/libexec/dkim-tools/
}

user() { # user NAME UID
	echo "$1:x:$2:$2::/:/bin/sh" >>/etc/passwd
	echo "$1:x:$2:" >>/etc/group
}

recipe() { # recipe FILE NAME: as dkim-tools(7) shows it
	sed -n "/^# recipe $2\$/,/^# end\$/{/^# recipe/d;/^# end/d;p}" "$TOP/tests/mta/$1"
}

# The five failures that cost no mail, in each system.  "failing SYSTEM FAILURE"
# where one is shown, "all_shown SYSTEM" says at the end that none was left out:
# kill, disk (full), dns (down), key (cannot be read; to a verifier: its record is
# damaged), command (missing).
SHOWN=' '
failing() {
	SHOWN="$SHOWN$1:$2 "
}
all_shown() {
	a_left=
	for a in kill disk dns key command; do
		case $SHOWN in
		*" $1:$a "*) ;;
		*) a_left="$a_left $a" ;;
		esac
	done
	is "$1: each of the five failures was shown" "$a_left" ""
}

# kills PROGRAM: it dies by SIGKILL with half of the message read and some octets
# written; "heals PROGRAM" puts the real one back, "takes PROGRAM" takes it away.
kills() {
	mv "bin/$1" bin/away
	printf '#!/bin/sh\nhead -c 100\nkill -9 $$\n' >"bin/$1"
	chmod 755 "bin/$1"
}
takes() {
	mv "bin/$1" bin/away
}
heals() {
	mv bin/away "bin/$1"
}

# Leaves 16 KiB in /tmp, with this test put back inside: few mail systems hand on a
# TMPDIR.
fill_tmp() {
	mount --bind "$T" /mnt
	mount -t tmpfs -o size=16k,mode=1777 none /tmp
	mkdir -p "$T"
	mount --bind /mnt "$T"
}

free_tmp() {
	umount "$T"
	umount /tmp
	umount /mnt
}

# wait_for SECONDS TEST...: until it is true
wait_for() {
	w_n=$(($1 * 10))
	shift
	while ! eval "$*" >/dev/null 2>&1; do
		w_n=$((w_n - 1))
		[ $w_n -gt 0 ] || return 1
		sleep 0.1
	done
}

start_sink() { # start_sink PORT DIR
	python3 "$TOP/tests/lib/smtp-sink.py" "$1" "$2" >"$2.log" 2>&1 &
	kill_later $!
	wait_for 10 "[ -e $2/ready ]"
}

start_dns() { # start_dns ZONE
	python3 "$TOP/tests/lib/zone-dns.py" 127.0.0.1 53 "$1" "$T/dns.ready" \
	    >dns.log 2>&1 &
	kill_later $!
	wait_for 10 "[ -e $T/dns.ready ]"
}

# config FILE: the recipe, with the folder of this test in place of @T@
config() {
	sed "s,@T@,$T,g" "$TOP/tests/mta/$1"
}
