# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read a property company's register: which units, whose, what is wrong with which row.

The sheets come as plain tuples (:class:`SheetRows`), the outcome is a :class:`Register`.
A row that cannot be believed is refused with a reason and stops nothing else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from .errors import RuleError
from .place import unit_key
from .register_columns import (
    FILL_LIMIT,
    REPEATABLE,
    is_counter,
    label_key,
    missing_fields,
    plan_sheet,
    unmerge,
)
from .register_row import Cells, read_row, sheet_building
from .register_types import (
    ERROR,
    NOTICE,
    WARNING,
    Finding,
    Register,
    Row,
    SheetPlan,
    SheetRows,
    UnitRow,
    column_name,
)
from .text import narrow

_TOTAL = re.compile(
    r"(合计|总计|小计|共计|累计|本页合计|total|sub-?total|sum|grandtotal)[:：]?.*", re.I
)


@dataclass
class _Reading:
    """What has been gathered so far."""

    findings: list[Finding]
    rows: dict[tuple[str, str, str], UnitRow]
    data_row_count: int = 0


def read_register(
    sheets: Iterable[SheetRows],
    today: date,
    remembered: Mapping[str, Mapping[int, str]] | None = None,
    extra: Mapping[str, str] | None = None,
) -> Register:
    """Read every sheet that looks like a register.

    :param today: the day of the import; judges dates
    :param remembered: header signature -> column from 0 -> field, corrected by the user
    :param extra: header words of other addons -> field
    :raise RuleError: ``no_sheet``, ``no_register_sheet``
    """
    reading = _Reading([], {})
    plans = []
    sheets = tuple(sheets)
    if not sheets:
        raise RuleError("no_sheet")
    for sheet in sheets:
        plan = _plan(sheet, reading, remembered, extra)
        plans.append(plan)
        if plan.header_row and _is_readable(plan, reading):
            for row in _read_sheet(sheet, plan, today, reading):
                _take(row, reading)
    if not any(plan.header_row for plan in plans):
        raise RuleError("no_register_sheet", sheets=", ".join(sheet.title for sheet in sheets))
    rows = _even_numbers(reading.rows.values())
    _hint_same_people(rows, reading)
    return Register(tuple(plans), rows, tuple(reading.findings), reading.data_row_count)


def _plan(
    sheet: SheetRows,
    reading: _Reading,
    remembered: Mapping[str, Mapping[int, str]] | None,
    extra: Mapping[str, str] | None,
) -> SheetPlan:
    def tell(code: str, severity: str = NOTICE) -> SheetPlan:
        reading.findings.append(Finding(sheet.title, 0, "", "", code, severity))
        return SheetPlan(sheet.title, 0, (), (), "")

    if not any(any(cell is not None for cell in row) for row in sheet.rows):
        return tell("sheet_empty")
    if sheet.hidden:
        return tell("sheet_hidden", WARNING)
    plan = plan_sheet(sheet, extra, remembered)
    return plan if plan.header_row else tell("sheet_ignored")


def _is_readable(plan: SheetPlan, reading: _Reading) -> bool:
    """Report what the headers lack; tell whether units can be read."""

    def tell(code: str, severity: str, column: str = "", **params: object) -> None:
        reading.findings.append(
            Finding(plan.title, plan.header_row, column, "", code, severity, params)
        )

    missing = missing_fields(plan.fields, bool(sheet_building(plan.title)))
    for name in missing:
        tell("column_missing", ERROR, field=name)
    counts = Counter(label_key(label) for label in plan.labels if label)
    for at, label in enumerate(plan.labels):
        name = plan.fields[at]
        twice = counts[label_key(label)] > 1 and not name
        if twice and plan.labels.index(label) < at:
            tell("header_twice", WARNING, column_name(at, label), label=label)
        elif label and not name and not is_counter(label):
            tell("column_ignored", NOTICE, column_name(at, label), label=label)
    repeated = Counter(name for name in plan.fields if name and name not in REPEATABLE)
    for name, count in repeated.items():
        if count > 1:
            tell("field_twice", ERROR, field=name)
            return False
    return not missing


def _is_total(row: Row) -> bool:
    first = next((narrow(cell) for cell in row if narrow(cell)), "")
    return bool(_TOTAL.fullmatch(first.replace(" ", "")))


