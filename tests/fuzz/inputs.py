"""Values, cells, names and whole inputs that people and their programs get wrong."""

import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

WORDS = (
    "", " ", "x/../../../f", "../up", "/etc/passwd", "/dev/zero", "con",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "@SUM(A1)", "-1+1", "\x1b[31mred\x1b[0m", "\u202eright\u200f", "{{7*7}}",
    "$x_{$", "a\nb", "a\tb", "row", "chain", "draw", "time", "event", "arm", "age", "A", "a", "B",
    "NaN", "inf", "9" * 400, "1e400", "1,5", "1.250", "x" * 3000, "é" * 300, "`age`", "C(arm)",
    "arm[B]", "1:2", "(1 | site)", "age:arm", "weibull", "none", "true", "2024-01-01", "?", "-",
    "NA",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 3, 12, 10**6, 10**19, 10**400, -(10**400), 0.0, -0.0, 0.5, 1.5, 1e-300, 5e-324,
    1e300, float("inf"), float("-inf"), float("nan"), 2**63, 2**64,
)  # fmt: skip
FORMULAS = (
    "1", "0", "arm", "arm + age", "arm * age", "arm / age", "age + age", "bs(age, df=4)",
    "bs(age, degree=21, df=23)", "bs(age, df=100000)", "I(age * 9**(9**9))", "age**9**9",
    "log(age)", "log(age - 60)", "exp(age * 100)", "(1 | site)", "(age | site)", "arm + (1|arm)",
    "np.log(age)", "__import__('os')", "C(arm, Treatment('B'))", "time", "arm:log(time)", "event",
    "`", "arm +", "arm ~ age", "Surv(time, event) ~ arm", "strata(site)", "offset(age)", "-1 + arm",
    "arm - arm", "scale(age)", "poly(age, 3)", "cut(age, 3)", "center(age) + arm", "(" * 200,
    "age" * 99,
)  # fmt: skip

COLUMNS = ("age", "gtv", "stage", "site", "rash", "arm")
FUNCTIONS = (
    "log", "log2", "log10", "exp", "sqrt", "abs", "I", "C", "T", "S", "zero_sum", "bs", "cr",
    "spline", "poly", "scale", "center", "standardize", "np.log", "ns", "strata", "eval",
)  # fmt: skip
ARGUMENTS = (
    "df=4", "df=1", "degree=2", "degree=21", "df=10**5", "knots=[50, 60]", "knots=[]", "4", "-1",
    "'B'", "\"II\"", "Treatment", "ref='II'", "base=0", "lower_bound=60", "extrapolation='none'",
)  # fmt: skip

# control characters end most inputs at their first check, so they come from WORDS alone
plain = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn")), max_size=12)
texts = st.one_of(
    st.sampled_from(COLUMNS), st.sampled_from(WORDS), st.sampled_from(FORMULAS), plain
)
numbers = st.one_of(st.sampled_from(NUMBERS), st.floats(), st.integers(-100, 1000))
scalars = st.one_of(
    texts, numbers, st.booleans(), st.just(datetime.date(2024, 1, 1)), st.just(datetime.time(1, 2))
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=2)),
    max_leaves=4,
)
cells = st.one_of(texts, numbers.map(str), st.just(""))
leaves = st.one_of(
    st.sampled_from(COLUMNS), st.sampled_from(COLUMNS), st.sampled_from(("1", "0", "2.5", "nope"))
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas made of smaller ones by an operator, a function or a group."""
    operators = st.sampled_from(("+", "+", "*", ":", "/", "-", "**", "|", "%", "==", "<"))
    arguments = st.lists(st.one_of(inner, st.sampled_from(ARGUMENTS)), max_size=2)
    calls = st.tuples(st.sampled_from(FUNCTIONS), inner, arguments)
    return st.one_of(
        st.tuples(inner, operators, inner).map(" ".join),
        calls.map(lambda call: f"{call[0]}({', '.join([call[1], *call[2]])})"),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.tuples(inner, st.sampled_from(("site", "stage", "age"))).map("({0[0]} | {0[1]})".format),
        st.tuples(inner, st.integers(-1, 40)).map("({0[0]})**{0[1]}".format),
    )


formulas = st.recursive(leaves, _larger, max_leaves=6)
"""Formulas as the grammar builds them, whether or not they mean anything."""


def like(value: Any) -> st.SearchStrategy[Any]:
    """Values of the same kind as one, so that more than the type is tried."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int | float):
        return numbers
    if isinstance(value, str):
        return st.one_of(texts, formulas)
    if isinstance(value, list) and value:
        return st.lists(like(value[0]), max_size=4)
    return values


def toml_text(values: Mapping[str, Any]) -> str:
    """A mapping as TOML, one inline value a key."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def _key(key: str) -> str:
    return _string(key)


def _string(text: str) -> str:
    written = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in written)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return hex(value) if value > 10**18 else str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)


@st.composite
def mutated(draw: Callable, base: Mapping[str, Any], most: int = 3) -> dict[str, Any]:
    """A copy of nested mappings with some values or keys replaced, added or removed."""
    copy = json.loads(json.dumps(base))
    for _ in range(draw(st.integers(1, most))):
        place: Any = copy
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 5)):
                place = inner
                continue
            _change(draw, place, key)
            break
    return copy


def _change(draw: Callable, place: Any, key: Any) -> None:
    kind = draw(st.sampled_from(("value", "value", "value", "key", "remove", "add")))
    if kind == "value" or isinstance(place, list):
        place[key] = draw(draw(st.sampled_from((values, like(place[key]), like(place[key])))))
    elif kind == "key":
        place[draw(texts)] = place.pop(key)
    elif kind == "remove":
        del place[key]
    else:
        place[draw(texts)] = draw(values)
