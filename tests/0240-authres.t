#!/usr/bin/env python3
"""The Authentication-Results field: RFC 8601.  Every field that dkim-verify
prints here is also read by python3-authres and by Mail::AuthenticationResults,
where they are installed."""
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, RSA, run, sign  # noqa: E402

forge.need("dkim-verify")

NOW = str(forge.NOW)
T = forge.scratch()
tap = forge.Tap()
rsa, ed = RSA(1024), Ed25519()
RECORDS = {"sel._domainkey.example.com": rsa.record(), "ed._domainkey.example.com": ed.record(),
           "old._domainkey.example.com": "v=DKIM1; p=",
           "test._domainkey.example.com": b"t=y; n=dkim=3Dpass; p=" + forge.b64(rsa.public()),
           "evil._domainkey.example.com": b"n=x\" dkim=pass; p=" + forge.b64(rsa.public())}
zone = forge.zone_file(RECORDS)
MSG = (b"From: Alice <alice@example.com>\r\n"
       b"To: bob@example.net\r\n"
       b"Subject: greetings\r\n"
       b"\r\n"
       b"Hello.\r\n")
printed = []                                # (name, field, expected results)


def verify(message, *args, id="mx.example.net"):
    return run("dkim-verify", "-Z", zone, "--now", NOW, *(["-A", id] if id else []), *args,
               stdin=message)


# A parser of our own for the grammar of RFC 8601 section 2.2, as strict as we
# want our output to be: no version, no comment before the first result.
TOKEN = r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~\x80-\U0010ffff]+"
LOCAL = r"[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~\x80-\U0010ffff]+"
QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*"'
VALUE = r"(?:%s|%s)" % (TOKEN, QUOTED)
COMMENT = r"\((?:[^()\\\x00-\x1f\x7f]|\\[ -~])*\)"
PVALUE = r"(?:(?:%s|%s)?@[A-Za-z0-9.\-_\x80-\U0010ffff]+|%s)" % (LOCAL, QUOTED, VALUE)
RESULT = re.compile(
    r" *([a-z-]+)=([a-z]+)((?: +%s)*)(?: +reason=(%s))?((?: +(?:%s|header\.[a-z]+=%s))*) *$"
    % (COMMENT, VALUE, COMMENT, PVALUE))
PROPERTY = re.compile(r"header\.([a-z]+)=(%s)" % PVALUE)


def unquote(v):
    return re.sub(r"\\(.)", r"\1", v[1:-1]) if v[:1] == '"' and v[-1:] == '"' else v


def pieces(text):
    """Splits at semicolons outside quotes and comments."""
    out, depth, quoted, i = [""], 0, False, 0
    while i < len(text):
        c = text[i]
        if c == "\\" and (quoted or depth):
            out[-1] += text[i:i + 2]
            i += 2
            continue
        if c == '"' and not depth:
            quoted = not quoted
        elif not quoted:
            depth += (c == "(") - (c == ")")
        if c == ";" and not quoted and not depth:
            out.append("")
        else:
            out[-1] += c
        i += 1
    return out


def parse(field):
    """(authserv-id, [(method, result, reason, {property: value})])"""
    text = field.decode("utf-8")
    if not text.startswith("Authentication-Results: "):
        raise ValueError("name")
    eol = "\r\n" if text.endswith("\r\n") else "\n"
    lines = text.split(eol)
    if lines.pop() != "" or any(c in "".join(lines) for c in "\r\n"):
        raise ValueError("line ends")
    for i, line in enumerate(lines):
        if len(line) > 998 or not line.strip() or (i and line[0] not in " \t"):
            raise ValueError("line %d" % i)
    id_, *rest = pieces(" ".join(x.strip() if i else x for i, x in enumerate(lines))[24:])
    if not re.fullmatch(VALUE, id_.strip()):
        raise ValueError("authserv-id %r" % id_)
    out = []
    for p in rest:
        m = RESULT.match(p)
        if not m:
            raise ValueError("result %r" % p)
        props = PROPERTY.findall(m.group(5))
        if len(dict(props)) != len(props):
            raise ValueError("a property twice in %r" % p)
        out.append((m.group(1), m.group(2), unquote(m.group(4)) if m.group(4) else None,
                    {k: unquote(v) for k, v in props}))
    if not out:
        raise ValueError("no result")
    return unquote(id_.strip()), out


