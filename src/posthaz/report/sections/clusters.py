"""How centres and other clusters differ: median hazard ratio, shrunken estimates, a new cluster."""

import numpy as np
import pandas as pd

from posthaz.answers import median_and_limits
from posthaz.baselines.shared_frailty import SharedFrailty
from posthaz.design import Group
from posthaz.estimands.clusters import (
    Differing,
    average_effect,
    differing,
    median_ratio,
    new_cluster_ratios,
)
from posthaz.figures import draw_clusters
from posthaz.inference import Fit, flat_draws
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import model_labels, term_label, variable_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    count_text,
    interval_name,
    listed,
    p_value,
    percent,
    with_interval,
)

_MOST_SHOWN = 24
_NUMBERS = ("ratio", "lower", "upper")


def clusters_section(results: Results) -> Section | None:
    """Frailties and effects by cluster, of every model that has them.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``clusters``; None where no model has clusters.
    """
    table = results.posterior.clusters
    if table.empty:
        return None
    blocks: list[Block] = []
    for name, rows in table.groupby("model", sort=False):
        fit = results.posterior.fits[str(name)]
        label = model_labels(results)[fit.spec.name]
        blocks += [Paragraph(f"**{label}.** {text}") for text in between_clusters(results, fit)]
        if beside := _cox_sentence(results, fit):
            blocks.append(Paragraph(beside))
        for (clusters, effect), own in rows.groupby(["clusters", "effect"], sort=False):
            blocks += [
                _figure(results, fit, str(clusters), str(effect), own),
                _table(results, str(clusters), str(effect), own),
            ]
    blocks.append(Paragraph(_how_to_read(results)))
    return Section("Clusters", "clusters", tuple(blocks))


def between_clusters(results: Results, fit: Fit) -> list[str]:
    """Sentences on each column of clusters of a model; none where it has none."""
    level = results.analysis.estimands.interval
    values = flat_draws(fit.draws["posterior"].to_dataset())
    texts = []
    for group in fit.design.groups:
        apart = differing(group, values)
        texts += [_frailty_sentence(fit, group, apart, level)] if "" in apart.columns else []
        texts += _slope_sentences(results, fit, group, apart, values, level)
    return texts


def _frailty_sentence(fit: Fit, group: Group, apart: Differing, level: float) -> str:
    """How much the hazards of clusters differ, as numbers that readers know."""
    spread = apart.spread("")
    of = fit.spec.effect.acts_on if not fit.spec.frailty.is_gamma else "hazard"
    of = {"hazard": "hazard", "time": "survival time"}[of]
    what = (
        f"their frailties, gamma with mean 1, have a variance of {_interval(spread**2, level)}"
        if fit.spec.frailty.is_gamma
        else f"the logarithm of their {of}s varies with a standard deviation of "
        f"{_interval(spread, level)}"
    )
    return (
        f"Clusters of `{group.name}` differ: {what} ({interval_name(level)} credible interval). Of "
        f"two patients alike in everything else but from two clusters drawn at random, the one "
        f"with the larger {of} has in the median {_interval(median_ratio(fit, group), level)} "
        f"times that of the other (median {of} ratio)."
    )


def _slope_sentences(
    results: Results,
    fit: Fit,
    group: Group,
    apart: Differing,
    values: dict[str, np.ndarray],
    level: float,
) -> list[str]:
    """How much effects differ between clusters, and what to expect of a new one."""
    texts, name, kind = [], interval_name(level), fit.spec.effect.ratio
    for column, drawn in new_cluster_ratios(fit, group):
        spread = _interval(apart.spread(column), level)
        average = _interval(np.exp(average_effect(fit, column, values)), level)
        texts.append(
            f"The effect of {term_label(results.cohort, column)} differs between clusters of "
            f"`{group.name}`: its {kind} is {average} in the typical one, and the logarithm varies "
            f"with a standard deviation of {spread}. In a cluster not yet seen it is expected to "
            f"be {_interval(drawn, level)} ({name} prediction interval), below 1 with probability "
            f"{percent(float((drawn < 1).mean()))}."
        )
    for a, b in ((block[j], k) for block in group.blocks for j, k in enumerate(block[1:])):
        parts = [apart.columns[k] for k in (a, b)]
        said = [term_label(results.cohort, one) if one else "the frailty" for one in parts]
        found = _interval(apart.correlation(*parts), level)
        texts.append(
            f"Between clusters of `{group.name}` the correlation of {said[0]} with the effect of "
            f"{said[1]} is {found}."
        )
    return texts


def _interval(draws: np.ndarray, level: float) -> str:
    return with_interval(*median_and_limits(draws, level))


