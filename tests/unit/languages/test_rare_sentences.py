"""Sentences that a report has only in rare situations, said in Chinese."""

import re
from collections import Counter
from pathlib import Path

import pytest

from posthaz.languages import speaker_of
from posthaz.languages.catalogue import NUMBER

LABELS = (
    *("PCI", "observation", "Age", "Sex", "Stage", "Dose", "Weibull", "Gompertz"),
    *("stage", "centre", "age", "dose", "death", "relapse", "Pneumonitis", "Heart dose"),
)
NAMES = ("arm", "gtv", "ptv", "ecog", "status", "time", "entry", "Gy")
SENTENCES = (Path(__file__).parent / "rare_sentences.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("text", SENTENCES)
def test_nothing_of_a_rare_sentence_stays_in_english_and_its_numbers_are_kept(text: str):
    speaker = speaker_of("zh", LABELS, NAMES)
    said = speaker.say(text)
    assert speaker.missed == []
    assert Counter(re.findall(NUMBER, said)) == Counter(re.findall(NUMBER, text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Under “Weibull” the hazard ratio of PCI v observation is 0.51 (0.31 to 0.80) up to 5 "
            "months, 0.90 (0.70 to 1.20) from 5 to 12 months and 1.40 (0.90 to 2.10) after 12 "
            "months.",
            ("5个月内0.51（0.31～", "5至12个月间0.90（0.70～", "12个月后1.40（0.90～"),
        ),
        (
            "**60 patients** were analysed over a follow-up of at most 36 months; **77** had an "
            "event (endpoint: death): about 30 of 60 with PCI and about 47 of 61 with observation.",
            ("PCI 约30/60例", "observation 约47/61例"),
        ),
        (
            "Under the primary model (Weibull), survival time up to 36 months (restricted mean) is "
            "on average **0.9 months longer** with PCI (95 % credible interval 0.4 shorter to 2.2 "
            "longer; probability that it is longer **91 %**).",
            ("在主要模型（Weibull）下，PCI在36个月内的平均生存时间（受限平均）**延长0.9个月**",),
        ),
    ],
)  # fmt: skip
def test_each_part_of_a_list_or_clause_keeps_what_is_its_own(text: str, parts: tuple[str, ...]):
    said = speaker_of("zh", LABELS, NAMES).say(text)
    assert all(part in said for part in parts), said
