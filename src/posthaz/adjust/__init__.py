"""Cohort to cohort, and how alike the arms are: scores, matching, weights, landmark, episodes."""

from posthaz.adjust.balance import (
    BEFORE,
    SCORE,
    balance_table,
    covariate_summary,
    standardised_difference,
    table_one,
    table_one_by_sample,
)
from posthaz.adjust.clones import Clones, begun, clone_censor_weight
from posthaz.adjust.comparison import arm_tests, fisher_exact_p, table_tests
from posthaz.adjust.episodes import split_at_treatment, treatment_starts
from posthaz.adjust.grades import (
    WORST_GRADE,
    GradeCounts,
    comparable,
    count_grades,
    grade_faults,
    grade_table,
    grade_tests,
    threshold_remark,
)
from posthaz.adjust.landmark import Landmark, landmark
from posthaz.adjust.matched import MATCHED_SET, Matched, matched_sets
from posthaz.adjust.matching import caliper_width, match_patients
from posthaz.adjust.propensity import SeparationError, propensity_score
from posthaz.adjust.sample_sizes import overlap_table, sample_sizes
from posthaz.adjust.score import PropensityScore, Separation, score_draws, separation
from posthaz.adjust.trials import Trials, sequential_trials
from posthaz.adjust.weighting import (
    TARGETS,
    Weighted,
    balancing_weights,
    effective_size,
    effective_weights,
    target_weight,
)

__all__ = [
    "BEFORE",
    "MATCHED_SET",
    "SCORE",
    "TARGETS",
    "WORST_GRADE",
    "Clones",
    "GradeCounts",
    "Landmark",
    "Matched",
    "PropensityScore",
    "Separation",
    "SeparationError",
    "Trials",
    "Weighted",
    "arm_tests",
    "balance_table",
    "balancing_weights",
    "begun",
    "caliper_width",
    "clone_censor_weight",
    "comparable",
    "count_grades",
    "covariate_summary",
    "effective_weights",
    "effective_size",
    "fisher_exact_p",
    "grade_faults",
    "grade_table",
    "grade_tests",
    "landmark",
    "match_patients",
    "matched_sets",
    "overlap_table",
    "propensity_score",
    "sample_sizes",
    "score_draws",
    "separation",
    "sequential_trials",
    "split_at_treatment",
    "standardised_difference",
    "table_one",
    "table_one_by_sample",
    "table_tests",
    "target_weight",
    "treatment_starts",
    "threshold_remark",
]
