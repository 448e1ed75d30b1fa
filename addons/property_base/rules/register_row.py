# SPDX-License-Identifier: LGPL-3.0-or-later
"""Turn one line of a register into a unit with its owners, or into a reason for refusal."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .errors import RuleError
from .people import is_company, is_nobody, is_unsold, parse_share, split_names, split_values
from .place import (
    building_code,
    entrance_code,
    floor_of_number,
    parse_address,
    parse_floor,
    unit_number,
    within_building,
)
from .register_columns import SIBLING_FIELDS
from .register_types import (
    ERROR,
    WARNING,
    Finding,
    Formula,
    Owner,
    Row,
    SheetPlan,
    UnitRow,
    column_name,
)
from .text import narrow, parse_area, parse_date, parse_id_tail, parse_phone, plain

CELL_LIMIT = 500

_USAGES = (
    ("residential", ("住宅", "居住", "公寓", "别墅", "宿舍", "民居", "高层", "洋房", "多层", "住",
                     "residential", "dwelling", "apartment", "flat", "home", "house", "villa",
                     "residence",
                     "housing")),
    ("office", ("办公", "写字", "商务", "office")),
    ("storage", ("储藏", "储物", "仓库", "库房", "地下室", "杂物", "storage", "warehouse", "cellar",
                 "basement", "store room", "storeroom")),
    ("commercial", ("商", "铺", "门面", "店", "底商", "营业", "commercial", "shop", "retail",
                    "business", "store")),
    ("other", ("其他", "其它", "车位", "车库", "设备", "公建", "会所", "幼儿园", "学校", "other",
               "garage", "parking")),
)  # fmt: skip
_STATES = (
    ("unsold", ("未售", "待售", "未出售", "unsold")),
    ("renovating", ("装修", "renovat", "decorat", "fitting")),
    ("vacant", ("空置", "长期无人", "无人居住", "无人住", "空房", "空关", "闲置", "vacant", "empty",
                "unoccupied")),
    ("occupied", ("出租", "自住", "入住", "租户", "租住", "居住", "在住", "occupied",
                  "rented", "leased", "tenant")),
    ("delivered", ("已交付", "已交房", "已收房", "已接房", "交付", "delivered", "handed over")),
    ("sold", ("未交付", "未交房", "未收房", "已售", "sold")),
)  # fmt: skip
_NOT = re.compile(r"未(入住|居住|交付|交房|收房|装修)|not (occupied|delivered|let)")
_ERROR_VALUES = {
    "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#N/A", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
    "#GETTING_DATA", "#FIELD!", "#BLOCKED!",
}  # fmt: skip
_SHEET_BUILDING = re.compile(
    r"(\d+|[A-Za-z]\d*|[一二三四五六七八九十]+)\s*(号楼|#楼|栋|幢|座|#)(?!.*(号楼|栋|幢|座))|"
    r"(?:building|block|tower|bldg)\s*([A-Za-z]?\d+|[A-Za-z])\b",
    re.IGNORECASE,
)


def is_error_value(value: object) -> bool:
    """Tell whether a cell shows one of Excel's error values."""
    return isinstance(value, str) and value.strip().upper() in _ERROR_VALUES


def sheet_building(title: str) -> str:
    """Return the building that a sheet's name tells (1栋, Building 2), else nothing."""
    match = _SHEET_BUILDING.search(title)
    return building_code(match[1] or match[4]) if match else ""


def usage_of(value: object) -> str:
    """Return the kind of use that a word names; empty when unknown."""
    text = narrow(value).lower()
    return next((name for name, words in _USAGES if any(w in text for w in words)), "")


def state_of(*texts: str) -> str:
    """Return the state that a status or a remark tells; empty when it tells none."""
    for text in texts:
        low = text.lower()
        denied = _NOT.search(low)
        if denied:
            return (
                "sold" if denied[0].endswith(("交付", "交房", "收房", "delivered")) else "delivered"
            )
        for name, words in _STATES:
            if any(word in low for word in words):
                return name
    return ""


