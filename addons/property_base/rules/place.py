# SPDX-License-Identifier: LGPL-3.0-or-later
"""Codes of buildings, entrances, floors and rooms as people write them."""

import re
from datetime import date

from .errors import RuleError
from .text import chinese_number, narrow

CODE_LIMIT = 32

_BUILDING_HEAD = re.compile(r"^(BUILDING|BLDG\.?|BLOCK|BLK\.?|TOWER|NO\.?|第|#)\s*")
_BUILDING_TAIL = re.compile(r"\s*(号楼|#楼|栋楼|栋|幢|座|棟|号|楼|#)$")
_ENTRANCE_HEAD = re.compile(r"^(ENTRANCE|STAIRWELL|STAIRCASE|STAIR|UNIT|NO\.?|第|#)\s*")
_ENTRANCE_TAIL = re.compile(r"\s*(单元|单元门|梯|门|號|号|#)$")
_NUMBER_HEAD = re.compile(r"^(ROOM|RM\.?|APARTMENT|APT\.?|FLAT|SHOP|UNIT|NO\.?|第|#)\s*")
_NUMBER_TAIL = re.compile(r"\s*(室|号房|房间|房|户|号|#)$")
_NONE = {"", "-", "--", "/", "无", "NONE", "N/A"}
_FLOOR = re.compile(r"(-?)(\d{1,3})(?:层|楼|F|/F|FLOOR)?(?:[-~至、,/].*)?")
_BASEMENT = re.compile(r"(?:B|负|地下|-)(\d{1,2}|[一二三四五六七八九十])(?:层|楼|F)?")
_ADDRESS = re.compile(
    r"^.*?(?P<building>[A-Z]?\d+|[A-Z]|[一二三四五六七八九十百]+)\s*"
    r"(?:号楼|#楼|栋|幢|座|#|-|/|BUILDING)\s*"
    r"(?:(?P<entrance>[A-Z]?\d+|[一二三四五六七八九十甲乙丙丁东西南北中])\s*(?:单元|梯|门|-|/|#))?\s*"
    r"(?P<number>[A-Z]?-?\d+[A-Z]?)\s*(?:室|房|号|户)?$"
)


def _code(value: object, head: re.Pattern[str], tail: re.Pattern[str]) -> str:
    if isinstance(value, date):
        raise RuleError("cell_is_date", value=str(value))
    text = narrow(value).upper()
    if text in _NONE:
        return ""
    bare = tail.sub("", head.sub("", text)).strip() or text
    number = chinese_number(bare)
    if number is not None:
        return str(number)
    if re.fullmatch(r"\d+(\.0+)?", bare):
        return str(int(bare.split(".")[0]))
    if len(bare) > CODE_LIMIT:
        raise RuleError("text_too_long", value=bare[:40], count=len(bare), limit=CODE_LIMIT)
    return bare


def building_code(value: object) -> str:
    """Return the code of a building: 1栋, 1#, 1号楼, 一幢, 01 and Building 1 are all ``1``."""
    return _code(value, _BUILDING_HEAD, _BUILDING_TAIL)


def entrance_code(value: object) -> str:
    """Return the code of an entrance: 1单元, 一单元, Entrance 1 and 1 are all ``1``."""
    return _code(value, _ENTRANCE_HEAD, _ENTRANCE_TAIL)


def unit_number(value: object) -> str:
    """Return a room number as written, without the word for room (0101室 -> 0101)."""
    if isinstance(value, date):
        raise RuleError("cell_is_date", value=str(value))
    text = narrow(value).upper()
    if text in _NONE:
        return ""
    bare = _NUMBER_TAIL.sub("", _NUMBER_HEAD.sub("", text)).strip() or text
    if re.fullmatch(r"\d+\.0+", bare):
        bare = bare.split(".")[0]
    if len(bare) > CODE_LIMIT:
        raise RuleError("text_too_long", value=bare[:40], count=len(bare), limit=CODE_LIMIT)
    return bare


def unit_key(building: str, entrance: str, number: str) -> tuple[str, str, str]:
    """Return what makes two spellings one unit: 601 and 0601 are the same room."""
    return building, entrance, number.lstrip("0") or number


def within_building(building: str, entrance: str, number: str) -> str:
    """Drop a building and an entrance that the number repeats: 3-1-1203 in 3, 1 -> 1203."""
    parts = [part for part in re.split(r"[-/]", number) if part]
    if len(parts) > 1 and [building_code(part) for part in parts[:-1]] in (
        [building, entrance],
        [building],
        [entrance],
    ):
        return parts[-1]
    return number


def parse_address(value: object) -> tuple[str, str, str] | None:
    """Split 3栋1单元1203室, 3-1-1203 or 3#1203 into building, entrance and number."""
    if isinstance(value, date):
        raise RuleError("cell_is_date", value=str(value))
    match = _ADDRESS.match(narrow(value).upper().replace(" ", ""))
    if not match:
        return None
    return (
        building_code(match["building"]),
        entrance_code(match["entrance"]),
        unit_number(match["number"]),
    )


def parse_floor(value: object) -> int | None:
    """Return the storey: 3, 3层, 3F -> 3; B1, 负一层 -> -1; the lower of 17-18; None if empty.

    :raise RuleError: ``floor_invalid``
    """
    text = narrow(value).upper().replace(" ", "").removeprefix("第")
    if text in _NONE or isinstance(value, date):
        return None
    if re.fullmatch(r"-?\d+\.0+", text):
        text = text.split(".")[0]
    if match := _BASEMENT.fullmatch(text):
        depth = match[1]
        return -(int(depth) if depth.isdecimal() else chinese_number(depth) or 1)
    if match := _FLOOR.fullmatch(text):
        return int(match[2]) * (-1 if match[1] else 1)
    storey = chinese_number(re.sub(r"(层|楼)$", "", text))
    if storey is None:
        raise RuleError("floor_invalid", value=text)
    return storey


def floor_of_number(number: str) -> int | None:
    """Return the storey that a room number of three or four digits tells (1203 -> 12)."""
    match = re.fullmatch(r"(\d{1,2})\d{2}[A-Z]?", number)
    return int(match[1]) if match else None