def _read_sheet(
    sheet: SheetRows, plan: SheetPlan, today: date, reading: _Reading
) -> Iterator[UnitRow]:
    """Yield the believable rows of a sheet; a merged unit gathers the owners of its lines."""
    lines = unmerge(sheet)
    header = tuple(narrow(cell) for cell in lines[plan.header_row - 1])
    continued = _continued_rows(sheet, plan)
    pending: UnitRow | None = None
    refused = False
    for at, row in enumerate(lines[plan.header_row :], plan.header_row + 1):
        cells = Cells(sheet.title, at, plan, row)
        if cells.is_blank() or _is_total(row):
            continue
        if tuple(narrow(cell) for cell in row) == header:  # headers repeated on each page
            continue
        reading.data_row_count += 1
        continuing = at in continued
        if continuing and refused:
            cells.refuse("owner_of_refused_row", "owner")
            reading.findings.extend(cells.findings)
            continue
        unit = read_row(cells, today, continued=pending if continuing else None)
        reading.findings.extend(cells.findings)
        if continuing:
            pending = unit or pending
            continue
        if pending:
            yield pending
        pending, refused = unit, unit is None
    if pending:
        yield pending


def _continued_rows(sheet: SheetRows, plan: SheetPlan) -> frozenset[int]:
    """Return the lines whose unit is merged with the line above: its further owners."""
    names = ("number", "address")
    columns = {at + 1 for at, name in enumerate(plan.fields) if name in names}
    lines = (
        line
        for top, left, bottom, right in sheet.merges
        if left == right and left in columns and top > plan.header_row
        for line in range(top + 1, min(bottom, len(sheet.rows)) + 1)
    )
    return frozenset(islice(lines, FILL_LIMIT))


def _core(row: UnitRow) -> UnitRow:
    return replace(row, sheet="", row=0, siblings=(), note="", floor=None, state="", number="")


def _take(row: UnitRow, reading: _Reading) -> None:
    """Add a row; of two rows that disagree the first stands."""
    key = unit_key(row.building, row.entrance, row.number)
    first = reading.rows.get(key)
    if first is None:
        reading.rows[key] = row
        return

    def tell(code: str, severity: str, value: str = "") -> None:
        unit = "-".join(part for part in (row.building, row.entrance, row.number) if part)
        params = {"unit": unit, "first_sheet": first.sheet, "first_row": first.row}
        reading.findings.append(Finding(row.sheet, row.row, "", value, code, severity, params))

    if _core(first) != _core(row):
        told = "、".join(owner.name for owner in row.owners)
        tell("duplicate_conflict", ERROR, told)
        return
    more = tuple(pair for pair in row.siblings if pair not in first.siblings)
    if more:
        reading.rows[key] = replace(first, siblings=first.siblings + more)
        tell("row_merged", NOTICE)
    else:
        tell("row_repeated", NOTICE)


def _even_numbers(rows: Iterable[UnitRow]) -> tuple[UnitRow, ...]:
    """Write the rooms of a building alike: where 0702 is usual, 601 becomes 0601."""
    rows = tuple(rows)
    widths: dict[str, int] = {}
    for row in rows:
        if row.number.isdecimal() and row.number.startswith("0"):
            widths[row.building] = max(widths.get(row.building, 0), len(row.number))
    return tuple(
        replace(row, number=row.number.zfill(widths[row.building]))
        if row.number.isdecimal() and row.building in widths
        else row
        for row in rows
    )


def _hint_same_people(rows: tuple[UnitRow, ...], reading: _Reading) -> None:
    """Point at two people of one name and ID tail whose phones differ: perhaps one person."""
    seen: dict[tuple[str, str], tuple[tuple[str, ...], UnitRow]] = {}
    for row in rows:
        for owner in row.owners:
            if owner.is_company or not owner.id_tail:
                continue
            first_key, first = seen.setdefault((owner.name, owner.id_tail), (owner.key, row))
            if first_key != owner.key:
                params = {"first_sheet": first.sheet, "first_row": first.row}
                reading.findings.append(
                    Finding(row.sheet, row.row, "", owner.name, "same_person", NOTICE, params)
                )
