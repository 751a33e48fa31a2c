"""Which effects a formula lets vary between clusters: what stands left of each bar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from formulae.parser import Parser
from formulae.resolver import Resolver
from formulae.scanner import Scanner


@dataclass(frozen=True)
class Bar:
    """One ``(terms | cluster)`` of a formula.

    Parameters
    ----------
    cluster : str
        Column of the clusters.
    intercept : bool
        Whether the clusters' hazards differ themselves.
    terms : tuple of str
        Terms whose effects differ between clusters.
    """

    cluster: str
    intercept: bool
    terms: tuple[str, ...]

    def __str__(self) -> str:
        cluster = self.cluster if self.cluster.isidentifier() else f"`{self.cluster}`"
        return f"({' + '.join(('1' if self.intercept else '0', *self.terms))} | {cluster})"

    def among(self, terms: Sequence[str]) -> "Bar | None":
        """The bar of a formula that keeps these terms alone; None where nothing is left of it."""
        kept = tuple(term for term in self.terms if term in terms)
        return Bar(self.cluster, self.intercept, kept) if kept or self.intercept else None


def formula_bars(formula: str) -> tuple[Bar, ...]:
    """What a formula lets vary between clusters, one entry a bar; effects of one are correlated.

    Parameters
    ----------
    formula : str
        A formula whose syntax has been checked.

    Returns
    -------
    tuple of Bar
        In the formula's order.

    Examples
    --------
    >>> [str(bar) for bar in formula_bars("arm + (arm | centre) + (1 | surgeon)")]
    ['(1 + arm | centre)', '(1 | surgeon)']
    """
    if "|" not in formula:
        return ()
    nodes = _pipes(Parser(Scanner(formula).scan(add_intercept=False)).parse())
    return tuple(bar for node in nodes for bar in _bars(Resolver(node).resolve()))


def _pipes(node: Any) -> Iterator[Any]:
    """Every bar of a syntax tree, from left to right."""
    if type(node).__name__ == "Binary" and node.operator.kind == "PIPE":
        yield node
        return
    for name in ("left", "expression", "right"):
        inner = getattr(node, name, None)
        if inner is not None and not isinstance(inner, str):
            yield from _pipes(inner)


def _bars(resolved: Any) -> Iterator[Bar]:
    """The bar of a resolved node, which formulae splits by term."""
    terms = [resolved] if hasattr(resolved, "factor") else list(resolved.group_terms)
    for cluster in dict.fromkeys(str(term.factor.name) for term in terms):
        own = [term.expr for term in terms if str(term.factor.name) == cluster]
        names = tuple(str(one.name) for one in own if type(one).__name__ != "Intercept")
        yield Bar(cluster, len(names) < len(own), names)
