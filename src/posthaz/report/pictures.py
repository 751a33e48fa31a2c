"""Pictures of a fit or of results for Python: the report's own, on matplotlib axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from posthaz.baselines import at_risk_rows, kaplan_meier
from posthaz.checks import replicated_kaplan_meier
from posthaz.cohort import Cohort
from posthaz.cohort.argument import asked_numbers
from posthaz.cohort.quantities import number_text
from posthaz.errors import PosthazError
from posthaz.estimands import (
    arm_populations,
    band,
    coefficient_table,
    hazard,
    hazard_ratio_over_time,
    survival,
)
from posthaz.figures import (
    draw_hazard,
    draw_hazard_ratio_over_time,
    draw_hazard_ratios,
    draw_predictive_check,
    draw_survival,
    pictured,
    speak,
    time_ticks,
)
from posthaz.inference import Fit
from posthaz.languages import speaking
from posthaz.report.own_words import speaker_for
from posthaz.report.results import Results
from posthaz.report.sections.hazard_ratios import forest_figure
from posthaz.report.sections.naming import WHOLE, term_label
from posthaz.report.sections.parameters import main_parameters
from posthaz.report.sections.predictive import NOT_EXACT, predictive_figure, thinned
from posthaz.report.sections.priors import prior_posterior_figure
from posthaz.report.sections.ratio_rows import ratio_rows, single_steps
from posthaz.report.sections.sensitivity import specification_figure
from posthaz.report.sections.survival import survival_figure
from posthaz.report.sections.wording import at_time, with_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from posthaz.sensitivity import Sensitivity

_POINTS = 200


@dataclass(frozen=True, eq=False)
class _Shown:
    """What a picture is of: a fit, and what is known of its cohort."""

    fit: Fit
    cohort: Cohort | None
    interval: float
    endpoint: str = "survival"

    @property
    def labels(self) -> dict[str, str]:
        if not self.fit.treatment:
            return {WHOLE: "All patients"}
        arms = [str(arm) for arm in self.fit.design.frame[self.fit.treatment].cat.categories]
        return {arm: self.cohort.arm_label(arm) if self.cohort else arm for arm in arms}

    @property
    def horizon(self) -> float:
        return float(self.fit.draws["observed_data"].to_dataset()["time"].max())

    @property
    def simulated(self) -> bool:
        return self.fit.provenance.simulated

    def curves(self, of: object = survival, skip: float = 0.0) -> pd.DataFrame:
        grid = np.linspace(self.fit.origin, self.horizon, _POINTS)
        grid[0] += skip * (grid[1] - grid[0])
        return band(of(self.fit, grid, arm_populations(self.fit)), self.interval)  # type: ignore[operator]

    def axis(self) -> dict[str, Any]:
        return {
            "unit": self.fit.unit,
            "horizon": self.horizon,
            "start": self.fit.origin,
            "interval": self.interval,
            "simulated": self.simulated,
        }


def _shown(of: Fit | Results, cohort: Cohort | None, interval: float | None) -> _Shown:
    if isinstance(of, Results):
        level = interval or of.analysis.estimands.interval
        return _Shown(of.posterior.primary, of.cohort, level, of.analysis.endpoint or "survival")
    if not isinstance(of, Fit):
        raise PosthazError(
            f"{type(of).__name__} can't be drawn",
            fix="give a fit of ph.fit or results of ph.run_analysis",
        )
    return _Shown(of, cohort, interval or 0.95)


def _pictured(
    of: object, draw: "Callable[[], Figure]", ax: "Axes | None", style: str, columns: int
) -> "list[Axes]":
    """A picture, in the language of the results that it is of."""

    def drawn() -> "Figure":
        figure = draw()
        if isinstance(of, Results):
            with speaking(speaker_for(of.analysis, of.cohort)):
                speak(figure.axes)
        return figure

    return pictured(drawn, ax, style, columns)


def plot_survival(
    of: Fit | Results,
    ax: "Axes | None" = None,
    *,
    cohort: Cohort | None = None,
    at_risk: bool = True,
    limits: bool | None = None,
    effect: bool | None = None,
    style: str = "",
    columns: int = 1,
) -> "Axes":
    """Posterior survival over Kaplan-Meier, with numbers at risk.

    Parameters
    ----------
    of : Fit or Results
        A fit, or results of `run_analysis`, of which the primary model is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it. Numbers at risk share its place in the
        grid of subplots.
    cohort : Cohort, optional
        The patients of a fit; without them there is neither Kaplan-Meier nor numbers at risk.
    at_risk : bool, optional
        Whether numbers at risk stand below.
    limits : bool, optional
        Whether the Kaplan-Meier limits are drawn; as ``kaplan_meier_band`` in ``[baselines]`` says
        by default.
    effect : bool, optional
        Whether the hazard ratio and the log-rank P value of results stand on the plot; as
        ``effect_on_plot`` in ``[baselines]`` says by default.
    style : {"", "default", "lancet", "nejm", "jama"}, optional
        The style; the current one of `use_style` when empty.
    columns : {1, 2}, optional
        Columns of the journal that a new figure is to fill.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the curves; its figure's ``axes`` hold the numbers below.

    Raises
    ------
    PosthazError
        When the model has no standardised curves, as where a covariate changes in follow-up.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> ax = ph.plot_survival(fit, cohort=cohort, style="lancet")
    >>> round(ax.figure.get_figwidth() * 25.4)
    75
    """
    if isinstance(of, Results):
        draw = partial(survival_figure, of, numbers=at_risk, band=limits, effect=effect)
        return _pictured(of, draw, ax, style, columns)[0]
    one = _shown(of, cohort, None)
    if effect:
        raise PosthazError(
            "a fit alone has no log-rank test to write on the plot",
            fix="draw the results of ph.run_analysis",
        )
    steps = pd.DataFrame(columns=["arm", "time", "survival", "censored", "lower", "upper"])
    if cohort is not None and not (cohort.recurrent or cohort.interval_censored.any()):
        steps = kaplan_meier(cohort, level=one.interval)

    def draw_fit() -> "Figure":
        numbers = pd.DataFrame()
        if cohort is not None and at_risk:
            times = time_ticks(one.horizon, cohort.unit, start=cohort.origin).tolist()
            numbers = at_risk_rows(cohort, times)
        return draw_survival(
            steps, one.curves(), numbers, labels=one.labels, endpoint=one.endpoint,
            limits=bool(limits), **one.axis(),
        )  # fmt: skip

    return _pictured(of, draw_fit, ax, style, columns)[0]


def plot_hazard(
    of: Fit | Results,
    ax: "Axes | None" = None,
    *,
    cohort: Cohort | None = None,
    style: str = "",
    columns: int = 1,
) -> "Axes":
    """Posterior hazard of each arm over follow-up, standardised over the patients.

    Parameters
    ----------
    of : Fit or Results
        A fit, or results of `run_analysis`, of which the primary model is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it.
    cohort : Cohort, optional
        The patients of a fit, who know the labels of the arms.
    style, columns
        As for `plot_survival`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    PosthazError
        When the model has no standardised curves.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> ph.plot_hazard(fit).get_ylabel()
    'Hazard (events per person-month)'
    """
    one = _shown(of, cohort, None)
    curves = one.curves(hazard, skip=1.0)
    draw = partial(draw_hazard, curves, labels=one.labels, **one.axis())
    return _pictured(of, draw, ax, style, columns)[0]


def plot_hazard_ratio(
    of: Fit | Results,
    ax: "Axes | None" = None,
    *,
    time: float | Sequence[float] = (),
    cohort: Cohort | None = None,
    style: str = "",
    columns: int = 1,
) -> "Axes":
    """Posterior hazard ratio of the second arm against the first over follow-up.

    Parameters
    ----------
    of : Fit or Results
        A fit, or results of `run_analysis`, of which the primary model is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it.
    time : float or sequence of float, optional
        Times at which the ratio is marked, and written in the legend with its interval.
    cohort : Cohort, optional
        The patients of a fit, who know the labels of the arms.
    style, columns
        As for `plot_survival`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    PosthazError
        When the formula has no treatment, or a time lies outside follow-up.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> ph.plot_hazard_ratio(fit, time=12.0).get_yscale()
    'log'
    """
    one = _shown(of, cohort, None)
    start, end = one.fit.origin, one.horizon
    marked = asked_numbers(time) if np.size(time) else np.empty(0)
    if ((marked <= start) | (marked > end)).any():
        raise PosthazError(
            f"time = {time}: follow-up goes from {number_text(start)} to "
            f"{at_time(end, one.fit.unit)}",
            fix="give times within follow-up",
        )
    grid = start + (end - start) * np.arange(1, _POINTS + 1) / _POINTS
    ratios = hazard_ratio_over_time(one.fit, np.append(grid, marked))
    curves = band(ratios.expand_dims(profile=["ratio"]), one.interval).drop(columns="arm")
    points = curves.iloc[len(grid) :]
    words = [
        f"At {at_time(row['time'], one.fit.unit)}: "
        f"{with_interval(row['median'], row['lower'], row['upper'])}"
        for row in points.to_dict("records")
    ]
    first, second, *_ = one.labels.values()
    draw = partial(
        draw_hazard_ratio_over_time, curves.iloc[: len(grid)], contrast=f"{second} v {first}",
        marks=points.assign(label=words), **one.axis(),
    )  # fmt: skip
    return _pictured(of, draw, ax, style, columns)[0]


def plot_forest(
    of: Fit | Results,
    ax: "Axes | None" = None,
    *,
    terms: str = "",
    cohort: Cohort | None = None,
    style: str = "",
    columns: int = 1,
) -> "Axes":
    """Forest of hazard ratios: of results, with Cox regression beside them.

    Parameters
    ----------
    of : Fit or Results
        A fit, of which every coefficient is drawn, or results of `run_analysis`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it.
    terms : {"", "treatment", "covariates"}, optional
        Which terms of results: the treatment's in every model, or the covariates'. When empty the
        treatment's where there are any.
    cohort : Cohort, optional
        The patients of a fit, who know what covariates are called.
    style, columns
        As for `plot_survival`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    PosthazError
        When there is no hazard ratio to draw.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm + dose_gy")
    >>> fit = ph.fit(spec, cohort, draws=100, method="laplace")
    >>> ph.plot_forest(fit, cohort=cohort).get_xscale()
    'log'
    """
    if terms not in ("", "treatment", "covariates"):
        raise PosthazError(f"no terms '{terms}'", fix="say treatment or covariates")
    one = _shown(of, cohort, None)
    if isinstance(of, Results):
        rows = ratio_rows(of)
        name = terms or ("treatment" if len(rows) and rows["treatment"].any() else "covariates")
        rows = rows[rows["treatment"] == (name == "treatment")]
        draw = partial(_forest_of, of, rows, name)
    else:
        meant = cohort.columns if cohort else {}
        table = coefficient_table(of, meant, one.interval)
        replaced = {column for column, _ in single_steps(of.design, meant).values()}
        rows = table[table["hr_median"].notna() & ~table["term"].isin(replaced)]
        label = [term_label(cohort, t) if cohort else str(t) for t in rows["term"]]
        ratios = {key: rows[f"hr_{old}"] for key, old in _RATIO.items()}
        frame = pd.DataFrame({"term": rows["term"], "label": label, "source": "Bayesian"} | ratios)
        draw = partial(
            draw_hazard_ratios, frame, treatment=False, interval=one.interval,
            simulated=one.simulated,
        )  # fmt: skip
    if rows.empty:
        raise PosthazError(
            f"model '{one.fit.spec.name}': there is no hazard ratio{f' of {terms}' * bool(terms)}",
            fix="draw plot_survival, which needs none",
        )
    return _pictured(of, draw, ax, style, columns)[0]


_RATIO = {"hr": "median", "lower": "lower", "upper": "upper"}


def _forest_of(of: Results, rows: pd.DataFrame, name: str) -> "Figure":
    return forest_figure(of, rows, name)[1]


def plot_prior_posterior(
    of: Fit | Results,
    ax: "Axes | None" = None,
    *,
    parameters: Sequence[str] = (),
    cohort: Cohort | None = None,
    style: str = "",
    columns: int = 1,
) -> "np.ndarray":
    """Prior beside posterior of the main parameters.

    Parameters
    ----------
    of : Fit or Results
        A fit, or results of `run_analysis`, of which the primary model is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it. Several parameters share its place.
    parameters : sequence of str, optional
        Names of those to draw, as in ``coefficients.csv``; at most eight, the treatment's first,
        by default.
    cohort : Cohort, optional
        The patients of a fit, who know what covariates are called.
    style, columns
        As for `plot_survival`.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (parameter,)

    Raises
    ------
    PosthazError
        When a prior is improper, so that it has no draws, or there is no such parameter.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> len(ph.plot_prior_posterior(fit, parameters=["arm[B]"]))
    1
    """
    one = _shown(of, cohort, None)
    if "prior" not in one.fit.draws.children:
        raise PosthazError(
            f"model '{one.fit.spec.name}': a prior is improper (flat), so that it has no draws",
            fix="give the model proper priors",
        )
    shown = main_parameters(one.fit, one.cohort)
    known = [each.name for each in shown]
    if unknown := [name for name in parameters if name not in known]:
        raise PosthazError(
            f"model '{one.fit.spec.name}' has no parameter {unknown[0]!r} to draw",
            fix=f"name some of {', '.join(known)}",
        )
    chosen = [each for each in shown if not parameters or each.name in parameters]
    draw = partial(prior_posterior_figure, chosen, one.interval, simulated=one.simulated)
    return np.array(_pictured(of, draw, ax, style, columns), dtype=object)


def plot_predictive(
    of: Fit | Results,
    ax: "Axes | None" = None,
    *,
    cohort: Cohort | None = None,
    style: str = "",
    columns: int = 1,
) -> "np.ndarray":
    """Observed Kaplan-Meier over that of cohorts replicated by the model, one panel an arm.

    Parameters
    ----------
    of : Fit or Results
        A fit, or results of `run_analysis`, of which the primary model is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it. Several arms share its place.
    cohort : Cohort, optional
        The patients of a fit, who are needed.
    style, columns
        As for `plot_survival`.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (arm,)

    Raises
    ------
    PosthazError
        When a fit comes without its cohort, or nothing was replicated.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> len(ph.plot_predictive(fit, cohort=cohort))
    2
    """
    one = _shown(of, cohort, None)
    if one.cohort is None:
        raise PosthazError(
            "the observed curves of a fit are those of its cohort", fix="give cohort=..."
        )
    if isinstance(of, Results):
        if of.posterior.replicated.empty:
            raise PosthazError(NOT_EXACT, fix="draw plot_survival instead")
        draw = partial(predictive_figure, of)
    else:
        if one.cohort.recurrent or one.cohort.interval_censored.any():
            raise PosthazError(NOT_EXACT, fix="draw plot_survival instead")
        again = replicated_kaplan_meier(of, one.cohort)
        labels = {arm: one.cohort.arm_label(arm) for arm in one.cohort.arms or (WHOLE,)}
        axis = {key: value for key, value in one.axis().items() if key != "interval"}
        draw = partial(
            draw_predictive_check, kaplan_meier(one.cohort),
            again[again["replicate"] % thinned(again) == 0], labels=labels, **axis,
        )  # fmt: skip
    return np.array(_pictured(of, draw, ax, style, columns), dtype=object)


def plot_specification_curve(
    answer: "Sensitivity",
    term: str = "",
    ax: "Axes | None" = None,
    *,
    favours: tuple[str, str] | None = None,
    interval: float = 0.95,
    simulated: bool = False,
    style: str = "",
    columns: int = 1,
) -> "Axes":
    """Every variant in order of its hazard ratio, and the choices behind each.

    Parameters
    ----------
    answer : Sensitivity
        Result of `answer_sensitivity`.
    term : str, optional
        Coefficient of the treatment; the first one by default.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it. The choices share its place.
    favours : (str, str), optional
        What a ratio below 1 and one above 1 favour.
    interval : float, optional
        Probability of the intervals.
    simulated : bool, optional
        Whether the cohort is simulated.
    style, columns
        As for `plot_survival`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the curve; the choices are on the next axes of its figure.

    Raises
    ------
    SpecError
        For a coefficient that no variant has.

    Examples
    --------
    >>> import posthaz as ph
    >>> analysis = ph.load_analysis("nvalt11_pci_os")
    >>> answer = ph.answer_sensitivity(analysis, ph.read_cohort(analysis.table, analysis.cohort))
    ... # doctest: +SKIP
    >>> ph.plot_specification_curve(answer)  # doctest: +SKIP
    """
    draw = partial(
        specification_figure, answer, term, favours=favours, interval=interval, simulated=simulated
    )
    return pictured(draw, ax, style, columns)[0]
