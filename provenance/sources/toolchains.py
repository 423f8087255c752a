"""Which toolchain compiles which language: language -> how to look for it in a sandbox. A new one is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provenance.languages.toolchain import Toolchain
from provenance.sources.gnucobol import find_gnucobol
from provenance.sources.sandbox import Missing, Sandbox

FINDERS: Mapping[str, Callable[[Sandbox], Toolchain | Missing]] = {
    "cobol": find_gnucobol,
}
