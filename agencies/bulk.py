"""Many new rows of many tables in one statement: a report writes eight tables in one round trip."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.models.sql import InsertQuery


def insert_together(rows: Iterable[models.Model]) -> None:
    """Insert new rows, in the order of their tables' first appearance. Primary keys must be set already.

    One statement of data-modifying CTEs. Foreign keys are checked at commit (Django makes them deferrable), so the
    order does not matter; nothing is read back.
    """
    by_table: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    parts: list[str] = []
    params: list[Any] = []
    for model, objects in by_table.items():
        query = InsertQuery(model)
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
        query.insert_values(fields, objects)
        for sql, values in query.get_compiler(connection=connection).as_sql():
            parts.append(sql)
            params += values
    if not parts:
        return
    *first, last = parts
    ctes = ", ".join(f"w{i} AS ({sql})" for i, sql in enumerate(first))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ctes} {last}" if ctes else last, params)
    for objects in by_table.values():
        for row in objects:
            row._state.adding, row._state.db = False, connection.alias
