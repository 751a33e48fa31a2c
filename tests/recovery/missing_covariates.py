"""Do imputations give back what was deleted? ``python -m tests.recovery.missing_covariates``.

Of the NVALT-11 patients who lack nothing, body-mass index and smoking are deleted in 30 % each, a
hundred times, completely at random or more often in older patients who died. A Weibull model is
fitted by the Laplace approximation to all values, to 20 imputations, and to complete cases.

With ``--outcome simulated`` follow-up is drawn anew in each replicate from a Weibull model with the
patients' own covariates, so that the model is true; NVALT-11's own follow-up need not obey it, and
what deletion does to an estimate is then told by the variance of the model only so far.

Deletion is what varies between the replicates, the patients do not. The interval that should hold
the complete-data mean in 95 % of them is therefore that of the variance between imputations,
``mean +- t(m - 1) sqrt((1 + 1/m) B)``; the whole interval of the pooled posterior, which also
holds what any sample of patients leaves open, must hold it nearly always.
"""

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.spec.model_design import with_priors_of

FORMULA = "arm + age + smoker + bmi"
COVARIATES = ("arm", "age", "smoker", "bmi")
AUXILIARY = ("performance_status", "stage")


def whole_cohort() -> Cohort:
    """NVALT-11 patients who lack nothing that is used."""
    analysis = ph.load_analysis("nvalt11_pci_os")
    spec = replace(analysis.cohort, missing="drop")
    cohort = ph.read_cohort(analysis.table, spec, covariates=(*COVARIATES, *AUXILIARY))
    return cohort.complete((*COVARIATES, *AUXILIARY))


def holed(cohort: Cohort, share: float, mechanism: str, seed: int) -> Cohort:
    """The cohort with values of bmi and smoker deleted."""
    random = np.random.default_rng(seed)
    age = cohort.covariates["age"].to_numpy()
    lean = 0.05 * (age - age.mean()) + 0.8 * cohort.event if mechanism == "mar" else 0.0 * age
    covariates = cohort.covariates.copy()
    for name in ("bmi", "smoker"):
        low, high = -10.0, 10.0
        for _ in range(60):  # the intercept at which `share` are missing on average
            middle = (low + high) / 2.0
            mean = (1.0 / (1.0 + np.exp(-(middle + lean)))).mean()
            low, high = (middle, high) if mean < share else (low, middle)
        gone = random.random(len(cohort)) < 1.0 / (1.0 + np.exp(-(middle + lean)))
        covariates[name] = covariates[name].where(~gone)
    return replace(cohort, covariates=covariates, drop_missing=True)


def redrawn(cohort: Cohort, seed: int) -> Cohort:
    """The cohort with follow-up from a Weibull model of its covariates, cut at 1 to 8 years."""
    random = np.random.default_rng([seed, 7])
    frame = cohort.covariates
    score = (
        -0.1 * (frame["arm"].astype(str) == "1") + 0.02 * (frame["age"] - 60.0)
        + 0.5 * (frame["smoker"].astype(str) != "never") + 0.04 * (frame["bmi"] - 25.0)
    ).to_numpy(dtype=float)  # fmt: skip
    time = 30.0 * (random.exponential(1.0, len(cohort)) / np.exp(score)) ** (1.0 / 0.9)
    censored = random.uniform(12.0, 96.0, len(cohort))
    seen = time <= censored
    exit_ = np.minimum(time, censored)
    return replace(cohort, lower=exit_, upper=np.where(seen, exit_, np.inf), cause=seen.astype(int))


def means(fit: ph.Fit) -> pd.DataFrame:
    """Posterior mean and sd of each coefficient."""
    draws = fit.draws["posterior"]["log_hazard_ratio"]
    flat = draws.transpose("covariate", "chain", "draw").to_numpy()
    flat = flat.reshape(len(draws["covariate"]), -1)
    return pd.DataFrame(
        {"mean": flat.mean(axis=1), "sd": flat.std(axis=1)}, index=list(fit.design.columns)
    )


