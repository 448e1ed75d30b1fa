# SPDX-License-Identifier: LGPL-3.0-or-later
"""Find the header row of a register and say which column holds what."""

import re
from collections.abc import Mapping

from .register_types import Formula, Row, SheetPlan, SheetRows
from .text import narrow, plain

HEADER_SEARCH_ROWS = 40
COLUMN_LIMIT = 120
SAMPLE_ROWS = 60

# field -> words that name it, Chinese and English; compared without spaces, case and brackets
SYNONYMS: dict[str, tuple[str, ...]] = {
    "building": ("楼栋", "楼栋号", "栋号", "楼号", "幢号", "幢", "栋", "楼宇", "楼座", "座号", "楼幢",
                 "楼栋名称", "楼宇名称", "栋", "座", "楼", "building", "buildingno", "buildingnumber",
                 "buildingcode", "bldg", "block", "tower"),
    "entrance": ("单元", "单元号", "单元门", "梯号", "门牌单元", "单元名称", "entrance", "stairwell",
                 "staircase", "stair", "entranceno", "section"),
    "floor": ("楼层", "层", "层数", "所在层", "所在楼层", "层号", "floor", "storey", "story", "level",
              "floorno"),
    "number": ("房号", "室号", "房间号", "户号", "门牌号", "门号", "室", "房屋号", "房屋编号", "房间",
               "房间编号", "单元房号", "商铺号", "铺位号", "户室号", "房产编号", "number", "room",
               "roomno", "roomnumber", "unitno", "unitnumber", "unit", "door", "doorno", "flat",
               "flatno", "apartment", "apartmentno", "apt", "suite"),
    "address": ("房屋地址", "房产地址", "地址", "房屋坐落", "坐落", "房产全称", "房屋全称", "房产名称",
                "房屋名称", "楼栋房号", "楼栋单元房号", "房屋信息", "物业地址", "address",
                "unitaddress", "property", "premises", "location", "fullnumber"),
    "usage": ("用途", "房屋用途", "物业类型", "房屋类型", "性质", "房屋性质", "使用性质", "业态",
              "规划用途", "类型", "物业性质", "房产类型", "usage", "use", "type", "unittype",
              "propertytype", "purpose"),
    "area": ("建筑面积", "面积", "建面", "产权面积", "房屋面积", "计费面积", "收费面积", "登记面积",
             "总面积", "实测面积", "area", "grossarea", "floorarea", "grossfloorarea", "builtarea",
             "buildingarea", "gfa", "totalarea", "size", "areasqm", "aream2"),
    "inner_area": ("套内面积", "套内建筑面积", "使用面积", "套内", "室内面积", "innerarea", "netarea",
                   "internalarea", "usablearea", "carpetarea", "netfloorarea"),
    "owner": ("业主姓名", "业主", "业主名称", "产权人", "产权人姓名", "姓名", "户主", "户主姓名",
              "房主", "所有权人", "权利人", "购房人", "客户姓名", "客户名称", "业主(产权人)", "owner",
              "ownername", "owners", "name", "fullname", "proprietor", "holder", "principalowner"),
    "co_owner": ("共有人", "共有人姓名", "共同共有人", "产权共有人", "其他产权人", "共有业主",
                 "第二业主", "共有权人", "配偶", "coowner", "coowners", "jointowner", "jointowners",
                 "secondowner", "otherowners"),
    "share": ("产权份额", "份额", "共有份额", "产权比例", "持有比例", "占比", "共有比例", "比例",
              "share", "shares", "ownershipshare", "percentage", "ownership"),
    "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "电话号码", "移动电话",
              "业主电话", "联系号码", "联系人电话", "业主手机", "phone", "mobile", "tel",
              "telephone", "phoneno", "phonenumber", "mobileno", "mobilephone", "contact",
              "contactnumber", "contactphone", "cell", "cellphone"),
    "id_number": ("身份证后四位", "身份证后4位", "身份证", "身份证号", "身份证号码", "证件号",
                  "证件号码", "证件后四位", "身份证尾号", "证件尾号", "idtail", "idlast4",
                  "last4digitsofid", "lastfourofid", "idnumber", "idno", "idcard", "identity",
                  "identitynumber", "idcardlast4", "last4ofid", "id"),
    "delivery_date": ("交付日期", "交房日期", "交房时间", "交付时间", "收房日期", "收房时间",
                      "入伙日期", "接房日期", "入住日期", "入住时间", "交楼日期", "handover",
                      "handoverdate", "deliverydate", "delivered", "deliveredon", "movein",
                      "moveindate", "possessiondate"),
    "state": ("房屋状态", "状态", "入住状态", "入住情况", "使用状态", "居住状态", "居住情况",
              "销售状态", "使用情况", "state", "status", "occupancy", "occupancystatus"),
    "note": ("备注", "说明", "附注", "备考", "其他说明", "remark", "remarks", "note", "notes",
             "comment", "comments"),
    "price": ("物业费单价", "单价", "收费标准", "物业费标准", "物业费", "物业费收费标准",
              "物业服务费单价", "price", "feerate", "rate", "unitprice", "feeprice", "servicefee",
              "servicefeerate", "propertyfeerate", "pricepersqm", "pricesqm"),
    "parking_space": ("车位号", "车位", "车位编号", "停车位", "车库号", "泊位号", "parking",
                      "parkingspace", "parkingspaceno", "space", "spaceno", "bay", "bayno", "garage",
                      "parkingbay", "parkingno"),
    "plate": ("车牌号", "车牌", "车牌号码", "车号", "车辆号牌", "号牌", "plate", "plateno",
              "platenumber", "licenseplate", "licenceplate", "vehicle", "vehicleplate", "carplate",
              "carno", "registration"),
}  # fmt: skip

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
    for top, left, bottom, right in sheet.merges:
        if left != right or top > len(rows) or left > len(rows[top - 1]):
            continue
        value = rows[top - 1][left - 1]
        if value is None:
            continue
        for at in range(top, min(bottom, len(rows))):
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
    fields = _fields(labels, extra)
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


def _fields(labels: tuple[str, ...], extra: Mapping[str, str] | None) -> list[str]:
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
