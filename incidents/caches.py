"""Compiled rules and spatial indexes in the memory of each process."""

import threading
from functools import lru_cache

from agencies import caches as agencies_caches
from agencies.reference import RegionRef
from agencies.spatial import AreaHit, AreaIndex, RegionHit, RegionIndex, shipped_area_index, shipped_region_index
from incidents.triage import CompiledRules, builtin_rules, compile_rules

_lock = threading.Lock()


@lru_cache(maxsize=1)
def rules() -> CompiledRules:
    """The built-in rules, compiled once."""
    return compile_rules(builtin_rules())


@lru_cache(maxsize=1)
def _region_index() -> RegionIndex:
    return shipped_region_index()


@lru_cache(maxsize=64)
def _area_index(code: str, name: str) -> AreaIndex:
    return shipped_area_index(code, name)


def region_at(lat: float, lon: float) -> RegionHit | None:
    """The kabupaten/kota at a point; None when the point is far from all of them."""
    with _lock:
        index = _region_index()
    return index.locate(lat, lon)


def area_at(region: RegionRef, lat: float, lon: float) -> AreaHit:
    """The village or district of a region at a point, with how precisely that is known."""
    with _lock:
        index = _area_index(region.code, region.name)
    return index.locate(lat, lon)


def warm_up() -> None:
    """Build what the first request would otherwise wait for."""
    rules()
    for region in agencies_caches.reference().regions.values():
        if region.has_pack and region.areas:
            _area_index(region.code, region.name)
    _region_index()
