"""Pictures as SVG: lines with confidence bands, several panels on a page. Drawn by matplotlib, without a display.

    draw("collapse.svg", [Panel("distinct-5", "depth", "share", (Line("cobol", (0, 1, 2), (0.42, 0.41, 0.2)),))])

The same numbers give the same bytes: no date, no random ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.errors import LedgerError, ToolMissing

_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, points, and where they are known the bounds of a confidence interval.

    Attributes:
        dashed: a reference or a limit rather than a measurement.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: title, what its axes are, and its lines."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]


def draw(path: str | Path, panels: Sequence[Panel], title: str = "") -> Path:
    """Write an SVG file; returns its path.

    Raises:
        ToolMissing: matplotlib is not installed.
        LedgerError: there is nothing to draw, or the file cannot be written.
    """
    if not panels:
        raise LedgerError(path, "would be an empty picture", "measure something first")
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ToolMissing("matplotlib", "is not installed; pictures cannot be drawn",
                          "pip install 'corpus-provenance[quality]'") from error
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    with mpl.rc_context({"svg.hashsalt": "corpus-provenance", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=(4 * columns, 3 * rows), layout="constrained")
        FigureCanvasSVG(figure)
        if title:
            figure.suptitle(title)
        axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
        for panel, axis in zip(panels, axes, strict=False):
            _panel(axis, panel)
        for axis in axes[len(panels):]:
            axis.set_axis_off()
        target = Path(path)
        try:
            figure.savefig(target, format="svg", metadata={"Date": None})
        except OSError as error:
            raise LedgerError(target, f"cannot be written: {error.strerror}", "choose another folder") from error
    return target


def _panel(axis: Any, panel: Panel) -> None:
    for line in panel.lines:
        drawn = axis.plot(line.x, line.y, label=line.name, linestyle="--" if line.dashed else "-",
                          marker="" if line.dashed else "o", markersize=3)
        if line.low and line.high:
            axis.fill_between(line.x, line.low, line.high, alpha=0.15, color=drawn[0].get_color(), linewidth=0)
    axis.set_title(panel.title)
    axis.set_xlabel(panel.x_label)
    axis.set_ylabel(panel.y_label)
    if any(line.name for line in panel.lines):
        axis.legend(fontsize=6)
