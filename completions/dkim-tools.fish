# fish completion, installed once for each command: options from --help, domains
# and selectors from the key directory.

function __dkim_tools_given --description 'the argument of an option on the line'
    set -l words (commandline -opc)
    for i in (seq (count $words))
        if contains -- $words[$i] $argv; and test $i -lt (count $words)
            echo $words[(math $i + 1)]
            return
        end
    end
end

function __dkim_tools_keydir
    set -l dir (__dkim_tools_given -D --key-dir)
    if test -n "$dir"
        echo $dir
    else if set -q DKIM_KEYDIR; and test -n "$DKIM_KEYDIR"
        echo $DKIM_KEYDIR
    else
        echo /etc/dkim/keys
    end
end

function __dkim_tools_domains
    for d in (__dkim_tools_keydir)/*/
        basename $d
    end
end

function __dkim_tools_selectors
    set -l domain (__dkim_tools_given -d --domain)
    set -l files
    if test -n "$domain"
        set files (__dkim_tools_keydir)/$domain/*.pem
    else
        set files (__dkim_tools_keydir)/*/*.pem
    end
    for f in $files
        test -L $f; or basename $f .pem
    end
end

set -l command (basename (status filename) .fish)
# The --help of the other scripts speaks of options of other programs.
if not string match -qr -- '^(key-from|sign-with)-' $command
    for line in (command $command --help 2>/dev/null)
        set -l long (string match -r -- '^ +(?:-[A-Za-z], )?--([a-z][a-z0-9-]*)' $line)[2]
        test -n "$long"; or continue
        set -l short (string match -r -- '^ +-([A-Za-z]), ' $line)[2]
        set -l part -l $long
        test -n "$short"; and set -a part -s $short
        # an argument stands right behind the option
        string match -qr -- "--$long [A-Za-z]" $line; and set -a part -r
        set -l text (string match -r -- '\S  +([^-].*)$' $line)[2]
        test -n "$text"; and set -a part -d $text
        complete -c $command $part
    end
end
if string match -q 'dkim-*' $command
    complete -c $command -s V -l version -d 'print the version'
    complete -c $command -s d -l domain -x -a '(__dkim_tools_domains)'
    complete -c $command -s s -l selector -x -a '(__dkim_tools_selectors)'
    complete -c $command -s D -l key-dir -x -a '(__fish_complete_directories)'
end
complete -c $command -s h -l help -d 'print a summary of the options'
switch $command
    case dkim-dnsrec
        complete -c $command -s F -l format -x -a 'zone value tinydns nsupdate unbound dnsmasq json route53 cloudflare'
        complete -c $command -l hash -x -a sha256
    case dkim-check
        complete -c $command -s F -l format -x -a 'text json'
    case dkim-verify
        complete -c $command -l body-length -x -a 'accept reject'
        complete -c $command -l require -x -a 'aligned (__dkim_tools_domains)'
        complete -c $command -l reject -x -a 'none fail policy neutral temperror permerror'
        complete -c $command -l now -x -a received
        complete -c $command -s F -l format -x -a 'authres json kv text tsv'
        complete -c $command -l exit-style -x -a 'mta sysexits qmail'
    case dkim-sign
        complete -c $command -l fallback -x -a '(__dkim_tools_domains)'
        complete -c $command -l from-header -x -a 'From Sender'
        complete -c $command -l if-signed -x -a 'add skip replace'
        complete -c $command -l long-lines -x -a 'pass fail'
        complete -c $command -l no-key -x -a 'pass fail'
        complete -c $command -s t -l timestamp -x -a none
        complete -c $command -s a -l algorithm -x -a 'rsa-sha256 ed25519-sha256'
        complete -c $command -s c -l canonicalization -x -a 'relaxed/relaxed relaxed/simple simple/relaxed simple/simple'
        complete -c $command -l exit-style -x -a 'mta sysexits qmail'
    case dkim-rotate
        complete -c $command -x -a '(__dkim_tools_domains)'
        complete -c $command -l force -x -a '(__dkim_tools_domains)'
        complete -c $command -l reveal -x -a '(__fish_complete_directories)'
        complete -c $command -s a -l algorithm -x -a 'rsa ed25519'
        complete -c $command -s F -l format -x -a 'zone value tinydns nsupdate unbound dnsmasq json route53 cloudflare'
    case 'key-from-*' 'sign-with-*'
        complete -c $command -x -a '(__dkim_tools_domains)'
    case dkim-keygen
        complete -c $command -s a -l algorithm -x -a 'rsa ed25519'
        complete -c $command -s b -l bits -x -a '2048 1024 3072 4096'
        complete -c $command -l group -x -a '(__fish_complete_groups)'
end