class Cells:
    """The cells of one line by field, with what was found wrong in them."""

    def __init__(self, sheet: str, line: int, plan: SheetPlan, row: Row) -> None:
        self.sheet, self.line, self.plan = sheet, line, plan
        self.findings: list[Finding] = []
        self._values: dict[str, list[tuple[int, Any]]] = {}
        for at, name in enumerate(plan.fields):
            if name and at < len(row) and narrow(row[at]):
                self._values.setdefault(name, []).append((at, row[at]))

    def is_blank(self) -> bool:
        """Tell whether no column that is read holds anything."""
        return not self._values

    def get(self, name: str) -> Any:
        """Return the value of a field, None when empty."""
        values = self._values.get(name)
        return values[0][1] if values else None

    def all(self, name: str) -> list[Any]:
        """Return the values of every column of a field."""
        return [value for _at, value in self._values.get(name, ())]

    def _column(self, name: str) -> str:
        at = self._values[name][0][0] if name in self._values else -1
        if at < 0 and name in self.plan.fields:
            at = self.plan.fields.index(name)
        return column_name(at, self.plan.labels[at]) if at >= 0 else ""

    def tell(self, code: str, name: str, severity: str, **params: Any) -> None:
        """Note a finding at the column of a field."""
        value = plain(params.pop("value", self.get(name)))[:80]
        self.findings.append(
            Finding(self.sheet, self.line, self._column(name), value, code, severity, params)
        )

    def refuse(self, code: str, name: str, **params: Any) -> None:
        """Note a reason to refuse the row."""
        self.tell(code, name, ERROR, **params)

    def read(self, name: str, parse: Callable[[Any], Any], default: Any = None) -> Any:
        """Return the parsed value; a rule that it breaks refuses the row."""
        try:
            return parse(self.get(name))
        except RuleError as error:
            self.refuse(error.code, name, **error.details)
            return default

    def refused(self) -> bool:
        """Tell whether something refuses the row."""
        return any(finding.severity == ERROR for finding in self.findings)

    def check_values(self) -> None:
        """Refuse error values, formulas without a value and cells that are no cells."""
        for name, values in self._values.items():
            for _at, value in values:
                if isinstance(value, Formula):
                    self.refuse("formula_no_value", name, value=value.text)
                elif is_error_value(value):
                    self.refuse("error_value", name, value=value)
                elif isinstance(value, str) and len(value) > CELL_LIMIT and name != "note":
                    self.refuse(
                        "text_too_long", name, value=value[:40], count=len(value), limit=CELL_LIMIT
                    )


def read_row(cells: Cells, today: date, continued: UnitRow | None = None) -> UnitRow | None:
    """Return the unit of a line, or None with the reasons in ``cells.findings``.

    :param continued: the unit of the merged line above; this line adds owners to it
    """
    cells.check_values()
    if cells.refused():
        return None
    if continued:
        return _continue(cells, continued)
    place = _read_place(cells)
    area = cells.read("area", parse_area, Decimal(0))
    inner = cells.read("inner_area", parse_area) if cells.get("inner_area") is not None else None
    if inner and area and inner > area:
        cells.refuse("inner_area_exceeds", "inner_area", area=area)
    day = cells.read("delivery_date", lambda value: parse_date(value, today))
    owners, unsold = _read_owners(cells, place)
    usage, floor = _read_usage(cells), _read_floor(cells, place[2])
    if cells.refused():
        return None
    note = "; ".join(plain(value)[:CELL_LIMIT] for value in cells.all("note"))
    return UnitRow(
        cells.sheet,
        cells.line,
        *place,
        floor=floor,
        usage=usage,
        area=area,
        inner_area=inner,
        owners=owners,
        unsold=unsold,
        delivery_date=day,
        state=_state(cells, note, owners, unsold, day),
        note=note,
        siblings=_siblings(cells),
    )


