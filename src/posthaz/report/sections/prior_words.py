"""Priors in words: family, interval on a scale people read, and where they are from."""

import math
from collections.abc import Iterator

import numpy as np
from scipy import stats

from posthaz.cohort import Cohort
from posthaz.inference import Fit
from posthaz.priors import Prior
from posthaz.report.cells import MISSING
from posthaz.report.results import Results
from posthaz.report.sections.naming import contrasts, lowered, term_label
from posthaz.report.sections.rows import treatment_term
from posthaz.report.sections.wording import interval_name, percent, ratio, significant

_DISTRIBUTIONS = {
    "normal": lambda mean, sd: stats.norm(mean, sd),
    "student_t": lambda df, mean, scale: stats.t(df, mean, scale),
    "cauchy": lambda mean, scale: stats.cauchy(mean, scale),
    "laplace": lambda mean, scale: stats.laplace(mean, scale),
    "half_normal": lambda sd: stats.halfnorm(scale=sd),
    "half_student_t": lambda df, scale: stats.foldnorm if False else stats.t(df, 0, scale),
    "half_cauchy": lambda scale: stats.halfcauchy(scale=scale),
    "exponential": lambda rate: stats.expon(scale=1 / rate),
    "gamma": lambda shape, rate: stats.gamma(shape, scale=1 / rate),
    "lognormal": lambda mean, sd: stats.lognorm(sd, scale=math.exp(mean)),
}
