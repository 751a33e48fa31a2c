"""How far prior, patients and an unmeasured confounder must go to change the conclusion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.censoring import CENSORING_COLUMNS, censoring_deltas
from posthaz.analyses.tipping_points.confounder import (
    CONFOUNDER_COLUMNS,
    confounder_effects,
    confounder_grid,
)
from posthaz.analyses.tipping_points.e_value import e_value, e_value_of_interval
from posthaz.analyses.tipping_points.effect import TreatmentEffect, treatment_effect
from posthaz.analyses.tipping_points.evidence import (
    EVIDENCE_COLUMNS,
    SCEPTICISM_COLUMNS,
    evidence_of_effect,
    scepticism,
)
from posthaz.analyses.tipping_points.influence import INFLUENCE_COLUMNS, patient_influence
from posthaz.analyses.tipping_points.pool import Pool, closed_probability, grown_pool
from posthaz.analyses.tipping_points.prior_map import (
    CRITICAL_COLUMNS,
    MAP_COLUMNS,
    critical_priors,
    map_priors,
    prior_map,
)
from posthaz.analyses.tipping_points.removal import REMOVAL_COLUMNS, smallest_sets
from posthaz.analyses.tipping_points.spec import TippingPointsSpec
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import PosthazError
from posthaz.inference import Fit, fit_many
from posthaz.priors import Prior
from posthaz.spec import PriorChange, Sampling
from posthaz.spec.sensitivity import with_prior

E_VALUE_COLUMNS = ("of", "outcome", "hr", "e_value")
NAMED_COLUMNS = ("prior", "family", "prior_hr", "prior_sd", "probability", "closed_form", "khat")
COLUMNS = tuple(
    dict.fromkeys(
        (*MAP_COLUMNS, *CRITICAL_COLUMNS, *NAMED_COLUMNS, *SCEPTICISM_COLUMNS, *E_VALUE_COLUMNS,
         *REMOVAL_COLUMNS, *CONFOUNDER_COLUMNS, *INFLUENCE_COLUMNS, *EVIDENCE_COLUMNS,
         *CENSORING_COLUMNS)
    )
)  # fmt: skip
"""Columns of the files of tipping points."""
_MEDIANS, _SPREADS = 21, 14
_COMMON = 0.15
_EMPTY = pd.DataFrame()


@dataclass(frozen=True, eq=False)
class TippingPoints:
    """How far each choice must go to change the conclusion.

    Parameters
    ----------
    effect : TreatmentEffect
        The treatment's effect in the primary model.
    priors, critical, named : DataFrame
        As in ``tipping_points_priors.csv``, ``tipping_points_critical.csv`` and
        ``tipping_points_named.csv``: probability of benefit over a grid of priors; the prior
        medians at which it reaches each level; that of the analysis's own priors.
    scepticism, removal, confounders, e_values : DataFrame
        As in ``tipping_points_scepticism.csv``, ``tipping_points_removal.csv``,
        ``tipping_points_confounders.csv`` and ``tipping_points_e_values.csv``.
    evidence, influence, censoring : DataFrame
        As in ``tipping_points_evidence.csv``, ``tipping_points_influence.csv`` and
        ``tipping_points_censoring.csv``.
    fits : int
        Fits that the map of priors rests on.
    model : str
        The primary model's name.
    lost : tuple of (str, str)
        What could not be made, and why.
    """

    effect: TreatmentEffect
    priors: pd.DataFrame
    critical: pd.DataFrame
    named: pd.DataFrame
    scepticism: pd.DataFrame
    e_values: pd.DataFrame
    evidence: pd.DataFrame
    influence: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    removal: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    confounders: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    censoring: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    fits: int = 1
    model: str = ""
    lost: tuple[tuple[str, str], ...] = ()

    @property
    def sentences(self) -> dict[str, str]:
        """Whether the answer hangs on a few patients, and on a confounder, in words."""
        from posthaz.analyses.tipping_points.words import confounder_sentence, patients_sentence

        return {"patients": patients_sentence(self), "confounder": confounder_sentence(self)}

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table under the name of its file, without those that weren't asked for."""
        found = {
            "priors": self.priors,
            "critical": self.critical,
            "named": self.named,
            "scepticism": self.scepticism,
            "e_values": self.e_values,
            "evidence": self.evidence,
            "influence": self.influence,
            "removal": self.removal,
            "confounders": self.confounders,
            "censoring": self.censoring,
        }
        return {f"tipping_points_{name}": one for name, one in found.items() if len(one.columns)}


