#!/usr/bin/env python3
"""usage: smtp-sink.py PORT DIR

An SMTP server on 127.0.0.1 that takes every message, and writes each to DIR/N.eml
as it came, dot-stuffing undone and CRLF kept.  The envelope is in DIR/N.env, a
line each.  While DIR/answer exists, its text answers the end of DATA.  DIR/ready
appears when it listens.
"""
import os
import socketserver
import sys
import threading

PORT, DIR = int(sys.argv[1]), sys.argv[2]
lock = threading.Lock()
count = 0


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def data(self):
        self.say("354 go ahead")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None     # cut off: no message

    def handle(self):
        global count
        envelope = []
        self.say("220 sink.example ESMTP")
        for line in self.rfile:
            verb = line.strip().upper()[:4]
            if verb == b"EHLO":
                self.say("250-sink.example")
                self.say("250 8BITMIME")
            elif verb == b"DATA":
                message = self.data()
                if message is None:
                    return
                answer = "250 taken"
                if os.path.exists(DIR + "/answer"):
                    answer = open(DIR + "/answer").read().strip()
                if answer.startswith("2"):
                    with lock:
                        count += 1
                        name = "%s/%d" % (DIR, count)
                    open(name + ".env", "wb").write(b"".join(envelope))
                    with open(name + ".tmp", "wb") as f:
                        f.write(message)
                    os.rename(name + ".tmp", name + ".eml")
                self.say(answer)
                envelope = []
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                if verb in (b"MAIL", b"RCPT"):
                    envelope.append(line)
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


os.makedirs(DIR, exist_ok=True)
with Server(("127.0.0.1", PORT), Session) as server:
    open(DIR + "/ready", "w").close()
    server.serve_forever()
