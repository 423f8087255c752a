"""The mix: how many records of each kind a set has, and limits on shares of it.

    >>> cells = {Cell("human", "cobol", "program", "", 0): 1, Cell("synthetic_rule", "cobol", "program", "", 1): 3}
    >>> limit = Limit("origin.min_human_share", "origin", "human", least=0.5)
    >>> limit.share(cells), limit.holds(cells)
    (0.25, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Records that no limit can tell apart.

    Attributes:
        origin, language, kind: as in the ledger; the kind stands for the task ("program", "instruction_pair" ...).
        generator: the model that was asked for them, else the first among their ancestors; empty where none was.
        depth: steps from a root.
    """

    origin: str
    language: str
    kind: str
    generator: str
    depth: int


@dataclass(frozen=True, slots=True, order=True)
class Limit:
    """The least and the greatest share that the records with one value of one field may have, of all or of one language.

    Attributes:
        name: the policy's key, for messages.
        field: field of `Cell`; value: its value, as text.
        least, most: shares, 0..1.
        within: the share is of this language's records; of all where empty.
    """

    name: str
    field: str
    value: str
    least: float = 0.0
    most: float = 1.0
    within: str = ""

    def counts(self, cell: Cell) -> bool:
        """Whether a cell's records are of the kind that is limited."""
        return self.of(cell) and str(getattr(cell, self.field)) == self.value

    def of(self, cell: Cell) -> bool:
        """Whether a cell's records are among those that the share is of."""
        return not self.within or cell.language == self.within

    def share(self, cells: Mapping[Cell, int]) -> float | None:
        """The share that there is, 0..1; None where it would be of nothing."""
        whole = sum(count for cell, count in cells.items() if self.of(cell))
        return sum(count for cell, count in cells.items() if self.counts(cell)) / whole if whole else None

    def holds(self, cells: Mapping[Cell, int]) -> bool:
        """Whether the limit is kept; of nothing, any limit is."""
        part = sum(count for cell, count in cells.items() if self.counts(cell))
        whole = sum(count for cell, count in cells.items() if self.of(cell))
        # A hair of tolerance: 0.1 * 30 is not 3 in binary numbers, and the policy means 3.
        return self.least * whole <= part + 1e-9 * max(1, whole) and part <= self.most * whole + 1e-9 * max(1, whole)
