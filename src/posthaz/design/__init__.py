"""Covariates to columns, remembered for new data."""

from posthaz.design.cluster_effects import formula_bars
from posthaz.design.covariate_values import path_faults, value_faults, values_beyond
from posthaz.design.design import Design, Group
from posthaz.design.estimable import Entangled, entangled_numbers
from posthaz.design.formula import (
    effect_variables,
    formula_groups,
    formula_terms,
    formula_variables,
    in_basis,
    in_product,
    quoted,
    term_variables,
    written_terms,
)
from posthaz.design.formula_syntax import syntax_fault
from posthaz.design.function_arguments import ALLOWED_FUNCTIONS
from posthaz.design.learn import learn_design
from posthaz.design.reference import reference_row
from posthaz.design.steps import Step, named_steps

__all__ = [
    "ALLOWED_FUNCTIONS",
    "Design",
    "Entangled",
    "Group",
    "Step",
    "effect_variables",
    "formula_bars",
    "entangled_numbers",
    "formula_groups",
    "formula_terms",
    "in_product",
    "formula_variables",
    "in_basis",
    "learn_design",
    "path_faults",
    "named_steps",
    "quoted",
    "reference_row",
    "syntax_fault",
    "term_variables",
    "value_faults",
    "values_beyond",
    "written_terms",
]
