"""Pay for an answer once: an endpoint that remembers, in the journal, what an earlier try of a batch was answered.

    paid = Paid(endpoint, Journal(ledger), recipe.batch)
    for place, answer in paid.complete(requests):
        ...                                              # a new answer is on the disk before it arrives here
    ledger.commit(...)
    paid.close()                                         # the records hold the answers now

Who is killed in mid-batch pays twice for what was under way and for nothing else: the answers that were not yet on the
disk, `EndpointLimits.concurrency` + 2 at most. Failures are not remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provenance.ledger.journal import Journal
from provenance.model.identity import BatchId, Digest
from provenance.steps.generate.asking import Answered, Completion, Endpoint, ModelFacts, Request


@dataclass(slots=True)
class Tally:
    """What came of the questions of a batch in this run.

    Attributes:
        paid: questions answered now, by the endpoint.
        remembered: questions answered from the journal.
        doubled: questions equal to another one of the same call, answered with its answer.
        failed: questions without an answer.
        tries: requests that the paid answers and the failures took.
        prompt_tokens, completion_tokens: of the paid answers, as the endpoint counted.
    """

    paid: int = 0
    remembered: int = 0
    doubled: int = 0
    failed: int = 0
    tries: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Paid:
    """An `Endpoint` that asks another one only what the journal of a batch does not know."""

    def __init__(self, endpoint: Endpoint, journal: Journal, batch: BatchId) -> None:
        self._endpoint, self._journal, self._batch = endpoint, journal, batch
        self.tally = Tally()

    @property
    def facts(self) -> ModelFacts:
        """Who answers."""
        return self._endpoint.facts

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answered]]:
        """Remembered answers first, in order of place, then new ones as they come; every place once.

        Equal requests are asked once. Tell them apart with ``draw`` where several answers to one question are wanted.

        Raises:
            SourceError: the endpoint cannot be used; what came before stays, and is journalled.
            LedgerError: an answer cannot be journalled. It is lost, and the questions after it are not asked.
        """
        known = self._journal.answers(self._batch)
        places: dict[Digest, list[int]] = {}
        for place, request in enumerate(requests):
            digest = request.digest
            if digest in known:
                self.tally.remembered += 1
                yield place, known[digest]
            else:
                places.setdefault(digest, []).append(place)
        del known
        open_ones = _Chosen(requests, [each[0] for each in places.values()])
        wanted = list(places)
        for number, answer in self._endpoint.complete(open_ones):
            self._count(answer)
            if isinstance(answer, Completion):
                self._journal.record(self._batch, wanted[number], answer)
            first, *others = places[wanted[number]]
            yield first, answer
            for place in others:
                self.tally.doubled += 1
                yield place, answer

    def close(self) -> None:
        """Forget the journal of the batch, once it is committed.

        Raises:
            LedgerError: see `Journal.close`.
        """
        self._journal.close(self._batch)

    def _count(self, answer: Answered) -> None:
        self.tally.tries += answer.tries
        if isinstance(answer, Completion):
            self.tally.paid += 1
            self.tally.prompt_tokens += answer.prompt_tokens
            self.tally.completion_tokens += answer.completion_tokens
        else:
            self.tally.failed += 1


class _Chosen(Sequence[Request]):
    """Some requests of a sequence, each made only when it is sent: a sequence may build its requests as it goes."""

    def __init__(self, requests: Sequence[Request], places: Sequence[int]) -> None:
        self._requests, self._places = requests, places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Request:  # type: ignore[override]  # slices are not asked for
        return self._requests[self._places[number]]