def case(name, message, want, props=None, absent=(), args=(), check=None, exit=None):
    """want: results in order; props: of the first one."""
    r = verify(message, *args)
    wrong = []
    try:
        id_, got = parse(r.out)
    except (ValueError, UnicodeDecodeError) as e:
        tap.ok(False, name, "cannot be parsed: %s" % e, r)
        return None
    if id_ != "mx.example.net":
        wrong.append("authserv-id %r" % id_)
    if len(got) != len(want) or any(
            x[0] != "dkim" or x[1] not in (w if isinstance(w, tuple) else (w,))
            for x, w in zip(got, want)):
        wrong.append("results %r, want %r" % ([x[:2] for x in got], want))
    for k, v in (props or {}).items():
        if got[0][3].get(k) != v:
            wrong.append("header.%s=%r, want %r" % (k, got[0][3].get(k), v))
    for k in absent:
        if k in got[0][3]:
            wrong.append("header.%s=%r should not be there" % (k, got[0][3][k]))
    if check:
        told = check(got, r.out)
        if told:
            wrong.append(told)
    if exit is not None and r.status != exit:
        wrong.append("exit %d, want %d" % (r.status, exit))
    if r.err and r.status < 2:
        wrong.append("standard error %r" % r.err)
    tap.ok(not wrong, name, *wrong, r.out if wrong else "")
    printed.append((name, r.out, [(x[0], x[1], x[3]) for x in got]))
    return got


def b_of(message):
    return [re.sub(rb"\s", b"", x).decode() for x in
            re.findall(rb"(?m)^DKIM-Signature:(?:.*\r\n[ \t])*?.*?; b=([^;]*?)\r\n(?![ \t])", message)]


# ------------------------------------------------------------- the properties
m = sign(MSG, rsa)
case("150, 156: pass", m, ["pass"], dict(d="example.com", s="sel", a="rsa-sha256",
                                         b=b_of(m)[0][:8]), exit=0)
case("LF in, LF out", forge.lf(m), ["pass"], check=lambda g, out: b"\r" in out and "CR")
case("CRLF in, CRLF out", m, ["pass"], check=lambda g, out: out.count(b"\n") != out.count(b"\r\n")
     and "a bare LF")
case("153: none", MSG, ["none"], absent=list("dsabi"), exit=1)
case("fail", m.replace(b"Hello", b"Jello"), ["fail"], dict(d="example.com", s="sel"), exit=1)
case("159: a reason", m.replace(b"Hello", b"Jello"), ["fail"],
     check=lambda g, out: None if g[0][2] else "no reason=")
case("158: the real a= on errors", sign(MSG, ed, s="sel"), ["permerror"], dict(a="ed25519-sha256"))
case("revoked", sign(MSG, rsa, s="old"), ["permerror"], dict(d="example.com", s="old"))
case("no key", sign(MSG, rsa, s="none"), ["permerror"], dict(s="none"))
case("policy: the limit of l=", sign(MSG, rsa, l=2), ["policy"],
     check=lambda g, out: b"policy." in out and "a policy property")
case("expired", sign(MSG, rsa, tags=[("x", "1000")]), ["policy"], dict(d="example.com"))
case("test key, passing", sign(MSG, rsa, s="test"), ["pass"],
     check=lambda g, out: b"dkim=pass header.d=pass" in out and "n= is echoed")
case("99: the comment on a test key", sign(MSG, rsa, s="test"), ["pass"],
     check=lambda g, out: b"(test key)" not in out and "no comment")
case("B8: a comment names the fields that are not signed", sign(MSG, rsa, h=["from"]), ["pass"],
     check=lambda g, out: (b"unsigned To" not in out or b"unsigned Subject" not in out)
     and "no comment")
case("B7, 147: a comment names the doubled field", b"Subject: spam\r\n" + m, ["pass"],
     check=lambda g, out: b"unsigned duplicate Subject" not in out and "no comment")
case("test key, failing", sign(MSG, rsa, s="test").replace(b"Hello", b"Jello"), ["neutral"])
case("D10: text of the key record is never echoed", sign(MSG, rsa, s="evil"), ["pass"],
     check=lambda g, out: out.count(b"dkim=") != 1 and "echoed")
one, two = forge.field(MSG, rsa) + b"\r\n", forge.field(MSG, ed, s="ed") + b"\r\n"
case("135: two, in field order", one + two + MSG, ["pass", "pass"], dict(s="sel"),
     check=lambda g, out: g[1][3]["s"] != "ed" and "order")
case("160: one result a line", one + two + MSG, ["pass", "pass"],
     check=lambda g, out: any(x.count(b"dkim=") > 1 for x in out.split(b"\n")) and "two on a line")