def _read_place(cells: Cells) -> tuple[str, str, str]:
    building = cells.read("building", building_code, "")
    entrance = cells.read("entrance", entrance_code, "")
    number = cells.read("number", unit_number, "")
    if cells.refused():
        return building, entrance, number
    told = cells.get("address")
    whole = parse_address(told) if told is not None else None
    if told is not None and not whole and not number:
        cells.refuse("address_unreadable", "address")
        return building, entrance, number
    if not building and not whole and number:
        whole = parse_address(number) if re.search(r"\D", number) else None
        number = whole[2] if whole else number
    if whole:
        building, entrance = building or whole[0], entrance or whole[1]
        number = number or whole[2]
    if not building and "building" not in cells.plan.fields:
        building = sheet_building(cells.sheet)
    if not building:
        cells.refuse("building_missing", "building")
    if not number:
        cells.refuse("number_missing", "number")
    return building, entrance, within_building(building, entrance, number)


def _read_usage(cells: Cells) -> str:
    told = cells.get("usage")
    if told is None:
        return ""
    usage = usage_of(told)
    if not usage:
        cells.tell("usage_unknown", "usage", WARNING)
    return usage or "other"


def _read_floor(cells: Cells, number: str) -> int | None:
    try:
        floor = parse_floor(cells.get("floor"))
    except RuleError as error:
        cells.tell(error.code, "floor", WARNING, **error.details)
        floor = None
    return floor_of_number(number) if floor is None else floor


def _siblings(cells: Cells) -> tuple[tuple[str, str], ...]:
    pairs = []
    known = set(SIBLING_FIELDS) | {f for f in cells.plan.fields if f.startswith("x_")}
    for name in sorted(known):
        for value in cells.all(name):
            parts = [plain(value)] if name == "price" else split_values(value)
            pairs.extend((name, plain(part)) for part in parts)
    return tuple(pairs)


def _state(
    cells: Cells, note: str, owners: tuple[Owner, ...], unsold: bool, day: date | None
) -> str:
    if unsold:
        return "unsold"
    told = state_of(plain(cells.get("state")), note)
    if told and not (told == "unsold" and owners):
        return told
    if day:
        return "delivered"
    return "sold" if owners else ""


# owners


def _read_owners(cells: Cells, place: tuple[str, str, str]) -> tuple[tuple[Owner, ...], bool]:
    cell = cells.get("owner")
    if is_unsold(cell) or (is_nobody(cell) and is_unsold(cells.get("state"))):
        return (), True
    named = _read_names(cells)
    phones = _read_list(cells, "phone", parse_phone)
    tails = _read_list(cells, "id_number", parse_id_tail)
    shares = _read_shares(cells, named)
    if cells.refused():
        return (), False
    if len(phones) > max(len(named), 1):
        cells.tell("phone_extra", "phone", WARNING, count=len(named))
    if not named:
        if phones or tails:
            cells.tell("owner_missing", "owner", WARNING)
        return (), False
    owners = _make_owners([name for name, _share in named], phones, tails, shares, place)
    if cells.get("share") is not None or any(share for _name, share in named):
        owners = tuple(replace(owner, share_told=True) for owner in owners)
    return owners, False


def _read_names(cells: Cells) -> list[tuple[str, Fraction | None]]:
    names: list[tuple[str, Fraction | None]] = []
    for field in ("owner", "co_owner"):
        for value in cells.all(field):
            try:
                found = split_names(value)
            except RuleError as error:
                cells.refuse(error.code, field, **error.details)
                continue
            names.extend(pair for pair in found if pair[0] not in [name for name, _s in names])
    return names


