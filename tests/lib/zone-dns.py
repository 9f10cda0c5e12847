#!/usr/bin/env python3
"""usage: zone-dns.py ADDR PORT ZONE READY

A DNS server for one test: answers TXT from ZONE as dkim-dnsrec -F zone writes it
(read anew for each query), A with 127.0.0.1 for *.example names, and NXDOMAIN.
While ZONE.down exists it answers nothing at all.  UDP and TCP; READY appears when
it listens.
"""
import os
import re
import socket
import socketserver
import struct
import sys
import threading

ADDR, PORT, ZONE, READY = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def records():
    text = open(ZONE).read()
    found = {}
    for name, rest in re.findall(
            r'(?m)^(\S+)\s+(?:\d+\s+)?(?:IN\s+)?TXT\s+(\([^)]*\)|.*)$', text):
        strings = re.findall(r'"([^"]*)"', rest)
        found[name.lower().rstrip(".")] = [s.encode() for s in strings]
    return found


def answer(query, tcp):
    if os.path.exists(ZONE + ".down"):
        return None
    labels, i = [], 12
    while query[i]:
        labels.append(query[i + 1:i + 1 + query[i]])
        i += 1 + query[i]
    question = query[12:i + 5]
    kind = struct.unpack(">H", query[i + 1:i + 3])[0]
    name = b".".join(labels).decode().lower()
    data = None
    if kind == 16 and name in records():
        data = b"".join(bytes([len(s)]) + s for s in records()[name])
    elif kind == 1 and name.endswith(".example"):
        data = socket.inet_aton("127.0.0.1")
    rcode = 0 if data or name.endswith("example") or name in records() else 3
    head = query[:2] + struct.pack(">HHHHH", 0x8580 | rcode, 1, 1 if data else 0, 0, 0)
    out = head + question
    if data:
        out += struct.pack(">HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
    return out


def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((ADDR, PORT))
    open(READY, "w").close()
    while True:
        query, peer = s.recvfrom(4096)
        reply = answer(query, False)
        if reply is not None:
            s.sendto(reply, peer)


class Stream(socketserver.BaseRequestHandler):
    def handle(self):
        size = self.request.recv(2)
        query = self.request.recv(struct.unpack(">H", size)[0])
        reply = answer(query, True)
        if reply is not None:
            self.request.sendall(struct.pack(">H", len(reply)) + reply)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


server = Server((ADDR, PORT), Stream)
threading.Thread(target=server.serve_forever, daemon=True).start()
udp()