def study(
    first: int, last: int, share: float, mechanism: str, imputations: int, simulated: bool,
    joint: bool,
) -> pd.DataFrame:  # fmt: skip
    """One row a replicate and coefficient."""
    cohort = own = whole_cohort()
    sampling = ph.Sampling(method="laplace", draws=250, chains=2)
    spec = with_priors_of(ph.ModelSpec("weibull", ph.Weibull(), FORMULA), cohort)
    (known,) = ph.fit_many([(spec, cohort)], sampling)
    truth = means(known)
    rows = []
    for seed in range(first, last):
        if simulated:
            cohort = redrawn(own, seed)
            (known,) = ph.fit_many([(spec, cohort)], sampling)
            truth = means(known)
        part = holed(cohort, share, mechanism, seed)
        imputed = ph.impute(
            part, COVARIATES, auxiliary=AUXILIARY, imputations=imputations, seed=seed,
            model=spec if joint else None,
        )  # fmt: skip
        fits = ph.fit_imputed(spec, imputed, sampling).fits
        each = np.stack([means(one)["mean"].to_numpy() for one in fits])
        within = np.stack([means(one)["sd"].to_numpy() ** 2 for one in fits]).mean(axis=0)
        try:
            alone = means(ph.fit_many([(spec, part.complete(COVARIATES))], sampling)[0])
        except PosthazError:  # a level is gone from complete cases
            alone = truth * np.nan
        spread = np.sqrt((1.0 + 1.0 / imputations) * each.var(axis=0, ddof=1))
        reach = stats.t.ppf(0.975, imputations - 1) * spread
        whole = 1.96 * np.sqrt(within + spread**2)
        off = each.mean(axis=0) - truth["mean"].to_numpy()
        for k, term in enumerate(truth.index):
            rows.append(
                {
                    "seed": seed, "term": term, "off": off[k] / truth["sd"].iloc[k],
                    "held": abs(off[k]) <= reach[k], "held_whole": abs(off[k]) <= whole[k],
                    "width": np.sqrt(within[k] + spread[k] ** 2) / truth["sd"].iloc[k],
                    "complete_off": (alone["mean"].iloc[k] - truth["mean"].iloc[k])
                    / truth["sd"].iloc[k],
                    "complete_width": alone["sd"].iloc[k] / truth["sd"].iloc[k],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def summarised(rows: pd.DataFrame) -> pd.DataFrame:
    """Bias, coverage and width by coefficient, and over all."""
    by = rows.groupby("term", sort=False).agg(
        bias=("off", "mean"), scatter=("off", "std"), held=("held", "mean"),
        held_whole=("held_whole", "mean"), width=("width", "mean"),
        complete_bias=("complete_off", "mean"), complete_scatter=("complete_off", "std"),
        complete_width=("complete_width", "mean"), replicates=("seed", "nunique"),
    )  # fmt: skip
    imputed = rows[rows["term"].str.startswith(("bmi", "smoker"))]
    print(f"bmi and smoker together: held {imputed['held'].mean():.3f}")
    print(f"all coefficients: held {rows['held'].mean():.3f}")
    return by


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=100)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--mechanism", choices=["mcar", "mar"], default="mcar")
    parser.add_argument("--outcome", choices=["own", "simulated"], default="own")
    parser.add_argument("--method", choices=["multiple", "joint"], default="multiple")
    parser.add_argument("--imputations", type=int, default=20)
    parser.add_argument("--save", default="")
    parser.add_argument("--read", nargs="*", default=[])
    asked = parser.parse_args()
    if asked.read:
        table = pd.concat([pd.read_csv(name) for name in asked.read], ignore_index=True)
    else:
        table = study(
            asked.first, asked.last, asked.share, asked.mechanism, asked.imputations,
            asked.outcome == "simulated", asked.method == "joint",
        )  # fmt: skip
    if asked.save:
        table.to_csv(asked.save, index=False)
    print(summarised(table).round(3).to_string())
