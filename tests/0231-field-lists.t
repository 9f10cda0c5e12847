#!/bin/sh
# What -H and -O make of the list of signed fields.
. "${0%/*}/lib.sh"

openssl genpkey -algorithm ED25519 -out key.pem 2>/dev/null && chmod 600 key.pem
printf 'From: a@example.com\nList-Id: x\nList-Post: y\nX-Foo: 1\nDate: z\n\nb\n' >mail

signed() { # signed OPTION...: the h= list of mail
	dkim-sign -d example.com -s sel -k key.pem --header-only "$@" <mail |
	    tr -d '\n ' | sed 's/.*;h=\([^;]*\);.*/\1/'
}

is "-Name works on what a pattern of the default list brings in" \
    "$(signed -H -List-Id)" \
    From:From:Sender:Reply-To:Subject:Date:Date:To:Cc:Content-Type:Content-Transfer-Encoding:List-Post
is "-Name takes an oversigned field out altogether" \
    "$(signed -H +X-Foo,-Date)" \
    From:From:Sender:Reply-To:Subject:To:Cc:Content-Type:Content-Transfer-Encoding:List-Id:List-Post:X-Foo
is "a list of its own keeps to itself" "$(signed -H From:Date)" \
    From:From:Date:Date
is "-O +Name signs that field, and leaves absent Message-ID alone" \
    "$(signed -H From -O +X-Foo)" From:From:X-Foo:X-Foo
is "-O Name oversigns nothing else" "$(signed -H From:Date -O Date)" \
    From:Date:Date
is "an absent field that -O names is guarded" \
    "$(signed -H From -O +Message-ID)" From:From:Message-ID
is "-O with nothing oversigns nothing" "$(signed -H From:Date -O '')" From:Date
refuses "From cannot be dropped" 64 'From has to be signed' \
    dkim-sign -d example.com -s sel -k key.pem -H -From
many() { # many COUNT: From and other names, COUNT of them in all
	awk -v n="$1" 'BEGIN { printf "From"; while (--n > 0) printf ":X-%d", n }'
}
is "-H may name 1000 fields" "$(signed -H "$(many 1000)" -O '')" From
refuses "and not one more" 64 'more fields to sign' \
    dkim-sign -d example.com -s sel -k key.pem -H "$(many 1001)"
refuses "--in-place would lose the message with --header-only" 64 'in-place' \
    dkim-sign -d example.com -s sel -k key.pem --in-place --header-only mail
done_testing
