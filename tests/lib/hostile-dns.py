#!/usr/bin/env python3
"""A name server that misbehaves as the first label of the query name says.

usage: hostile-dns.py PORTS LOG

Writes lines "NAME PORT" to PORTS once it is ready:
    main     UDP and TCP
    second   UDP and TCP, where labels that begin with "a-" are answered well
    udponly  UDP alone: TCP is refused there
    silent   UDP, never read
    closed   nothing is there
and a line "NAME PROTOCOL LABEL" to LOG for every query.  Ends by itself after
two minutes.
"""

import os
import socket
import struct
import sys
import threading
import time

TXT, CNAME, DNAME, IN = 16, 5, 39, 1
QR, AA, TC, RD, RA, AD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020
GOOD = b"v=DKIM1; p=good"


def wire(name):
    return b"".join(bytes([len(l)]) + l for l in name.split(b".") if l) + b"\0"


def strings(text):
    parts = [text[i:i + 255] for i in range(0, len(text), 255)]
    return b"".join(bytes([len(p)]) + p for p in parts)


def rr(owner, rtype, rdata, ttl=300, length=None):
    if length is None:
        length = len(rdata)
    return owner + struct.pack(">HHIH", rtype, IN, ttl, length) + rdata


class Query:
    def __init__(self, packet):
        self.id, self.flags, _, _, _, self.extra = struct.unpack(
            ">6H", packet[:12])
        end = 12
        while packet[end]:
            end += packet[end] + 1
        self.name = packet[12:end + 1]
        self.question = packet[12:end + 5]
        self.label = packet[13:13 + packet[12]].decode().lower()
        self.edns = packet[end + 5:] if self.extra else b""

    def reply(self, answer=(), authority=(), additional=(), flags=RA,
              rcode=0, qid=None, question=None, qdcount=1):
        head = struct.pack(
            ">6H", self.id if qid is None else qid,
            (QR | RD | flags if flags >= 0 else RD) | rcode, qdcount,
            len(answer), len(authority), len(additional))
        if question is None:
            question = self.question
        return head + question + b"".join(answer) + b"".join(
            authority) + b"".join(additional)

    def txt(self, text=GOOD, **more):
        return self.reply([rr(b"\xc0\x0c", TXT, strings(text))], **more)

    def chain(self, links, end=b"v=DKIM1; p=end", shuffle=False):
        names = [self.name] + [
            wire(b"c%d.chain.test" % i) for i in range(links)]
        answer = [rr(names[i], CNAME, names[i + 1]) for i in range(links)]
        if end is not None:
            answer.append(rr(names[-1], TXT, strings(end)))
        if shuffle:
            answer.reverse()
        return self.reply(answer)

    def loop(self, links):
        names = [self.name] + [
            wire(b"l%d.loop.test" % i) for i in range(links - 1)]
        return self.reply([
            rr(names[i], CNAME, names[(i + 1) % links])
            for i in range(links)])

    def swapped(self):
        flip = bytes(c ^ 0x20 if i % 2 and chr(c).isalpha() else c
                     for i, c in enumerate(self.name))
        return flip + self.question[-4:]


def opt(rcode=0):
    return b"\0" + struct.pack(">HHBBHH", 41, 1232, rcode, 0, 0, 0)


def texts(query, count):
    return [rr(b"\xc0\x0c", TXT, strings(b"text %d" % i))
            for i in range(count)]


