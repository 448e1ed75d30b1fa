# SPDX-License-Identifier: LGPL-3.0-or-later
"""Files of banks and card terminals: a CSV whose columns a saved mapping names."""

import csv
from dataclasses import dataclass

from .channel_lines import (
    PAYMENT,
    REFUND,
    ChannelFile,
    ChannelLine,
    check_unique,
    columns_of,
    decode,
    moment,
    money,
    rows_of,
)
from .errors import RuleError

ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Mapping:
    """Names of the columns of a file; what is empty is not in the file.

    :param refund_words: words in the kind column that mean a refund; without a kind column
        negative amounts are refunds
    :param delimiter: between the cells; empty means it is found from the header
    """

    time: str
    number: str
    amount: str
    order: str = ""
    fee: str = ""
    kind: str = ""
    refund_words: tuple[str, ...] = ("退款", "退货", "撤销", "refund")
    delimiter: str = ""


def parse_mapped(data: bytes, mapping: Mapping) -> ChannelFile:
    """Read a file by its mapping; rows above the header and rows without a number are left out.

    :raise RuleError: as for the other formats
    """
    text = decode(data, ENCODINGS)
    if mapping.delimiter and mapping.delimiter not in DELIMITERS:
        raise RuleError("bad_delimiter", text=mapping.delimiter)
    delimiter = mapping.delimiter or max(DELIMITERS, key=_header_of(text, mapping).count)
    if delimiter != ",":
        text = _with_commas(text, delimiter)
    names = {
        field: (getattr(mapping, field),)
        for field in ("time", "number", "amount", "order", "fee", "kind")
        if getattr(mapping, field)
    }
    rows = rows_of(text)
    start = _find_header(rows, names)
    columns = columns_of(rows[start], names)
    lines = [
        _read(row, number, columns, mapping)
        for number, row in enumerate(rows[start + 1 :], start=start + 2)
        if len(row) > columns["number"] and row[columns["number"]]
    ]
    if not lines:
        raise RuleError("empty_file")
    return ChannelFile(check_unique(lines))


def _header_of(text: str, mapping: Mapping) -> str:
    return next((line for line in text.splitlines() if mapping.number in line), "")


def _with_commas(text: str, delimiter: str) -> str:
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise RuleError("broken_file", detail=str(error)) from None
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)


def _find_header(rows: list[list[str]], names: dict[str, tuple[str, ...]]) -> int:
    """Return the first row that has every column; the error names what the best one lacks."""
    best: RuleError | None = None
    for index, row in enumerate(rows[:50]):
        try:
            columns_of(row, names)
        except RuleError as error:
            lacking = str(error.params["columns"]).count(",")
            if best is None or lacking < str(best.params["columns"]).count(","):
                best = error
        else:
            return index
    raise best or RuleError("empty_file")


def _read(row: list[str], number: int, columns: dict[str, int], mapping: Mapping) -> ChannelLine:
    if len(row) <= max(columns.values()):
        raise RuleError("short_row", row=number)
    cell = {name: row[place] for name, place in columns.items()}
    amount = money(cell["amount"], number, mapping.amount)
    word = cell.get("kind", "").lower()
    is_refund = amount < 0 or any(one.lower() in word for one in mapping.refund_words if word)
    return ChannelLine(
        row=number,
        kind=REFUND if is_refund else PAYMENT,
        number=cell["number"],
        order=cell.get("order", ""),
        refund_order="",
        happened=moment(cell["time"], number, mapping.time),
        amount=abs(amount),
        fee=money(cell.get("fee", ""), number, mapping.fee),
    )
