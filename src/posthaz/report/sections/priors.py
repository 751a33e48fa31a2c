"""The models and their priors, the prior beside the posterior, and the curves the prior implies."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.answers import median_and_limits
from posthaz.figures import draw_prior_posterior, draw_prior_predictive
from posthaz.inference import Fit
from posthaz.report.blocks import Block, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import capitalised, model_labels, profile_labels
from posthaz.report.sections.parameters import MainParameter, main_parameters
from posthaz.report.sections.picture import picture
from posthaz.report.sections.prior_words import effect_statements, prior_rows
from posthaz.report.sections.wording import interval_name, listed, plain
from posthaz.spec import ModelSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

from posthaz.checks import mattering
from posthaz.checks.power_scaling import DECIDES, LIKELIHOOD, MUCH
from posthaz.report.sections.naming import term_label
from posthaz.report.sections.wording import at_time, counted, signed


def priors_section(results: Results) -> Section:
    """Models, every prior in words, and what the priors say before the data.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``priors``.
    """
    fit = results.posterior.primary
    blocks: list[Block] = [_models(results), _priors(results)]
    blocks += [Paragraph(text) for text in effect_statements(results, fit)]
    blocks += scaling_blocks(results)
    if "prior" not in fit.draws.children:
        blocks.append(
            Paragraph(
                "A prior of the primary model is improper (flat), so it has no draws: there are "
                "no prior curves and no prior beside the posterior to show."
            )
        )
        return Section("Models and priors", "priors", tuple(blocks))
    blocks.append(_prior_posterior(results, fit))
    if results.posterior.prior_curves is not None:
        blocks.append(_prior_curves(results, fit))
    return Section("Models and priors", "priors", tuple(blocks))


@guarded_block
def _models(results: Results) -> Table:
    labels = model_labels(results)
    rows = [
        {
            "model": labels[spec.name] + (" (primary)" if i == 0 else ""),
            "name": f"`{spec.name}`",
            "formula": f"`{spec.formula}`",
            "form": _acts(spec),
        }
        for i, spec in enumerate(results.analysis.models)
    ]
    heads = {"model": "Model", "name": "Name in the files", "formula": "Formula"}
    heads["form"] = "Covariates act by"
    return Table(pd.DataFrame(rows), "Models fitted; the first is the primary one", heads)


def _acts(spec: ModelSpec) -> str:
    """What the covariates act by, and which effects change with time."""
    changing = listed([f"`{term}`" for term in spec.changed_terms])
    form = spec.form.replace("_", " ")
    return f"{form}, the effect of {changing} changing with time" if changing else form


@guarded_block
def _priors(results: Results) -> Table:
    labels, interval = model_labels(results), results.analysis.estimands.interval
    rows = {
        labels[name]: list(prior_rows(results.cohort, fit, interval))
        for name, fit in results.posterior.fits.items()
    }
    heads = {"parameter": "Parameter", "prior": "Prior"}
    heads |= {"range": f"{interval_name(interval)} prior interval", "origin": "Where it is from"}
    return Table(
        folded_priors(rows),
        "Prior of every parameter; what several models share stands once",
        heads,
        group="models",
        source="priors.csv",
        notes=(
            "Intervals of log hazard ratios and of other logarithms are given as ratios and on "
            "the scale of the parameter.",
        ),
    )


def folded_priors(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> pd.DataFrame:
    """Priors of each model, equal ones in one row under the names of all models that have them.

    Examples
    --------
    >>> effect = {"parameter": "Log hazard ratio", "prior": "normal, mean 0, SD 1"}
    >>> shape = {"parameter": "Log shape", "prior": "normal, mean 0, SD 0.5"}
    >>> folded_priors({"Weibull": [effect, shape], "Exponential": [effect]})["models"].tolist()
    ['Both models', 'Weibull']
    """
    having: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for model, priors in rows.items():
        for prior in priors:
            having.setdefault(tuple(prior.items()), []).append(model)
    order = sorted(having.values(), key=lambda models: (-len(models), list(rows).index(models[0])))
    runs = list(dict.fromkeys(tuple(models) for models in order))
    return pd.DataFrame(
        [
            {"models": _whose(models, len(rows)), **dict(prior)}
            for models in runs
            for prior, theirs in having.items()
            if tuple(theirs) == models
        ]
    )


def _whose(models: Sequence[str], number: int) -> str:
    """Name of a group of models: theirs, or that it is all of them."""
    if len(models) < number or number == 1:
        return listed(list(models))
    return "Both models" if number == 2 else f"All {number} models"


def prior_posterior_figure(
    shown: Sequence[MainParameter], interval: float, *, simulated: bool
) -> "Figure":
    """Prior and posterior of some parameters."""
    ratio = next((one.ratio for one in shown if one.ratio), "")
    return draw_prior_posterior(
        {one.name: (one.prior, one.posterior) for one in shown},
        ratios=[one.name for one in shown if one.is_ratio],
        labels={one.name: one.label.removesuffix(f": {ratio}") for one in shown},
        ratio=capitalised(ratio),
        interval=interval,
        simulated=simulated,
    )


def _prior_posterior(results: Results, fit: Fit) -> Block:
    interval = results.analysis.estimands.interval
    shown = main_parameters(fit, results.cohort)
    figure = prior_posterior_figure(shown, interval, simulated=results.simulated)
    parts = []
    for one in shown:
        before, after = (median_and_limits(d, interval) for d in (one.prior, one.posterior))
        parts.append(
            f"{one.label}: prior {plain(before[0])} ({plain(before[1])} to {plain(before[2])}), "
            f"posterior {plain(after[0])} ({plain(after[1])} to {plain(after[2])})"
        )
    alt = f"Densities before and after the data, medians with intervals. {'; '.join(parts)}."
    caption = (
        "Prior (dashed) and posterior (filled) of the primary model’s main parameters; where the "
        "two look alike, the data said little"
    )
    if any(one.name.startswith("hazard[") for one in shown):
        caption += f"; hazards are per {results.cohort.unit.removesuffix('s')}"
    return picture(results, figure, "prior_posterior", alt, caption, "coefficients.csv")


def _prior_curves(results: Results, fit: Fit) -> Block:
    curves, interval = results.posterior.prior_curves, results.analysis.estimands.interval
    assert curves is not None
    labels = profile_labels(results, fit)
    flat = curves.stack(sample=("chain", "draw")).transpose("sample", "profile", "time")  # noqa: PD013 - xarray
    draws, times = flat.sizes["sample"], curves["time"].to_numpy()
    parts = [
        pd.DataFrame(
            {
                "arm": str(arm),
                "draw": np.repeat(np.arange(draws), len(times)),
                "time": np.tile(times, draws),
                "survival": flat.sel(profile=arm).to_numpy().ravel(),
            }
        )
        for arm in curves["profile"].to_numpy()
    ]
    figure = draw_prior_predictive(
        pd.concat(parts, ignore_index=True),
        labels=labels,
        unit=results.cohort.unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        endpoint=results.analysis.endpoint,
        interval=interval,
        simulated=results.simulated,
    )
    middle = times[len(times) // 2]
    at = flat.sel(time=middle).to_numpy()
    low, high = np.quantile(at, ((1 - interval) / 2, (1 + interval) / 2))
    alt = (
        f"Survival curves drawn from the prior fan out widely: at {middle:.0f} "
        f"{results.cohort.unit} {interval_name(interval)} of them lie between {100 * low:.0f} and "
        f"{100 * high:.0f} %."
    )
    caption = (
        "Survival curves that the primary model’s priors allow before any data are seen (prior "
        "predictive check)"
    )
    return picture(results, figure, "prior_predictive", alt, caption)


_SOURCE = "https://doi.org/10.1007/s11222-023-10366-5"
_MOST_ANSWERS = 6


def scaling_blocks(results: Results) -> list[Block]:
    """A sentence and a table for the primary model; nothing where no answer was scaled."""
    table = results.posterior.power_scaling
    if table.empty:
        return []
    own = table[table["model"] == results.posterior.primary.spec.name]
    if own.empty:
        return []
    return [Paragraph(scaling_sentence(results, own)), _table(results, own)]


def scaling_sentence(results: Results, own: pd.DataFrame) -> str:
    """Which priors matter for which answers of one model."""
    found = mattering(own)
    priors = own[own["scaled"] != LIKELIHOOD]
    if priors.empty:
        return "Every prior of the primary model is flat, so that none can weigh more or less."
    if not found:
        worst = priors.iloc[int(priors["sensitivity"].to_numpy().argmax())]
        count = counted(len(priors.drop_duplicates(["answer", "profile", "time"])), "answer")
        return (
            f"**No prior matters for the answers**: weighed a little more or less, none "
            f"changes any of the {count} that compare the arms by {MUCH:g} or more (power scaling, "
            f"{_SOURCE}; most, {worst['sensitivity']:.2f}, the prior on `{worst['scaled']}` "
            f"for the {_answer(results, worst)})."
        )
    parts = []
    for name, rows in found.items():
        answers = listed([_answer(results, row) for row in rows.to_dict("records")[:3]])
        most = rows.iloc[0]
        how = "alone decides" if most["verdict"] == DECIDES else "disagrees with the data"
        how = f", and {how}" if most["verdict"] else ""
        parts.append(
            f"the prior on **`{name}`** for the {answers} (sensitivity "
            f"{most['sensitivity']:.2f}{how}; doubled in weight it would move that by "
            f"{signed(f'{most["per_doubling"]:.2f}')} posterior standard deviations)"
        )
    return f"**A prior matters for the answers**: {'; '.join(parts)} (power scaling, {_SOURCE})."


def _answer(results: Results, row: pd.Series | dict) -> str:
    name = str(row["answer"]).replace("rmst", "restricted mean")
    time = row["time"]
    if np.isnan(time):
        return f"{name} of {term_label(results.cohort, str(row['profile']))}"
    return f"{name} at {at_time(round(float(time), 1), results.cohort.unit)}"


@guarded_block
def _table(results: Results, own: pd.DataFrame) -> Table:
    keyed = own.assign(column=[_answer(results, row) for row in own.to_dict("records")])
    columns = list(dict.fromkeys(keyed["column"]))[:_MOST_ANSWERS]
    wide = keyed.pivot_table("sensitivity", "scaled", "column", sort=False)
    shown = pd.DataFrame({"scaled": [f"prior on {name}" if name != LIKELIHOOD else name
                                     for name in wide.index]})  # fmt: skip
    heads = {"scaled": "Weighed more or less"}
    for place, column in enumerate(columns):
        shown[f"a{place}"] = [_shown(value) for value in wide[column]]
        heads[f"a{place}"] = capitalised(column)
    return Table(
        shown,
        "Which prior matters for which answer of the primary model",
        heads,
        source="power_scaling.csv",
        notes=(f"Change of the posterior under powers near 1; {MUCH:g} is much.",),
    )


def _shown(value: float) -> str:
    """A change with two decimals, never as a nought that it is not."""
    return "< 0.01" if value < 0.005 else f"{value:.2f}"
