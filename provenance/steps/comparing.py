"""What of a text is compared: without the columns that say nothing, and where it is asked without its comments.

    >>> comparable("000100 MOVE A TO B.".ljust(72) + "PAY00010", "cobol").strip()
    'MOVE A TO B.'
    >>> code_of('a("//"); // why\\n', "java")
    'a("//"); \\n'

Both are the same function of a text wherever it is asked, and nothing more is needed of them: they find comments by
quotes and marks and know no grammar. A REXX comment inside a comment ends at its first end; what is not closed stays.
They never raise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from provenance.languages.cobol_copy import looks_free

#: What fixed format has in column 7; the empty text is a line that ends before it.
_INDICATORS = frozenset(("", " ", "*", "/", "-", "D", "d"))

_SINGLE, _DOUBLE = r"'[^'\n]*'", r'"[^"\n]*"'
_ESCAPED = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\''
_BLOCK, _SLASHES, _DASHES = r"/\*.*?\*/", r"//[^\n]*", r"--[^\n]*"


@dataclass(frozen=True, slots=True)
class _Comments:
    """Where a language's comments are: whole lines by what they begin with (in a column), and parts of lines.

    ``parts`` finds strings, which stay, and comments, which begin with one of ``marks``. Each of its alternatives begins
    with a letter of its own, so that the search skips what lies between at the speed of C.
    """

    lines: tuple[str, ...] = ()
    column: int = 0
    parts: str = ""
    marks: tuple[str, ...] = ()


_COMMENTS = {
    **dict.fromkeys(("java", "apex", "c", "cpp"), _Comments(parts=f"{_ESCAPED}|{_SLASHES}|{_BLOCK}", marks=("//", "/*"))),
    "plsql": _Comments(parts=f"{_SINGLE}|{_DOUBLE}|{_DASHES}|{_BLOCK}", marks=("--", "/*")),
    "abap": _Comments(("*",), parts=rf"{_SINGLE}|`[^`\n]*`|\|[^|\\\n]*(?:\\.[^|\\\n]*)*\||\"[^\n]*", marks=('"',)),
    "cobol": _Comments(("*", "/"), parts=rf"{_SINGLE}|{_DOUBLE}|\*>[^\n]*", marks=("*>",)),
    "mumps": _Comments(parts=f"{_DOUBLE}|;[^\n]*", marks=(";",)),
    "rexx": _Comments(parts=f"{_SINGLE}|{_DOUBLE}|{_DASHES}|{_BLOCK}", marks=("--", "/*")),
    **dict.fromkeys(("cl", "pli"), _Comments(parts=f"{_SINGLE}|{_DOUBLE}|{_BLOCK}", marks=("/*",))),
    **dict.fromkeys(("hlasm", "bms"), _Comments(("*", ".*"))),
    "jcl": _Comments(("//*",)),
    "rpg": _Comments(("*",), 6, f"{_SINGLE}|{_SLASHES}", ("//",)),
}


def comparable(text: str, language: str) -> str:
    """The text without what says nothing of it: sequence numbers and labels of COBOL's fixed format."""
    if language != "cobol":
        return text
    lines = text.splitlines()
    if not _fixed(text, lines) and looks_free(text):
        return text
    return "\n".join([line[6:72] if "\t" not in line[:7] else line for line in lines])


def _fixed(text: str, lines: list[str]) -> bool:
    """Whether a text is in fixed format beyond doubt: `looks_free` denies it too, at three times the cost."""
    if "\t" in text or ">>" in text or "$" in text or not _INDICATORS.issuperset([line[6:7] for line in lines]):
        return False
    begun = "".join([line[:7] for line in lines]).upper()
    return "ID" not in begun and "*>" not in begun  # a header that begins before column 8; a free comment


def code_of(text: str, language: str) -> str:
    """The comparable text without its comments; the whole of it where the language's comments are not known."""
    return code_in(comparable(text, language), language)


def code_in(compared: str, language: str) -> str:
    """`code_of` for a text that is `comparable` already."""
    known = _COMMENTS.get(language)
    if known is None:
        return compared
    if known.lines:
        column = known.column
        compared = "\n".join(["" if line.startswith(known.lines, column) else line for line in compared.split("\n")])
    if any(mark in compared for mark in known.marks):
        marks = known.marks
        compared = _parts(language).sub(lambda found: "" if found[0].startswith(marks) else found[0], compared)
    return compared


@lru_cache(maxsize=64)
def _parts(language: str) -> re.Pattern[str]:
    return re.compile(_COMMENTS[language].parts, re.DOTALL)
