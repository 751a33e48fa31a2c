"""A first analysis file, guessed from a table: every guess is a value that says why."""

from posthaz.spec.guess.analysis import GuessedAnalysis, guess_analysis
from posthaz.spec.guess.facts import Guess

__all__ = ["Guess", "GuessedAnalysis", "guess_analysis"]
