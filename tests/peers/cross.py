"""Cross-checks with other implementations, for tests/0500 and 0501: the peers,
the keys, the matrix of messages, and where a peer is known to be wrong."""
import concurrent.futures
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, HERE)
import forge  # noqa: E402
import messages  # noqa: E402

NOW = 1795341600
CANONS = ("simple", "relaxed")
# selector: what openssl is to make, and the a= that goes with it
KEYS = {"r1024": ("rsa", 1024, "rsa-sha256"), "r2048": ("rsa", 2048, "rsa-sha256"),
        "r4096": ("rsa", 4096, "rsa-sha256"), "ed": ("ed25519", 0, "ed25519-sha256")}
NO_NEWLINE = ("no-final-newline", "no-final-newline-space", "spaces-only", "one-byte", "attached")


def known(peer, direction, message, header, body, selector):
    """The reason why this peer is expected to disagree, or None.  direction is
    "ours" (it verifies what we signed) or "theirs" (we verify what it signed).
    All of these were seen with dkimpy 1.1.4, Mail::DKIM 1.20230212 and OpenDKIM
    2.11.0; a peer that has been mended is reported, and does not fail."""
    if peer == "Mail::DKIM" and body == "simple" and message in NO_NEWLINE:
        return ("Mail::DKIM adds no CRLF to an unfinished last line under simple; SMTP will, "
                "so we hash it (RFC 6376 sections 3.4.3 and 5.3)")
    if (peer == "OpenDKIM" and direction == "theirs" and header == "simple"
            and selector == "ed"):
        return ("libopendkim hashes an Ed25519 field with b= on the line before it and then folds "
                "there, so it cannot verify it either")
    if (peer == "OpenDKIM" and body == "relaxed" and message in NO_NEWLINE
            and message != "spaces-only"):
        return ("libopendkim adds no CRLF to an unfinished last line under relaxed "
                "(RFC 6376 section 3.4.4: it is added)")
    if peer == "dkimpy" and body == "relaxed" and message in ("no-final-newline-space", "spaces-only"):
        return ("dkimpy strips blanks only before a CRLF, not at the end of an unfinished line; "
                "SMTP adds that CRLF (RFC 6376 section 3.4.4)")
    return None


class Matrix:
    """The keys and the messages, and one job for each combination."""

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(os.path.join(folder, "in"))
        self.names = list(messages.write(os.path.join(folder, "in")))
        records = {}
        for s, (kind, bits, _) in KEYS.items():
            path = self.key(s)
            more = ["-pkeyopt", "rsa_keygen_bits:%d" % bits] if bits else []
            forge.run("openssl", "genpkey", "-algorithm", kind, *more, "-out", path)
            os.chmod(path, 0o600)
            public = forge.run("openssl", "pkey", "-in", path, "-pubout", "-outform", "DER").out
            text = forge.b64(public if bits else public[-32:]).decode()
            records["%s._domainkey.example.com" % s] = "v=DKIM1; k=%s; p=%s" % (kind, text)
        self.zone = forge.write(os.path.join(folder, "zone"), forge.zone(records))
        self.keys = forge.write(os.path.join(folder, "keys"), "".join(
            "%s\t%s\n" % i for i in records.items()))
        self.jobs = list(self.combine())

    def key(self, selector):
        return os.path.join(self.folder, selector + ".pem")

    def combine(self):
        for m in self.names:
            some = (("r2048", "ed") if m != "plain" and m != "trailing-space" else KEYS)
            n = 0
            for eol in ("lf", "crlf"):
                for header in CANONS:
                    for body in CANONS:
                        for s in some:
                            n += 1
                            # the 10 MB in four of the sixteen ways
                            if m not in messages.LARGE or n in (1, 7, 12, 14):
                                yield m, eol, header, body, s

    def source(self, job):
        return os.path.join(self.folder, "in", "%s-%s.eml" % job[:2])

    def signed(self, who, job):
        d = os.path.join(self.folder, who)
        os.makedirs(d, exist_ok=True)
        return os.path.join(d, "-".join(job) + ".eml")


