#!/usr/bin/env python3
"""Stand-ins for qmail's programs, as its manual pages describe them.

  qmail.py remote HOST SENDER RECIP...    qmail-remote(8): the message is on
      descriptor 0 with LF line ends; sends it to 127.0.0.1:SINK_PORT and prints
      a report a recipient and one for the message, each with its NUL; exit 0.
  qmail.py rspawn FILE PROGRAM ARG...     qmail-rspawn: runs PROGRAM with FILE on
      descriptor 0 and 1 and 2 joined, and prints K, Z or D and the text, from
      the rules of report() in qmail-rspawn.c.
  qmail.py queue DIR                      qmail-queue(8): message from descriptor 0
      to its end, then the envelope from 1; exits with the codes of the manual.
  qmail.py smtpd FILE SENDER RECIP PROGRAM ARG...   what qmail-smtpd does with
      QMAILQUEUE: message by a pipe on 0, envelope by one on 1; prints the exit
      code of PROGRAM.
"""
import os
import smtplib
import subprocess
import sys
import threading


def remote(host, sender, *recipients):
    data = b""
    while True:
        piece = os.read(0, 65536)
        if not piece:
            break
        data += piece
    out = b""
    try:
        s = smtplib.SMTP("127.0.0.1", int(os.environ["SINK_PORT"]), timeout=20)
        s.ehlo()
        s.mail(sender)
        for r in recipients:
            code, text = s.rcpt(r)
            out += (b"r" if code < 300 else b"h") + text + b"\0"
        code, text = s.data(data.replace(b"\n", b"\r\n"))
        out += (b"K" if code < 300 else b"Z" if code < 500 else b"D")
        out += b"%s accepted message.\n%d %s\n\0" % (host.encode(), code, text)
        s.quit()
    except (OSError, smtplib.SMTPException) as e:
        out += b"ZI could not send it: %s\n\0" % str(e).encode()
    os.write(1, out)
    sys.exit(0)


def rspawn(file, *argv):
    with open(file, "rb") as f:
        p = subprocess.Popen(argv, stdin=f, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        s = p.stdout.read()
        status = p.wait()
    if status < 0:
        return "Zqmail-remote crashed."
    if status == 111:
        return "ZUnable to run qmail-remote."
    if status != 0:
        return "DUnable to run qmail-remote."
    if not s:
        return "Zqmail-remote produced no output."
    result, parts = -1, s.split(b"\0")[:-1]
    for part in parts:
        if part[:1] in (b"K", b"Z", b"D"):
            result = {b"K": 1, b"Z": 0, b"D": -1}[part[:1]]
            break
    orr = {b"s": 0, b"h": -1}.get(s[:1], result)
    text = parts[0][1:] if parts else b""
    if result <= orr and len(parts) > 1 and parts[1][:1] in (b"Z", b"D", b"K"):
        text += parts[1][1:]
    return {1: "K", 0: "Z", -1: "D"}[orr] + text.decode("latin-1")


def queue(folder):
    try:
        message = b"".join(iter(lambda: os.read(0, 65536), b""))
        envelope = b"".join(iter(lambda: os.read(1, 65536), b""))
    except OSError:
        sys.exit(54)
    if not (envelope.startswith(b"F") and envelope.endswith(b"\0\0")):
        sys.exit(91)
    n = len(os.listdir(folder))
    with open("%s/%d" % (folder, n), "wb") as f:
        f.write(envelope.replace(b"\0", b"|") + b"\n" + message)
    sys.exit(0)


def smtpd(file, sender, recipient, *argv):
    m, e = os.pipe(), os.pipe()
    p = subprocess.Popen(argv, stdin=m[0], stdout=e[0])
    os.close(m[0])
    os.close(e[0])

    def feed(fd, data):
        try:
            with os.fdopen(fd, "wb") as f:
                f.write(data)
        except BrokenPipeError:
            pass
    t = threading.Thread(target=feed, args=(
        e[1], b"F%s\0T%s\0\0" % (sender.encode(), recipient.encode())))
    t.start()
    feed(m[1], open(file, "rb").read())
    t.join()
    return str(p.wait())


def main():
    answer = {"remote": remote, "rspawn": rspawn, "queue": queue,
              "smtpd": smtpd}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(answer + "\n")


main()
