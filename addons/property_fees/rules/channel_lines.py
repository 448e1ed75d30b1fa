# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a payment channel's daily file says, whatever its format; reading of its cells."""

import csv
import io
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from .errors import RuleError

PAYMENT, REFUND = "payment", "refund"
TIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
)


@dataclass(frozen=True)
class ChannelLine:
    """One payment or refund of the file.

    :param row: row in the file, from 1
    :param kind: ``payment`` or ``refund``
    :param number: the channel's number of the payment or refund, unique within the channel
    :param order: our number of the payment, as we told it to the channel
    :param refund_order: our number of the refund
    :param happened: local time of the channel
    :param amount: yuan, never negative
    :param fee: what the channel keeps, yuan; negative when it gives back a fee
    :param is_final: the channel has or has given the money
    """

    row: int
    kind: str
    number: str
    order: str
    refund_order: str
    happened: datetime
    amount: Decimal
    fee: Decimal
    is_final: bool = True


@dataclass(frozen=True)
class ChannelFile:
    """A file that was read as a whole."""

    lines: tuple[ChannelLine, ...]

    def total(self, kind: str) -> Decimal:
        """Return the sum of the payments or refunds that are final, yuan."""
        chosen = (line.amount for line in self.lines if line.kind == kind and line.is_final)
        return sum(chosen, Decimal(0))

    @property
    def fee(self) -> Decimal:
        """Return what the channel keeps in all, yuan."""
        return sum((line.fee for line in self.lines), Decimal(0))


def clean(cell: str) -> str:
    """Return a cell without padding, quotes against spreadsheets, and full-width digits."""
    text = unicodedata.normalize("NFKC", cell or "").replace("\ufeff", "")
    return text.strip(" \t\r\n\u3000").removeprefix("`").removeprefix("'").strip()


def money(cell: str, row: int, column: str) -> Decimal:
    """Return an amount of yuan; an empty cell is zero.

    :raise RuleError: ``bad_amount`` when it is no number or has more than two decimals
    """
    text = clean(cell).replace(",", "").replace("¥", "").replace("￥", "").removesuffix("元")
    if text in ("", "-", "--"):
        return Decimal(0)
    try:
        amount = Decimal(text)
        cents = amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise RuleError("bad_amount", row=row, column=column, text=text) from None
    if not amount.is_finite() or cents != amount:
        raise RuleError("bad_amount", row=row, column=column, text=text)
    return cents


def moment(cell: str, row: int, column: str) -> datetime:
    """Return a local time without zone.

    :raise RuleError: ``bad_time``
    """
    text = clean(cell)
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise RuleError("bad_time", row=row, column=column, text=text)


def decode(data: bytes, encodings: tuple[str, ...]) -> str:
    """Return the text of a file.

    :param encodings: those that the format allows, in order
    :raise RuleError: ``empty_file``, ``wrong_encoding``
    """
    if not data.strip():
        raise RuleError("empty_file")
    for encoding in encodings:
        try:
            return data.decode(encoding).replace("\ufeff", "")
        except UnicodeDecodeError:
            continue
    raise RuleError("wrong_encoding", expected=" / ".join(encodings))


def rows_of(text: str) -> list[list[str]]:
    """Return the rows of a CSV text with cleaned cells.

    :raise RuleError: ``broken_file`` when quoting is not closed or a zero byte stands in it
    """
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        return [[clean(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise RuleError("broken_file", detail=str(error)) from None


def columns_of(header: list[str], wanted: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Return column numbers by field.

    :param wanted: field -> names under which the column is known
    :raise RuleError: ``missing_columns`` naming all that are missing
    """
    places = {_plain(name): index for index, name in reversed(list(enumerate(header)))}
    found, missing = {}, []
    for field, names in wanted.items():
        match = next((places[_plain(name)] for name in names if _plain(name) in places), None)
        if match is None:
            missing.append(names[0])
        else:
            found[field] = match
    if missing:
        raise RuleError("missing_columns", columns=", ".join(missing))
    return found


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "").lower()


def check_unique(lines: list[ChannelLine]) -> tuple[ChannelLine, ...]:
    """Refuse a file in which the channel names one payment or refund twice.

    :raise RuleError: ``number_twice``
    """
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        first = seen.setdefault((line.kind, line.number), line.row)
        if first != line.row:
            raise RuleError("number_twice", number=line.number, first=first, row=line.row)
    return tuple(lines)


def check_total(name: str, stated: Decimal | int, found: Decimal | int) -> None:
    """Refuse a file whose summary is not the sum of its lines.

    :raise RuleError: ``summary_differs``
    """
    if stated != found:
        raise RuleError("summary_differs", name=name, stated=str(stated), found=str(found))
