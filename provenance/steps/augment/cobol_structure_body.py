"""The lines of a run of statements, ready to stand somewhere else: without sequence numbers and identification areas."""

from __future__ import annotations

from collections.abc import Mapping

from provenance.steps.augment.cobol_structure_edit import GONE, Reading, fits
from provenance.steps.augment.cobol_tokens import Kind

_LEFT_OUT = frozenset({Kind.SEQUENCE, Kind.INDICATOR, Kind.TAIL, Kind.NEWLINE})


def body_lines(
    reading: Reading, first: int, stop: int, indent: int, edits: Mapping[int, str], ending: str
) -> list[str] | None:
    """The whole lines from one token to another, moved so that the first code stands after `indent` columns.

    Args:
        reading: the program.
        first: index of the first token; it leads its line.
        stop: index after the last token.
        indent: columns before the first line's code.
        edits: index -> text instead of the token's own.
        ending: what comes after the last token.

    Returns:
        Lines without line ends, or None where they cannot be moved or leave their columns.
    """
    tokens = reading.tokens
    by = indent - (tokens[first].column - 1)
    made: list[str] = []
    for line in range(tokens[first].line, tokens[stop - 1].line + 1):
        indexes = reading.lines[line]
        if any(tokens[at].open or (tokens[at].kind is Kind.INDICATOR and tokens[at].text not in " ") for at in indexes):
            return None
        if reading.code_of(line):
            kept = [at for at in indexes if tokens[at].kind not in _LEFT_OUT]
            blank = tokens[kept[0]].column - 1
            text = ""
            for at in kept:
                text += edits.get(at, tokens[at].text) + (ending if at == stop - 1 else "")
            if GONE in text:
                continue
            for part in (" " * blank + text).split("\n"):
                moved = _moved(part.rstrip(), by, 0 if reading.program.free_format else 11)
                if "\t" in part or moved is None:
                    return None
                made.append(moved)
        elif any(tokens[at].kind is Kind.COMMENT for at in indexes):
            made.append(_comment(reading, line, by))
    return made if fits(reading, made) else None


def last_shown(reading: Reading, index: int) -> int:
    """Index of the last token on a token's line that is code or comment: what is put after it begins a new line."""
    tokens = reading.tokens
    shown = [at for at in reading.lines[tokens[index].line] if at >= index and tokens[at].kind is Kind.COMMENT]
    return shown[-1] if shown else index


def _comment(reading: Reading, line: int, by: int) -> str:
    """A comment line in its new place; in fixed format its star stays in column 7."""
    tokens = reading.tokens
    kept = [at for at in reading.lines[line] if tokens[at].kind not in _LEFT_OUT]
    text = "".join(tokens[at].text for at in kept)
    whole = " " * (tokens[kept[0]].column - 1) + text.rstrip()
    if not reading.program.free_format and whole[6:7] in ("*", "/"):
        return whole[:72].rstrip()
    return _moved(whole, by, 0) or whole


def _moved(whole: str, by: int, floor: int) -> str | None:
    """A line moved by so many columns; None where that would take it out of its area."""
    bare = whole.lstrip(" ")
    margin = len(whole) - len(bare) + by
    return " " * margin + bare if margin >= floor else None
