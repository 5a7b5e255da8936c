"""Loading region packs into the database, three ways: last pack, new pack, database."""

from agencies.loading.service import LoadReport, ensure_regions, load_packs

__all__ = ["LoadReport", "ensure_regions", "load_packs"]
