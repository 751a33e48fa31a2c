"""The words of the columns ``method`` and ``quantity``, each with its one meaning."""

from collections.abc import Mapping

MAIN = "main"
"""The `analysis` of answers about the whole cohort, by the models of the analysis file."""

METHODS: Mapping[str, str] = {
    "posterior": "a posterior of the model named in `model`; `value` is its median",
    "kaplan_meier": "the product-limit estimate, and what is read off it",
    "reverse_kaplan_meier": "the product-limit estimate of follow-up, deaths censored",
    "turnbull": "the nonparametric estimate for interval-censored times",
    "life_table": "the actuarial estimate for grouped times",
    "cox": "Cox regression (Efron's ties); `model` is its formula, or `univariable`",
    "firth": "Cox regression with Firth's penalty",
    "grouped_cox": "proportional hazards for grouped times",
    "logrank": "the log-rank test, or one of its weighted relatives named in `model`",
    "mean_cumulative_function": "Nelson and Aalen's estimate for recurrent events",
    "andersen_gill": "Cox regression of recurrent events with robust variance",
    "printed": "a number that a paper printed; `note` says where",
}
"""What each method is."""

QUANTITIES: Mapping[str, str] = {
    "survival": "probability of being event-free at `time`",
    "survival_difference": "survival in `arm` minus that in `reference`",
    "survival_ratio": "survival in `arm` divided by that in `reference`",
    "median": "time by which half have had the event",
    "survival_quantile": "time by which the share in `level` have had the event",
    "rmst": "restricted mean survival time up to `time`",
    "rmst_difference": "restricted mean in `arm` minus that in `reference`",
    "rmst_ratio": "restricted mean in `arm` divided by that in `reference`",
    "hazard_ratio": "hazard ratio of `term`",
    "log_hazard_ratio": "log hazard ratio of `term`",
    "log_time_ratio": "log time ratio of `term` under the accelerated form",
    "marginal_hazard_ratio": "ratio of standardised hazards at `time`",
    "parameter": "a parameter of the model that is no coefficient, named in `term`",
    "expected_events": "mean number of events a patient up to `time`",
    "expected_events_difference": "mean number of events in `arm` minus that in `reference`",
    "expected_events_ratio": "mean number of events in `arm` divided by that in `reference`",
    "mean_cumulative_count": "nonparametric mean number of events a patient up to `time`",
    "event_rate": "events a unit of time at risk",
    "test": "a test of equal survival: `statistic`, `df`, `p`",
    "schoenfeld_test": "a test of proportional hazards",
    "likelihood_ratio": "the likelihood-ratio test of a regression",
    "wald": "the Wald test of a regression",
    "score": "the score test of a regression",
    "concordance": "Harrell's concordance",
    "log_likelihood": "log (partial) likelihood at the estimate",
    "log_likelihood_null": "log (partial) likelihood without covariates",
    "observed": "events seen in an arm, as a log-rank test counts them",
    "expected": "events expected in an arm under equal hazards",
    "lower_quartile": "lower quartile of follow-up",
    "upper_quartile": "upper quartile of follow-up",
    "person_time": "time at risk, added up",
    "max_follow_up": "longest follow-up",
    "events": "number of events",
    "share": "share of patients with what `term` names",
    "p_value": "a printed P value",
    "logrank": "a printed log-rank chi-square",
}
"""What each quantity is; a baseline may add words of its own tests."""