class Peer:
    def __init__(self, name, argv):
        self.name, self.argv = name, argv

    def run(self, lines, *args):
        """{last path of the line: (result, why)}"""
        p = subprocess.run([*self.argv, *args], input="".join(x + "\n" for x in lines).encode(),
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out = {}
        for line in p.stdout.decode("utf-8", "replace").splitlines():
            path, result, why = (line.split("\t") + ["", ""])[:3]
            out[path] = result, why
        self.noise = p.stderr.decode("utf-8", "replace")[-500:]
        return out

    def verify(self, matrix, paths):
        return self.run(paths, "verify", matrix.keys)

    def sign(self, matrix, who, jobs):
        return self.run(["\t".join((matrix.source(j), matrix.signed(who, j), j[2], j[3],
                                    KEYS[j[4]][2], "example.com", j[4], matrix.key(j[4])))
                         for j in jobs], "sign")


def peers(folder):
    """[(name, Peer or None, why not)]"""
    out = []
    python = forge.debian_python("dkim")
    out.append(("dkimpy", Peer("dkimpy", [python, "-W", "ignore", os.path.join(HERE, "dkimpy.py")])
                if python else None, "python3-dkim is not installed"))
    have = forge.run("perl", "-MMail::DKIM::Verifier", "-e1").status == 0
    out.append(("Mail::DKIM", Peer("Mail::DKIM", ["perl", os.path.join(HERE, "maildkim.pl")])
                if have else None, "libmail-dkim-perl is not installed"))
    binary = os.path.join(folder, "opendkim")
    flags = forge.run("pkg-config", "--cflags", "--libs", "opendkim").out.decode().split()
    made = flags and forge.run(os.environ.get("CC", "cc"), "-O1", "-o", binary,
                               os.path.join(HERE, "opendkim.c"), *flags).status == 0
    out.append(("OpenDKIM", Peer("OpenDKIM", [binary]) if made else None,
                "libopendkim-dev or a C compiler is not installed"))
    return out


def two_at_once(calls):
    """Runs the calls on two threads; their results in order."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [f.result() for f in [pool.submit(*c) for c in calls]]


def sign_ours(matrix, jobs):
    """dkim-sign on each; the list of (job, Run) that went wrong."""
    def one(job):
        with open(matrix.source(job), "rb") as f:
            text = f.read()
        r = forge.run("dkim-sign", "-d", "example.com", "-s", job[4], "-k", matrix.key(job[4]),
                      "-c", "%s/%s" % job[2:4], stdin=text)
        if r.status == 0 and not r.err and r.out.endswith(text):
            forge.write(matrix.signed("ours", job), r.out)
            return None
        return job, r
    return [x for x in two_at_once([(one, j) for j in jobs]) if x]


def verify_ours(matrix, paths):
    """dkim-verify on all of them: {path: (result, why)}"""
    out = {}
    for i in range(0, len(paths), 100):
        r = forge.run("dkim-verify", "-F", "json", "-Z", matrix.zone, *paths[i:i + 100], timeout=300)
        for line in r.out.decode("utf-8", "replace").splitlines():
            try:
                j = json.loads(line)
                first = j["signatures"][0]
                out[j["file"]] = first["result"], "%s %s" % (first["code"], first["reason"])
            except (ValueError, KeyError, IndexError, TypeError):
                out[line[:80]] = "none", "no JSON or no signature"
    return out


def report(tap, peer, direction, matrix, jobs, result, text):
    """A test for each message and key; one more for each known disagreement."""
    groups = {}
    for job in jobs:
        groups.setdefault((job[0], job[4]), []).append(job)
    skipped = set()
    for (message, selector), group in groups.items():
        wrong, reasons = [], {}
        for job in group:
            got, why = result(job)
            reason = known(peer, direction, message, job[2], job[3], selector)
            if got == "skip":
                skipped.add(why)
            elif reason:
                reasons.setdefault(reason, []).append(got)
            elif got != "pass":
                wrong.append("%s %s/%s: %s %s" % (job[1], job[2], job[3], got, why))
        if any(result(j)[0] == "skip" for j in group):
            continue
        tap.ok(not wrong, "%s: %s, %s" % (text, message, selector), *wrong)
        for reason, got in reasons.items():
            n = sum(g != "pass" for g in got)
            tap.ok(True, "%s: %s, %s: %s %s (%d of %d): %s" % (
                text, message, selector, peer, "disagrees, as expected" if n else
                "was expected to disagree, but agrees now", n, len(got), reason))
    for why in sorted(skipped):
        tap.skip("%s: %s" % (text, "Ed25519"), why)
