#!/bin/sh
# Completion in the real shells: options, domains and selectors of the key
# directory, files.
# test: once
. "${0%/*}/lib.sh"
C=$TOP/completions
PATH=$PATH:$TOP/scripts
OTHERS='key-from-postgresql key-from-redis sign-with-openssl sign-with-pkcs11'
mkdir -p keys/example.com keys/sub.example.org
touch keys/example.com/2026a.pem keys/example.com/2026b.pem keys/sub.example.org/x.pem
touch my.key
ln -s 2026a.pem keys/example.com/current.rsa
DKIM_KEYDIR=$T/keys
export DKIM_KEYDIR

# expect SHELL NAME GOT WANTED...: each of the words is among the lines got
expect() {
	e_name="$1: $2"
	e_got=$3
	shift 3
	e_missing=
	for e_word; do
		printf '%s\n' "$e_got" | grep -Fqx -e "$e_word" || e_missing="$e_missing $e_word"
	done
	is "$e_name" "$e_missing" ""
	[ -z "$e_missing" ] || note "$e_got"
}
suite() { # suite SHELL: what "complete_SHELL WORD..." prints for the last word
	s=$1
	for p in dkim-sign dkim-verify dkim-keygen dkim-dnsrec dkim-check dkim-rotate; do
		got=$("complete_$s" $p --)
		expect "$s" "$p --" "$got" --help --version
		expect "$s" "$p, all of its options" "$got" $("$p" --help |
		    grep -E '^ ' | grep -oE -e '--[a-z][a-z0-9-]*' | sort -u)
	done
	expect "$s" "opendkim-import, all of its options" \
	    "$("complete_$s" opendkim-import --)" --help --key-dir --table-dir
	unlike "$s: opendkim-import, no others" "$("complete_$s" opendkim-import --)" version
	for p in $OTHERS; do
		is "$s: $p takes no other option" "$("complete_$s" "$p" --)" --help
	done
	expect "$s" "a domain for a key store" "$("complete_$s" key-from-redis ex)" example.com
	expect "$s" "dkim-rotate: domains" "$("complete_$s" dkim-rotate '')" example.com sub.example.org
	expect "$s" "dkim-rotate --force: domains" \
	    "$("complete_$s" dkim-rotate --force '')" example.com sub.example.org
	expect "$s" "dkim-rotate: algorithms" "$("complete_$s" dkim-rotate -a '')" rsa ed25519
	expect "$s" "dkim-rotate: formats" "$("complete_$s" dkim-rotate -F t)" tinydns
	for o in --tsig --publish -Z; do
		expect "$s" "dkim-rotate $o: files" "$("complete_$s" dkim-rotate $o my)" my.key
	done
	expect "$s" "dkim-verify --require: aligned, or a domain" \
	    "$("complete_$s" dkim-verify --require '')" aligned example.com
	expect "$s" "dkim-verify --reject: results" \
	    "$("complete_$s" dkim-verify --reject perm)" permerror
	expect "$s" "dkim-verify --now: received" "$("complete_$s" dkim-verify --now r)" received
	expect "$s" "dkim-sign -t: none" "$("complete_$s" dkim-sign -t n)" none
	expect "$s" "domains" "$("complete_$s" dkim-keygen -d '')" example.com sub.example.org
	expect "$s" "selectors of a domain" \
	    "$("complete_$s" dkim-check -d example.com -s 2)" 2026a 2026b
	unlike "$s: ... and of no other" \
	    "$("complete_$s" dkim-check -d example.com -s '')" '^x$'
	expect "$s" "formats" "$("complete_$s" dkim-dnsrec -F '')" zone nsupdate cloudflare
	expect "$s" "--option=value" "$("complete_$s" dkim-dnsrec --format=z |
	    sed 's/^--format=//')" zone
	expect "$s" "algorithms" "$("complete_$s" dkim-keygen -a e)" ed25519
	expect "$s" "files" "$("complete_$s" dkim-dnsrec -k my)" my.key
}

complete_bash() { # bash takes a word apart at "="
	case $2 in *=*) set -- "$1" "${2%%=*}" = "${2#*=}" ;; esac
	bash --norc -c '. "$1"; shift
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_dkim_tools "$1"; printf "%s\n" "${COMPREPLY[@]}"' bash \
	    "$C/dkim-tools.bash" "$@" 2>&1
}
if command -v bash >/dev/null; then
	suite bash
	is "bash: every command has it" \
	    "$(bash --norc -c '. "$1"; complete -p' bash "$C/dkim-tools.bash" | wc -l | tr -d ' ')" 11
else
	skip bash "not installed"
fi

# zsh completes only at a terminal: one is made, and TAB pressed there.
cat >zsh.py <<'PY'
import os, pty, re, select, sys, time
completions, words = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="ready> ", COLUMNS="200", LINES="200")
    os.execvp("zsh", ["zsh", "-f", "-i"])
def read(until, seconds):
    got, end = b"", time.time() + seconds
    while time.time() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                got += os.read(fd, 65536)
            except OSError:
                break
        if until in got:
            break
    return got
def say(line):
    os.write(fd, line.encode() + b"\n")
say("stty columns 200 rows 200; fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D;"
    " LISTMAX=10000; setopt nobeep; unsetopt zle_bracketed_paste menu_complete;"
    " zstyle ':completion:*' list-separator ''; zstyle ':completion:*' insert-tab false;"
    # what matches is printed by the completion system itself, one a line
    " compadd() { local -a a; builtin compadd -O a \"$@\"; print -rl -- $a >>$OUT; builtin compadd \"$@\"; };"
    " print re''ady1" % completions)
read(b"ready1", 10)
open(os.environ["OUT"], "w").close()
os.write(fd, " ".join(words).encode() + b"\t")
end, size, quiet = time.time() + 3, 0, 0
while time.time() < end and quiet < 3:  # until it has gone quiet
    read(b"\0", 0.1)
    now = os.path.getsize(os.environ["OUT"])
    quiet = quiet + 1 if now > 0 and now == size else 0
    size = now
os.write(fd, b"\x03\x15exit\n")
try:
    os.close(fd)
except OSError:
    pass
sys.stdout.write(open(os.environ["OUT"]).read())
PY
complete_zsh() {
	OUT=$T/zsh.out python3 zsh.py "$C" "$@"
}
if command -v zsh >/dev/null; then
	suite zsh
else
	skip zsh "not installed"
fi

complete_fish() {
	mkdir -p fish
	for f_p in dkim-sign dkim-verify dkim-keygen dkim-dnsrec dkim-check \
	    dkim-rotate opendkim-import $OTHERS; do
		cp "$C/dkim-tools.fish" "fish/$f_p.fish"
	done
	f_line="$*"
	case $f_line in
	*\'\') f_line=${f_line%\'\'} ;;
	esac
	HOME=$T fish --no-config -c "set -p fish_complete_path $T/fish; complete -C '$f_line'" |
	    cut -f 1
}
if command -v fish >/dev/null; then
	suite fish
else
	skip fish "not installed"
fi
done_testing
