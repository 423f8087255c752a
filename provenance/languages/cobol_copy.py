"""Which copybooks a COBOL text pulls in: the members of a library that its COPY statements name, transitively.

The compiler is given these members and nothing else, so that a sandbox holds a handful of files and no repository.
Names are matched without regard to case, by full file name or by file name without extension. Of several members with
one name the nearest folder wins, then the first path in order: the same answer on every machine.

It refuses to guess what REPLACING does to a name, and names that climb out of the library ("../X", "/etc/passwd"):
those are missing members. SQL INCLUDE is no COPY. Debugging lines count, as the compiler may be asked for them.

    >>> referenced_members("       COPY PAY.", {"cpy/pay.cpy": "       01 A PIC X.", "cpy/other.cpy": ""})
    {'PAY': '       01 A PIC X.'}
    >>> missing_members("       COPY PAY. COPY GONE.", {"cpy/pay.cpy": ""})
    ('GONE',)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from provenance.languages.toolchain import Library

_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\*>[^\n]*|[A-Za-z0-9_#@$\u0080-\U0010ffff-]+|[^\s]")
_DIRECTIVE = re.compile(r"(?:>>|\$SET)\s*SOURCE(?:\s*FORMAT)?(?:\s+IS)?\s*\(?[\"']?(FREE|FIXED)\b", re.IGNORECASE)
_HEADER = re.compile(r"(.*?)\b(?:IDENTIFICATION|ID)\s+DIVISION\b", re.IGNORECASE)
#: What fixed format allows in column 7; the empty text is a line that ends before it.
_INDICATORS = ("", " ", "*", "/", "-", "D", "d", "$")
#: A member with one of these extensions is preferred to a program of the same name.
_COPYBOOK = frozenset({".cpy", ".cpb", ".copy", ".inc", ""})
_SAFE_PART = re.compile(r"[^/\0]{1,200}")


def looks_free(text: str) -> bool:
    """Whether a text is more likely in free format; a guess for choosing what to try first, never a judgement.

    A directive decides. Else free is where the program header begins before column 8, or where more than one line in
    twenty has in column 7 what fixed format does not allow there.
    """
    directive = _DIRECTIVE.search(text[:4000])
    if directive:
        return directive.group(1).upper() == "FREE"
    lines = [line for line in text.splitlines() if line.strip() and "\t" not in line[:7]]
    header = next((found for found in map(_HEADER.match, lines) if found), None)
    if header and len(header.group(1)) < 7:
        return True
    return 20 * sum(line[6:7] not in _INDICATORS or "*>" in line[:6] for line in lines) > len(lines)


def words(text: str) -> Iterator[str]:
    """Words, literals (with their quotes) and signs of the code; no comments, sequence numbers and labels."""
    free = looks_free(text)
    for whole in text.splitlines():
        line = whole
        if not free:
            if line[6:7] in ("*", "/") and '"' not in line[:6] and "'" not in line[:6]:
                continue
            # A tab reaches to column 8, past the sequence area; columns 73 to 80 are a label, not text.
            line = line[line.index("\t") + 1 :] if "\t" in line[:6] else line[6:72]
        elif line.lstrip()[:1] == "*":
            continue
        yield from (token for token in _TOKEN.findall(line) if not token.startswith("*>"))


def copied_names(text: str) -> tuple[str, ...]:
    """What the COPY statements of a text name, in order, once each: "NAME", "file.cpy", or "LIBRARY/NAME" for OF/IN."""
    found: dict[str, None] = {}
    tokens = list(words(text))
    for at, token in enumerate(tokens):
        if token.upper() != "COPY" or at + 1 == len(tokens):
            continue
        name = _unquoted(tokens[at + 1])
        if at + 3 < len(tokens) and tokens[at + 2].upper() in ("OF", "IN"):
            name = f"{_unquoted(tokens[at + 3])}/{name}"
        if name and name != ".":
            found[name] = None
    return tuple(found)


def referenced_members(text: str, library: Library, near: str = "") -> dict[str, str]:
    """COPY name as written -> text of the member, for every member that ``text`` needs, also through other members.

    Args:
        text: a program or a copybook.
        library: path in the repository -> text.
        near: path of ``text`` in the same repository, so that its own folder is nearest; empty is the top.
    """
    return {name: library[path] for name, path in _resolve(text, library, near).items() if path is not None}


def missing_members(text: str, library: Library, near: str = "") -> tuple[str, ...]:
    """The COPY names, in order, for which the library has no member. A compiler may still have one of its own."""
    return tuple(name for name, path in _resolve(text, library, near).items() if path is None)


def _resolve(text: str, library: Library, near: str) -> dict[str, str | None]:
    resolved: dict[str, str | None] = {}
    todo = [(text, near)]
    while todo:
        source, origin = todo.pop(0)
        wanted = [name for name in copied_names(source) if name not in resolved]
        if not wanted:
            continue
        stems = {_stem(name) for name in wanted} | {_base(name) for name in wanted}
        candidates = [path for path in library if _stem(path) in stems or _base(path) in stems]
        for name in wanted:
            path = resolved[name] = _choose(name, candidates, origin)
            if path is not None:
                todo.append((library[path], path))
    return resolved


def _choose(name: str, candidates: list[str], origin: str) -> str | None:
    if any(part in ("", ".", "..") or not _SAFE_PART.fullmatch(part) for part in name.split("/")):
        return None
    folder = PurePosixPath(origin).parent.parts

    def rank(path: str) -> tuple[bool, bool, bool, int, str]:
        parts = PurePosixPath(path).parent.parts
        shared = 0
        while shared < min(len(parts), len(folder)) and parts[shared] == folder[shared]:
            shared += 1
        in_library = "/" in name and path.lower().rsplit("/", 1)[0].endswith(name.lower().rsplit("/", 1)[0])
        extension = PurePosixPath(path).suffix.lower()
        return (
            not in_library,
            _base(path) != _base(name),
            extension not in _COPYBOOK,
            len(parts) + len(folder) - 2 * shared,
            path,
        )

    matching = [
        path for path in candidates if path != origin and (_base(path) == _base(name) or _stem(path) == _base(name))
    ]
    return min(matching, key=rank, default=None)


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1].lower()


def _stem(path: str) -> str:
    base = _base(path)
    return base.rsplit(".", 1)[0] if "." in base else base


def _unquoted(token: str) -> str:
    return token[1:-1] if token[:1] in "\"'" and len(token) > 1 else token
