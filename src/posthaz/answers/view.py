"""A table and rows of answers as two views of the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from posthaz.answers.frame import answer_frame, joined

METHOD_OF: Mapping[str, str] = {
    "posterior": "posterior",
    "Kaplan-Meier": "kaplan_meier",
    "1 - Kaplan-Meier": "one_minus_kaplan_meier",
    "Aalen-Johansen": "aalen_johansen",
    "Cox": "cox",
    "Firth's Cox": "firth",
    "Fine-Gray": "fine_gray",
    "log-rank": "logrank",
    **dict.fromkeys(("univariable", "multivariable"), "cox"),
    **dict.fromkeys(("bayes_univariable", "bayes_multivariable", "bayes_shrunken"), "posterior"),
}
"""Words of ``method`` by those that tables use; what follows a comma there is the ``model``."""


_EVERYBODY = ("all", "all all", "all patients")


@dataclass(frozen=True)
class View:
    """How the rows of a table are told as answers.

    Parameters
    ----------
    file : str
        Name of the table's CSV file, without its ending.
    columns : str
        Columns of answers that the table has: ``arm``, or ``value=hr`` where the table calls it
        ``hr``; ``population=column+level`` joins two columns by a space.
    fixed : mapping of str to str
        Columns of answers that are the same in every row, ``quantity`` and ``method`` among them.
    statement : tuple of str
        Column with a posterior probability, and the statement that it is the probability of;
        empty where there is none. It makes a row of its own.

    Examples
    --------
    >>> view = View("ratios", "term value=hr method=source", {"quantity": "hazard_ratio"},
    ...             ("p_below_1", "< 1"))
    >>> row = {"term": "arm[1]", "hr": 0.8, "source": "posterior", "p_below_1": 0.9}
    >>> view.answers(pd.DataFrame([row]))[["method", "value", "probability"]].to_numpy().tolist()
    [['posterior', 0.8, nan], ['posterior', nan, 0.9]]
    """

    file: str
    columns: str
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    statement: tuple[str, str] = ("", "")

    @property
    def reads(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of the table that each column of answers is made of."""
        pairs = (part.partition("=") for part in self.columns.split())
        return {name: tuple((own or name).split("+")) for name, _, own in pairs}

    def answers(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of the table as answers.

        Parameters
        ----------
        table : DataFrame
            The table; columns that it lacks are left empty.

        Returns
        -------
        DataFrame
            Columns `posthaz.answers.COLUMNS`; rows without any number are left out.
        """
        if table.empty:  # as hazard ratios where no arms are compared: it may have no columns
            return answer_frame([])
        found: dict[str, pd.Series] = {}
        for name, own in self.reads.items():
            there = [table[one] for one in own if one in table]
            if len(own) == 1 and there:
                found[name] = there[0]
            elif there:
                words = [one.astype(object).fillna("").astype(str).tolist() for one in there]
                said = [" ".join(row).strip() for row in zip(*words, strict=True)]
                found[name] = pd.Series(said, index=table.index, dtype=object)
        if "population" in found:
            found["population"] = found["population"].replace(list(_EVERYBODY), "")
        rows = _with_method(pd.DataFrame(found, index=table.index).assign(**self.fixed))
        numbers = rows.columns.intersection(["value", "statistic", "p"])
        stated = rows.dropna(how="all", subset=list(numbers)) if len(numbers) else rows.iloc[:0]
        column, statement = self.statement
        if column not in table:
            return answer_frame(stated)
        named = rows.drop(columns=["value", "lower", "upper", "statistic", "p"], errors="ignore")
        believed = named.assign(probability=table[column], statement=statement)
        parts = (stated, believed.dropna(subset=["probability"]))
        return joined(answer_frame(part) for part in parts)


def _with_method(rows: pd.DataFrame) -> pd.DataFrame:
    """The words of tables for methods as those of answers, what qualifies them as the model."""
    words = rows["method"].astype(str).str.partition(", ").reindex(columns=[0, 2], fill_value="")
    method = words[0].map(METHOD_OF).fillna(words[0])
    if words[2].ne("").any() and "model" not in rows:
        rows = rows.assign(model=words[2])
    return rows.assign(method=method)
