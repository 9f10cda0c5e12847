#!/usr/bin/env python3
"""The signing domain, taken from From: when no -d is given, and what is never
taken from a message: RFC 5322 section 3.4, checklist item 89, attacks A12-A18."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import RSA, run  # noqa: E402

forge.need("dkim-sign")

T = forge.scratch()
tap = forge.Tap()
key = forge.write(os.path.join(T, "rsa.pem"), RSA(1024).pem(), 0o600)


def domain(value, *args, more=b""):
    m = more + b"From:" + forge.octets(value) + b"\nSubject: x\n\nbody\n"
    r = run("dkim-sign", "-s", "sel", "-k", key, "--now", "1795341600", *args, stdin=m)
    if r.status == 0:
        if not r.out.endswith(m) or r.err:
            return "changed or noisy", r
        d = re.search(rb"[;\s]d=([^;\s]*)", r.out.split(b"\nSubject: x")[0])
        return d.group(1).decode("utf-8", "replace") if d else "no d=", r
    if r.out or r.err.count(b"\n") != 1:
        return "exit %d, wrote %d octets, %d lines of errors" % (
            r.status, len(r.out), r.err.count(b"\n")), r
    return r.status, r


def signs(value, want="attack.com", *args, name=None, more=b""):
    got, r = domain(value, *args, more=more)
    tap.eq(got, want, "%r signs for %s" % (name or value, want), r)


def refuses(value, name=None, status=65, more=b""):
    got, r = domain(value, more=more)
    tap.eq(got, status, "%r is refused" % (name or value), r)


# Plain forms
signs(" a@attack.com")
signs("a@attack.com")
signs(" <a@attack.com>")
signs(" Alice <a@attack.com>")
signs(" Alice  B. C.  <a@attack.com>")
signs(' "Alice, B." <a@attack.com>')
signs(' "Al\\"ice <x@victim.com>" <a@attack.com>')
signs(" a@Attack.COM")
signs(" a@mail.attack.com", "mail.attack.com")
signs("\n a@attack.com")
signs("\n Alice\n\t<a@attack.com>\n ")
signs("   <  a@attack.com  >  ")
signs(" a.b+c=d/e@attack.com")
signs(' "a b"@attack.com')
signs(' "a@victim.com"@attack.com')
signs(' "a\\"@victim.com\\""@attack.com')
signs(" \xc3\xa9".encode("latin-1") + b" <a@attack.com>", name="UTF-8 display name")
signs(b" \xe9 <a@attack.com>", name="Latin-1 display name")
signs(" =?utf-8?B?PGFkbWluQHZpY3RpbS5jb20+?= <b@attack.com>")
signs(" =?utf-8?Q?admin=40victim.com?= <b@attack.com>")
signs(" Alice (a@victim.com) <a@attack.com>")
signs(" a@attack.com (Alice)")
signs(" (comment a@victim.com) b@attack.com")
signs(" (nested (a@victim.com) \\) ) b@attack.com")
signs(" a(x)@(y)attack(z).com")
signs(" Alice <a@attack.com>, Bob <b@attack.com>")
signs(" a@attack.com, b@ATTACK.com")
signs(" a@attack.com,")
signs(' "a@victim.com" <b@attack.com>')                         # A18
signs(" victim.com <b@attack.com>")
# A14: a source route is no address; the one behind the colon is
got, r = domain(" <@attack.com,@any.com:admin@victim.com>")
tap.ok(got in ("victim.com", 65), "A14: a source route: the last domain or none", got, r)
# IDN
signs(" a@b\u00fccher.example", "xn--bcher-kva.example")
signs(" a@B\u00dcCHER.example", "xn--bcher-kva.example")
signs(" a@xn--bcher-kva.example", "xn--bcher-kva.example")

# Two domains, or what may be read as two
refuses(" <a@attack.com>, <b@victim.com>")                      # A12
refuses(" a@attack.com, b@victim.com")
refuses(" =?utf-8?B?PGFkbWluQHZpY3RpbS5jb20+?=,<b@victim.com>, <c@attack.com>")  # A13
refuses(" <admin@victim.com>\\,<b@attack.com>")                 # A15
refuses(" admin@victim.com,<b@attack.com>")                     # A16
refuses(" <a@attack.com>admin@victim.com")                      # A17
refuses(" <a@attack.com> admin@victim.com")
refuses(" admin@victim.com <a@attack.com>")
refuses(" <a@attack.com> <b@victim.com>")
refuses(" <<a@attack.com>>")
refuses(" <a@attack.com> <b@attack.com>")
refuses(" x:a@attack.com")
refuses(" Alice a@attack.com")
refuses(" a..b@attack.com")
refuses(" .a@attack.com")
refuses(" <a@attack.com@victim.com>")
refuses(" a@attack.com@victim.com")
refuses(" a@attack.com b@attack.com")
refuses(" a@attack.com;b@victim.com")
refuses(" x:a@attack.com, b@victim.com;")
got, r = domain(" x:a@b.example;")                              # A18, item 89
tap.ok(got in ("b.example", 65), "A18: a group: its domain or none", got, r)
# Not an address
for value in ("", " ", " <>", " @attack.com", " a@", " a", " Alice", " <a>", " <@attack.com>",
              " a@attack..com", " a@.attack.com", " a@attack.com.", " a@com", " a@localhost",
              " a@-", " a@[192.0.2.1]", " a@attack.com(", " (a@attack.com", ' "a@attack.com',
              ' "a <a@attack.com>', " <a@attack.com", " a@attack.com>", " a@at tack.com",
              " a@attack.com\\", " a@att\\ack.com", " a@attack,com", " a@attack.com:25",
              " a@" + "b" * 64 + ".com", " a@" + ("b" * 60 + ".") * 5 + "com", " a;b@attack.com",
              " undisclosed:;", " =?utf-8?Q?a=40attack.com?=", " a@attack.com\x01", " a@att\u2024ack.com\u2024x"):
    refuses(value, name=value if len(value) < 50 else value[:50] + "...")
refuses(b" a@\xff\xfe.com", name="invalid UTF-8")
# H1: nothing that could be a path
for value in (" a@../../etc", " a@a/b", " a@..", " a@%s.com", " a@$(id).com", " a@;rm", " a@a/b.com",
              " a@../x.com", " a@.com", " a@*.com", " a@`id`.com", " a@a\\b.com", ' a@"x".com'):
    refuses(value)
# Depth
start = time.time()
refuses(" " + "(" * 200000 + "a@attack.com", name="200000 open comments")
signs(" " + "(" * 50 + ")" * 50 + "a@attack.com", name="50 nested comments")
got, r = domain(" " + "(" * 50000 + ")" * 50000 + "a@attack.com")
tap.ok(got in ("attack.com", 65), "50000 nested comments sign or are refused", got, r)
signs(" " + "(x)" * 50000 + "a@attack.com", name="50000 comments")
tap.ok(time.time() - start < 3 * forge.SLOWER, "and in bounded time")
# The field
signs(" a@attack.com", more=b"Sender: x@victim.com\n", name="Sender: is not From:")
signs(" a@attack.com", "victim.com", "--from-header", "Sender", more=b"Sender: x@victim.com\n",
      name="--from-header Sender")
signs(" a@attack.com", "attack.com", "--from-header", "Sender",
      name="--from-header Sender without one")
signs(" a@attack.com", more=b"Resent-From: x@victim.com\nReply-To: y@victim.com\n",
      name="nor is Resent-From:")
m = b"Sender: a@victim.com\nResent-From: a@victim.com\n\nbody\n"
r = run("dkim-sign", "-s", "sel", "-k", key, stdin=m)
tap.ok(r.status == 65 and not r.out, "A10, A11: no From:, whatever else there is", r)
refuses(" a@attack.com", more=b"From: b@attack.com\n", name="A6: two From: fields")
refuses(" a@attack.com", more=b"FROM : b@attack.com\n", name="A8: one with a blank")
# With -d the address does not matter, but a single From: does
signs(" a@x.org, b@y.org", "example.com", "-d", "example.com", name="two domains with -d")
signs(" <a@attack.com>admin@victim.com", "example.com", "-d", "example.com", name="rubbish with -d")
signs(" a@x.org", "xn--bcher-kva.example", "-d", "b\u00fccher.example", name="167: -d as U-label")
# H1, H2 with a template: refused before a file is opened
os.mkdir(os.path.join(T, "keys"))
os.mkdir(os.path.join(T, "keys", "attack.com"))
forge.write(os.path.join(T, "keys", "attack.com", "s1.pem"), RSA(1024).pem(), 0o600)
template = os.path.join(T, "keys", "%d", "%s.pem")
m = b"From: a@%s\n\nx\n"
r = run("dkim-sign", "-s", "s1", "-k", template, stdin=m.replace(b"%s", b"attack.com"))
tap.ok(r.status == 0 and b"d=attack.com" in r.out and b"s=s1" in r.out, "a template", r)
r = run("dkim-sign", "-s", "s1", "-k", template, stdin=m.replace(b"%s", b"a.b.attack.com"))
tap.ok(r.status == 0 and b"d=attack.com" in r.out, "92: a parent's key signs for the parent", r)
r = run("dkim-sign", "-s", "s1", "-k", template, stdin=m.replace(b"%s", b"other.com"))
tap.ok(r.status == 0 and r.out == m.replace(b"%s", b"other.com") and not r.err,
       "92: no key: the message as it was", r)
for d in (b"../keys/attack.com", b"..", b"%d", b"a/../attack.com", b"."):
    text = m.replace(b"%s", d)
    r = run("dkim-sign", "-s", "s1", "-k", template, stdin=text)
    tap.ok(r.status == 0 and r.out == text and not r.err or r.status == 65 and not r.out,
           "H1: %r is never signed" % d, r)
for s in ("../s1", "..", "%d", "-f", "", "a/../../b"):
    r = run("dkim-sign", "-s", s, "-k", template, stdin=m.replace(b"%s", b"attack.com"))
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1, "H2: -s %r" % s, r)
tap.done()
