"""One run of a compiled COBOL program in the sandbox: its inputs put in place, a clock that stands still, what it left.

    >>> file_names(["CUST.DAT"])["DD_CUST"]
    '/w/CUST.DAT'
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from provenance.languages.toolchain import HEAD, Inputs, Observation
from provenance.sources.sandbox import Limits, Sandbox
from provenance.sources.sandbox_folder import fingerprints, put

_RUN = Limits()
#: A clock that stands still. Without the hundredths GnuCOBOL 3.1 takes those from the real clock.
_RUN_ENV = {"COB_CURRENT_DATE": "2020/01/02 03:04:05.00", "TZ": "UTC"}
#: A name under which GnuCOBOL looks for a file in the environment.
_DD_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


def run_once(
    sandbox: Sandbox, program: bytes, inputs: Inputs, binds: tuple[tuple[str, str], ...]
) -> tuple[Observation, bytes]:
    """What an executable program does with its inputs in a fresh folder, and its whole standard output."""
    with sandbox.workdir() as shelf, sandbox.workdir() as folder:
        put(shelf, "prog", program, 0o755)
        for name, data in inputs.files.items():
            put(folder, name, data)
        done = sandbox.run(["/prog", *inputs.arguments], folder, {**file_names(inputs.files), **_RUN_ENV}, _RUN,
                                ((str(shelf / "prog"), "/prog"), *binds), inputs.stdin)
        # A folder over its limit may be too deep to walk; that it was stopped for says enough.
        files = {} if done.stopped == "folder" else fingerprints(folder)
    if done.stopped != "folder":
        for name, data in inputs.files.items():
            given = hashlib.sha256(data).hexdigest()
            # An input that is gone is something that the program did, like one that was changed.
            if files.setdefault(name, hashlib.sha256(b"removed\0").hexdigest()) == given:
                del files[name]
    digest = hashlib.sha256(done.stdout).hexdigest()
    seen = Observation(done.returncode, digest, len(done.stdout), files, done.stopped, _head(done.stdout), _head(done.stderr))
    return seen, done.stdout


def _head(output: bytes) -> str:
    return output[: 4 * HEAD].decode("utf-8", "replace")[:HEAD]


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Where GnuCOBOL looks for an external file name before it looks into the folder."""
    found: dict[str, str] = {}
    for name in sorted(names):
        stem = name.split(".", 1)[0]
        for spelling in (name, name.upper(), stem, stem.upper()):
            if _DD_NAME.fullmatch(spelling):
                found.setdefault(f"DD_{spelling}", f"/w/{name}")
    return found
