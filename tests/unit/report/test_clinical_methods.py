"""Methods of clinical analyses, as a journal prints them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd

from posthaz.analyses.interactions.spec import InteractionSpec
from posthaz.analyses.interactions.words import interaction_methods
from posthaz.analyses.screening.section import screening_methods
from posthaz.analyses.screening.spec import ScreeningSpec
from posthaz.analyses.subsets.section import subset_methods
from posthaz.analyses.subsets.spec import Subset, SubsetsSpec
from posthaz.analyses.toxicity.spec import ToxicitySpec
from posthaz.analyses.toxicity.words import toxicity_methods
from posthaz.cohort import Where
from posthaz.report.sections.methods import methods_section

COLUMNS = {"age": SimpleNamespace(label="Age"), "gtv_cc": SimpleNamespace(label="Tumour volume")}


def results(**clinical: object) -> Any:
    cohort = SimpleNamespace(columns=COLUMNS, covariates=pd.DataFrame())
    return SimpleNamespace(analysis=SimpleNamespace(clinical=clinical), cohort=cohort)


def test_screening_says_its_rule_and_what_was_fitted() -> None:
    asked = results(screening=ScreeningSpec(("age", "gtv_cc"), 0.05))
    table = pd.DataFrame({"penalised": [False, True]})
    answer: Any = SimpleNamespace(
        penalised="", candidates=table, fits={"shrunken": None}, sample="all"
    )
    text = screening_methods(asked, answer)
    assert "(age and tumour volume)" in text
    assert "below 0.05" in text
    assert "[@firth]" in text
    assert "[@horseshoe]" in text
    assert text.startswith("Candidates (age")
    without: Any = SimpleNamespace(
        penalised="", candidates=table.iloc[:1], fits={}, sample="matched"
    )
    assert "@" not in screening_methods(asked, without)
    assert screening_methods(asked, without).startswith("In the matched patients, candidates (age")


def test_subsets_interactions_and_toxicities_name_what_they_were_about() -> None:
    subsets = SubsetsSpec((Subset("a", Where(), "Bulky disease"), Subset("b", Where())))
    assert "in bulky disease and b, as named" in subset_methods(results(subsets=subsets), None)
    pair = InteractionSpec("x", "age", "gtv_cc", (60.0,), (146.0,), continuous=True)
    text = interaction_methods(results(interactions=(pair, pair)), None)
    assert text.startswith("The interaction of age by tumour volume was")
    assert text.endswith("without cut-offs.")
    toxicity = ToxicitySpec(columns={"pneumonitis": "Pneumonitis"}, pooled=False)
    text = toxicity_methods(results(toxicity=toxicity), None)
    assert "with pneumonitis by" in text
    assert text.endswith("beta(0.5, 0.5) priors.")


def test_their_references_are_numbered_among_the_others(two_arms) -> None:
    plain = methods_section(two_arms)
    section = methods_section(two_arms, lambda _: ["Gray’s test [@gray] was used."])
    paragraph = next(b.text for b in section.blocks if "Gray" in b.text)  # type: ignore[union-attr]
    number = int(paragraph.split("[")[1].split("]")[0])
    references = section.subsections[0].blocks[0].items  # type: ignore[union-attr]
    assert references[number - 1].startswith("Gray RJ.")
    assert len(references) == len(plain.subsections[0].blocks[0].items) + 1  # type: ignore[union-attr]


def test_a_landmark_is_told(two_arms) -> None:
    analysis = replace(two_arms.analysis, landmark=8.0)
    section = methods_section(replace(two_arms, analysis=analysis))
    assert "from a landmark at 8 months" in section.blocks[0].text  # type: ignore[union-attr]
