"""The whole picture of a sample beside the human one: diversity, Vendi score, and what each teaches of people's code.

    reference = Reference.of(human, heldout)
    portrait = reference.portrait(made)                  # metric -> Measured, at the same budget of tokens

``heldout_bits`` is what a token of held-out human records costs a small model that learned the sample; ``own_bits`` what a
token of the sample costs the model that learned the human sample (the naive "quality", which falls while a corpus collapses,
so nothing is judged by it). The intervals of bits are over the records that are read, not over those that taught.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from provenance.steps.novelty import metrics
from provenance.steps.novelty.language_model import NGramModel, mean_bits
from provenance.steps.novelty.metrics import Floats, Measured, drawn, halves, identifiers_of, measure
from provenance.steps.novelty.sample import Flags, Sample
from provenance.steps.novelty.vendi import measure_vendi, weights_of
from provenance.steps.shingles import Hashes

#: Every measure of a portrait, in the order in which tables show it.
NAMES = (*metrics.NAMES, "vendi", "heldout_bits", "own_bits")
VERSION = "1"


@dataclass(frozen=True)
class Reference:
    """The human side: what is learned once and used for every sample of the same budget.

    Attributes:
        human: the sample; heldout: records of people that are in no sample and no ancestor of one.
        portrait_of_human: its measures.
    """

    human: Sample
    heldout: Sample
    draws: int
    seed: int
    vocabulary: Hashes
    weights: Floats
    model: NGramModel
    portrait_of_human: dict[str, Measured]

    @classmethod
    def of(cls, human: Sample, heldout: Sample, draws: int = 100, seed: int = 0) -> Reference:
        """Measure the human side.

        Args:
            draws: halves of the records that the intervals are made of; seed: of these.
        """
        vocabulary, weights, model = identifiers_of(heldout), weights_of(human), NGramModel(human)
        masks = halves(len(human), draws, seed)
        found = measure(human, masks, vocabulary)
        found["vendi"] = measure_vendi(human, masks, weights)
        read_masks = halves(len(heldout), draws, seed + 1)
        found["heldout_bits"] = found["own_bits"] = _bits(model, heldout, read_masks)
        return cls(human, heldout, draws, seed, vocabulary, weights, model, found)

    def portrait(self, made: Sample) -> dict[str, Measured]:
        """The same of another sample, which should have as many tokens as the human one."""
        masks = halves(len(made), self.draws, self.seed)
        found = measure(made, masks, self.vocabulary)
        if not found:
            return {}
        found["vendi"] = measure_vendi(made, masks, self.weights)
        # The same halves of the held-out records on both sides: their ratio is of the same records.
        found["heldout_bits"] = _bits(NGramModel(made), self.heldout, halves(len(self.heldout), self.draws, self.seed + 1))
        found["own_bits"] = _bits(self.model, made, masks)
        return found


def _bits(model: NGramModel, sample: Sample, masks: Flags) -> Measured:
    bits = model.bits(sample)
    draws = mean_bits(bits, sample, masks.astype(np.float64)) if len(masks) else np.zeros(0)
    return drawn(float(mean_bits(bits, sample)), np.asarray(draws))
