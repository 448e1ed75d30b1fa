# SPDX-License-Identifier: LGPL-3.0-or-later
"""Find the header row of a register and say which column holds what."""

import re
from collections.abc import Mapping, Sequence

from .register_types import Formula, Row, SheetPlan, SheetRows
from .register_words import SYNONYMS
from .text import narrow, plain

HEADER_SEARCH_ROWS = 40
COLUMN_LIMIT = 120
SAMPLE_ROWS = 60
# overlapping merges could ask for more cells than a machine has
FILL_LIMIT = 2_000_000

FIELDS = tuple(SYNONYMS)
# columns of other addons: offered to them, kept when nobody takes them
SIBLING_FIELDS = ("price", "parking_space", "plate")
# several columns may hold these; of every other field the leftmost column counts
REPEATABLE = frozenset({"co_owner", "phone", "note", "parking_space", "plate"})
# columns that are counted away without a word
_NO_WORDS = {"序号", "编号", "no", "no.", "#", "index", "serial", "sn", "id.", "行号", "项次"}

_BRACKETED = re.compile(r"[(\[【{][^)\]】}]*[)\]】}]")
_PUNCTUATION = re.compile(r"[\s_\-:：.*'\"/\\#、，,?？㎡]")
_NUMBERED = re.compile(r"(.+?)(\d|[一二三四五])$")


def label_key(label: object) -> str:
    """Return a header without brackets, units, spaces, punctuation and case."""
    text = narrow(label).lower()
    bare = _PUNCTUATION.sub("", _BRACKETED.sub("", text))
    return bare or _PUNCTUATION.sub("", re.sub(r"[()\[\]【】]", "", text))


_INDEX: dict[str, str] = {label_key(word): name for name in SYNONYMS for word in SYNONYMS[name]}
_ENDINGS = tuple(
    sorted(
        ((key, name) for key, name in _INDEX.items() if len(key) >= 2 and not key.isascii()),
        key=lambda item: -len(item[0]),
    )
)


def field_of(label: object, extra: Mapping[str, str] | None = None) -> str:
    """Return the field that a header names, empty when none.

    :param extra: words (as :func:`label_key` gives them) of other addons
    """
    key = label_key(label)
    if not key or len(key) > 30:
        return ""
    index = {**_INDEX, **extra} if extra else _INDEX
    if key in index:
        return index[key]
    numbered = _NUMBERED.fullmatch(key)
    if numbered and numbered[1] in index:
        return index[numbered[1]]
    if len(key) <= 14:  # 房屋建筑面积, 第一业主姓名
        for word, name in _ENDINGS:
            if key.endswith(word):
                return name
    return ""


def unmerge(sheet: SheetRows) -> tuple[Row, ...]:
    """Return the rows with merged ranges of one column filled down.

    A building's name merged over its fifty rows belongs to each of them. Ranges that span
    columns are titles or group headers and are filled in the header search only.
    """
    rows = list(sheet.rows)
    filled = 0
    for top, left, bottom, right in sheet.merges:
        if left != right or top > len(rows) or left > len(rows[top - 1]):
            continue
        value, end = rows[top - 1][left - 1], min(bottom, len(rows))
        filled += end - top
        if value is None or filled > FILL_LIMIT:
            continue
        for at in range(top, end):
            row = list(rows[at]) + [None] * (left - len(rows[at]))
            row[left - 1] = value
            rows[at] = tuple(row)
    return tuple(rows)


def find_header(rows: tuple[Row, ...], extra: Mapping[str, str] | None = None) -> int:
    """Return the index of the header row, -1 when no row looks like one.

    The row that names most different fields wins, the first of equals; a header names at
    least three, or two when they are all that stands there.
    """
    best, best_score = -1, 0
    for at, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        cells = [cell for cell in row if isinstance(cell, str) and cell.strip()]
        score = len({name for cell in cells if (name := field_of(cell, extra))})
        enough = score >= 3 or (score == 2 and len(cells) <= 4)
        if enough and score > best_score:
            best, best_score = at, score
    return best


def plan_sheet(
    sheet: SheetRows,
    extra: Mapping[str, str] | None = None,
    remembered: Mapping[str, Mapping[int, str]] | None = None,
) -> SheetPlan:
    """Say how a sheet is read.

    :param remembered: signature of a header -> column from 0 -> field, as a user corrected it
    """
    rows = unmerge(sheet)
    at = find_header(rows, extra)
    if at < 0:
        return SheetPlan(sheet.title, 0, (), (), "")
    labels = _labels(rows, at)
    signature = "|".join(label_key(label) for label in labels)
    fields = guess_fields(labels, extra)
    for column, name in ((remembered or {}).get(signature) or {}).items():
        if column < len(fields):
            fields[column] = name
    return SheetPlan(
        sheet.title, at + 1, labels, tuple(fields), signature, _samples(rows, at + 1, len(labels))
    )


def _labels(rows: tuple[Row, ...], at: int) -> tuple[str, ...]:
    """Return the header texts; an empty cell takes the text above it (two-line headers)."""
    width = min(max(len(rows[at]), 1), COLUMN_LIMIT)
    labels = [plain(cell) for cell in rows[at][:width]]
    if at:
        above = rows[at - 1]
        filled = sum(1 for cell in above if narrow(cell))
        if filled > 1:  # one cell alone is a title
            labels += [""] * (min(len(above), COLUMN_LIMIT) - len(labels))
            labels = [
                label or (plain(above[i]) if i < len(above) else "")
                for i, label in enumerate(labels)
            ]
    while labels and not labels[-1]:
        labels.pop()
    return tuple(labels)


def guess_fields(labels: Sequence[str], extra: Mapping[str, str] | None) -> list[str]:
    """Return what each column holds by its header alone, empty for nothing that we read."""
    fields: list[str] = []
    for label in labels:
        name = field_of(label, extra)
        if name == "owner" and name in fields and label not in labels[: len(fields)]:
            name = "co_owner"  # 业主2 beside 业主
        elif name in fields and name not in REPEATABLE:
            name = ""
        fields.append(name)
    return fields


def _samples(rows: tuple[Row, ...], start: int, width: int) -> tuple[str, ...]:
    samples = [""] * width
    for row in rows[start : start + SAMPLE_ROWS]:
        for column, cell in enumerate(row[:width]):
            if not samples[column] and not isinstance(cell, Formula):
                samples[column] = narrow(cell)[:40]
    return tuple(samples)


def missing_fields(fields: tuple[str, ...], has_title_building: bool) -> tuple[str, ...]:
    """Return the fields without which no unit can be read."""
    missing = []
    if "address" not in fields:
        if "building" not in fields and not has_title_building:
            missing.append("building")
        if "number" not in fields:
            missing.append("number")
    if "area" not in fields:
        missing.append("area")
    return tuple(missing)


def is_counter(label: str) -> bool:
    """Tell whether a column only counts the rows."""
    return label_key(label) in _NO_WORDS
