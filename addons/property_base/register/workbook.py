# SPDX-License-Identifier: LGPL-3.0-or-later
"""Open a workbook that somebody sent, without trusting it, and return its rows.

Everything that can be wrong with the file itself ends in a :class:`RuleError`.
"""

import csv
import io
import re
import zipfile
from datetime import datetime
from itertools import islice

import openpyxl

from ..rules.errors import RuleError
from ..rules.register_columns import COLUMN_LIMIT
from ..rules.register_types import Formula, SheetRows

FILE_LIMIT = 30 * 1024 * 1024
# An honest register of 50,000 rows unpacks to about 60 MB.
UNPACKED_LIMIT = 250 * 1024 * 1024
RATIO_LIMIT = 300
PART_LIMIT = 2000
SHEET_LIMIT = 200
ROW_LIMIT = 50_000
EMPTY_ROWS_LIMIT = 5_000
MERGE_LIMIT = 100_000
FORMULA_LIMIT = 500_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>/]*>\s*'
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*))"
)
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_workbook(data, filename=""):
    """Return the sheets of an xlsx, xlsm, xls or csv file.

    :param data: content of the file, bytes
    :param filename: name as sent, used in messages and to tell a csv
    :return: tuple of :class:`SheetRows`
    :raise RuleError: the file cannot be read, with the reason
    """
    if not data:
        raise RuleError("file_empty", filename=filename)
    if len(data) > FILE_LIMIT:
        raise RuleError("file_too_big", size=len(data) >> 20, limit=FILE_LIMIT >> 20)
    if data.startswith(ZIP):
        return _read_xlsx(data, filename)
    if data.startswith(OLE):
        return _read_ole(data, filename)
    head = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"{\\rtf", b"%pdf")):
        raise RuleError("disguised_file", filename=filename)
    if filename.lower().endswith((".csv", ".tsv", ".txt")):
        return _read_csv(data, filename)
    raise RuleError("not_a_workbook", filename=filename)


# === XLSX === #


