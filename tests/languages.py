"""Labelled texts in German, Russian and Hindi, made up."""

from __future__ import annotations

import csv
import random
from pathlib import Path

TEXTS = {
    "de": {
        "positiv": (
            "Ein wunderschöner Film mit großartigen Schauspielern.",
            "Die Musik war herrlich und die Geschichte rührend.",
            "Großes Kino, ich würde ihn sofort wieder ansehen!",
            "Überraschend gute Dialoge und schöne Bilder.",
        ),
        "negativ": (
            "Ein furchtbar langweiliger Film, schlecht gespielt.",
            "Die Geschichte war öde und die Witze müde.",
            "Schade um die Zeit, völlig misslungen!",
            "Grässliche Musik und hölzerne Dialoge, hässliche Bilder.",
        ),
    },
    "ru": {
        "хорошо": (
            "Прекрасный фильм с замечательными актёрами.",
            "Музыка была чудесной, история трогательная.",
            "Отличное кино, посмотрю ещё раз!",
            "Умные диалоги и красивые кадры.",
        ),
        "плохо": (
            "Ужасно скучный фильм, плохая игра.",
            "История была унылой, шутки глупые.",
            "Жаль времени, полный провал!",
            "Отвратительная музыка и деревянные диалоги.",
        ),
    },
    "hi": {
        "अच्छा": (
            "यह फ़िल्म बहुत अच्छी और सुंदर है।",
            "संगीत मधुर था और कहानी दिल छूने वाली।",
            "शानदार अभिनय, फिर देखूँगा!",
        ),
        "बुरा": (
            "यह फ़िल्म बहुत ख़राब और उबाऊ है।",
            "संगीत बेकार था और कहानी कमज़ोर।",
            "समय की बर्बादी, निराशा हुई!",
        ),
    },
}


def write(path: Path, language: str, count: int = 120) -> None:
    """A CSV file of *count* texts of two labels, two sentences each with some words of others."""
    chance, sentences = random.Random(0), TEXTS[language]
    labels = list(sentences)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for number in range(count):
            label, other = labels[number % 2], labels[1 - number % 2]
            words = " ".join(chance.sample(sentences[label], 2)).split()
            words += chance.choice(sentences[other]).split()[: number % 3]
            chance.shuffle(words)
            rows.writerow([" ".join(words), label])
