"""git repositories to look at, made in one go, the same each time."""

import subprocess

PEOPLE = ("Hilde Brandt <hilde@example.org>", "Wiglaf <wiglaf@geats.example>", "Wealhtheow <wealhtheow@heorot.example>")
BEGIN = 1_790_000_000  # of the first commit, in seconds
APART = 5 * 3600


def blob(text):
    return f"data {len(text.encode())}\n{text}".encode()


def stream(subjects, branch, notes):
    """For `git fast-import`: commits in that order, each of which changes `data/toll.txt`, and with `notes` adds a file of its own."""
    for n, subject in enumerate(subjects):
        author, when = PEOPLE[n % len(PEOPLE)], BEGIN + n * APART
        yield f"commit refs/heads/{branch}\nauthor {author} {when} +0000\ncommitter {author} {when} +0000\n".encode()
        yield blob(f"{subject}\n") + b"M 100644 inline data/toll.txt\n" + blob(f"Toll: {n} goats\n")
        if notes:
            yield f"M 100644 inline notes/{n}.txt\n".encode() + blob(f"{subject}\n")


class Repository:
    """One of those commits, the first of them the oldest."""

    def __init__(self, folder, subjects, branch="main", notes=True):
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", f"--initial-branch={branch}")
        self.git("fast-import", "--quiet", input=b"".join(stream(subjects, branch, notes)))

    def git(self, *words, **options):
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
        done = subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=self.folder, env=environment, check=True, stdout=subprocess.PIPE, **options)
        return done.stdout.decode().strip()

    def checkout(self):
        self.git("reset", "--quiet", "--hard")
        return self