def _read_list(cells: Cells, name: str, parse: Callable[[Any], str]) -> list[str]:
    """Return the values of all columns of a field; an unusable one refuses the row.

    A masked phone counts as an empty one, so that the others stay beside their names.
    """
    values: list[str] = []
    for cell in cells.all(name):
        for part in split_values(cell) if isinstance(cell, str) else [cell]:
            try:
                values.append(parse(part))
            except RuleError as error:
                masked = error.code == "phone_masked"
                cells.tell(error.code, name, WARNING if masked else ERROR, **error.details)
                values.append("")
    return values


def _read_shares(cells: Cells, named: list[tuple[str, Fraction | None]]) -> list[Fraction]:
    """Return a share for each name: as told, else equal ones; they must add up to one."""
    told = [share for _name, share in named]
    try:
        column = [parse_share(part) for part in _share_parts(cells.get("share"))]
    except RuleError as error:
        cells.refuse(error.code, "share", **error.details)
        return []
    if column and len(column) == len(named):
        told = column
    elif len(column) > 1 or (column and column != [1]):
        cells.refuse("shares_count", "share", count=len(column), owners=len(named))
        return []
    given = [share for share in told if share]
    if not given:
        return [Fraction(1, len(named))] * len(named) if named else []
    if len(given) == len(named) - 1:  # the last one has what is left
        rest = 1 - sum(given)
        told = [share or rest for share in told]
    if any(not share or share <= 0 for share in told) or sum(s or 0 for s in told) != 1:
        field = "share" if column else "owner"
        cells.refuse("shares_not_one", field, total=str(sum(s or 0 for s in told)))
        return []
    return [share for share in told if share]


def _share_parts(value: Any) -> list[Any]:
    if value is None or not isinstance(value, str):
        return [] if value is None else [value]
    return [part for part in re.split(r"[、,;；,，|\n\s]+", value) if part]


def _make_owners(
    names: list[str],
    phones: list[str],
    tails: list[str],
    shares: list[Fraction],
    place: tuple[str, str, str],
) -> tuple[Owner, ...]:
    owners: list[Owner] = []
    for at, name in enumerate(names):
        phone = phones[at] if at < len(phones) else ""
        tail = tails[at] if at < len(tails) else ""
        company = is_company(name)
        first = owners[0].key if owners else None
        key = person_key(name, phone, tail, company, place, first)
        owners.append(Owner(key, name, phone, tail, company, shares[at]))
    return tuple(owners)


def person_key(
    name: str,
    phone: str,
    tail: str,
    company: bool,
    place: tuple[str, str, str],
    first: tuple[str, ...] | None = None,
) -> tuple[str, ...]:
    """Return what makes two mentions one person.

    A company is its name. A person is name and phone; two people may share a name or a
    phone, hardly both. Without a phone the ID tail takes its place. A co-owner of whom only
    the name is known is the same beside the same first owner (a couple with two flats), and
    otherwise a person of this unit only: two namesakes must never become one.

    :param first: key of the unit's first owner when this is a co-owner
    """
    if company:
        return ("company", re.sub(r"\s", "", name).casefold())
    if phone:
        return ("phone", name.casefold(), phone)
    if tail:
        return ("tail", name.casefold(), tail)
    if first and first[0] != "unit":
        return ("beside", name.casefold(), *first)
    return ("unit", name.casefold(), *place)


def _continue(cells: Cells, unit: UnitRow) -> UnitRow | None:
    """Add the owners of a line that is merged with the unit's line above; shares are equal."""
    place = (unit.building, unit.entrance, unit.number)
    owners, unsold = _read_owners(cells, place)
    if cells.refused() or unsold:
        return None
    known = {owner.key for owner in unit.owners}
    everyone = unit.owners + tuple(owner for owner in owners if owner.key not in known)
    share = Fraction(1, len(everyone) or 1)
    return replace(
        unit,
        owners=tuple(replace(owner, share=share) for owner in everyone),
        siblings=unit.siblings
        + tuple(pair for pair in _siblings(cells) if pair not in unit.siblings),
    )
