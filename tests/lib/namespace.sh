# For tests that need port 53: sourced after lib.sh.  Runs the test again in a
# network of its own, where loopback is all there is and all of its ports are
# free; whatever it starts there ends with it.
PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin
if [ -z "${DKIM_NAMESPACE-}" ]; then
	unshare --mount --net --pid --fork --kill-child --mount-proc true 2>/dev/null ||
	    skip_all "needs root and unshare, for port 53"
	DKIM_NAMESPACE=yes
	export DKIM_NAMESPACE
	unshare --mount --net --pid --fork --kill-child --mount-proc \
	    sh "$TOP/tests/${0##*/}"
	exit
fi
ip link set lo up 2>/dev/null || ifconfig lo up

# answers ADDR NAME: wait until a server says anything about the name
answers() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		"$BIN/dkim-check" -T 1 -n "$1" -d "$2" -s none -F json 2>/dev/null |
		    grep -q '"code":"no-record"' && return
		sleep 0.2
	done
	return 1
}
