"""What triage is compared with: a plain list of key words, and a learned linear model. The system uses neither."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.quality import NO_EMERGENCY, Guess, Guesser, of_rules, read, score

REPORTS = Path(__file__).resolve().parent.parent / "tests" / "unit" / "data" / "reports"

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "medical": ("sakit", "pingsan", "ambulan", "sesak", "melahirkan", "kejang", "stroke", "keracunan", "demam"),
    "fire": ("kebakaran", "terbakar", "api", "asap", "ular", "tawon", "kobong", "damkar", "gas bocor", "cincin"),
    "disaster": ("banjir", "longsor", "gempa", "tsunami", "pohon tumbang", "angin", "hanyut", "tenggelam"),
    "public_order": ("maling", "pencuri", "tawuran", "begal", "odgj", "mabuk", "ribut", "judi", "mayat", "rampok"),
    "traffic": ("kecelakaan", "tabrakan", "macet", "lampu merah", "tabrak", "lalu lintas", "parkir", "mogok"),
    "violence_women_children": ("kdrt", "pelecehan", "perkosa", "kekerasan", "dipukul suami", "cabul", "bayi dibuang"),
    "public_facility": ("jalan rusak", "lubang", "lampu jalan", "listrik padam", "kabel", "pipa", "sampah", "pdam"),
}  # fmt: skip
"""What somebody writes down in an hour. The first family with most hits answers; without a hit it is no emergency."""
PENALTY = 1.0
FOLDS = 5


def of_keywords() -> Guesser:
    def guess(text: str) -> Guess:
        low = text.lower()
        hits = {type_: sum(word in low for word in words) for type_, words in KEYWORDS.items()}
        best = sorted(hits, key=lambda type_: -hits[type_])
        return Guess([*best, NO_EMERGENCY] if hits[best[0]] else [NO_EMERGENCY, *best])

    return guess


class Linear:
    """TF-IDF of words and of word pieces (3 to 5 letters) with a ridge classifier, one against the rest."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        seen = [set(_pieces(row["text"])) for row in rows]
        self.labels = sorted({row["type"] for row in rows})
        self.index = {piece: n for n, piece in enumerate(sorted(set().union(*seen)))}
        counts = np.zeros(len(self.index))
        for pieces in seen:
            counts[[self.index[piece] for piece in pieces]] += 1
        self.idf = np.log((1 + len(rows)) / (1 + counts)) + 1
        x = np.stack([self._vector(row["text"]) for row in rows])
        y = np.array([[1.0 if row["type"] == label else -1.0 for label in self.labels] for row in rows])
        self.weights = x.T @ np.linalg.solve(x @ x.T + PENALTY * np.eye(len(rows)), y)

    def _vector(self, text: str) -> np.ndarray:
        vector = np.zeros(len(self.index))
        for piece in _pieces(text):
            if piece in self.index:
                vector[self.index[piece]] += 1
        vector *= self.idf
        return vector / (np.linalg.norm(vector) or 1.0)

    def guess(self, text: str) -> Guess:
        scores = self._vector(text) @ self.weights
        return Guess([self.labels[n] for n in np.argsort(-scores)])


def _pieces(text: str) -> list[str]:
    words = text.lower().split()
    return words + [f"#{w[i : i + n]}" for w in words for n in (3, 4, 5) for i in range(len(w) - n + 1)]


def cross_validated(rows: Sequence[Mapping[str, Any]]) -> Guesser:
    """Each report is answered by a model that has not seen it."""
    models = [Linear([row for n, row in enumerate(rows) if n % FOLDS != fold]) for fold in range(FOLDS)]
    fold_of = {row["text"]: n % FOLDS for n, row in enumerate(rows)}
    return lambda text: models[fold_of[text]].guess(text)


def compared() -> dict[str, dict[str, dict[str, Any]]]:
    """Figures by set of reports and by guesser."""
    published, held_out = read(REPORTS / "published.jsonl"), read(REPORTS / "held_out_fresh.jsonl")
    rules, words = of_rules(), of_keywords()
    found = {
        "published": {"key words": score(published, words), "linear": score(published, cross_validated(published)),
                      "rules": score(published, rules)},
        "held out": {"key words": score(held_out, words), "linear": score(held_out, Linear(published).guess),
                     "rules": score(held_out, rules)},
    }  # fmt: skip
    for figures in found.values():
        for one in figures.values():
            del one["wrong"]
    return found
