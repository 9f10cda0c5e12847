#!/usr/bin/env python3
"""messages.py DIR: writes the messages for the cross-checks, each as NAME-lf.eml
and NAME-crlf.eml, and prints their names.  Nothing random, nothing stored."""
import os
import sys

HEAD = (b"From: Alice Example <alice@example.com>\n"
        b"To: bob@example.net\n"
        b"Subject: cross-check\n"
        b"Date: Sun, 22 Nov 2026 10:00:00 +0000\n"
        b"Message-ID: <1@example.com>\n"
        b"MIME-Version: 1.0\n"
        b"Content-Type: text/plain; charset=utf-8\n"
        b"Content-Transfer-Encoding: 8bit\n")
BODY = b"Hello,\n\nthis is  a\ttext.  \n--\nAlice\n"


def more(field):
    return HEAD + field + b"\n" + BODY


def body(text):
    return HEAD + b"\n" + text


SMALL = {
    "plain": more(b""),
    "no-body": HEAD,
    "blank-line-only": body(b""),
    "one-blank-line": body(b"\n"),
    "blank-lines": body(b"\n\n\n\n\n"),
    "blank-lines-between": body(b"\n\na\n\n\nb\n\n\n"),
    "space-lines": body(b" \n\t\n \t \n"),
    "no-final-newline": body(b"Hello,\nthis is the end"),
    "no-final-newline-space": body(b"Hello,\nthis is the end \t"),
    "spaces-only": body(b"   "),
    "one-byte": body(b"x"),
    "one-byte-line": body(b"x\n"),
    "trailing-space": body(b"one \ntwo\t\nthree  \t \n \n\t\n"),
    "inner-space": body(b"  one\t two   three\n\tfour\n"),
    "dots": body(b".\n..\n...x\nFrom here\n>From there\n"),
    "long-line": body(b"word " * 180 + b"\n"),
    "very-long-line": body(b"x" * 5000 + b"\n"),
    "many-lines": body(b"".join(b"line %d \n" % i for i in range(2000))),
    "eight-bit": body(bytes(range(128, 256)) + b"\n\xe9\xe8 \xa0\n"),
    "nul": body(b"a\0b\n\0\n \0 \n"),
    "long-header": more(b"References: " + b" ".join(
        b"<%d.%s@example.com>" % (i, b"a" * 40) for i in range(15)) + b"\n"),
    "very-long-header": more(b"Reply-To: " + b"a" * 5000 + b"@example.com\n"),
    "folded-header": more(b"In-Reply-To: <a@example.com>\n <b@example.com>\n\t<c@example.com>\n"
                          b"   \t <d@example.com>\n"),
    "folded-first": more(b"Reply-To:\n alice@example.com\n"),
    "spaced-header": more(b"Sender:   \t alice@example.com  \t\nREPLY-to:alice@example.com \n"),
    "empty-header": more(b"Cc:\nReply-To: \n"),
    "repeated-header": more(b"Subject: second\nCc: a@example.com\nSubject: third\nCc: b@example.com\n"),
    "received": b"Received: one\nReceived: two\n by\n three\nX-Trace: x\n" + more(b""),
    "eight-bit-header": more(b"Cc: \xe9\xe8\xa0 <c@example.com>\n"),
    "utf8-header": more("Cc: J\u00fcrgen \u4e2d\u6587 \U0001f600 <c@example.com>\n".encode()),
    "unsigned-odd": b"X-Odd:\t;=; b=x; bh=y \n" + more(b"X-Empty:\n"),
    "attached": body(b"--x\n\nDKIM-Signature: v=1; b=x\nFrom: eve@example.org\n\n--x--"),
}
LARGE = {"ten-megabytes": body(b"0123456789abcdef" * 655360 + b"\n")}


def write(folder):
    for name, text in {**SMALL, **LARGE}.items():
        for eol, data in (("lf", text), ("crlf", text.replace(b"\n", b"\r\n"))):
            with open(os.path.join(folder, "%s-%s.eml" % (name, eol)), "wb") as f:
                f.write(data)
        yield name


if __name__ == "__main__":
    for written in write(sys.argv[1]):
        print(written)
