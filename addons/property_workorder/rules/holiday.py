# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read official calendars: which days are off, which days are worked to make up for them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .errors import RuleError

KINDS = {
    "holiday": "holiday",
    "off": "holiday",
    "休": "holiday",
    "放假": "holiday",
    "休息日": "holiday",
    "makeup": "makeup",
    "make-up": "makeup",
    "work": "makeup",
    "班": "makeup",
    "上班": "makeup",
    "补班": "makeup",
    "调休上班": "makeup",
}
_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")


@dataclass(frozen=True)
class Day:
    """One day that differs from the week.

    :param kind: ``holiday`` or ``makeup``
    """

    day: date
    kind: str
    name: str = ""


def read_csv(data: bytes) -> list[Day]:
    """Return the days of a file with the columns date, kind, name, with or without a heading.

    :raise RuleError: ``bad_encoding``, ``bad_date`` or ``bad_kind`` with the line, ``empty``
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise RuleError("bad_encoding") from None
    days: dict[date, Day] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        match = _DATE.fullmatch(cells[0].rstrip("日").strip())
        if not match:
            if number == 1:
                continue
            raise RuleError("bad_date", line=number, text=cells[0])
        try:
            day = date(*map(int, match.groups()))
        except ValueError:
            raise RuleError("bad_date", line=number, text=cells[0]) from None
        kind = KINDS.get(cells[1].lower() if len(cells) > 1 else "")
        if not kind:
            raise RuleError("bad_kind", line=number, text=cells[1] if len(cells) > 1 else "")
        days[day] = Day(day, kind, cells[2] if len(cells) > 2 else "")
    if not days:
        raise RuleError("empty")
    return [days[day] for day in sorted(days)]


def from_package(
    holidays: Mapping[date, str], workdays: Mapping[date, str], year: int
) -> list[Day]:
    """Return the days of a year that an official calendar changes.

    :param holidays: day -> name of days off, as a maintained package lists them
    :param workdays: day -> name of the holiday that the day makes up for
    :raise RuleError: ``unknown_year`` when the calendar of the year is not published
    """
    days = {day: Day(day, "holiday", name) for day, name in holidays.items() if day.year == year}
    days |= {day: Day(day, "makeup", name) for day, name in workdays.items() if day.year == year}
    if not days:
        raise RuleError("unknown_year", year=year)
    return [days[day] for day in sorted(days)]
