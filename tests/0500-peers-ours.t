#!/usr/bin/env python3
# test: peer
"""What dkim-sign signs verifies elsewhere: dkimpy, Mail::DKIM and OpenDKIM over
the messages of tests/peers/messages.py, all four canonicalizations, RSA and
Ed25519, LF and CRLF.  Known faults of a peer are named and explained."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
import cross  # noqa: E402
from cross import forge  # noqa: E402

forge.need("dkim-sign", "dkim-verify")
T = forge.scratch()
tap = forge.Tap()
matrix = cross.Matrix(T)
failed = cross.sign_ours(matrix, matrix.jobs)
tap.ok(not failed, "dkim-sign signs all %d" % len(matrix.jobs), *["%s: %r" % f for f in failed[:5]])
jobs = [j for j in matrix.jobs if os.path.exists(matrix.signed("ours", j))]
paths = [matrix.signed("ours", j) for j in jobs]
all_peers = cross.peers(T)
there = [p for _, p, _ in all_peers if p]
answers = cross.two_at_once([(p.verify, matrix, paths) for p in there]
                            + [(cross.verify_ours, matrix, paths)])
for name, peer, why in [("dkim-verify", None, "")] + all_peers:
    if not peer and why:
        tap.skip("ours at " + name, why)
        continue
    got = answers[there.index(peer) if peer else -1]
    cross.report(tap, name, "ours", matrix, jobs, lambda j: got.get(
        matrix.signed("ours", j), ("nothing", getattr(peer, "noise", ""))), "ours at " + name)
tap.done()
