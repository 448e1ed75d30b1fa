# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read what people type into cells: full-width digits, units, dates, phones, numerals."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import RuleError

CENT = Decimal("0.01")
# A larger figure is a slip of the key: the largest single shops and plants stay far below.
AREA_LIMIT = Decimal(1_000_000)
EXCEL_EPOCH = date(1899, 12, 30)
EARLIEST_DATE = date(1949, 10, 1)
YEARS_AHEAD = 20

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffe\uffff]"
)
_ESCAPED = re.compile(r"_x00[01][0-9A-Fa-f]_")
_SPACES = re.compile(r"\s+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DIGITS = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
_AREA_UNIT = re.compile(
    r"(m2|m\^2|㎡|平方米|平方公尺|平米|平方|平|sqm|sq\.?\s?m\.?|square met(?:re|er)s?|m)\.?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:日|号)?(?:[ T]\d{1,2}:\d{2}.*)?")
_DATE_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DATE_LAST_YEAR = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(0\d{2,3})?[2-9]\d{6,7}|[48]00\d{7}|95\d{3,6}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def plain(value: object) -> str:
    """Return the text of a cell without invisible characters; spaces are single."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    text = _ESCAPED.sub(" ", str(value))
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def narrow(value: object) -> str:
    """Return :func:`plain` with every compatible form folded: １２ -> 12, （ -> (, ㎡ -> m2."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", plain(value))).strip()


def person_text(value: object) -> str:
    """Return a name with full-width Latin folded but every ideograph as it was written."""
    return _SPACES.sub(" ", plain(value).translate(_FULL_WIDTH)).strip()


def chinese_number(text: str) -> int | None:
    """Return the value of a Chinese numeral up to 999 (一, 十二, 一百零三), else None."""
    if not text or any(char not in _DIGITS and char not in _TENS for char in text):
        return None
    if not any(char in _TENS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _TENS:
            total += (1 if digit is None else digit or 1) * _TENS[char]
            digit = None
        else:
            digit = _DIGITS[char]
    return total + (digit or 0)


def parse_decimal(value: object) -> Decimal:
    """Return the number in a cell.

    :raise RuleError: ``number_invalid`` when the cell holds no finite number
    """
    if isinstance(value, (bool, date)):
        raise RuleError("number_invalid", value=plain(value))
    text = narrow(value).replace(" ", "").replace("−", "-")
    if _THOUSANDS.fullmatch(text):  # 1,234.5 is a number, 89,64 is a doubt
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        raise RuleError("number_invalid", value=plain(value))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise RuleError("number_invalid", value=plain(value)) from None
    return number


def parse_area(value: object) -> Decimal:
    """Return an area in m2 with two decimals (half up); units in the cell are dropped.

    :raise RuleError: ``area_missing``, ``area_not_number``, ``area_not_positive``,
        ``area_too_big``
    """
    text = narrow(value)
    if not text:
        raise RuleError("area_missing")
    bare = value if isinstance(value, bool | date) else _AREA_UNIT.sub("", text)
    try:
        area = parse_decimal(bare)
    except RuleError:
        raise RuleError("area_not_number", value=plain(value)) from None
    if area > AREA_LIMIT:
        raise RuleError("area_too_big", value=plain(value), limit=AREA_LIMIT)
    if area < 0 or (area := area.quantize(CENT, ROUND_HALF_UP)) == 0:
        raise RuleError("area_not_positive", value=plain(value))
    return area


def parse_date(value: object, today: date) -> date | None:
    """Return the day in a cell: a date, an Excel serial, or text in the usual spellings.

    2019年4月15日, 2019/5/31, 2019-04-02, 2019.4.2, 20190402, 31/05/2019.

    :param today: the day from which far futures are judged
    :raise RuleError: ``date_not_date``, ``date_not_exist``, ``date_out_of_range``
    """
    day = _to_day(value)
    if day is None:
        return None
    if not EARLIEST_DATE <= day <= date(today.year + YEARS_AHEAD, 12, 31):
        raise RuleError("date_out_of_range", value=plain(value))
    return day


def _to_day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = re.sub(r"\s*([年月./-])\s*|\s+(?=[日号])", lambda m: m[1] or "", narrow(value))
    if text in ("", "-", "--", "/", "无", "未交付", "N/A"):
        return None
    if isinstance(value, bool):
        raise RuleError("date_not_date", value=plain(value))
    # an Excel serial: days since 1899-12-30; five digits cover 1927 to 2173
    if re.fullmatch(r"[1-9]\d{4}(\.\d+)?", text):
        return EXCEL_EPOCH + timedelta(days=int(text.split(".")[0]))
    parts: tuple[str, ...] | None = None
    if match := _DATE.fullmatch(text) or _DATE_COMPACT.fullmatch(text):
        parts = match.groups()[:3]
    elif match := _DATE_LAST_YEAR.fullmatch(text):
        first, second, year = match.groups()
        # 31/05/2019 and 05/31/2019 are plain; 05/06/2019 reads as day first
        parts = (year, first, second) if int(second) > 12 else (year, second, first)
    if parts is None:
        raise RuleError("date_not_date", value=plain(value))
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise RuleError("date_not_exist", value=plain(value)) from None


def parse_phone(value: object) -> str:
    """Return the digits of one phone number; ``+`` stays before a foreign country code.

    :raise RuleError: ``phone_masked``, ``phone_too_short``, ``phone_invalid``
    """
    text = narrow(value)
    if "*" in text:
        raise RuleError("phone_masked", value=plain(value))
    text = re.sub(r"[\s\-().·—–_]", "", text)
    if not text:
        return ""
    foreign = text.startswith("+") or text.startswith("00")
    digits = text.removeprefix("+") if text.startswith("+") else text
    digits = digits.removeprefix("00") if foreign else digits
    if not digits.isdecimal():
        raise RuleError("phone_invalid", value=plain(value))
    if digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
        return digits[2:]
    if len(digits) < 7 and not digits.startswith("95"):
        raise RuleError("phone_too_short", value=plain(value), count=len(digits))
    if foreign and 8 <= len(digits) <= 15:
        return f"+{digits}"
    if not (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)):
        raise RuleError("phone_invalid", value=plain(value))
    return digits


def parse_id_tail(value: object) -> str:
    """Return the last four characters of an identity number; a whole number is checked.

    A cell that Excel turned into a number has lost its leading zeros: 646 is 0646.

    :raise RuleError: ``id_invalid``
    """
    text = narrow(value).upper().replace(" ", "").replace("-", "")
    if not text or not text.strip("*"):
        return ""
    bare = text.lstrip("*") if "*" in text else text
    bare = re.sub(r"^.*\*", "", bare)
    if re.fullmatch(r"\d{1,3}", bare):
        return bare.zfill(4)
    if re.fullmatch(r"\d{3}[\dX]", bare):
        return bare
    if re.fullmatch(r"\d{17}[\dX]", bare):
        check = "10X98765432"[sum(int(d) * w for d, w in zip(bare, _ID_WEIGHTS, strict=False)) % 11]
        if check == bare[-1]:
            return bare[-4:]
    elif re.fullmatch(r"[0-9A-Z]{5,18}", bare):  # passport, travel permit, company code
        return bare[-4:]
    raise RuleError("id_invalid", value=plain(value))
