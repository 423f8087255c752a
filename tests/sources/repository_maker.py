"""Small git repositories with fixed dates, made by git itself."""

import os
import subprocess
from pathlib import Path

KEY = b"k" * 32
OLD, NEW = "2015-03-01T12:00:00Z", "2024-03-01T12:00:00Z"
ADA = ("Ada Lovelace", "ada@example.org")
HELLO = "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. HELLO.\n       PROCEDURE DIVISION.\n           STOP RUN.\n"
MIT = (
    "MIT License\n\nCopyright (c) 2015 Ada\n\n"
    "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
    "of this software ... The above copyright notice and this permission notice shall be included in all\ncopies ...\n"
)


class Maker:
    """A work tree to fill and commit."""

    def __init__(self, root: Path, *args: str) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", *args, ".")

    def git(self, *args, at=NEW, who=ADA, data=None, config=()):
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_AUTHOR_NAME": who[0],
            "GIT_AUTHOR_EMAIL": who[1],
            "GIT_AUTHOR_DATE": at,
            "GIT_COMMITTER_NAME": who[0],
            "GIT_COMMITTER_EMAIL": who[1],
            "GIT_COMMITTER_DATE": at,
            "TZ": "UTC",
        }
        options = [part for pair in config for part in ("-c", pair)]
        done = subprocess.run(["git", *options, *args], cwd=self.root, env=env, input=data, capture_output=True)
        assert done.returncode == 0, (args, done.stderr)
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, files):
        for name, content in files.items():
            path = os.path.join(os.fsencode(self.root), os.fsencode(name))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)

    def commit(self, files=None, message="change", at=NEW, who=ADA, extra=()):
        self.write(files or {})
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "--allow-empty", "-m", message, *extra, at=at, who=who)
        return self.git("rev-parse", "HEAD")
