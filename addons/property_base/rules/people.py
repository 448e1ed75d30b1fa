# SPDX-License-Identifier: LGPL-3.0-or-later
"""Names in an owner's cell: several people, companies, shares, words for "not sold"."""

import re
from fractions import Fraction

from .errors import RuleError
from .text import narrow, person_text

NAME_LIMIT = 128

_UNSOLD = frozenset(
    """
    未售 未出售 未售出 待售 在售 未销售 尚未出售 开发商 发展商 建设单位 开发商自持 空置 空房
    无业主 UNSOLD NOTSOLD FORSALE DEVELOPER VACANT
    """.split()  # noqa: SIM905 - one list a word is longer to read
)
_NOBODY = {"", "-", "--", "/", "\\", "无", "暂无", "未知", "不详", "N/A", "NA", "NONE", "NULL", "?"}
_COMPANY_LONG = tuple(
    """
    公司 有限 集团 中心 银行 医院 学校 大学 中学 小学 幼儿园 合作社 事务所 委员会 居委会
    村委会 业委会 协会 学会 商会 基金会 联合会 商行 商店 超市 饭店 酒店 餐厅 餐馆 酒楼 宾馆
    旅馆 药店 诊所 经营部 工作室 门市部 服务部 美容院 研究所 研究院 设计院 工厂 工场 办事处
    派出所 政府 机关 法院 工会 合伙 企业 股份 俱乐部 茶楼
    """.split()  # noqa: SIM905 - one list a word is longer to read
)
_COMPANY_SHORT = (
    "厂",
    "店",
    "局",
    "行",
    "社",
    "部",
    "会",
    "馆",
    "所",
    "校",
    "站",
    "处",
    "屋",
    "坊",
)
_COMPANY_LATIN = re.compile(
    r"\b(ltd|limited|inc|llc|llp|gmbh|co|corp|corporation|company|plc|ag|sa|bank|school|"
    r"hospital|association|foundation|trust|group|shop|store|centre|center)\b\.?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[、,;；,，/／|&＆\n\r]+|\s+(?:and|AND|及|与|和)\s+")
# the comma of "Acme Co., Ltd." separates nobody
_LEGAL_TAIL = re.compile(r",\s*((?:ltd|limited|inc|llc|llp|corp|co|plc|gmbh)\b\.?)", re.IGNORECASE)
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇]"
_HAN_ONLY = re.compile(rf"{_HAN}+")
_BRACKET = re.compile(r"\s*[(（\[【]([^)）\]】]*)[)）\]】]\s*")
_SHARE_TAIL = re.compile(r"\s*(\d+(?:\.\d+)?\s*[%％]|\d+\s*[/／]\s*\d+)\s*$")
_SHARE_BRACKETED = re.compile(r"[(（\[【]\s*(\d+)\s*[/／]\s*(\d+)\s*[)）\]】]")


def is_unsold(value: object) -> bool:
    """Tell whether an owner's cell says that the unit has not been sold."""
    text = re.sub(r"[()\[\]【】<>\s]", "", narrow(value)).upper()
    return text in _UNSOLD


def is_nobody(value: object) -> bool:
    """Tell whether an owner's cell is empty or says so (无, -, N/A)."""
    return narrow(value).upper() in _NOBODY


def is_company(name: str) -> bool:
    """Tell an organisation from a natural person by the end of its name.

    One-character endings need five characters: 4 is the longest usual name of a person
    (欧阳小会), and 王店 may be a person.
    """
    bare = _BRACKET.sub("", name)
    if _HAN_ONLY.search(bare):
        return (
            (len(bare) >= 4 and bare.endswith(_COMPANY_LONG))
            or (len(bare) >= 5 and bare.endswith(_COMPANY_SHORT))
            or (len(bare) >= 6 and ("有限" in bare or "公司" in bare))
        )
    return bool(_COMPANY_LATIN.search(bare))


def parse_share(text: object) -> Fraction | None:
    """Return a share: 50% -> 1/2, 1/3 -> 1/3, 0.25 -> 1/4; None for an empty cell.

    :raise RuleError: ``share_invalid``
    """
    bare = narrow(text).replace(" ", "")
    if not bare:
        return None
    try:
        if bare.endswith("%"):
            share = Fraction(bare[:-1]) / 100
        else:
            share = Fraction(bare)
            share = share / 100 if share > 1 else share
    except (ValueError, ZeroDivisionError):
        raise RuleError("share_invalid", value=bare[:40]) from None
    if not 0 < share <= 1:
        raise RuleError("share_invalid", value=bare[:40])
    return share


def split_values(value: object) -> list[str]:
    """Split a cell that holds several phones, ID tails or plates."""
    return [part for part in re.split(r"[、,;；,，/／|\n\r]+", str(value or "")) if part.strip()]


def split_names(value: object) -> list[tuple[str, Fraction | None]]:
    """Split an owner's cell into names, each with the share that stands beside it.

    Separators are 、 , ; / & and line breaks; a space separates Chinese names of two
    characters or more (王怡 李四), while the space that aligns a short name does not (王 怡).

    :raise RuleError: ``text_too_long``, ``share_invalid``
    """
    raw = str(value or "")
    raw = _SHARE_BRACKETED.sub(lambda m: f"({m[1]}÷{m[2]})", raw)
    raw = re.sub(r"(\d+)\s*[/／]\s*(\d+)", r"\1÷\2", raw)
    # a bracket belongs to its name whatever it holds
    kept = re.sub(
        r"[(（\[【][^)）\]】]*[)）\]】]",
        lambda m: re.sub(r"[、,;；,，/／|&＆\s]", "·", m[0]),
        raw,
    )
    names: list[tuple[str, Fraction | None]] = []
    for part in _SEPARATOR.split(_LEGAL_TAIL.sub("\ufffc\\1", kept)):
        text = person_text(part.replace("\ufffc", ", "))
        if is_nobody(text):
            continue
        names.extend(_name_and_share(piece) for piece in _split_spaces(text))
    return [(name, share) for name, share in names if name]


def _split_spaces(text: str) -> list[str]:
    parts = text.split(" ")
    if len(parts) == 1 or is_company(text):
        return [text]
    bare = [_SHARE_TAIL.sub("", _BRACKET.sub("", part)) for part in parts]
    if not all(_HAN_ONLY.fullmatch(part) for part in bare):
        return [text]
    if all(len(part) >= 2 for part in bare):
        return parts
    return ["".join(parts)] if sum(map(len, bare)) <= 4 else [text]


def _name_and_share(text: str) -> tuple[str, Fraction | None]:
    share = None
    text = text.replace("÷", "/")
    if match := _SHARE_TAIL.search(text):
        share, text = parse_share(match[1]), text[: match.start()]
    for inner in _BRACKET.findall(text):
        if re.fullmatch(r"\s*(\d+(\.\d+)?\s*[%％]|\d+\s*/\s*\d+)\s*", inner):
            share = parse_share(inner)
    if not is_company(text):
        # 张三(已故), 李四(配偶): the remark is no part of a person's name
        text = _BRACKET.sub("", text)
    name = person_text(text)
    if len(name) > NAME_LIMIT:
        raise RuleError("text_too_long", value=name[:40], count=len(name), limit=NAME_LIMIT)
    return name, share
