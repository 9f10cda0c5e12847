"""Types the examples of a manual page: manual-examples.py PAGE RECIPES

What follows "$ " or "# ", whichever a literal display begins with, is a command,
with the lines below it while one ends in a backslash, a bar or "&&".  The lines
under it are what it prints, all of it: "..." stands for any text, white space is
not compared, and today is 22 November 2026.
Each result is a line: ok, no or skip, a tab, the name, a tab, the reason.
"""
import grp, os, re, subprocess, sys, time

HERE = os.getcwd()
GROUP = grp.getgrgid(os.getgid()).gr_name

# Cannot be typed here: what it matches, and why.
ELSEWHERE = [
    (r"adduser", "it changes the users of the system"),
    (r"key-from-postgresql|CREATE TABLE", "it needs PostgreSQL, which 0821 has"),
    (r"redis-cli", "it needs Redis, which 0822 has"),
    (r"pkcs11-tool|sign-with-pkcs11", "it needs a token, which 0830 has"),
    (r"--wait 8h", "it waits for somebody who pastes the record"),
    (r"^MAILTO=", "lines for cron(8)"),
    (r"^\[(Unit|Timer)\]", "a unit for systemd(1)"),
    (r"bump-serial", "it needs BIND; 0601 has programs of this kind"),
    (r"^argv=.*--signing-table", "it needs Postfix; 0940 takes this line from here"),
]


def displays(page):
    section, lines = "", None
    for line in open(page, encoding="utf-8").read().split("\n"):
        if line.startswith(".Sh"):
            section = line[4:]
        elif line.startswith(".Bd -literal") and (
                section == "EXAMPLES" or "dkim-tools.7" in page):
            lines = []
        elif line.startswith(".Ed") and lines is not None:
            yield lines
            lines = None
        elif lines is not None:
            for escape, char in ((r"\&", ""), (r"\e", "\\"), (r"\(aq", "'"),
                    (r"\(dq", '"'), (r"\-", "-")):
                line = line.replace(escape, char)
            lines.append(line)


def commands(lines):
    """Pairs of a command, on one line, and what it is said to print."""
    found, more = [], False
    for line in lines:
        if line[:2] == lines[0][:2]:
            found.append(["", []])
            line, more = line[2:], True
        elif not more:
            found[-1][1].append(line)
            continue
        found[-1][0] += " " + line.strip().removesuffix("\\").rstrip()
        more = line.endswith(("\\", "|", "&&"))
    return [(command.strip(), "\n".join(shown)) for command, shown in found]


def flat(text):
    return " ".join(text.split())


def report(verdict, name, why=""):
    print(verdict, flat(name).replace("\\", ""), why, sep="\t", flush=True)


def type_in(command, shown):
    # The folders of the system and its groups are ours.
    typed = command.replace("/etc/", HERE + "/etc/").replace("/usr/local/bin/", "")
    typed = typed.replace("/usr/local/libexec/dkim-tools/", "")
    typed = re.sub(r"(--group |chgrp )(dkim|Debian-exim)", r"\g<1>" + GROUP, typed)
    done = subprocess.run(["timeout", "60", "sh", "-c", typed], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace")
    printed = done.stdout.replace(HERE + "/", "/")
    for form, day in ("%Y%m%d", "20261122"), ("%Y-%m-%d", "2026-11-22"):
        printed = printed.replace(time.strftime(form, time.gmtime()), day)
    printed = re.sub(r"(Authentication-Results: )[^ ;]+;", r"\1mx.example.net;", printed)
    wanted = ".*?".join(re.escape(flat(part)) for part in shown.split("..."))
    wanted = wanted.replace(".*?", r"\s*.*?\s*")
    good = done.returncode == 0 and not done.stderr and re.fullmatch(
        wanted, flat(printed), re.DOTALL)
    report("ok" if good else "no", command, "" if good else
        "status %d, on standard error: %r, printed: %r" % (
            done.returncode, done.stderr, printed))


def main():
    recipes = flat(open(sys.argv[2]).read())
    for lines in displays(sys.argv[1]):
        text = flat("\n".join(lines))
        why = [why for pattern, why in ELSEWHERE if re.search(pattern, text)]
        if text in recipes or re.sub(r"^# | # ", " ", text).strip() in recipes:
            report("ok", lines[0] + " ... is a recipe, which the mail systems run")
        elif why:
            report("skip", text[:60], why[0])
        elif lines[0][:2] not in ("$ ", "# "):
            report("no", text, "neither typed nor run elsewhere")
        else:
            for command, shown in commands(lines):
                type_in(command, shown)


main()
