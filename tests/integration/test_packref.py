"""What is read from a pack file alone is what routing sees after the pack was loaded."""

from dataclasses import replace

import pytest

from agencies import packref, selectors
from agencies.reference import RegionRef
from tests.conftest import PACKS


def _without_ids(region: RegionRef) -> dict[str, object]:
    def bare(rows):
        return sorted((replace(row, id="") for row in rows), key=repr)

    return {
        "region": replace(region, agencies={}, agreements={}, run_cards=(), targets=(), procedures=(), areas={},
                          types={}, subtype_types={}),
        "types": dict(region.types),
        "subtype_types": dict(region.subtype_types),
        "areas": dict(region.areas),
        "agencies": {code: replace(a, id="") for code, a in region.agencies.items()},
        "agreements": {code: replace(a, id="") for code, a in region.agreements.items()},
        "run_cards": bare(region.run_cards),
        "targets": bare(region.targets),
        "procedures": sorted((replace(p, id="", excludes=frozenset()) for p in region.procedures), key=repr),
        "excludes": {(p.type, p.subtype): p.excludes for p in region.procedures},
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("code", PACKS)
def test_a_pack_file_gives_the_region_that_the_database_gives(code):
    loaded = _without_ids(selectors.load_reference(1).regions[code])
    read = _without_ids(packref.region_of_pack(code))
    for part, expected in loaded.items():
        assert read[part] == expected, part