many = b"".join(forge.field(MSG, rsa, tags=[("+n", str(i))]) + b"\r\n" for i in range(12)) + MSG
case("146: twelve", many, ["pass"] * 10 + ["policy"])
case("136: i= as header.i", sign(MSG, rsa, tags=[("i", "joe@news.example.com")]), ["pass"],
     dict(i="joe@news.example.com", d="example.com"))
case("136: i= without local part", sign(MSG, rsa, tags=[("i", "@news.example.com")]), ["pass"],
     dict(i="@news.example.com"))
for i in ('"@victim.com"@example.com', "a=40victim.com@example.com", '"a=20b"@example.com',
          "a=22b@example.com", "a=5Cb@example.com", "a(b)@example.com", "a,b=3Bc@example.com",
          "=3B dkim=3Dpass@example.com".replace(" ", "=20"), ".a..b@example.com",
          "a=3D<b>[c]?/@example.com"):
    case("155, D8, A21: i=%s is left out or harmless" % i, sign(MSG, rsa, tags=[("i", i)]),
         [("pass", "neutral")],
         check=lambda g, out: out.count(b"dkim=") != 1 and "a second dkim=" or
         g[0][3].get("i") not in (None, "@example.com") and "header.i=%r" % g[0][3]["i"])
case("A22: i= with format directives", sign(MSG, rsa, tags=[("i", "x%n%s%255d@example.com")]),
     ["pass"], check=lambda g, out: g[0][3].get("i", "x%n%s%255d@example.com") !=
     "x%n%s%255d@example.com" and "i")
case("155: i= with the odder letters of an atom", sign(MSG, rsa, tags=[(
    "i", "a/b?c=3Dd+e'f#g$h`i{j|k}l~m^n!@example.com".replace("|", "=7C"))]), ["pass"],
     check=lambda g, out: g[0][3].get("i") not in (None, "a/b?c=d+e'f#g$h`i{j|k}l~m^n!@example.com")
     and "i=%r" % g[0][3]["i"])
long_i = "a" * 600 + "@" + ".".join(["b" * 50] * 3) + ".example.com"
case("D8: i= of 760 characters", sign(MSG, rsa, tags=[("i", long_i)]), ["pass"])
case("D8: i= of 2000 characters", sign(MSG, rsa, tags=[("i", "a" * 2000 + "@example.com")]),
     ["pass"])

# ------------------------------------------------- 154, 157: header.b, quoting


