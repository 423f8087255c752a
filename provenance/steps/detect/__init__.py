"""DETECT: declared origin against detected origin; pure. It fills a review queue and never writes an origin.

    views -> features -> detector (one model a fold) -> conformal -> speak

What a record may teach is in `labels`, who may score whom in `folds`, how a detector is kept in `stored`.
"""

from provenance.steps.detect.conformal import Shift, distance, distance_to_others, p_value, reachable, shift
from provenance.steps.detect.detector import Detector, Look, Plan, Sample, Scored, fit, libraries, look
from provenance.steps.detect.labels import KNOWN_HUMAN, KNOWN_SYNTHETIC, Declared, declared, label
from provenance.steps.detect.speak import CHECK, Asked, Bar, speak

__all__ = ["CHECK", "KNOWN_HUMAN", "KNOWN_SYNTHETIC", "Asked", "Bar", "Declared", "Detector", "Look", "Plan", "Sample",
           "Scored", "Shift", "declared", "distance", "distance_to_others", "fit", "label", "libraries", "look", "p_value",
           "reachable", "shift", "speak"]
