"""The reports behind a region's rules: what a draft is played over, and what no rule claims.

Confidential cases are never among them, not even as a number: their words are sealed, and a count would tell. Drills
are none of it either. Counting reads as the system; the words of a report are read in the sight of who asks.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from agencies.access import SYSTEM, Actor
from agencies.reference import RegionRef
from agencies.rowlevel import sight
from dispatch.replay import Case
from incidents import caches, selectors
from incidents.models import Classification, Incident, Text
from incidents.triage.normalise import tokenise

CHUNK = 200
IN_HOW_MANY = 3
"""A word is told to somebody who may not read reports when it stands in at least so many: names rarely do."""
SINCE = timedelta(days=90)
_GRAMMAR = frozenset(
    {"neg", "neg_ada", "neg_skip", "if", "if_soft", "fear", "exist", "or", "only", "turn", "ask", "who", "thanks"}
)


def _of(actor: Actor, region: str) -> QuerySet[Incident]:
    seen = selectors.visible_to(actor).filter(region_id=region, confidential=False, exercise=False)
    return seen.exclude(status="merged").order_by("-created_at", "-id")


def newest(region: str, most: int) -> list[uuid.UUID]:
    """Ids of the region's last reports, newest first."""
    return list(_of(SYSTEM, region).values_list("id", flat=True)[:most])


def cases_of(ids: list[uuid.UUID], region: RegionRef, at: datetime) -> Iterator[Case]:
    """Reports with their words and places, read in batches, at their own hour of today: agreements count as of now."""
    local = at.astimezone(region.tz)
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        with sight(SYSTEM):
            words = _words_of(part)
        rows = Incident.objects.filter(id__in=list(words), confidential=False).order_by("-created_at", "-id")
        for id_, area, created in rows.values_list("id", "area_id", "created_at"):
            known = region.areas.get(area or "")
            areas = tuple(code for code in (known.code, known.parent) if code) if known else ()
            hour = created.astimezone(region.tz)
            yield Case(str(id_), words[id_], areas, local.replace(hour=hour.hour, minute=hour.minute))


def _words_of(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The report of each incident, where the sight of this transaction shows it in plain words."""
    texts = Text.objects.filter(incident_id__in=list(ids), kind=Text.Kind.NARRATIVE, superseded_at=None)
    rows = texts.exclude(plain="").order_by("-created_at").values_list("incident_id", "plain")
    return {id_: plain for id_, plain in rows if id_ is not None}


def words_for(actor: Actor, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Number and words of those of these incidents that the actor may read: id → (number, words)."""
    with sight(actor):
        seen = selectors.visible_to(actor).filter(id__in=list(ids), confidential=False, exercise=False)
        numbers = dict(seen.values_list("id", "number"))
        return {str(id_): (numbers[id_], words) for id_, words in _words_of(numbers).items()}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of unclaimed reports: in how many it stands, and whether the rules know it at all."""

    word: str
    reports: int
    known: bool


@dataclass(frozen=True, slots=True)
class Unmapped:
    """What no rule of the region claims. `examples`: number and words; empty for who may not read reports."""

    reports: int
    words: tuple[Word, ...]
    examples: tuple[tuple[str, str], ...]


def unmapped(actor: Actor, region: RegionRef, *, with_words: bool, at: datetime | None = None,
             most: int = 500, shown: int = 50) -> Unmapped:  # fmt: skip
    """Reports of the last 90 days whose answer no rule gave, with the words that they share."""
    since = (at or timezone.now()) - SINCE
    last = Classification.objects.filter(incident=OuterRef("pk")).order_by("-created_at", "-id")
    found = (
        _of(SYSTEM, region.code).filter(created_at__gte=since).annotate(sure=Subquery(last.values("confidence")[:1]))
    )
    ids = list(found.filter(sure=0).values_list("id", flat=True)[:most])
    with sight(SYSTEM):
        words = {id_: text for id_, text in _words_of(ids).items() if text.strip()}
    examples = list(words_for(actor, [str(id_) for id_ in words]).values())[:shown] if with_words else []
    least = 1 if with_words else IN_HOW_MANY
    return Unmapped(len(words), tuple(_shared_words(words, region, least)), tuple(examples))


def _shared_words(texts: Mapping[uuid.UUID, str], region: RegionRef, least: int) -> Iterator[Word]:
    lexicon = caches.rules(region).lexicon
    counts: Counter[str] = Counter()
    for text in texts.values():
        said = {token.text for token in tokenise(text)}
        counts.update({form for word in said for form in lexicon.forms(word) if form.isalpha() and len(form) > 2})
    for word, reports in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        classes = lexicon.classes.get(word)
        carries = classes is None or bool(classes - _GRAMMAR)
        if reports >= least and carries:
            yield Word(word, reports, classes is not None)