def with_b(start):
    """A message whose b= starts with that text: does not verify."""
    return sign(MSG, rsa, spoil=lambda b: forge.base64.b64decode(start) + b[len(start) * 3 // 4:])


for start in ("/AAAAAAA", "n/E1AAAA", "+A+AAAAA", "AA/+/+//", "////////"):
    case("154, D7: b= that starts with %s" % start, with_b(start), ["fail"], dict(b=start),
         check=lambda g, out: ("/" in start) != (b'header.b="' in out) and "quotes")
for text in ("AAA=", "AAAAAA==", "/w==", "AAAAAAAA"):
    case("157, D7: b=%s is printed whole" % text, sign(MSG, rsa, tags=[("b", text)]), ["fail"],
         dict(b=text))
short = sign(MSG, rsa, wrap=3)
case("157: white space in b= does not count", short, ["pass"], dict(b=b_of(m)[0][:8]),
     check=lambda g, out: None)
same = (with_b("AAAAAAAAAAAA")[:-len(MSG)] + with_b("AAAAAAAABBBB")[:-len(MSG)]) + MSG
case("157: eight alike: longer until they differ", same, ["fail", "fail"], dict(b="AAAAAAAAA"),
     check=lambda g, out: g[1][3]["b"] != "AAAAAAAAB" and "second %r" % g[1][3]["b"])
near = with_b("AAAAAAAAAAAA")[:-len(MSG)] + with_b("AAAAAAAABBBB")[:-len(MSG)] + one + MSG
case("157: a third that differs", near, ["fail", "fail", "pass"])
case("157, A27: two that are equal: whole", one + one + MSG, ["pass", "pass"],
     dict(b=b_of(one + MSG)[0]))
case("157: the case of letters is kept", with_b("aAbBcCdD"), ["fail"], dict(b="aAbBcCdD"))

# --------------------------------------------- 156, D6: nothing unvalidated out
for tag, value in (
        ("d", "example.com(.attack.com"), ("d", 'example.com"; dkim=pass header.d=x.com'),
        ("d", "legitimate.com=3B dkim=3Dpass"), ("s", 'x"; dkim=pass'), ("s", "a(b"),
        ("s", "a\r\n\tdkim=pass"), ("a", "rsa-sha256(x"), ("a", 'x" dkim=pass'),
        ("a", "rsa-sha256\r\n\tdkim=pass"), ("d", "com"), ("d", "a..b"), ("s", "a b"),
        ("i", "x(@victim.com"), ("i", '"dkim=pass'), ("b", "(((("), ("b", '";dkim=pass')):
    case("156, D6, A3-A5: %s=%r" % (tag, value), sign(MSG, rsa, tags=[(tag, value)]), ["neutral"],
         absent=[tag], check=lambda g, out: (b"dkim=pass" in out or b"attack" in out
                                             or b"victim" in out) and "injected")
NUL = sign(MSG, rsa, tags=[("s", "selector._domainkey.attack.com\0.any")])
r = verify(NUL)
tap.ok(b"attack" not in r.out and b"\0" not in r.out and r.status == 1, "A1: NUL in s=", r)
case("A28: the attacker's signature has its own d=", forge.field(
    MSG, rsa, tags=[("d", "example.com")]) + b"\r\n" + m, ["pass", "pass"])

# ------------------------------------------------------------ 151: the id
for id_ in ("a b", "a;b", "", "a\nb", "a\r\nX: y", "a(b", "a\x01b", "x" * 300, 'a"b', "\x7f"):
    r = verify(m, id=None) if id_ is None else run(
        "dkim-verify", "-Z", zone, "--now", NOW, "-A", id_, stdin=m)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1, "151, D9: -A %r" % id_[:30], r)
r = verify(m, id=None)
try:
    tap.ok(parse(r.out)[0] != "" and r.status == 0, "151: without -A: the name of the host", r)
except ValueError as e:
    tap.ok(False, "151: without -A: the name of the host", e, r)

# ------------------------------------------------------- 161-164: -f, deletion
ME = "our.id"


def filtered(name, message, want, *args, result="pass", status=0):
    """want: what must stand below the field on top."""
    r = verify(message, "-f", *args, id=ME)
    top = re.match(rb"Authentication-Results: [^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n", r.out)
    good = r.status == status and not r.err and top and r.out[top.end():] == want
    if good:
        try:
            id_, got = parse(top.group())
            good = id_ == ME and got[0][1] == result
        except ValueError as e:
            good = False
            want = e
    tap.ok(good, name, "want below the field: %r" % want, "got: %r" % r.out[:3000], r)


def ar(id_, rest="; dkim=pass header.d=victim.com"):
    return b"Authentication-Results: " + forge.octets(id_ + rest) + b"\r\n"


filtered("161: on top, nothing else changed", m, m)
filtered("161: LF", forge.lf(m), forge.lf(m))
filtered("161: a failing message goes out whole", m.replace(b"Hello", b"Jello"),
         m.replace(b"Hello", b"Jello"), result="fail")
filtered("161: an unsigned one too", MSG, MSG, result="none")
ids = [ME if i in (2, 3, 5) else "other%d.id" % i for i in range(1, 9)]
filtered("163, D1: of eight, 2, 3 and 5 are ours", b"".join(ar(x) for x in ids) + m,
         b"".join(ar(x) for x in ids if x != ME) + m)
filtered("163, D1: interleaved with other fields",
         b"".join(ar(x) + b"Received: %d\r\n" % i for i, x in enumerate(ids)) + m,
         b"".join((b"" if x == ME else ar(x)) + b"Received: %d\r\n" % i
                  for i, x in enumerate(ids)) + m)
filtered("163: the same with LF", forge.lf(b"".join(ar(x) for x in ids) + m),
         forge.lf(b"".join(ar(x) for x in ids if x != ME) + m))
tail = m[:-len(b"\r\nHello.\r\n")]
filtered("163: the last field of the header", tail + ar(ME) + b"\r\nHello.\r\n", m)
filtered("163: the header's only end", b"From: a@b.org\r\n" + ar(ME), b"From: a@b.org\r\n",
         result="none")
for what, field in (
        ("lower case", b"authentication-results: our.id; dkim=pass\r\n"),
        ("blank before the colon", b"Authentication-Results \t: our.id; dkim=pass\r\n"),
        ("folded after the colon", b"Authentication-Results:\r\n our.id; dkim=pass\r\n"),
        ("folded twice", b"Authentication-Results:\r\n \r\n\tour.id; dkim=pass\r\n"),
        ("behind a comment", b"Authentication-Results: (x) our.id; dkim=pass\r\n"),
        ("behind nested comments", b"Authentication-Results: (x(y\\)(z))) (q) our.id; dkim=pass\r\n"),
        ("a comment with another id", b"Authentication-Results: (other.id;) our.id; dkim=pass\r\n"),
        ("before a comment", b"Authentication-Results: our.id(x); dkim=pass\r\n"),
        ("version", b"Authentication-Results: our.id 1; dkim=pass\r\n"),
        ("version 99", b"Authentication-Results: our.id 99; dkim=pass\r\n"),
        ("version with a slash", b"Authentication-Results: our.id/1; dkim=pass\r\n"),
        ("quoted", b'Authentication-Results: "our.id"; dkim=pass\r\n'),
        ("quoted with a backslash", b'Authentication-Results: "our\\.id"; dkim=pass\r\n'),
        ("capitals", b"Authentication-Results: OUR.Id; dkim=pass\r\n"),
        ("no blank after the colon", b"Authentication-Results:our.id;dkim=pass\r\n"),
        ("none", b"Authentication-Results: our.id; none\r\n"),
        ("alone", b"Authentication-Results: our.id\r\n"),
        ("rubbish behind", b"Authentication-Results: our.id; =;\"(\\\r\n"),
        ("an open comment", b"Authentication-Results: (our.id; dkim=pass\r\n"),
        ("an open quote", b'Authentication-Results: "our.id; dkim=pass\r\n'),
        ("nothing", b"Authentication-Results: \r\n"),
        ("no id", b"Authentication-Results: ; dkim=pass\r\n"),
        ("another id, unknown version", b"Authentication-Results: other.id 99; dkim=pass\r\n"),
        ("another id, an open comment behind", b"Authentication-Results: other.id; dkim=pass (x\r\n"),
        ("another id, an open quote behind", b'Authentication-Results: other.id; dkim="pass\r\n'),
        ("behind a comment with an escape", b"Authentication-Results: (x\\() our.id; dkim=pass\r\n"),
        ("a second word", b"Authentication-Results: other.id our.id; dkim=pass\r\n"),
        ("only a comment", b"Authentication-Results: (our.id)\r\n"),
        ("1 MiB of comment", b"Authentication-Results: " + (b"(a" * 60000) + b"\r\n")):
    filtered("162, D2, D3: removed: " + what, field + m, m)
for what, field in (("a subdomain", ar("our.id.evil.com")), ("a longer name", ar("xour.id")),
                    ("a parent", ar("id")), ("another", ar("other.example")),
                    ("ours in a comment", ar("other.id (our.id)")),
                    ("version 1", ar("other.id 1")),
                    ("ours behind an escape in a comment", ar("(x\\) our.id ) other.id")),
                    ("ours as a value", ar("other.id", "; dkim=pass header.d=our.id")),
                    ("ours in the body's place", ar("other.id", "; x=our.id;\r\n our.id; dkim=pass")),
                    ("ARC's", b"ARC-Authentication-Results: i=1; our.id; dkim=pass\r\n"),
                    ("X-", b"X-Authentication-Results: our.id; dkim=pass\r\n"),
                    ("the original one", b"Original-Authentication-Results: our.id; dkim=pass\r\n")):
    filtered("162, D4: kept: " + what, field + m, field + m)
filtered("165, D5: in the body", sign(MSG + ar(ME), rsa), sign(MSG + ar(ME), rsa))
covered = sign(ar(ME) + MSG, rsa, h=["from", "authentication-results"])
filtered("164, D11: judged before it is removed", covered, covered.replace(ar(ME), b""))
mbox = b"From alice Sun Nov 22 10:00:00 2026\n" + forge.lf(m)
r = verify(mbox, "-f", id=ME)
tap.ok(r.status == 0 and r.out.startswith(b"From alice Sun Nov 22 10:00:00 2026\nAuthentication-R")
       and r.out.endswith(forge.lf(m)), "-f keeps the mbox line first", r)
bad = b" continuation\r\n" + m
r = verify(bad, "-f", id=ME)
tap.ok(r.status == 0 and r.out.endswith(bad), "7: -f hands a malformed message on unchanged", r)
filtered("D3: a NUL makes the message malformed; the forged field goes all the same",
         b"Authentication-Results: our.id\0; dkim=pass\r\n" + m, m, result="permerror")
filtered("7, 162: and so it does from a message with a line that is no field",
         ar(ME) + b"no field\r\n" + m, b"no field\r\n" + m, result="permerror")
r = verify(m.replace(b"Hello", b"Jello"), "-f", "--reject", "fail", id=ME)
tap.ok(r.status == 1, "-f --reject fail refuses", r)
odd = MSG + b"a\rb\n\0c\r\n\r\n\n x"
filtered("-f: odd octets pass", sign(odd, rsa), sign(odd, rsa))
case("166: a U-label", sign(MSG.replace(b"Alice", "Al\u00efce".encode()), rsa, d="b\u00fccher.example"),
     ["permerror"])

# ---------------------------------------------------------------- other formats
r = verify(m, "-F", "kv")
words = dict(x.split("=", 1) for x in r.out.decode().split() if "=" in x)
tap.ok(r.status == 0 and r.out.count(b"\n") == 1 and words.get("result") == "pass", "kv: one line", r)
r = verify(one + two + MSG, "-F", "kv")
tap.ok(r.status == 0 and r.out.count(b"\n") == 2, "kv: one line a signature", r)
r = verify(m, "-F", "text")
tap.ok(r.status == 0 and b"example.com" in r.out, "text", r)

# -------------------------------------------------------- independent parsers
AUTHRES = """
import json, sys
import authres
for text in json.load(sys.stdin):
    try:
        h = authres.parse(text)
        print(json.dumps([h.authserv_id, [[r.method, r.result, {p.name: p.value for p in r.properties}]
              for r in h.results]]))
    except Exception as e:
        print(json.dumps([str(type(e)) + str(e), []]))
"""
PERL = r"""
use strict; use warnings; use JSON::PP; use Mail::AuthenticationResults::Parser;
local $/; my $in = decode_json(<STDIN>); my $j = JSON::PP->new->canonical->ascii;
for my $t (@$in) {
    my $out = eval {
        my $h = Mail::AuthenticationResults::Parser->new->parse($t);
        my @r = map { my $e = $_; [ $e->key, $e->value,
            { map { (my $k = $_->key) =~ s/^header\.//; ($k, $_->value) } grep { $_->key =~ /^header\./ }
              @{ $e->search({ isa => 'subentry' })->children } } ] }
            @{ $h->search({ isa => 'entry' })->children };
        [ $h->value->value, \@r ];
    };
    $out = [ "died: $@", [] ] unless $out;
    print $j->encode($out), "\n";
}
"""


def peer(name, argv):
    texts = [re.sub(r"\r?\n", "\r\n", x[1].decode("utf-8")).rstrip("\r\n") for x in printed]
    if name != "python3-authres":
        texts = [re.sub(r"\r\n(?=[ \t])", "", t.split(": ", 1)[1]) for t in texts]
    p = subprocess.run(argv, input=json.dumps(texts).encode(), stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    lines = p.stdout.decode().splitlines()
    wrong = []
    if len(lines) != len(printed):
        wrong.append("%d answers for %d fields: %r" % (len(lines), len(printed), p.stderr[-500:]))
    for line, (what, field, want) in zip(lines, printed):
        id_, got = json.loads(line)
        if name == "python3-authres" and any(c > 126 for c in field):
            tap.ok(True, "%s: %s: python3-authres %s, as expected: it knows no UTF-8 (RFC 8601 "
                   "section 2.2 allows it in internationalized mail)" % (
                       name, what, "agrees now" if got else "cannot read it"))
            continue
        got = [tuple(x) for x in got]
        if id_ != "mx.example.net" or [x[:2] for x in got] != [x[:2] for x in want]:
            wrong.append("%s: %r, want %r\n%r" % (what, (id_, got), want, field))
            continue
        for g, w in zip(got, want):
            props = {k: v for k, v in g[2].items()}
            if props != w[2]:
                wrong.append("%s: %r, want %r\n%r" % (what, props, w[2], field))
    tap.ok(not wrong, "150: %s reads the %d fields as we meant them" % (name, len(printed)),
           *wrong[:8])


python = forge.debian_python("authres")
if python:
    peer("python3-authres", [python, "-c", AUTHRES])
else:
    tap.skip("150: python3-authres", "python3-authres is not installed")
if run("perl", "-MMail::AuthenticationResults::Parser", "-MJSON::PP", "-e1").status == 0:
    peer("Mail::AuthenticationResults", ["perl", "-e", PERL])
else:
    tap.skip("150: Mail::AuthenticationResults", "libmail-authenticationresults-perl is not installed")
tap.done()