def _cox_sentence(results: Results, fit: Fit) -> str:
    """The Cox model with the same frailty, in a sentence; empty where there is none."""
    cox = results.posterior.cox_frailty.get(fit.spec.name)
    if cox is None:
        return ""
    if not isinstance(cox, SharedFrailty):
        return f"There is no Cox model with a frailty beside it: {cox}."
    level, p = interval_name(results.analysis.estimands.interval), p_value(cox.p)
    ratios = [
        f"{with_interval(row['hr'], row['hr_lower'], row['hr_upper'])} for "
        f"{term_label(results.cohort, str(row['term']))}"
        for row in cox.table.head(4).to_dict("records")
    ]
    return (
        f"A Cox model with a normal frailty (penalised partial likelihood, REML) gives a standard "
        f"deviation of {np.sqrt(cox.variance):.2f} (test that clusters are alike: P"
        f"{f' = {p}' if p[0].isdigit() else f' {p}'}) and hazard ratios of {listed(ratios)} "
        f"({level} confidence intervals)."
    )


@guarded_block
def _figure(
    results: Results, fit: Fit, clusters: str, effect: str, rows: pd.DataFrame
) -> FigureBlock:
    """Caterpillar of one effect of one column of clusters."""
    level, kind = results.analysis.estimands.interval, fit.spec.effect.ratio
    cox = results.posterior.cox_frailty.get(fit.spec.name)
    typical, shown = 1.0, rows
    what = f"{kind.capitalize()} to the typical cluster"
    if effect != "frailty":
        values = flat_draws(fit.draws["posterior"].to_dataset())
        typical = float(np.exp(np.median(average_effect(fit, effect, values))))
        what = f"{kind.capitalize()}, {term_label(results.cohort, effect)}"
    elif isinstance(cox, SharedFrailty):
        shown = rows.assign(cox=np.exp(cox.log_frailty.reindex(rows["cluster"]).to_numpy()))
    figure = draw_clusters(
        shown, ratio=what, typical=typical, interval=level, simulated=results.simulated
    )
    ordered = rows.sort_values("ratio")
    ends = [
        f"{with_interval(*(row[key] for key in _NUMBERS))} in {row['cluster']}"
        for row in (ordered.iloc[0], ordered.iloc[-1])
    ]
    alt = f"{what} of {len(rows)} clusters, from {ends[0]} to {ends[1]}."
    caption = (
        f"{what}: clusters of {variable_label(results.cohort, clusters)}, shrunken towards each "
        f"other; bars are {interval_name(level)} credible intervals"
    )
    name = f"clusters_{fit.spec.name}_{_plain(clusters)}_{_plain(effect)}"
    return picture(results, figure, name, alt, caption, "clusters.csv")


def _plain(text: str) -> str:
    """A name as a file name takes it."""
    return "".join(letter if letter.isalnum() else "_" for letter in text).strip("_")


@guarded_block
def _table(results: Results, clusters: str, effect: str, rows: pd.DataFrame) -> Table:
    """Clusters in order; the lowest and the highest where there are many."""
    ordered = rows.sort_values("ratio").reset_index(drop=True)
    half, many = _MOST_SHOWN // 2, len(ordered) > _MOST_SHOWN
    shown = pd.concat([ordered.head(half), ordered.tail(half)]) if many else ordered
    level = interval_name(results.analysis.estimands.interval)
    frame = pd.DataFrame(
        {
            "cluster": shown["cluster"],
            "patients": [count_text(n) for n in shown["patients"]],
            "events": [count_text(n) for n in shown["events"]],
            "ratio": [with_interval(*row) for row in shown[list(_NUMBERS)].to_numpy()],
            "below": [percent(p) for p in shown["p_below_1"]],
        }
    )
    of = "Frailty" if effect == "frailty" else f"Effect of {term_label(results.cohort, effect)}"
    heads = {
        "cluster": variable_label(results.cohort, clusters),
        "patients": "Patients",
        "events": "Events",
        "ratio": f"Ratio ({level}{SPACE}credible interval)",
        "below": "P(below 1)",
    }
    note = (
        (f"The {half} lowest and the {half} highest of {len(ordered)}; all are in the file.",)
        if many
        else ()
    )
    return Table(frame, f"{of} by cluster", heads, source="clusters.csv", notes=note)


def _how_to_read(results: Results) -> str:
    """What shrinkage does, and whom standardised answers are about."""
    survival = "survival, medians and restricted means"
    answers = "expected numbers of events" if results.cohort.recurrent else survival
    return (
        "Estimates of clusters are shrunken: the fewer events a cluster has, the closer it stands "
        "to the typical one, so that the order of clusters is no league table. Hazard ratios "
        f"elsewhere in this report compare patients of one cluster; {answers} are averaged over "
        "the patients of the clusters observed, each with the hazard of their own cluster, and "
        "predict nothing for a cluster not yet seen."
    )
