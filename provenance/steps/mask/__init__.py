"""MASK: replaces what the screens find by what is nobody's, so that a corpus with personal data becomes one without."""

from __future__ import annotations

from provenance.steps.mask.draw import fingerprint
from provenance.steps.mask.masking import CHECKS, RULES, VERSION, Masked, Refused, mask
from provenance.steps.mask.proof import left, prove

__all__ = ["CHECKS", "RULES", "VERSION", "Masked", "Refused", "fingerprint", "left", "mask", "prove"]
