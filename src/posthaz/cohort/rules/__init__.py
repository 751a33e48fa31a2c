"""Rules that a cohort keeps: one generator a rule, each yields findings."""

from collections.abc import Callable, Iterator

from posthaz.cohort.draft import Draft
from posthaz.cohort.origin import emptied_before_all_entered, late_origin, origin_possible
from posthaz.cohort.plausibility import implausible
from posthaz.cohort.recurrent import events_stated
from posthaz.cohort.rules import doubts
from posthaz.cohort.rules.factors import FACTOR_RULES
from posthaz.cohort.rules.naming import check_spec
from posthaz.cohort.rules.outcomes import COPY_RULES, OUTCOME_RULES
from posthaz.cohort.rules.repeats import REPEAT_DOUBTS, REPEAT_RULES, SUBJECT_RULES
from posthaz.cohort.rules.times import INTERVAL_RULES, TIME_RULES
from posthaz.cohort.rules.values import MARKER_DOUBTS, VALUE_RULES
from posthaz.cohort.rules.weights import WEIGHT_DOUBTS, WEIGHT_RULES
from posthaz.errors import Finding

Rule = Callable[[Draft], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    *TIME_RULES,
    *INTERVAL_RULES,
    *OUTCOME_RULES,
    *SUBJECT_RULES,
    *VALUE_RULES,
    *FACTOR_RULES,
    origin_possible,
    events_stated,
    *REPEAT_RULES,
    *COPY_RULES,
    *WEIGHT_RULES,
)

DOUBTS: tuple[Rule, ...] = (
    doubts.suspected_inversion,
    *REPEAT_DOUBTS,
    *WEIGHT_DOUBTS,
    *MARKER_DOUBTS,
    doubts.another_unit_of_time,
    implausible,
    doubts.arm_without_events,
    doubts.late_start_of_events,
    doubts.few_events,
    late_origin,
    emptied_before_all_entered,
    doubts.levels_absent,
    doubts.levels_alike,
    doubts.zero_times_replaced,
    doubts.coarse_times,
    doubts.finer_than_stated,
)
"""Doubts about a valid cohort, those that would spoil every answer first."""

__all__ = ["DOUBTS", "RULES", "Rule", "check_spec"]
