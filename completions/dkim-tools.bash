# bash completion for the programs and scripts that people call.  The options come
# from --help, domains and selectors from the key directory.

# _dkim_tools_given OPTION...: the argument that one of them has on the line
_dkim_tools_given() {
	local i o
	for ((i = 1; i < COMP_CWORD; i++)); do
		for o; do
			if [[ ${COMP_WORDS[i]} == "$o" ]]; then
				printf '%s\n' "${COMP_WORDS[i + 1]}"
				return
			fi
		done
	done
}

_dkim_tools_keydir() {
	local dir
	dir=$(_dkim_tools_given -D --key-dir)
	printf '%s\n' "${dir:-${DKIM_KEYDIR:-/etc/dkim/keys}}"
}

_dkim_tools_domains() {
	local d dir
	dir=$(_dkim_tools_keydir)
	for d in "$dir"/*/; do
		[[ -d $d ]] || continue
		d=${d%/}
		printf '%s\n' "${d##*/}"
	done
}

_dkim_tools_selectors() {
	local f dir domain
	dir=$(_dkim_tools_keydir)
	domain=$(_dkim_tools_given -d --domain)
	for f in "$dir/${domain:-*}"/*.pem; do
		[[ -e $f ]] || continue
		f=${f##*/}
		printf '%s\n' "${f%.pem}"
	done
}

_dkim_tools_files() { # _dkim_tools_files [-d]
	local IFS=$'\n'
	compopt -o filenames 2>/dev/null
	COMPREPLY=($(compgen ${1:--f} -- "$cur"))
}

_dkim_tools_words() {
	local IFS=$' \t\n'
	COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_dkim_tools_formats() {
	case $1 in
	dkim-dnsrec | dkim-rotate) echo zone value tinydns nsupdate unbound dnsmasq json route53 cloudflare ;;
	dkim-check) echo text json ;;
	*) echo authres json kv text tsv ;;
	esac
}

_dkim_tools() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local program=${1##*/}
	COMPREPLY=()
	if [[ $cur == = ]]; then # --option=value comes in three words
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $program$prev in # these take no argument, their namesakes do
	dkim-sign--body-length | dkim-keygen--force | dkim-dnsrec-t) prev= ;;
	esac
	case $prev in
	-d | --domain | --fallback | --force)
		_dkim_tools_words "$(_dkim_tools_domains)" ;;
	--require) _dkim_tools_words "aligned $(_dkim_tools_domains)" ;;
	--reject) _dkim_tools_words 'none fail policy neutral temperror permerror' ;;
	--now) [[ $program != dkim-verify ]] || _dkim_tools_words received ;;
	-t | --timestamp) _dkim_tools_words none ;;
	--tsig | --publish | -Z | --zone) _dkim_tools_files ;;
	-s | --selector) _dkim_tools_words "$(_dkim_tools_selectors)" ;;
	-D | --key-dir | --table-dir | --dump | --reveal) _dkim_tools_files -d ;;
	-F | --format) _dkim_tools_words "$(_dkim_tools_formats "$program")" ;;
	-a | --algorithm)
		case $program in
		dkim-keygen | dkim-rotate) _dkim_tools_words 'rsa ed25519' ;;
		*) _dkim_tools_words 'rsa-sha256 ed25519-sha256' ;;
		esac
		;;
	-c | --canonicalization)
		_dkim_tools_words 'relaxed/relaxed relaxed/simple simple/relaxed simple/simple' ;;
	-b | --bits) _dkim_tools_words '2048 1024 3072 4096' ;;
	--exit-style) _dkim_tools_words 'mta sysexits qmail' ;;
	--hash) _dkim_tools_words sha256 ;;
	--group) COMPREPLY=($(compgen -g -- "$cur")) ;;
	--if-signed) _dkim_tools_words 'add skip replace' ;;
	--no-key | --long-lines) _dkim_tools_words 'pass fail' ;;
	--body-length) _dkim_tools_words 'accept reject' ;;
	--from-header) _dkim_tools_words 'From Sender' ;;
	*)
		if [[ $program == key-from-* || $program == sign-with-* ]]; then
			# Their --help speaks of options of other programs.
			_dkim_tools_words "--help $(_dkim_tools_domains)"
		elif [[ $program == dkim-rotate && $cur != -* ]]; then
			_dkim_tools_words "$(_dkim_tools_domains)"
		elif [[ $cur == -* ]]; then
			_dkim_tools_words "$("$1" --help 2>/dev/null |
			    grep '^ ' | grep -oE -- '--[a-z][a-z0-9-]*')"
		else
			_dkim_tools_files
		fi
		;;
	esac
}

complete -F _dkim_tools dkim-sign dkim-verify dkim-keygen dkim-dnsrec \
    dkim-check dkim-rotate opendkim-import key-from-postgresql key-from-redis \
    sign-with-openssl sign-with-pkcs11
