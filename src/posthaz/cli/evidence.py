"""``posthaz evidence``: printed hazard ratios against priors."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posthaz.cli.options import Quiet
from posthaz.cli.say import say
from posthaz.errors import Findings, PriorError, SpecError

if TYPE_CHECKING:
    from posthaz.priors import Prior
    from posthaz.report.evidence import Evidence
    from posthaz.spec.evidence_file import EvidenceSpec

File = Annotated[
    str | None, typer.Argument(metavar="[FILE]", help="File of [[ratio]] tables, many at once.")
]
Ratio = Annotated[str, typer.Option("--hr", help="Printed hazard ratio.")]
Interval = Annotated[
    tuple[str, str], typer.Option("--ci", metavar="LOW HIGH", help="Its printed interval.")
]
Level = Annotated[
    float | None, typer.Option("--level", help="Confidence level of the interval; 0.95.")
]
Printed = Annotated[str, typer.Option("--p", help="Printed P value: 0.03, or '<0.001'.")]
Events = Annotated[int | None, typer.Option("--events", min=1, help="Number of events.")]
Priors = Annotated[
    list[str] | None,
    typer.Option(
        "--prior",
        help="A further prior: sceptical=HR, enthusiastic=HR, historical=HR,LOW,HIGH or "
        "normal=MEAN,SD of the log hazard ratio. May be given several times.",
    ),
]
Expected = Annotated[
    float | None, typer.Option("--expected", help="Hazard ratio that was hoped for; 0.7.")
]
Relevant = Annotated[
    float | None, typer.Option("--relevant", help="Smallest benefit that matters; 0.8.")
]
Folder = Annotated[Path | None, typer.Option("--out", help="Folder for tables, page and figures.")]


def evidence(
    file: File = None,
    hr: Ratio = "",
    ci: Interval = ("", ""),
    level: Level = None,
    p: Printed = "",
    events: Events = None,
    prior: Priors = None,
    expected: Expected = None,
    relevant: Relevant = None,
    out: Folder = None,
    quiet: Quiet = False,
) -> None:
    """Set a printed hazard ratio against priors and check its numbers."""
    from dataclasses import replace

    from posthaz.spec.evidence_file import EvidenceSpec, load_evidence

    if file is not None and (hr or any(ci)):
        raise SpecError("both a file and --hr or --ci are given", fix="keep one of them")
    if file is not None:
        _only_of_one_ratio({"--level": level, "--p": p or None, "--events": events})
        spec = load_evidence(file)
    else:
        spec = EvidenceSpec((_printed(hr, ci, 0.95 if level is None else level, p, events),))
    changes = {"expected": expected, "relevant": relevant}
    spec = replace(spec, **{name: v for name, v in changes.items() if v is not None})
    further = _priors(prior or [], tuple(spec.priors))
    chosen = {name: (*names, *further) for name, names in spec.chosen.items()}
    spec = replace(spec, priors={**spec.priors, **further}, chosen=chosen)
    _check_options(spec)
    _answer(spec, out, quiet)


def _answer(spec: "EvidenceSpec", out: Path | None, quiet: bool) -> None:
    from posthaz.files import prepare_folder, staged_folder
    from posthaz.report.evidence import gather_evidence, write_evidence

    if out is not None:
        prepare_folder(out)
    found = gather_evidence(spec)
    if not quiet:
        _say(found)
    if out is not None:
        with staged_folder(out) as stage:
            written = write_evidence(found, stage)
        if not quiet:
            say(f"wrote {len(written.files)} files to {out}")
        for part in written.missing:
            say(f"posthaz: missing from the results: {part.name}: {part.reason}", err=True)
        if written.missing:
            raise typer.Exit(3)


def _printed(hr: str, ci: tuple[str, str], level: float, p: str, events: int | None):  # noqa: ANN202
    from posthaz.evidence import PrintedRatio, impossible

    if not hr or not all(ci):
        raise SpecError(
            "no printed hazard ratio", fix="give --hr 0.54 --ci 0.31 0.94, or a file of them"
        )
    numbers = [_number(text, option) for text, option in ((hr, "--hr"), *((c, "--ci") for c in ci))]
    # the text tells how many decimals were printed, zeros at the end too
    decimals = max(len(text.strip().partition(".")[2]) for text in (hr, *ci))
    printed = PrintedRatio(
        *numbers, level=level, p=p.strip(), decimals=decimals, events=events, label="Hazard ratio"
    )
    findings = Findings()
    findings.extend(impossible(printed, "--hr and --ci"))
    findings.raise_if_any(SpecError, "The printed numbers can't be used:")
    return printed


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SpecError(f"{option}: '{text}' is no number", fix="give it as printed") from None


def _only_of_one_ratio(given: dict[str, object]) -> None:
    """Refuse what a file says of each ratio by itself."""
    for option, value in given.items():
        if value is not None:
            key = option.removeprefix("--")
            raise SpecError(
                f"{option} is of one ratio, and a file is given", fix=f"say {key} in its [[ratio]]"
            )


def _priors(stated: list[str], taken: tuple[str, ...]) -> "dict[str, Prior | None]":
    from posthaz.priors import Prior, enthusiastic, historical, sceptical

    makers: dict[str, tuple[int, Callable[..., Prior]]] = {
        "sceptical": (1, sceptical),
        "enthusiastic": (1, enthusiastic),
        "historical": (3, historical),
        "normal": (2, lambda mean, sd: Prior("normal", (mean, sd))),
    }
    found: dict[str, Prior | None] = {}
    for text in stated:
        kind, _, rest = text.partition("=")
        count, make = makers.get(kind.strip(), (0, None))
        parts = [part for part in rest.split(",") if part.strip()]
        if make is None or len(parts) != count:
            raise SpecError(
                f"--prior: '{text}' is no prior",
                fix=(
                    "give sceptical=0.6, enthusiastic=0.6, historical=0.77,0.71,0.84 or "
                    "normal=0,0.5"
                ),
            )
        prior = make(*(_number(part, "--prior") for part in parts))
        name = kind.strip() if count > 1 else f"{kind.strip()}_{parts[0].strip()}"
        if name in (*found, *taken):
            name = "_".join((kind.strip(), *(part.strip() for part in parts)))
        found[name] = prior
    return found


def _check_options(spec: "EvidenceSpec") -> None:
    if not 0 < spec.relevant <= 1:
        raise SpecError(f"--relevant: {spec.relevant:g}", fix="give a ratio above 0, at most 1")
    try:
        for printed in spec.ratios:
            spec.priors_of(printed)
    except PriorError as error:
        raise SpecError(f"--expected: {error}", fix="give a hazard ratio other than 1") from error


def _say(found: "Evidence") -> None:
    from posthaz.report.evidence_tables import credibility_items, prior_title
    from posthaz.report.sections.wording import percent, with_interval

    ratios = {printed.name: printed for printed in found.spec.ratios}
    width = max(len(prior_title(name)) for name in found.posteriors["prior"])
    heads = f"{'posterior HR':<22}{'P(benefit)':>11}{'P(relevant)':>13}{'assurance':>11}"
    heading = f"{'prior':<{width}}  {heads}"
    for name, table in found.posteriors.groupby("ratio", sort=False):
        printed = ratios[str(name)]
        interval = with_interval(printed.hr, printed.lower, printed.upper)
        say(f"{printed.shown}: HR {interval}, as printed\n{heading}")
        for _, row in table.iterrows():
            posterior = with_interval(row["hr"], row["lower"], row["upper"])
            shares = [percent(row[key]) for key in ("benefit", "relevant", "assurance")]
            say(
                f"{prior_title(row['prior']):<{width}}  {posterior:<22}"
                f"{shares[0]:>11}{shares[1]:>13}{shares[2]:>11}"
            )
        if len(ratios) == 1:
            for term, text in credibility_items(printed):
                say(f"{term}: {text}")
        say("")
    for _, row in found.ratios[found.ratios["doubts"] != ""].iterrows():
        say(f"doubt: {row['label'] or row['name']}: {row['doubt_words']}.")
