"""Compiled rules and spatial indexes in the memory of each process."""

import logging
import threading
from functools import lru_cache

from agencies import caches as agencies_caches
from agencies.reference import RegionRef, RuleSetRef
from agencies.terrain import terrain
from incidents import landmarks
from incidents.ruleset import lay_over, source_of
from incidents.triage import CompiledRules, RuleError, builtin_rules, compile_rules

log = logging.getLogger("siaga.rules")
_laying = threading.Lock()
_laid: dict[str, CompiledRules] = {}
"""Id of a published set → what it was compiled to. A set never changes, so neither does this."""
MOST_LAID = 24


@lru_cache(maxsize=1)
def _builtin() -> CompiledRules:
    return compile_rules(builtin_rules())


def rules(region: RegionRef | None = None) -> CompiledRules:
    """The rules in force: the built-in ones, with a region's published set over them.

    The first request that meets a new version lays it over (a fifth of a second); a request decides wholly by the
    version of its own snapshot of the configuration, never by two.
    """
    own = region.rule_set if region is not None else None
    if region is None or own is None:
        return _builtin()
    if own.id not in _laid:
        with _laying:
            if own.id not in _laid:
                compiled = _lay(region, own)
                for oldest in list(_laid)[: len(_laid) - MOST_LAID + 1]:
                    _laid.pop(oldest)
                _laid[own.id] = compiled
    return _laid.get(own.id) or _lay(region, own)


def _lay(region: RegionRef, own: RuleSetRef) -> CompiledRules:
    """Nobody waits for help because a rule cannot be read: then the built-in rules answer, and it is said loudly."""
    try:
        types = own_types(region) | {kind.code: kind.base for kind in region.ended_types.values()}
        return lay_over(_builtin(), source_of(region.code, own.version, own.rules), types)
    except RuleError as error:
        log.error("rules of %s v%s cannot be used, the built-in ones answer: %s", region.code, own.version, error)
    except Exception:
        log.exception("rules of %s v%s cannot be used, the built-in ones answer", region.code, own.version)
    return _builtin()


def own_types(region: RegionRef) -> dict[str, str]:
    """The region's own types and the national type that each is based on."""
    return {kind.code: kind.base for kind in region.types.values() if kind.own}


def warm_up() -> None:
    """Build what the first request would otherwise wait for."""
    rules()
    for region in agencies_caches.reference().regions.values():
        rules(region)
        if region.has_pack and region.areas:
            terrain().areas(region)
            landmarks.index_of(region)
