"""Syntax errors of a formula, each with a caret at its place."""

from typing import Any

from formulae.parser import ParseError, Parser
from formulae.scanner import ScanError, Scanner

from posthaz.design.formula_rules import length_fault

_LONGEST_SHOWN = 60
_EXPLANATIONS = {
    "TILDE": "give the right-hand side only; time and event are named in [cohort]",
    "EQUAL": "'=' belongs inside the brackets of a function",
}


class _PlacedScanner(Scanner):
    """formulae's scanner, which also remembers where each token starts."""

    def __init__(self, code: str) -> None:
        self.starts: list[int] = []
        super().__init__(code)

    def add_token(self, kind: str, literal: Any = None) -> None:
        super().add_token(kind, literal)
        self.starts.append(self.start)


def syntax_fault(formula: str) -> str:
    """What keeps a formula from being read, with a caret under the place; empty when nothing does.

    Parameters
    ----------
    formula : str
        Right-hand side of a formula, lme4 style.

    Returns
    -------
    str
        The formula on one line and, below, a caret with the reason.

    Examples
    --------
    >>> print(syntax_fault("arm * (age + stage"))
        arm * (age + stage
                          ^ expect ')' after expression
    >>> syntax_fault("arm * log(gtv_cc) + (1 | centre)")
    ''
    """
    long = length_fault(formula)
    if long:
        return f"    {formula[:_LONGEST_SHOWN]} ...\n    ^ {long.what}"
    if "\n" in formula:
        formula = " ".join(formula.split())
    position, reason = _fault(formula)
    return f"    {formula}\n    {' ' * position}^ {reason}" if reason else ""


def _fault(formula: str) -> tuple[int, str]:
    if not formula.strip():
        return 0, 'the formula is empty; write "1" for a model without covariates'
    scanner = _PlacedScanner(formula)
    try:
        tokens = scanner.scan(add_intercept=False)
    except IndexError:
        return scanner.start, "this backquote is not closed"
    except (ScanError, ValueError) as error:
        return scanner.start, _lower(str(error))
    return _parse_fault(tokens, [*scanner.starts, len(formula)])


def _parse_fault(tokens: list[Any], starts: list[int]) -> tuple[int, str]:
    for token, start in zip(tokens, starts, strict=True):
        if token.kind == "TILDE":
            return start, _EXPLANATIONS["TILDE"]
    parser = Parser(tokens)
    try:
        tree = parser.parse()
    except ParseError as error:
        token = parser.peek()
        if token.kind == "EOF" and str(error).startswith("Don't know"):
            return starts[parser.current], "the formula stops here; a term is missing"
        if token.kind == "RIGHT_PAREN":
            return starts[parser.current], "a term is missing before this bracket"
        return starts[parser.current], _EXPLANATIONS.get(token.kind) or _lower(str(error))
    except RecursionError:
        return 0, "brackets are nested too deeply"
    if not parser.at_end():
        if parser.peek().kind == "RIGHT_PAREN":
            return starts[parser.current], "this bracket was never opened"
        return starts[parser.current], "a sign such as + or * is missing before this"
    if type(tree).__name__ == "Assign":
        first = next(i for i, token in enumerate(tokens) if token.kind == "EQUAL")
        return starts[first], _EXPLANATIONS["EQUAL"]
    return 0, ""


def _lower(message: str) -> str:
    message = message.rstrip(".")
    return message[:1].lower() + message[1:]