# What is sent over UDP: one packet, or a list of them.
def misbehave(query, label):
    q = query
    good = q.txt()
    name, other = q.name, wire(b"other.test")
    pad = b"\0" * 8
    packets = {
        "good": lambda: good,
        "shape": lambda: q.txt(
            ("flags=%04x edns=%s" % (q.flags, q.edns.hex())).encode()),
        # not the reply to this query
        "wrong-id": lambda: q.txt(qid=q.id ^ 1),
        "wrong-question": lambda: q.txt(question=other + b"\0\x10\0\1"),
        "wrong-type": lambda: q.txt(question=name + b"\0\1\0\1"),
        "wrong-class": lambda: q.txt(question=name + b"\0\x10\0\3"),
        "longer-question": lambda: q.txt(
            question=b"\1x" + name + b"\0\x10\0\1"),
        "qr0": lambda: q.txt(flags=-1),
        "opcode": lambda: q.txt(flags=0x2000),
        "qdcount0": lambda: q.reply(
            [rr(name, TXT, strings(GOOD))], question=b"", qdcount=0),
        "qdcount2": lambda: q.reply(
            [rr(name, TXT, strings(GOOD))], question=q.question * 2,
            qdcount=2),
        "tiny": lambda: good[:5],
        "empty": lambda: b"",
        "silent": lambda: [],
        # the right reply with wrong records
        "owner-mismatch": lambda: q.reply([rr(other, TXT, strings(GOOD))]),
        "parent-owner": lambda: q.reply(
            [rr(name[name[0] + 1:], TXT, strings(GOOD))]),
        "class-chaos": lambda: q.reply(
            [name + struct.pack(">HHIH", TXT, 3, 300, 3) + b"\2ab"]),
        "txt-in-authority": lambda: q.reply(
            authority=[rr(name, TXT, strings(GOOD))]),
        "txt-in-additional": lambda: q.reply(
            additional=[rr(name, TXT, strings(GOOD))]),
        "cname-loop-1": lambda: q.loop(1),
        "cname-loop-2": lambda: q.loop(2),
        "cname-loop-9": lambda: q.loop(9),
        "cname-8": lambda: q.chain(8),
        "cname-9": lambda: q.chain(9),
        "cname-shuffled": lambda: q.chain(4, shuffle=True),
        "cname-nothing": lambda: q.chain(2, end=None),
        "cname-two": lambda: q.reply([
            rr(name, CNAME, other), rr(name, CNAME, wire(b"x.test")),
            rr(other, TXT, strings(GOOD))]),
        "cname-and-txt": lambda: q.reply([
            rr(name, TXT, strings(b"v=DKIM1; p=evil")),
            rr(name, CNAME, other), rr(other, TXT, strings(GOOD))]),
        "dname": lambda: q.reply([
            rr(name[name[0] + 1:], DNAME, wire(b"moved.test")),
            rr(name, CNAME, name[:name[0] + 1] + wire(b"moved.test")),
            rr(name[:name[0] + 1] + wire(b"moved.test"), TXT,
               strings(GOOD))]),
        "ttl-least": lambda: q.reply([
            rr(name, CNAME, other, ttl=77), rr(other, TXT, strings(GOOD))]),
        "ttl-high": lambda: q.reply(
            [rr(name, TXT, strings(GOOD), ttl=0xffffffff)]),
        "ad": lambda: q.txt(flags=RA | AD),
        # codes
        "servfail": lambda: q.reply(rcode=2),
        "refused": lambda: q.reply(rcode=5),
        "notimp": lambda: q.reply(rcode=4),
        "formerr": lambda: q.reply(rcode=1),
        "lame": lambda: q.reply(
            authority=[rr(b"\0", 2, other)], flags=0),
        "nxdomain": lambda: q.reply(rcode=3),
        "nxdomain-txt": lambda: q.txt(rcode=3),
        "nxdomain-cname": lambda: q.reply(
            [rr(name, CNAME, other)], rcode=3),
        "nodata": lambda: q.reply(),
        "formerr-edns": lambda: q.reply(rcode=1) if q.edns else good,
        "formerr-header": lambda: q.reply(
            rcode=1, question=b"", qdcount=0) if q.edns else good,
        "notimp-edns": lambda: q.reply(rcode=4) if q.edns else good,
        "badvers": lambda: q.reply(
            additional=[opt(1)]) if q.edns else good,
        # malformed
        "compression-loop": lambda: q.reply(
            [rr(b"\xc0" + bytes([12 + len(q.question)]), TXT, b"\2ab")]),
        "forward-pointer": lambda: q.reply(
            [rr(b"\xc0" + bytes([12 + len(q.question) + 14]), TXT,
                b"\2ab")]) + pad,
        "pointer-beyond": lambda: q.reply([rr(b"\xff\xff", TXT, b"\2ab")]),
        "label-type": lambda: q.reply([rr(b"\x80\x0c", TXT, b"\2ab")]),
        "rdlength-beyond": lambda: q.reply(
            [rr(b"\xc0\x0c", TXT, b"\2ab", length=200)]),
        "txtlen-beyond": lambda: q.reply(
            [rr(b"\xc0\x0c", TXT, b"\x30ab")]) + pad,
        "count-beyond": lambda: good[:6] + b"\0\x09" + good[8:],
        "cut": lambda: good[:-4],
        "cname-beyond": lambda: q.reply(
            [rr(b"\xc0\x0c", CNAME, b"\x3fabc")]) + pad,
        "zero-strings": lambda: q.reply([rr(b"\xc0\x0c", TXT, b"")]),
        "empty-strings": lambda: q.reply(
            [rr(b"\xc0\x0c", TXT, b"\0" * 300)]),
        # octets and sizes
        "txt-nul": lambda: q.txt(b"a\0b"),
        "txt-8bit": lambda: q.txt(b"a\x80\xffb"),
        "txt-crlf": lambda: q.txt(b"a\r\nb"),
        "txt-16384": lambda: q.txt(b"x" * 16384),
        "txt-16385": lambda: q.txt(b"x" * 16385),
        "txt-long-and-short": lambda: q.reply([
            rr(name, TXT, strings(b"x" * 16385)),
            rr(name, TXT, strings(GOOD))]),
        "rrs-64": lambda: q.reply(texts(q, 64)),
        "rrs-255": lambda: q.reply(texts(q, 255)),
        "case-0x20": lambda: q.txt(question=q.swapped()),
        "flood": lambda: [q.txt(qid=q.id ^ (1 + i)) for i in range(100)] +
        [good],
    }
    if label.endswith("-then-good"):
        bad = misbehave(query, label[:-len("-then-good")])
        return (bad if isinstance(bad, list) else [bad]) + [good]
    if label.startswith("tc-"):
        # a part that must not be used
        return q.txt(b"v=DKIM1; p=part", flags=RA | TC)
    return packets[label]()


