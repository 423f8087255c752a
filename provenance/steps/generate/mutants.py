"""MUTANTS: small wrong versions of a program, for asking whether its tests notice.

    >>> next(mutants("           IF A > 10 MOVE 1 TO B.", seed=1)) != "           IF A > 10 MOVE 1 TO B."
    True

Each mutant differs in one place and is as long as the original, so that columns stay. Comments are not told apart from
code: a mutant that changes nothing is one that no test can notice, and the caller counts only those that are noticed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_SWAPS = {"+": "-", "-": "+", "*": "+", ">": "<", "<": ">"}
#: Numbers that stand alone, signs with a blank on both sides, letters within quotes.
_SITES = re.compile(r"(?<![\w.-])\d+(?![\w.-])|(?<= )[+*<>-](?= )|(?<=['\"])[A-Za-z](?=[^'\"\n]*['\"])")
#: Numbers that declare rather than compute: levels, sizes, line numbers in front.
_DECLARES = re.compile(r"^\s*\d{1,2}\s|^\d{6}|\bPIC|\bOCCURS\b|\bSECTION\b|\bDIVISION\b|\bPROGRAM-ID\b", re.IGNORECASE)


def mutants(text: str, seed: int, most: int = 12) -> Iterator[str]:
    """Up to ``most`` different mutants, drawn by seed and text."""
    sites = [found for found in _SITES.finditer(text) if not _DECLARES.search(_line(text, found.start()))]
    random.Random(f"mutants/{seed}/{text}").shuffle(sites)  # noqa: S311  (drawn again, not secret)
    given = {text}
    for found in sites:
        if len(given) > most:
            return
        changed = text[:found.start()] + _other(found[0]) + text[found.end():]
        if changed not in given:
            given.add(changed)
            yield changed


def _other(piece: str) -> str:
    if piece in _SWAPS:
        return _SWAPS[piece]
    if piece.isdigit():
        return piece[:-1] + str((int(piece[-1]) + 1) % 10)
    return chr(ord(piece) + 1) if piece not in "Zz" else chr(ord(piece) - 1)


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1:end if end >= 0 else len(text)]
