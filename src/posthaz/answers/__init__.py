"""An answer is a value: one tidy row says who, by which method, which quantity and how sure."""

from posthaz.answers.beside import beside, find, one_answer
from posthaz.answers.frame import COLUMNS, answer_frame, joined
from posthaz.answers.limits import median_and_limits
from posthaz.answers.small import small_table
from posthaz.answers.view import View
from posthaz.answers.vocabulary import MAIN, METHODS, QUANTITIES

__all__ = [
    "COLUMNS",
    "MAIN",
    "METHODS",
    "QUANTITIES",
    "View",
    "answer_frame",
    "beside",
    "find",
    "joined",
    "median_and_limits",
    "one_answer",
    "small_table",
]
