"""One program, run and watched: what several toolchains do alike with texts, inputs and what a run left behind.

    >>> encoded("caf\\xe9"), said_first("\\n  a.c:1: error: x\\nmore")
    (b'caf\\xc3\\xa9', 'a.c:1: error: x')
    >>> named("Bob", {"src/bob.rexx": "1", "src/alice.rexx": "2"}, (".rexx",))
    {'bob': ('src/bob.rexx', '1')}
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from provenance.languages.toolchain import HEAD, Inputs, Library, Observation
from provenance.sources.sandbox import Finished, Limits, Sandbox
from provenance.sources.sandbox_folder import fingerprints, put

#: What stands for an input file that the program removed: no file has this digest.
REMOVED = hashlib.sha256(b"removed\0").hexdigest()
_MESSAGE = 300
_WORD = re.compile(r"[%A-Za-z_][A-Za-z0-9_.$]*")


def encoded(text: str) -> bytes:
    """UTF-8; bytes that were not UTF-8 when they were read come back as they were, any other surrogate as "?"."""
    return text.encode("utf-8", "surrogateescape" if all(not 0xD800 <= ord(c) < 0xDC80 for c in text) else "replace")


def said_first(said: str, wanted: str = "") -> str:
    """The first line of a compiler's message, or the first that holds ``wanted``; cut to what a reason may hold."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if wanted in line), lines[0] if lines else "no message")[:_MESSAGE]


def named(text: str, library: Library, endings: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Stem of a member's file name (lower-case) -> (path, text), for every member that a word of the text names.

    Goes on through the members found, for languages whose programs call each other by file name. Case does not matter;
    of several members with one name the first path in order is taken. A word in a comment names a member too: one too
    many in the sandbox does no harm.
    """
    stems: dict[str, str] = {}
    for path in sorted(library, reverse=True):
        name = PurePosixPath(path)
        if name.suffix.lower() in endings:
            stems[name.stem.lower()] = path
    found: dict[str, tuple[str, str]] = {}
    todo = [text] if stems else []
    while todo:
        for word in dict.fromkeys(_WORD.findall(todo.pop())):
            stem = word.lower()
            if stem in stems and stem not in found:
                found[stem] = (stems[stem], library[stems[stem]])
                todo.append(found[stem][1])
    return found


def observe(sandbox: Sandbox, argv: Sequence[str], inputs: Inputs, env: Mapping[str, str], limits: Limits,
            binds: Sequence[tuple[str, str]] = ()) -> Observation:
    """Run a command once in a fresh folder with the input files, and say what it did.

    The files of an observation are those that the run made or changed; an input file left as it was tells nothing, and
    one that was removed counts as `REMOVED`.
    """
    with sandbox.workdir() as folder:
        for name, data in inputs.files.items():
            put(folder, name, data)
        done = sandbox.run([*argv, *inputs.arguments], folder, env, limits, binds, inputs.stdin)
        return observation(done, folder, inputs)


def observation(done: Finished, folder: Path, inputs: Inputs) -> Observation:
    """What a finished run did, seen from its outputs and its folder."""
    # A folder over its limit may be too deep to walk; that it was stopped for says enough.
    files = {} if done.stopped == "folder" else fingerprints(folder)
    for name, data in inputs.files.items():
        if name not in files:
            files[name] = REMOVED
        elif files[name] == hashlib.sha256(data).hexdigest():
            del files[name]
    return Observation(done.returncode, hashlib.sha256(done.stdout).hexdigest(), len(done.stdout), files, done.stopped,
                       _head(done.stdout), _head(done.stderr))


def _head(said: bytes) -> str:
    return said[: 4 * HEAD].decode("utf-8", "replace")[:HEAD]
