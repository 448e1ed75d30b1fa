# SPDX-License-Identifier: LGPL-3.0-or-later
"""Bring the sheet of a bank into the one form that a reader of columns needs.

Banks put titles above the header and totals below the table, write amounts as numbers or as text
with separators, days as dates, as text or as a number (20260408), and leave cells empty or fill
them with a dash. What comes out is a table of texts: header, then one row per transaction.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from .errors import RuleError

HEADER_ROWS = 60  # titles above the header are never more
_BLANK = {"", "-", "--", "—", "——", "/"}
_TOTAL = re.compile(r"^(合\s*计|总\s*计|小\s*计|累\s*计|本页|total)", re.IGNORECASE)
_NUMBER = re.compile(r"^[+-]?\d[\d.,']*$")
_DAY = re.compile(
    r"^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:\s*T?(\d{1,2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?)?$"
)
_SYMBOLS = re.compile(r"[\s¥￥元]|CNY|RMB", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """What the accountant has said about the sheets of a bank.

    :param dates: columns that together hold the day (and time); names, or numbers from 0
    :param amounts: columns that hold an amount or a balance
    :param others: further columns that are read
    :param date_format: format of the day, as of ``strptime``
    :param decimal: separator of decimals; empty: amounts are written in cents
    :param has_header: whether the columns are named
    :param offset: columns at the left that are not looked at
    :param footer: rows at the end that are not looked at
    """

    dates: tuple
    amounts: tuple
    others: tuple = ()
    date_format: str = "%Y-%m-%d"
    decimal: str = "."
    has_header: bool = True
    offset: int = 0
    footer: int = 0

    @property
    def names(self):
        return (*self.dates, *self.amounts, *self.others)

    @property
    def formats(self):
        """Return the format of each column that holds a part of the day."""
        parts = self.date_format.split(" ")
        return parts if len(parts) == len(self.dates) else [self.date_format] * len(self.dates)


@dataclass(frozen=True)
class Table:
    """The transactions of a sheet as texts, beside the line of each in the file."""

    header: tuple
    rows: tuple
    lines: tuple


def plain_text(value) -> str:
    """Return a cell as text on one line; whole numbers without decimals.

    >>> plain_text(6222021001.0), plain_text(" 物业费\\n三月 "), plain_text(None)
    ('6222021001', '物业费 三月', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            return ""
        whole = number.to_integral_value()
        return f"{whole if number == whole else number:f}"
    return " ".join(str(value).replace("\u3000", " ").split())


def read_amount(value) -> Decimal | None:
    """Return an amount as it is written beyond doubt, or None.

    >>> read_amount("¥1,234.56"), read_amount("1.234,5"), read_amount("1,234"), read_amount(12)
    (Decimal('1234.56'), Decimal('1234.5'), None, Decimal('12'))
    """
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    text = _SYMBOLS.sub("", plain_text(value))
    if not _NUMBER.match(text):
        return None
    marks = [mark for mark in text if mark in ".,"]
    if not marks:
        return None if "'" in text else Decimal(text)
    last = marks[-1]
    after = len(text) - text.rindex(last) - 1
    if marks.count(last) > 1 or (len(set(marks)) == 1 and after > 2) or not after:
        return None
    whole, _mark, decimals = text.rpartition(last)
    try:
        return Decimal(f"{re.sub(r'[^0-9+-]', '', whole)}.{decimals}")
    except InvalidOperation:
        return None


def write_amount(value, layout: Layout) -> str:
    """Return an amount in the writing that the layout says; what is in doubt stays as it is."""
    text = plain_text(value)
    if text in _BLANK:
        return ""
    number = read_amount(value)
    if number is None:
        return text
    if not layout.decimal:
        if isinstance(value, str) and not set(".,") & set(text):
            return text  # the bank itself writes cents
        return f"{number.quantize(Decimal('0.01')):f}".replace(".", "")
    digits = f"{number.quantize(Decimal('0.0001')):f}".rstrip("0").rstrip(".")
    return digits.replace(".", layout.decimal)


def write_day(value, date_format: str) -> str:
    """Return a day in the format wanted; a text that is no day stays as it is.

    Only days that begin with the year are read in another format: the others can be misread.

    >>> write_day(20260408.0, "%Y-%m-%d"), write_day("2026年4月8日 9:05", "%d.%m.%Y")
    ('2026-04-08', '08.04.2026')
    """
    if isinstance(value, date | time):
        return value.strftime(date_format)
    text = plain_text(value)
    match = _DAY.match(text)
    if not match or _is_day(text, date_format):
        return text
    numbers = [int(part) for part in match.groups() if part]
    try:
        return datetime(*numbers).strftime(date_format)
    except ValueError:
        return text


def find_header(rows: Sequence, layout: Layout) -> int:
    """Return the index of the first row that holds every column of the layout.

    :raise RuleError: ``header_missing`` with the columns that no row has and the best row
    """
    best, missing = -1, list(dict.fromkeys(layout.names))
    for at, row in enumerate(rows[:HEADER_ROWS]):
        cells = {plain_text(cell) for cell in row}
        lacking = [name for name in dict.fromkeys(layout.names) if name not in cells]
        if not lacking:
            return at
        if len(lacking) < len(missing):
            best, missing = at, lacking
    seen = [plain_text(cell) for cell in rows[best]] if best >= 0 else []
    raise RuleError(
        "header_missing",
        columns=", ".join(missing),
        line=best + 1,
        seen=", ".join(cell for cell in seen if cell),
    )


def read_table(rows: Sequence, layout: Layout) -> Table:
    """Return the transactions of a sheet as texts.

    :param rows: rows of cells as a workbook gives them
    :raise RuleError: ``header_missing``, ``day_unreadable``, ``day_missing``, ``formula``,
        ``no_transactions``
    """
    top = find_header(rows, layout) if layout.has_header else -1
    header = tuple(plain_text(cell) for cell in rows[top]) if layout.has_header else ()
    body = [(line, row) for line, row in enumerate(rows, 1) if line > top + 1 and any(row)]
    if layout.footer:
        body = body[: -layout.footer]
    places = _get_places(header, layout)
    kept, undated = [], []
    for line, row in body:
        texts = _write_row(line, row, places, layout)
        day = " ".join(texts[at] for at in places["dates"] if at < len(texts)).strip()
        if _TOTAL.match(day):
            continue
        if day in _BLANK:
            if any(texts[at] for at in places["amounts"] if at < len(texts)):
                undated.append(line)
            continue
        if not _is_day(day, layout.date_format):
            # remarks and totals below the table hold words where the days are
            undated.append((line, day))
            continue
        for found in undated:
            _refuse(found, layout)
        kept.append((line, texts))
    if not kept:
        for found in undated:
            _refuse(found, layout)
        raise RuleError("no_transactions")
    for found in undated:
        # below the last transaction: a total, or a day that nobody can read?
        if not isinstance(found, int) and any(char.isdigit() for char in found[1][:10]):
            _refuse(found, layout)
    return Table(
        header, tuple(tuple(texts) for _line, texts in kept), tuple(line for line, _texts in kept)
    )


def _get_places(header, layout):
    def place(name):
        return header.index(name, layout.offset) if layout.has_header else int(name)

    return {
        kind: tuple(place(name) for name in getattr(layout, kind)) for kind in ("dates", "amounts")
    }


def _write_row(line, row, places, layout):
    formats = dict(zip(places["dates"], layout.formats, strict=True))
    texts = []
    for at, cell in enumerate(row):
        if at in formats:
            texts.append(write_day(cell, formats[at]))
            continue
        text = plain_text(cell)
        if at in places["amounts"]:
            if text.startswith("="):
                raise RuleError("formula", line=line)
            text = write_amount(cell, layout)
        texts.append("" if text in _BLANK else text)
    return texts


def _is_day(text, date_format):
    try:
        datetime.strptime(text, date_format)
    except ValueError:
        return False
    return True


def _refuse(found, layout):
    if isinstance(found, int):
        raise RuleError("day_missing", line=found)
    raise RuleError("day_unreadable", line=found[0], value=found[1], format=layout.date_format)
