# SPDX-License-Identifier: LGPL-3.0-or-later
"""The business detail of Alipay (支付宝业务明细), as downloaded per day.

GB18030; lines that begin with # are comments, among them the totals; cells are padded; amounts
in yuan, refunds negative; the service fee negative when the channel keeps it.
Source: Alipay open platform, 对账单 alipay.data.dataservice.bill.downloadurl.query (trade).
"""

import re
import unicodedata
from decimal import Decimal

from .channel_lines import (
    PAYMENT,
    REFUND,
    ChannelFile,
    ChannelLine,
    check_total,
    check_unique,
    columns_of,
    decode,
    moment,
    money,
    rows_of,
)
from .errors import RuleError

COLUMNS = {
    "number": ("支付宝交易号",),
    "order": ("商户订单号",),
    "kind": ("业务类型",),
    "time": ("完成时间",),
    "amount": ("订单金额(元)",),
    "received": ("商家实收(元)",),
    "refund_order": ("退款批次号/请求号", "退款批次号"),
    "fee": ("服务费(元)",),
}
_TOTALS = re.compile(
    r"#(交易|退款)合计[:：]\s*(\d+)\s*笔[,，]\s*商家实收(?:退款)?共\s*(-?[\d,.]+)\s*元"
)


def parse_alipay(data: bytes) -> ChannelFile:
    """Read a business detail.

    :raise RuleError: for whatever is not such a file, is cut off, or does not add up
    """
    text = decode(data, ("gb18030",))
    lines = text.splitlines()
    comments = [line.strip() for line in lines if line.lstrip().startswith("#")]
    # a comment keeps its place as an empty line, so that rows are counted as in the file
    table = "\n".join("" if line.lstrip().startswith("#") else line for line in lines)
    rows = [(number, row) for number, row in enumerate(rows_of(table), 1) if any(row)]
    if not rows:
        raise RuleError("empty_file")
    columns = columns_of(rows[0][1], COLUMNS)
    found = [_read(row, number, columns) for number, row in rows[1:]]
    result = ChannelFile(check_unique([line for line, _received in found]))
    _check(found, comments)
    return result


def _read(row: list[str], number: int, columns: dict[str, int]) -> tuple[ChannelLine, Decimal]:
    if len(row) <= max(columns.values()):
        raise RuleError("short_row", row=number)
    cell = {name: row[place] for name, place in columns.items()}
    kinds = {"交易": PAYMENT, "退款": REFUND}
    if cell["kind"] not in kinds:
        raise RuleError("unknown_status", row=number, text=cell["kind"])
    kind = kinds[cell["kind"]]
    amount = money(cell["amount"], number, "订单金额")
    if (amount < 0) != (kind == REFUND) and amount:
        raise RuleError("wrong_sign", row=number, text=str(amount))
    trade, request = cell["number"], cell["refund_order"]
    line = ChannelLine(
        row=number,
        kind=kind,
        # a refund has the number of its payment: with the request it is unique
        number=trade if kind == PAYMENT else f"{trade}-{request}",
        order=cell["order"],
        refund_order=request,
        happened=moment(cell["time"], number, "完成时间"),
        amount=abs(amount),
        fee=-money(cell["fee"], number, "服务费"),
    )
    return line, money(cell["received"], number, "商家实收")


def _check(found: list[tuple[ChannelLine, Decimal]], comments: list[str]) -> None:
    totals = {}
    for comment in comments:
        match = _TOTALS.search(unicodedata.normalize("NFKC", comment))
        if match:
            totals[{"交易": PAYMENT, "退款": REFUND}[match[1]]] = (
                int(match[2]),
                money(match[3], 0, "商家实收"),
            )
    if len(totals) != 2:
        raise RuleError("no_summary")
    for kind, name in ((PAYMENT, "交易合计"), (REFUND, "退款合计")):
        mine = [received for line, received in found if line.kind == kind]
        check_total(name, totals[kind][0], len(mine))
        check_total(name, abs(totals[kind][1]), abs(sum(mine, Decimal(0))))
