"""Balance of the arms: Table 1, standardised differences and tests."""

from posthaz.adjust.balance import table_one
from posthaz.adjust.comparison import arm_tests
from posthaz.adjust.difference import standardised_difference
from posthaz.adjust.fisher import fisher_exact_p
from posthaz.adjust.summary import covariate_summary

__all__ = [
    "arm_tests",
    "covariate_summary",
    "fisher_exact_p",
    "standardised_difference",
    "table_one",
]
