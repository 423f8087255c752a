"""ADVERSARIAL: one model proposes, another solves, the compiler and the runs judge; what was not solved is kept.

A *game* is a mode of proposing with a mode of solving (`GAMES`). A *round* proposes, has every proposal solved, and
keeps the hard ones; what the proposer is told of the last rounds makes the next one harder.

    >>> sorted(GAMES)
    ['repair', 'task']
"""

from provenance.steps.adversarial.game import GAMES, Game, game_by_name
from provenance.steps.adversarial.match import Match, Round, play, stopped
from provenance.steps.adversarial.novelty import lesson_shingles, novelty

__all__ = ["GAMES", "Game", "Match", "Round", "game_by_name", "lesson_shingles", "novelty", "play", "stopped"]
