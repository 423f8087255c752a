"""The contract of a skeleton: a pure, seeded way to write one kind of program around a record layout.

It proves nothing: whoever keeps what it writes compiles and runs it first (`provenance.pipeline.filling`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provenance.steps.generate.skeletons.drawing import Draw
from provenance.steps.generate.skeletons.layout import Layout
from provenance.steps.generate.skeletons.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One kind of batch work.

    Attributes:
        name: stable name ("control-break").
        version: changes whenever the same layout, seed and draw could give another text.
        fits: why a layout does not fit, as a stable code with detail after ": "; empty where it does.
        fill: puts data and paragraphs on an empty sheet.
    """

    name: str
    version: str
    fits: Callable[[Layout], str]
    fill: Callable[[Sheet, Layout, Draw], None]

    def fit(self, layout: Layout) -> str:
        """Why the layout does not fit, or an empty text."""
        return self.fits(layout)

    def write(self, layout: Layout, seed: int, draw: int) -> str:
        """A whole program in fixed format; equal arguments give equal texts. The layout must fit."""
        drawn = Draw(f"{self.name}/{self.version}/{seed}/{draw}/{layout.digest}/{layout.member}/{layout.record}")
        sheet = Sheet(layout, drawn)
        self.fill(sheet, layout, drawn)
        return sheet.text()
