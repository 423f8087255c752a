"""ORDER: the words (`Run`) and the order of effects (`run_step`). The only road from a step to the ledger."""

from provenance.pipeline.build import Build, read_build
from provenance.pipeline.choosing import Ticket, assemble, gate, read_policy, require_ticket
from provenance.pipeline.context import Context
from provenance.pipeline.judging import verify
from provenance.pipeline.judging_all import Judging, judge_all
from provenance.pipeline.making import Source, augment, ingest
from provenance.pipeline.producing import play_match, produce
from provenance.pipeline.run import Batches, Run
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.workshop import Workshop, find_workshop

__all__ = ["Batches", "Build", "Context", "Judging", "Made", "Run", "Source", "StepResult", "Ticket", "Work", "Workshop",
           "assemble", "augment", "find_workshop", "gate", "ingest", "judge_all", "play_match", "produce", "read_build",
           "read_policy", "require_ticket", "run_step", "verify"]