def _check_archive(archive):
    """Refuse archives that would unpack without bound, and XML that declares entities."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > PART_LIMIT or unpacked > UNPACKED_LIMIT:
        raise RuleError("archive_too_big", size=unpacked >> 20, limit=UNPACKED_LIMIT >> 20)
    if unpacked > (32 << 20) and unpacked / packed > RATIO_LIMIT:
        raise RuleError("archive_too_big", size=unpacked >> 20, limit=UNPACKED_LIMIT >> 20)
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts) or "EncryptedPackage" in names:
        raise RuleError("password_protected")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise RuleError("not_a_workbook")
    if "xl/workbook.bin" in names:
        raise RuleError("binary_workbook")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as stream:
                head = stream.read(16384).replace(b"\x00", b"")  # UTF-16 too
            if _DOCTYPE.search(head):
                raise RuleError("unsafe_xml", part=part.filename)


def _read_xlsx(data, filename):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive)
            values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            if not values.worksheets:
                raise RuleError("no_sheet")
            if len(values.worksheets) > SHEET_LIMIT:
                raise RuleError("too_many_sheets", count=len(values.worksheets), limit=SHEET_LIMIT)
            sheets, budget = [], ROW_LIMIT
            for ws in values.worksheets:
                raw = archive.read(ws._worksheet_path.lstrip("/"))
                rows = _xlsx_rows(ws, _formulas(raw), budget)
                budget -= sum(1 for row in rows if row)
                sheets.append(SheetRows(ws.title, rows, _merges(raw), ws.sheet_state != "visible"))
    except (RuleError, MemoryError):
        raise
    except zipfile.BadZipFile:
        raise RuleError("file_damaged", filename=filename) from None
    except Exception as error:
        raise RuleError("file_damaged", filename=filename) from error
    return tuple(sheets)


def _merges(raw):
    """Return the merged ranges of a sheet; the streaming reader does not know them."""
    merges = []
    for match in _MERGE.finditer(raw):
        if len(merges) >= MERGE_LIMIT:
            break
        left, right = (_column_index(match[i].decode()) for i in (1, 3))
        merges.append((int(match[2]), left, int(match[4]), right))
    return tuple(merges)


def _column_index(letters):
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index


def _xlsx_rows(ws, formulas, budget):
    """Return the rows of a sheet as tuples, empty ones as ``()``."""
    ws.reset_dimensions()  # the declared dimension may be wrong or absurd
    rows, filled, empty = [], 0, 0
    for line, row in enumerate(ws.iter_rows(values_only=True, max_col=COLUMN_LIMIT), 1):
        if line in formulas:
            row = _with_formulas(row, formulas[line])
        cut = len(row)
        while cut and row[cut - 1] is None:
            cut -= 1
        rows.append(row[:cut])
        if cut:
            filled, empty = filled + 1, 0
            if filled > budget:
                raise RuleError("too_many_rows", sheet=ws.title, limit=ROW_LIMIT)
        else:
            empty += 1
            if empty > EMPTY_ROWS_LIMIT:
                break
    while rows and not rows[-1]:
        rows.pop()
    return tuple(rows)


def _formulas(raw):
    """Return line -> column from 0 -> text of every formula of a sheet."""
    formulas = {}
    if b"<f" in raw or b":f" in raw:
        for match in islice(_FORMULA.finditer(raw), FORMULA_LIMIT):
            text = (match[3] or b"")[:200].decode("utf-8", "replace")
            formulas.setdefault(int(match[2]), {})[_column_index(match[1].decode()) - 1] = text
    return formulas


def _with_formulas(row, formulas):
    """Tell formulas that were saved without their value from empty cells."""
    cells = list(row)
    for column, text in formulas.items():
        if column < COLUMN_LIMIT:
            cells += [None] * (column + 1 - len(cells))
            if cells[column] is None:
                cells[column] = Formula(f"={text}")
    return tuple(cells)


# === OLE: xls and encrypted xlsx === #


def _read_ole(data, filename):
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise RuleError("password_protected")
    try:
        import xlrd
    except ImportError:
        raise RuleError("old_format") from None
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise RuleError("password_protected") from None
        raise RuleError("old_format_unreadable", filename=filename) from None
    except MemoryError:
        raise
    except Exception as error:
        raise RuleError("old_format_unreadable", filename=filename) from error
    try:
        return _xls_sheets(book, xlrd)
    except (RuleError, MemoryError):
        raise
    except Exception as error:
        raise RuleError("old_format_unreadable", filename=filename) from error


def _xls_sheets(book, xlrd):
    sheets, budget = [], ROW_LIMIT
    for name in book.sheet_names():
        sheet = book.sheet_by_name(name)
        if sheet.nrows > budget:
            raise RuleError("too_many_rows", sheet=name, limit=ROW_LIMIT)
        budget -= sheet.nrows
        rows = tuple(
            tuple(_xls_cell(cell, book, xlrd) for cell in sheet.row(at)[:COLUMN_LIMIT])
            for at in range(sheet.nrows)
        )
        merges = tuple((top + 1, left + 1, bottom, right) for top, bottom, left, right
                       in sheet.merged_cells)  # fmt: skip
        sheets.append(SheetRows(name, rows, merges, bool(sheet.visibility)))
    return tuple(sheets)


def _xls_cell(cell, book, xlrd):
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return datetime(*xlrd.xldate_as_tuple(cell.value, book.datemode))
        except (ValueError, xlrd.xldate.XLDateError):
            return cell.value
    return cell.value


# === CSV === #


def _read_csv(data, filename):
    text = _decode(data)
    if text is None or "\x00" in text:
        raise RuleError("text_undecodable", filename=filename)
    sample = text[:4096]
    delimiter = max(",;\t|", key=sample.count)
    csv.field_size_limit(1 << 20)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            rows.append(tuple(cell if cell != "" else None for cell in row[:COLUMN_LIMIT]))
            if len(rows) > ROW_LIMIT:
                raise RuleError("too_many_rows", sheet=filename, limit=ROW_LIMIT)
    except csv.Error:
        raise RuleError("file_damaged", filename=filename) from None
    return (SheetRows(filename.rsplit(".", 1)[0] or "CSV", tuple(rows)),)


def _decode(data):
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")  # Excel in China writes GBK
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
