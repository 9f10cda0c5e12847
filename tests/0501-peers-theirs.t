#!/usr/bin/env python3
# test: peer
"""What dkimpy, Mail::DKIM and OpenDKIM sign verifies with dkim-verify: the
messages and combinations of 0500, the other way."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
import cross  # noqa: E402
from cross import forge  # noqa: E402

forge.need("dkim-verify")
T = forge.scratch()
tap = forge.Tap()
matrix = cross.Matrix(T)
all_peers = cross.peers(T)
there = [p for _, p, _ in all_peers if p]
made = cross.two_at_once([(p.sign, matrix, p.name.replace(":", ""), matrix.jobs) for p in there])
for name, peer, why in all_peers:
    if not peer:
        tap.skip("theirs, by " + name, why)
        continue
    who, signed = name.replace(":", ""), made[there.index(peer)]
    judged = cross.verify_ours(matrix, [p for p, (r, _) in signed.items() if r == "pass"])

    def result(job):
        path = matrix.signed(who, job)
        mine = signed.get(path, ("nothing", peer.noise))
        if mine[0] != "pass":
            return mine if mine[0] == "skip" else ("not signed", mine[1])
        return judged.get(path, ("not judged", ""))

    cross.report(tap, name, "theirs", matrix, matrix.jobs, result, "theirs, by " + name)
tap.done()
