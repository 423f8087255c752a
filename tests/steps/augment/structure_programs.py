"""Random structured COBOL programs (written by these tests, no human code) that print what they do and always end."""

from __future__ import annotations

import random

HEAD = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. MADE.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  WS-A             PIC 9 VALUE 1.
       01  WS-B             PIC 9 VALUE 2.
       01  WS-T             PIC X VALUE 'K'.
           88 T-KAY         VALUE 'K'.
       01  WS-N             PIC 99 VALUE 0.
       01  WS-I             PIC 99 VALUE 0.
       01  WS-J             PIC 99 VALUE 0.
       PROCEDURE DIVISION.
"""
_TESTS = (
    "WS-A = 1", "WS-A = 2", "WS-B IS EQUAL TO 3", "WS-T = 'K'", "T-KAY", "NOT T-KAY", "WS-A > WS-B", "WS-A = 1 OR 2",
    "WS-A < 5 AND WS-B > 1", "NOT WS-A = 1 AND WS-B = 2",
)  # fmt: skip
_WHENS = ("1", "2", "3 THRU 5", "WS-B", "ZERO", "9")


def made(seed: int) -> str:
    """One program in fixed format: paragraphs that are performed and paragraphs that are fallen into."""
    rng = random.Random(seed)
    names = [f"{number}00-PART" for number in range(2, 6)]
    lines = ["       100-MAIN.", "           PERFORM VARYING WS-I FROM 1 BY 1 UNTIL WS-I > 4"]
    for name in names:
        lines += [f"               PERFORM {name}", "               PERFORM TICK"]
    lines += ["           END-PERFORM"]
    lines += [f"           PERFORM {names[0]} {rng.choice(('2 TIMES', 'UNTIL WS-N > 60'))}."]
    lines += ["           STOP RUN."]
    for at, name in enumerate(names):
        lines += [f"      * Part {name}.", f"       {name}.", *_sentences(rng, names[at + 1 :])]
    lines += ["       TICK.", "           ADD 1 TO WS-A", "           IF WS-A > 5 MOVE 0 TO WS-A."]
    lines += ["           ADD 1 TO WS-N.", "           DISPLAY 'TICK ' WS-A ' ' WS-B ' ' WS-T."]
    return HEAD + "\n".join(lines) + "\n"


def _sentences(rng: random.Random, later: list[str]) -> list[str]:
    lines: list[str] = []
    for _ in range(rng.randint(1, 3)):
        block = _statements(rng, 11, 2, later, last=True)
        block[-1] += "."
        lines += block
    return [*lines, "           ADD 1 TO WS-N."]


def _statements(
    rng: random.Random, indent: int, depth: int, later: list[str], last: bool = False, loose: frozenset[str] = frozenset()
) -> list[str]:
    """Some statements; the last may go without its terminator where a period (`last`) or the outside (`loose`) ends it."""
    count = rng.randint(1, 3)
    lines: list[str] = []
    for at in range(count):
        final = at + 1 == count
        lines += _statement(rng, indent, depth, later, last and final, loose if final else frozenset())
    return lines


_ALL = frozenset({"if", "evaluate", "size"})


def _statement(
    rng: random.Random, indent: int, depth: int, later: list[str], last: bool, loose: frozenset[str]
) -> list[str]:
    pad = " " * indent
    kind = rng.choice(("if", "if", "evaluate", "size", "perform", "loop", "plain")) if depth else "plain"
    bare = last or (kind in loose and rng.random() < 0.4)
    # What an unterminated statement of its own kind in it would take from it, or from what is around it.
    inner = (loose if bare and not last else _ALL) - {kind}
    if kind == "if":
        lines, ends = _if(rng, indent, depth, later, last, inner)
        return lines if bare else [*lines, pad + " ".join(["END-IF"] * ends)]
    if kind == "evaluate":
        true = rng.random() < 0.4
        lines = [f"{pad}EVALUATE {'TRUE' if true else 'WS-A'}"]
        for _ in range(rng.randint(1, 3)):
            for _ in range(rng.choice((1, 1, 2))):
                lines.append(f"{pad}  WHEN {rng.choice(_TESTS if true else _WHENS)}")
            lines += _statements(rng, indent + 4, depth - 1, later, loose=inner)
        if rng.random() < 0.6:
            lines += [f"{pad}  WHEN OTHER", *_statements(rng, indent + 4, depth - 1, later, last=last, loose=inner)]
        return lines if bare else [*lines, f"{pad}END-EVALUATE"]
    if kind == "size":
        lines = [f"{pad}ADD 7 TO WS-B", f"{pad}  ON SIZE ERROR"]
        lines += [f"{pad}    MOVE 1 TO WS-B", *_statements(rng, indent + 4, depth - 1, later, loose=inner)]
        if rng.random() < 0.5:
            lines += [f"{pad}  NOT ON SIZE ERROR", *_statements(rng, indent + 4, depth - 1, later, last=last, loose=inner)]
        return lines if bare else [*lines, f"{pad}END-ADD"]
    if kind == "perform" and later:
        return [f"{pad}PERFORM {rng.choice(later)}"]
    if kind == "loop":
        body = _statements(rng, indent + 3, depth - 1, [], loose=_ALL)
        return [f"{pad}PERFORM VARYING WS-J FROM 1 BY 1 UNTIL WS-J > 2", *body, f"{pad}END-PERFORM"]
    return [pad + rng.choice((f"DISPLAY '{indent}-{rng.randint(0, 999)} ' WS-B", "MOVE 'Q' TO WS-T", "MOVE 'K' TO WS-T",
                              f"MOVE {rng.randint(0, 9)} TO WS-B"))]


def _if(
    rng: random.Random, indent: int, depth: int, later: list[str], last: bool, inner: frozenset[str]
) -> tuple[list[str], int]:
    """An IF chain without its terminators, and how many it would have."""
    pad = " " * indent
    ends, lines = 1, [f"{pad}IF {rng.choice(_TESTS)}{rng.choice((' THEN', ''))}"]
    lines += _statements(rng, indent + 3, depth - 1, later, loose=inner)
    for _ in range(rng.randint(0, 2)):
        if rng.random() < 0.5:
            lines += [f"{pad}ELSE IF {rng.choice(_TESTS)}"]
        else:
            lines += [f"{pad}ELSE", f"{pad}   IF {rng.choice(_TESTS)}"]
        ends += 1
        lines += _statements(rng, indent + 4, depth - 1, later, loose=inner)
    if rng.random() < 0.6:
        lines += [f"{pad}ELSE", *_statements(rng, indent + 3, depth - 1, later, last=last, loose=inner)]
    return lines, ends