@checks_arguments
def tipping_points(
    fit: Fit,
    cohort: Cohort,
    asked: TippingPointsSpec | None = None,
    *,
    named: Sequence[tuple[str, Prior]] = (),
    thresholds: Sequence[float] = (0.8,),
    level: float = 0.95,
    horizon: float | None = None,
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TippingPoints:
    """How far prior, patients and an unmeasured confounder must go to change the conclusion.

    Parameters
    ----------
    fit : Fit
        A fit under proportional hazards of a treatment with two arms, by `posthaz.fit`.
    cohort : Cohort
        Its cohort.
    asked : TippingPointsSpec, optional
        What is pushed, and how far.
    named : sequence of (str, Prior), optional
        Priors on the treatment's effect that are marked on the map, besides the fit's own.
    thresholds : sequence of float, optional
        Hazard ratios to stay below, besides 1.
    level : float, optional
        Probability of the intervals.
    horizon : float, optional
        Horizon of the restricted means on which each patient's influence is told.
    sampling : Sampling, optional
        How further fits are sampled; as the fit was by default.
    progress : callable, optional
        Takes parts done and parts in all.

    Returns
    -------
    TippingPoints
        Tables and what could not be made.

    Raises
    ------
    SpecError
        When the model has no single log hazard ratio of the treatment.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.analyses.tipping_points.spec import TippingPointsSpec
    >>> spec = ph.ModelSpec("m", ph.Exponential(), "arm")
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(spec, cohort, method="laplace", draws=500, seed=1)
    >>> found = ph.tipping_points(fit, cohort, TippingPointsSpec(removed=0, influence=False))
    >>> found.e_values["of"].tolist()
    ['estimate', 'interval']
    """
    asked = asked or TippingPointsSpec()
    sampling = sampling or _as_sampled(fit)
    cohort = cohort.complete(fit.design.variables) if cohort.drop_missing else cohort
    parts = _parts(fit, cohort, asked, sampling, level, horizon)
    steps = 2 + len(parts)
    say = progress or (lambda done, total: None)
    effect = treatment_effect(fit)
    hrs = np.geomspace(*asked.prior_hr, _MEDIANS).tolist()
    sds = np.geomspace(*asked.prior_sd, _SPREADS).tolist()
    pool = grown_pool(effect, map_priors(hrs, sds), _refit(fit, cohort, sampling))
    say(1, steps)
    values = sorted({1.0, *(one for one in thresholds if one < 1)}, reverse=True)
    table = prior_map(pool, hrs, sds, values)
    found = TippingPoints(
        effect=effect,
        priors=table,
        critical=critical_priors(table, _both_sides(asked.levels, effect)),
        named=_named(pool, [("primary model", effect.prior), *named]),
        scepticism=scepticism(pool, level),
        e_values=_e_values(effect, cohort, level),
        evidence=evidence_of_effect(pool, sds),
        fits=len(pool.fits),
        model=fit.spec.name,
    )
    say(2, steps)
    for done, (name, make) in enumerate(parts.items(), start=3):
        found = _with(found, name, make)
        say(done, steps)
    return found


def _parts(
    fit: Fit,
    cohort: Cohort,
    asked: TippingPointsSpec,
    sampling: Sampling,
    level: float,
    horizon: float | None,
) -> dict[str, Callable[[], pd.DataFrame]]:
    """The tables that a cohort may not allow, by name."""
    found: dict[str, Callable[[], pd.DataFrame]] = {}
    tried = asked.confounder
    if tried is not None:
        grid = confounder_grid(tried.hr, tried.treated, tried.reference)
        found["confounders"] = lambda: confounder_effects(fit, cohort, grid, level)
    if asked.censoring:
        found["censoring"] = lambda: censoring_deltas(
            fit, cohort, sorted(asked.censoring), sampling, imputations=asked.imputations,
            level=level,
        )  # fmt: skip
    if asked.influence:
        found["influence"] = lambda: patient_influence(fit, cohort, sampling, horizon)
    if asked.removed:
        found["removal"] = lambda: smallest_sets(fit, cohort, sampling, level, asked.removed)
    return found


def _with(found: TippingPoints, name: str, make: Callable[[], pd.DataFrame]) -> TippingPoints:
    """The tipping points with one more table, or with the reason why there is none."""
    try:
        return replace(found, **{name: make()})
    except PosthazError as error:
        return replace(found, lost=(*found.lost, (name, str(error))))


def _both_sides(levels: Sequence[float], effect: TreatmentEffect) -> list[float]:
    """The levels, and where the effect is harm their complements: then benefit is improbable."""
    other = [round(1.0 - level, 12) for level in levels] if effect.estimate > 0 else []
    return sorted({*levels, *other})


def _as_sampled(fit: Fit) -> Sampling:
    own = fit.provenance
    return Sampling(seed=own.seed, chains=own.chains, draws=own.draws, tune=own.tune, method="auto")


def _refit(fit: Fit, cohort: Cohort, sampling: Sampling) -> Callable[[Prior], np.ndarray]:
    own = replace(sampling, method="auto") if sampling.method in ("nuts", "pymc") else sampling

    def refit(prior: Prior) -> np.ndarray:
        spec = with_prior(fit.spec, PriorChange(fit.treatment, prior))
        (made,) = fit_many([(spec, cohort)], own)
        return treatment_effect(made).draws

    return refit


def _named(pool: Pool, named: Sequence[tuple[str, Prior]]) -> pd.DataFrame:
    """The probability of benefit under priors that the analysis states."""
    rows = []
    for label, prior in named:
        found = pool.under(prior)
        normal = prior.family == "normal"
        mean, sd = prior.values if normal else (np.nan, np.nan)
        share = found.below(0.0) if found.trusted else np.nan
        closed = closed_probability(pool, mean, sd, 0.0) if normal else np.nan
        rows.append((label, prior.family, np.exp(mean), sd, share, closed, found.khat))
    return pd.DataFrame(rows, columns=list(NAMED_COLUMNS))


def _e_values(effect: TreatmentEffect, cohort: Cohort, level: float) -> pd.DataFrame:
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    lower, middle, upper = (float(one) for one in np.exp(np.quantile(effect.draws, tails)))
    share = float(cohort.weight[cohort.event].sum() / cohort.patients.weight.sum())
    common = share > _COMMON
    outcome = "common" if common else "rare"
    nearer = upper if upper < 1 else lower if lower > 1 else 1.0
    rows = [
        ("estimate", outcome, middle, e_value(middle, common=common)),
        ("interval", outcome, nearer, e_value_of_interval(lower, upper, common=common)),
    ]
    return pd.DataFrame(rows, columns=list(E_VALUE_COLUMNS))