# What is sent over TCP: pieces, each after a pause; None stays silent.
def misbehave_tcp(query, label):
    def framed(packet):
        return struct.pack(">H", len(packet)) + packet

    good = framed(query.txt(b"v=DKIM1; p=" + b"B" * 800))
    drip = [(1.0, good[i:i + 1]) for i in range(60)]
    table = {
        "tc-good": [(0, good)],
        "tc-pieces": [(0.01, good[i:i + 100])
                      for i in range(0, len(good), 100)],
        "tc-tcp-close": [],
        "tc-tcp-half": [(0, good[:len(good) // 2])],
        "tc-tcp-half-silent": [(0, good[:len(good) // 2]), None],
        "tc-tcp-silent": [None],
        "tc-tcp-65535": [(0, b"\xff\xff"), None],
        "tc-tcp-zero": [(0, b"\0\0"), None],
        "tc-tcp-drip": drip,
        "tc-tcp-wrong-id": [(0, framed(query.txt(qid=query.id ^ 1)))],
        "tc-tcp-tc": [(0, framed(query.txt(flags=RA | TC)))],
        "tc-tcp-servfail": [(0, framed(query.reply(rcode=2)))],
        "tc-txt-65000": [(0, framed(query.txt(b"x" * 65000)))],
        "tc-nxdomain": [(0, framed(query.reply(rcode=3)))],
    }
    return table.get(label, [(0, framed(query.txt()))])


class Server:
    def __init__(self, name, log, tcp=True):
        self.name, self.log = name, log
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        threading.Thread(target=self.serve_udp, daemon=True).start()
        if tcp:
            self.tcp.listen(64)
            threading.Thread(target=self.serve_tcp, daemon=True).start()
        # Bound without listening, the port refuses.

    def label(self, query, protocol):
        self.log.write("%s %s %s\n" % (self.name, protocol, query.label))
        self.log.flush()
        if query.label.startswith("a-"):
            return "good" if self.name == "second" else query.label[2:]
        return query.label

    def serve_udp(self):
        seen = set()
        while True:
            packet, peer = self.udp.recvfrom(65535)
            query = Query(packet)
            label = self.label(query, "udp")
            if label.startswith("foreign-"):
                address = "127.0.0.1" if label == "foreign-port" else \
                    "127.0.0.2"
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                    try:
                        s.bind((address, 0))
                        s.sendto(query.txt(), peer)
                    except OSError:
                        pass  # not every system has all of 127/8
            elif label.startswith("late-"):
                again = query.name in seen
                seen.add(query.name)
                if label == "late-each" or not again:
                    threading.Timer(1.2, self.udp.sendto,
                                    (query.txt(), peer)).start()
            elif label.startswith("first-lost"):
                if query.name in seen:
                    self.udp.sendto(query.txt(), peer)
                seen.add(query.name)
            else:
                packets = misbehave(query, label)
                if not isinstance(packets, list):
                    packets = [packets]
                for p in packets:
                    self.udp.sendto(p, peer)

    def serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            threading.Thread(target=self.talk, args=(connection,),
                             daemon=True).start()

    def talk(self, connection):
        with connection:
            try:
                length = connection.recv(2, socket.MSG_WAITALL)
                packet = connection.recv(struct.unpack(">H", length)[0],
                                         socket.MSG_WAITALL)
                query = Query(packet)
                for piece in misbehave_tcp(query, self.label(query, "tcp")):
                    if piece is None:
                        connection.recv(1)
                        break
                    time.sleep(piece[0])
                    connection.sendall(piece[1])
            except OSError:
                pass


def main():
    ports, log = sys.argv[1:]
    with open(log, "w") as f:
        servers = [Server("main", f), Server("second", f),
                   Server("udponly", f, tcp=False)]
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        silent.bind(("127.0.0.1", 0))
        closed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        closed.bind(("127.0.0.1", 0))
        lines = [(s.name, s.port) for s in servers]
        lines += [("silent", silent.getsockname()[1]),
                  ("closed", closed.getsockname()[1])]
        closed.close()
        with open(ports + ".new", "w") as out:
            out.writelines("%s %d\n" % line for line in lines)
        os.rename(ports + ".new", ports)
        time.sleep(120)


if __name__ == "__main__":
    main()
