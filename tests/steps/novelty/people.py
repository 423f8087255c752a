"""Programs that differ as people's do: names of many words, some common and most rare, and statements of many shapes."""

from __future__ import annotations

import random

_WORDS = [f"{front}{back}"
          for front in ("PAY", "TAX", "LOAN", "CARD", "ITEM", "RATE", "FUND", "SHIP", "BILL", "UNIT", "DEPT", "PLAN")
          for back in ("ROLL", "CODE", "DATE", "NAME", "TOTAL", "LINE", "KEY", "FLAG", "COUNT", "YEAR", "SUM", "TEXT")]
_SHAPES = ("MOVE {0} TO {1}.", "ADD {0} TO {1}.", "IF {0} > {1} MOVE {2} TO {0}.", "COMPUTE {0} = {1} * {2} + {3}.",
           "DISPLAY {0} {1}.", "PERFORM {0}-PARA UNTIL {1} = {2}.", "SUBTRACT {0} FROM {1} GIVING {2}.",
           "READ {0}-FILE AT END MOVE {1} TO {2}.", "EVALUATE {0} WHEN {1} DISPLAY {2} END-EVALUATE.",
           "STRING {0} DELIMITED BY SIZE INTO {1}.", "DIVIDE {0} INTO {1} ROUNDED.", "UNSTRING {0} INTO {1} {2} {3}.",
           "WRITE {0}-RECORD FROM {1}.", "CALL '{0}' USING {1} {2}.", "INSPECT {0} TALLYING {1} FOR ALL {2}.")


def program(number: int, seed: int = 0, statements: int = 40) -> str:
    """One program in fixed format."""
    draw = random.Random(f"{seed}:{number}")

    def name() -> str:
        # Zipf: a few words everywhere, most of them once or twice.
        return "-".join(_WORDS[min(int(draw.paretovariate(0.7)) - 1, 10_000) % len(_WORDS)] for _ in range(draw.randint(1, 2)))

    # A program keeps to its own names and few shapes, and says some things twice: a mixture of programs does not.
    own, shapes = [name() for _ in range(8)], draw.sample(_SHAPES, 5)
    lines = ["IDENTIFICATION DIVISION.", f"PROGRAM-ID. P{seed}X{number}.", "PROCEDURE DIVISION."]
    lines += [draw.choice(shapes).format(*draw.choices(own, k=4)) for _ in range(statements)]
    return "".join(f"       {line}\n" for line in [*lines, "STOP RUN."])


def programs(count: int, seed: int = 0) -> list[str]:
    """Some programs; another seed is other people."""
    return [program(number, seed) for number in range(count)]
