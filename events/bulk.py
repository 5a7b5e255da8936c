"""Many new rows of many tables in one statement: a report writes ten tables in one round trip."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection, models

_encode = msgspec.json.Encoder(decimal_format="number").encode


@lru_cache
def _shape(model: type[models.Model]) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The insert of any number of rows from one JSON parameter; column and attribute of each field; binary columns.

    Django's own compiler prepares value by value, which was half the CPU time of a report with its 380 values.
    """
    fields: list[Any] = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(field.column) for field in fields)
    table = quoted(model._meta.db_table)
    sql = f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json)"
    binary = tuple(str(field.column) for field in fields if isinstance(field, models.BinaryField))
    return sql, tuple((field.column, field.attname) for field in fields), binary


class Batch:
    """New rows, written together. What is added is encoded at once, so that little is left to do under a lock."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._params: list[str] = []
        self._rows: list[models.Model] = []

    def add(self, rows: Iterable[models.Model]) -> None:
        """Rows of any tables, with their primary keys set (but for identity columns, which the database fills)."""
        by_table: dict[type[models.Model], list[models.Model]] = {}
        for row in rows:
            by_table.setdefault(type(row), []).append(row)
        for model, objects in by_table.items():
            sql, shape, binary = _shape(model)
            self._parts.append(sql)
            self._params.append(_encode([_values(one, shape, binary) for one in objects]).decode())
            self._rows += objects

    def write(self) -> None:
        """One statement of data-modifying CTEs. Foreign keys are checked at commit (Django makes them deferrable), so
        the order does not matter; nothing is read back."""
        if not self._parts:
            return
        *first, last = self._parts
        ctes = ", ".join(f"w{i} AS ({sql})" for i, sql in enumerate(first))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {ctes} {last}" if ctes else last, self._params)
        for row in self._rows:
            row._state.adding, row._state.db = False, connection.alias


def _values(row: models.Model, shape: tuple[tuple[str, str], ...], binary: tuple[str, ...]) -> dict[str, Any]:
    attributes = row.__dict__
    values = {column: attributes[name] for column, name in shape}
    for column in binary:
        if values[column] is not None:
            values[column] = "\\x" + bytes(values[column]).hex()
    return values
