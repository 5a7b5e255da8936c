"""Many new rows of many tables in one statement: a report writes ten tables in one round trip."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
import psycopg
from django.db import connection, models
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL

_encode = msgspec.json.Encoder(decimal_format="number").encode
_M = TypeVar("_M", bound=models.Model)


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


def among(ids: Iterable[uuid.UUID]) -> RawSQL:
    """For `filter(x__in=among(ids))`: one array instead of one parameter for each of thousands of ids."""
    return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])


def prepared(sql: str, params: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row that `prepared_rows` answers, if any."""
    return next(iter(prepared_rows(sql, params)), None)


def prepared_rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Execute a statement whose text is always the same, as a prepared one; its rows, if it answers any.

    Django sends text with the values inside, which PostgreSQL parses and plans every time: two fifths of its work
    for a report. Only for statements of few different texts: each connection keeps up to a hundred.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": ""})
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        cursor.execute(_numbered(sql), params, prepare=True)
        return cursor.fetchall() if cursor.description else []


@lru_cache
def _numbered(sql: str) -> bytes:
    """`%s` as PostgreSQL numbers parameters: `$1`, `$2` …"""
    first, *rest = sql.split("%s")
    return (first + "".join(f"${n}{part}" for n, part in enumerate(rest, 1))).encode()


@lru_cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Plain defaults, and the makers of the others, by attribute."""
    plain, made = {}, []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.default is not models.NOT_PROVIDED:
            made.append((field.attname, field.default))
        else:
            plain[field.attname] = field.get_default()
    return plain, tuple(made)


def new(model: type[_M], **values: Any) -> _M:
    """An unsaved object for a Batch, its fields named by attribute (`incident_id`, not `incident`).

    Equal to `model(**values)` for models without signals or an own constructor, which costs ten times as much: a
    report makes 26 objects. Raises TypeError for a name that is no field.
    """
    plain, made = _defaults(model)
    one = model.__new__(model)
    attributes = one.__dict__
    attributes["_state"] = ModelState()
    attributes.update(plain)
    attributes.update(values)
    if len(attributes) != len(plain) + len(made) + 1:
        for name, make in made:
            if name not in values:
                attributes[name] = make()
        if len(attributes) != len(plain) + len(made) + 1:
            raise TypeError(f"{model.__name__} has no field {sorted(set(values) - set(plain) - dict(made).keys())}")
    return one


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
        prepared(f"WITH {ctes} {last}" if ctes else last, self._params)
        for row in self._rows:
            row._state.adding, row._state.db = False, connection.alias


@lru_cache
def _change(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The update of any number of rows from one JSON parameter; column and attribute of each field that it needs."""
    quoted, key = connection.ops.quote_name, model._meta.pk
    assert key is not None
    assert key.column
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    table, own = quoted(model._meta.db_table), quoted(key.column)
    changes = ", ".join(f"{quoted(field.column)} = new.{quoted(field.column)}" for field in fields)
    sql = f"UPDATE {table} SET {changes} FROM json_populate_recordset(NULL::{table}, %s::json) new"
    shape = tuple((field.column, field.attname) for field in (key, *fields))
    return f"{sql} WHERE {table}.{own} = new.{own}", shape


def update(rows: Iterable[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one table, which exist, in one statement.

    `bulk_update` builds a CASE of every value of every row: most of the processor time of a ladder's batch.
    """
    found = list(rows)
    if found:
        sql, shape = _change(type(found[0]), tuple(fields))
        prepared(sql, [_encode([_values(one, shape, ()) for one in found]).decode()])


def _values(row: models.Model, shape: tuple[tuple[str, str], ...], binary: tuple[str, ...]) -> dict[str, Any]:
    attributes = row.__dict__
    values = {column: attributes[name] for column, name in shape}
    for column in binary:
        if values[column] is not None:
            values[column] = "\\x" + bytes(values[column]).hex()
    return values
