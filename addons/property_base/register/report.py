# SPDX-License-Identifier: LGPL-3.0-or-later
"""The workbook that tells what was refused, and lets the user correct it on the spot."""

import io

import xlsxwriter

from ..rules.register_columns import unmerge
from ..rules.register_types import ERROR, Formula
from .messages import describe

_ORDER = {"error": 0, "warning": 1, "notice": 2}


def open_book(buffer):
    """Return an xlsx book that never turns text into formulas or links."""
    return xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "nan_inf_to_errors": True},
    )  # fmt: skip


def formats(book):
    """Return the formats that all our workbooks share."""
    base = {"font_name": "Arial", "font_size": 10, "valign": "vcenter"}
    edge = {"border": 1, "border_color": "#D0D5DD"}
    return {
        "title": book.add_format({**base, "bold": True, "font_size": 14}),
        "hint": book.add_format({**base, "font_color": "#667085"}),
        "head": book.add_format(
            {**base, **edge, "bold": True, "bg_color": "#714B67", "font_color": "#FFFFFF"}
        ),
        "text": book.add_format({**base, **edge, "num_format": "@"}),
        "wrap": book.add_format({**base, **edge, "text_wrap": True}),
        "bad": book.add_format({**base, **edge, "text_wrap": True, "bg_color": "#FEE4E2"}),
        "number": book.add_format({**base, **edge, "num_format": "0.00"}),
        "date": book.add_format({**base, **edge, "num_format": "yyyy-mm-dd"}),
        "total": book.add_format({**base, **edge, "bold": True, "num_format": "#,##0.00"}),
    }


def write_error_book(env, findings, sheets, plans):
    """Return the error workbook as bytes.

    Its first sheet lists every refusal: sheet, row, column, value, what was wrong, what to do.
    The second one lists warnings and notes. Each further sheet repeats the refused rows of one
    source sheet below its headers, so that they can be corrected here and imported again.

    :param findings: list of :class:`Finding`
    :param sheets: the source, tuple of :class:`SheetRows`; empty when it is not at hand
    :param plans: tuple of :class:`SheetPlan`
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    style = formats(book)
    findings = sorted(findings, key=lambda f: _ORDER.get(f.severity, 3))
    errors = [finding for finding in findings if finding.severity == ERROR]
    others = [finding for finding in findings if finding.severity != ERROR]
    _write_list(env, book, style, env._("Refused"), errors)
    if others:
        _write_list(env, book, style, env._("Warnings and notes"), others)
    _write_rows(env, book, style, errors, sheets, plans)
    book.close()
    return buffer.getvalue()


def _write_list(env, book, style, title, findings):
    ws = book.add_worksheet(title)
    heads = (
        (env._("Sheet"), 18),
        (env._("Row"), 8),
        (env._("Column"), 24),
        (env._("Value"), 24),
        (env._("What was wrong"), 56),
        (env._("What to do"), 64),
    )
    for column, (head, width) in enumerate(heads):
        ws.write_string(0, column, head, style["head"])
        ws.set_column(column, column, width)
    ws.set_row(0, 22)
    ws.freeze_panes(1, 0)
    for at, finding in enumerate(findings, 1):
        message, remedy = describe(env, finding.code, finding.params)
        ws.write_string(at, 0, finding.sheet, style["text"])
        if finding.row:
            ws.write_number(at, 1, finding.row, style["wrap"])
        else:
            ws.write_blank(at, 1, None, style["wrap"])
        ws.write_string(at, 2, finding.column, style["text"])
        ws.write_string(at, 3, finding.value, style["text"])
        ws.write_string(at, 4, message, style["wrap"])
        ws.write_string(at, 5, remedy, style["wrap"])
    ws.autofilter(0, 0, max(len(findings), 1), len(heads) - 1)


def _write_rows(env, book, style, errors, sheets, plans):
    """Repeat the refused rows, the wrong cells in red, ready to be corrected and imported."""
    used = {ws.get_name().lower() for ws in book.worksheets()}
    for sheet, plan in zip(sheets, plans, strict=False):
        wrong = {}
        for finding in errors:
            if finding.sheet == sheet.title and finding.row > plan.header_row > 0:
                wrong.setdefault(finding.row, []).append(finding)
        if not wrong:
            continue
        ws = book.add_worksheet(_sheet_name(sheet.title, used))
        width = len(plan.labels)
        for column, label in enumerate((*plan.labels, env._("What was wrong"))):
            ws.write_string(0, column, label, style["head"])
        ws.set_column(0, width - 1, 14)
        ws.set_column(width, width, 60)
        ws.freeze_panes(1, 0)
        rows = unmerge(sheet)
        for at, line in enumerate(sorted(wrong), 1):
            columns = {finding.column for finding in wrong[line]}
            for column, label in enumerate(plan.labels):
                cells = rows[line - 1] if line <= len(rows) else ()
                value = cells[column] if column < len(cells) else None
                bad = any(name.startswith(f"{_letter(column)} ({label}") for name in columns)
                _write_cell(ws, at, column, value, style, bad)
            texts = [describe(env, f.code, f.params)[0] for f in wrong[line]]
            ws.write_string(at, width, " ".join(texts), style["wrap"])


def _write_cell(ws, row, column, value, style, bad):
    if value is None or isinstance(value, Formula):
        ws.write_blank(row, column, None, style["bad" if bad else "text"])
    elif hasattr(value, "year"):
        ws.write_string(row, column, str(value)[:10], style["bad" if bad else "text"])
    else:
        ws.write_string(row, column, str(value)[:32000], style["bad" if bad else "text"])


def _letter(index):
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)


def _sheet_name(title, used):
    bare = "".join("_" if char in "[]:*?/\\" else char for char in title).strip("'")[:28] or "1"
    name, number = bare, 1
    while name.lower() in used:
        number += 1
        name = f"{bare[:25]} {number}"
    used.add(name.lower())
    return name
