# SPDX-License-Identifier: LGPL-3.0-or-later
"""What goes into and comes out of the reading of a register."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

ERROR, WARNING, NOTICE = "error", "warning", "notice"
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Formula:
    """A formula that the workbook holds without its value."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class SheetRows:
    """One sheet: its rows from the first line on, as plain tuples.

    :param merges: merged ranges as (first row, first column, last row, last column), from 1
    """

    title: str
    rows: tuple[Row, ...]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Finding:
    """Something to tell about a place of the workbook.

    :param row: line of the sheet from 1, 0 for the sheet as a whole
    :param column: letter and header, empty for the row as a whole
    """

    sheet: str
    row: int
    column: str
    value: str
    code: str
    severity: str = ERROR
    params: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Owner:
    """An owner as the register tells; ``key`` is the same for the same person.

    :param share_told: whether the register tells the share, or co-owners were taken as equal
    """

    key: tuple[str, ...]
    name: str
    phone: str
    id_tail: str
    is_company: bool
    share: Fraction
    share_told: bool = False


@dataclass(frozen=True)
class UnitRow:
    """One unit that the register tells without contradiction.

    :param usage: kind of use, empty when the register does not tell
    :param state: state that the register tells, empty when it tells none
    """

    sheet: str
    row: int
    building: str
    entrance: str
    number: str
    floor: int | None
    usage: str
    area: Decimal
    inner_area: Decimal | None
    owners: tuple[Owner, ...]
    unsold: bool
    delivery_date: date | None
    state: str
    note: str
    siblings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SheetPlan:
    """How a sheet is read.

    :param header_row: line of the headers from 1, 0 when the sheet is no register
    :param labels: header text per column
    :param fields: field name per column, empty for a column that is not read
    :param signature: the labels in one string, to remember a mapping by
    """

    title: str
    header_row: int
    labels: tuple[str, ...]
    fields: tuple[str, ...]
    signature: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """The outcome of a reading."""

    plans: tuple[SheetPlan, ...]
    rows: tuple[UnitRow, ...]
    findings: tuple[Finding, ...]
    data_row_count: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that refused a row or a sheet."""
        return tuple(f for f in self.findings if f.severity == ERROR)

    def owners(self) -> dict[tuple[str, ...], Owner]:
        """Return every person and company once."""
        return {owner.key: owner for row in self.rows for owner in row.owners}


def column_name(index: int, label: str = "") -> str:
    """Return how people call a column: ``F (建筑面积)`` for index 5."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters} ({label})" if label else letters
