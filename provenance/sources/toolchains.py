"""Which toolchain compiles which language: language -> how to look for it in a sandbox. A new one is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from provenance.languages.toolchain import Toolchain
from provenance.sources.abaplint import find_abaplint
from provenance.sources.ccompiler import find_c, find_cpp
from provenance.sources.gnucobol import find_gnucobol
from provenance.sources.gtm import find_gtm
from provenance.sources.jvm import find_jvm
from provenance.sources.node_parsers import find_apex
from provenance.sources.regina import find_regina
from provenance.sources.sandbox import Missing, Sandbox

FINDERS: Mapping[str, Callable[[Sandbox], Toolchain | Missing]] = {
    "abap": find_abaplint,
    "apex": find_apex,
    "c": find_c,
    "cobol": find_gnucobol,
    "cpp": find_cpp,
    "java": find_jvm,
    "mumps": find_gtm,
    "rexx": find_regina,
}
