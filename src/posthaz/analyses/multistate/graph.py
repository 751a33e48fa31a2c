"""States and the transitions between them: a graph in which no state is entered twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from posthaz.errors import nearest

FIRST, LAST = "event-free", "dead"


@dataclass(frozen=True)
class Graph:
    """States and transitions.

    Parameters
    ----------
    states : tuple of str
        Their names; all patients begin in the first.
    transitions : tuple of (int, int)
        Numbers of the states left and entered.

    Examples
    --------
    >>> Graph(("event-free", "ill", "dead"), ((0, 1), (0, 2), (1, 2))).order
    (0, 1, 2)
    """

    states: tuple[str, ...]
    transitions: tuple[tuple[int, int], ...]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """States, each after those from which it is entered; shorter where there is a cycle."""
        found: list[int] = []
        waiting = list(range(len(self.states)))
        while waiting:
            free = [
                s for s in waiting if not any(b == s and a in waiting for a, b in self.transitions)
            ]
            if not free:
                break
            found += free
            waiting = [s for s in waiting if s not in free]
        return tuple(found)

    def leaving(self, state: int) -> list[tuple[int, int]]:
        """Number of each transition out of a state, and the state entered."""
        return [(k, b) for k, (a, b) in enumerate(self.transitions) if a == state]

    def name(self, transition: int) -> str:
        """A transition in words."""
        left, entered = self.transitions[transition]
        return f"{self.states[left]} to {self.states[entered]}"


def graph_faults(
    names: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Why states and transitions are no graph of ours, each with the fix.

    Examples
    --------
    >>> [what for what, _ in graph_faults(["ill"], [("event-free", "ill"), ("dead", "ill")])]
    ["'dead' to 'ill': nobody leaves 'dead'", "no transition leads to 'dead'"]
    """
    states = [FIRST, *names, LAST]
    for left, entered in pairs:
        shown = f"'{left}' to '{entered}'"
        unknown = [name for name in (left, entered) if name not in states]
        if unknown:
            what = f"{shown}: there is no state '{unknown[0]}' ({nearest(unknown[0], states)})"
            yield what, f"name states among {', '.join(states)}"
        elif left == LAST:
            yield f"{shown}: nobody leaves '{LAST}'", "leave the transition out"
        elif entered == FIRST:
            yield f"{shown}: all patients begin in '{FIRST}'", "leave the transition out"
        elif left == entered:
            yield f"{shown} is no transition", "leave it out"
    for name in (*names, LAST):
        if not any(entered == name for _, entered in pairs):
            fix = "name a transition to it" + ("" if name == LAST else ", or leave the state out")
            yield f"no transition leads to '{name}'", fix
    known = [pair for pair in pairs if set(pair) <= set(states)]
    graph = Graph(tuple(states), tuple((states.index(a), states.index(b)) for a, b in known))
    if len(graph.order) < len(states):
        inside = [states[k] for k in range(len(states)) if k not in graph.order]
        what = f"transitions lead around in a circle ({', '.join(inside)})"
        yield what, "let a state that is entered again be a state of its own, such as 'relapse 2'"
