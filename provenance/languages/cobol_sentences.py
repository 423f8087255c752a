"""COBOL text cut at its periods: tokens without comments, labels and the columns that are no code.

    >>> sentences("       01 A PIC 9.9 VALUE 'no. 1'.")
    [['01', 'A', 'PIC', '9.9', 'VALUE', "'no. 1'"]]
"""

from __future__ import annotations

import re

from provenance.languages.cobol_copy import looks_free

_TOKEN = re.compile(r"(?:[XxNn])?\"[^\"\n]*\"|(?:[XxNn])?'[^'\n]*'|\*>[^\n]*|[+-]?\d*\.?\d+(?![\w-])|[\w$#@:-]+|\S")
_PICTURE = re.compile(r"\s*(?:IS\s+)?(\S+)", re.IGNORECASE)


def sentences(text: str) -> list[list[str]]:
    """Tokens between the periods of a text, pictures and literals whole, comments and columns 1 to 6 and 73 to 80 gone."""
    code = "\n".join(_lines(text))
    found: list[list[str]] = [[]]
    at = 0
    while match := _TOKEN.search(code, at):
        piece, at = match[0], match.end()
        if piece.startswith("*>") or piece in (",", ";"):
            continue
        if piece == ".":
            found.append([])
            continue
        found[-1].append(piece)
        if piece.upper() in ("PIC", "PICTURE") and (picture := _PICTURE.match(code, at)):
            written = picture[1].rstrip(".,;")
            at = picture.start(1) + len(written)
            found[-1].append(written)
    return [sentence for sentence in found if sentence]


def _lines(text: str) -> list[str]:
    free = looks_free(text)
    found: list[str] = []
    for line in text.splitlines():
        if free:
            found.append("" if line.lstrip()[:2] == ">>" else line)
            continue
        # Columns as cobc counts them: a tab runs to the next multiple of eight.
        wide = line.expandtabs(8)
        indicator, body = wide[6:7], wide[7:72]
        if indicator in ("*", "/", "$") or body.lstrip()[:2] == ">>":
            continue
        if indicator == "-" and found:
            begun, rest = found[-1], body.lstrip()
            if rest[:1] in ("'", '"') and begun.count(rest[0]) % 2:
                found[-1] = begun.ljust(65) + rest[1:]
            else:
                found[-1] = begun.rstrip() + rest
            continue
        found.append(body)
    return found
