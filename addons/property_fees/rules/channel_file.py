# SPDX-License-Identifier: LGPL-3.0-or-later
"""Read a channel's file of any known format, plain or packed."""

from .channel_alipay import parse_alipay
from .channel_archive import LIMIT, unpack
from .channel_lines import ChannelFile
from .channel_mapped import Mapping, parse_mapped
from .channel_wechat import parse_wechat
from .errors import RuleError


def parse(
    kind: str, data: bytes, mapping: Mapping | None = None, limit: int = LIMIT
) -> ChannelFile:
    """Return the lines of a file.

    :param kind: ``wechat``, ``alipay`` or ``mapped``
    :param mapping: for ``mapped``
    :param limit: bytes that the unpacked file may have
    :raise RuleError: with a code per thing that can be wrong
    """
    if kind == "mapped" and mapping is None:
        raise RuleError("no_mapping")
    readers = {
        "wechat": parse_wechat,
        "alipay": parse_alipay,
        "mapped": lambda content: parse_mapped(content, mapping),  # type: ignore[arg-type]
    }
    # Alipay packs a summary beside the detail: the detail is what can be compared
    members = [(name, content) for name, content in unpack(data, limit) if "汇总" not in name]
    if len(members) != 1:
        raise RuleError("archive_without_file" if not members else "archive_many_files")
    return readers[kind](members[0][1])
