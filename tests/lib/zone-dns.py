#!/usr/bin/env python3
"""usage: zone-dns.py ADDR PORT ZONE READY

A DNS server for one test: answers TXT from ZONE as dkim-dnsrec -F zone writes it
(read anew for each query), A with 127.0.0.1 for *.example names, and NXDOMAIN.
UDP and TCP; READY appears when it listens, with the port, which PORT 0 leaves to
the system.  Files change what it does while they exist:
    ZONE.down   nothing is answered at all
    ZONE.slow   each answer takes so many seconds
    ZONE.tc     over UDP all is truncated
    ZONE.lost   the first query for a name over UDP is lost, anew with each touch
"""
import os
import re
import socket
import socketserver
import struct
import sys
import threading
import time

ADDR, PORT, ZONE, READY = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def records():
    text = open(ZONE).read()
    found = {}
    for name, rest in re.findall(
            r'(?m)^(\S+)\s+(?:\d+\s+)?(?:IN\s+)?TXT\s+(\([^)]*\)|.*)$', text):
        strings = re.findall(r'"([^"]*)"', rest)
        found[name.lower().rstrip(".")] = [s.encode() for s in strings]
    return found


def slow():
    try:
        return float(open(ZONE + ".slow").read())
    except OSError:
        return 0


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
    if not tcp and os.path.exists(ZONE + ".lost"):
        first = (name, os.stat(ZONE + ".lost").st_mtime_ns)
        if first not in seen:
            seen.add(first)
            return None
    time.sleep(slow())
    data = None
    if kind == 16 and name in records():
        data = b"".join(bytes([len(s)]) + s for s in records()[name])
    elif kind == 1 and name.endswith(".example"):
        data = socket.inet_aton("127.0.0.1")
    flags = 0x8580
    if not tcp and os.path.exists(ZONE + ".tc"):
        data, flags = None, flags | 0x0200
    elif not (data or name.endswith("example") or name in records()):
        flags |= 3
    head = query[:2] + struct.pack(">HHHHH", flags, 1, 1 if data else 0, 0, 0)
    out = head + question
    if data:
        out += struct.pack(">HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
    return out


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        query, sock = self.request
        reply = answer(query, False)
        if reply is not None:
            sock.sendto(reply, self.client_address)


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


class DatagramServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


seen = set()
server = Server((ADDR, PORT), Stream)
port = server.server_address[1]
datagrams = DatagramServer((ADDR, port), Datagram)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(READY + ".new", "w") as f:
    f.write("%d\n" % port)
os.rename(READY + ".new", READY)
datagrams.serve_forever()
