# SPDX-License-Identifier: LGPL-3.0-or-later
"""The daily trade bill of WeChat Pay (微信支付交易账单).

UTF-8, every value behind a back tick; a header, the lines, a summary header, a summary line.
Source: WeChat Pay merchant documentation, 下载交易账单 (v2 downloadbill, v3 bill/tradebill).
"""

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
    "time": ("交易时间",),
    "number": ("微信订单号",),
    "order": ("商户订单号",),
    "status": ("交易状态",),
    "amount": ("订单金额", "总金额"),
    "refund_number": ("微信退款单号",),
    "refund_order": ("商户退款单号",),
    "refund": ("申请退款金额", "退款金额"),
    "refund_status": ("退款状态",),
    "fee": ("手续费",),
}
SUMMARY = {
    "count": ("总交易单数",),
    "amount": ("订单总金额", "总交易额"),
    "refund": ("申请退款总金额", "总退款金额", "退款总金额"),
    "fee": ("手续费总金额",),
}
FAILED_REFUNDS = ("FAIL", "CHANGE", "CLOSED")
OPEN_REFUNDS = ("PROCESSING",)


def parse_wechat(data: bytes) -> ChannelFile:
    """Read a trade bill of all payments and refunds of a day.

    :raise RuleError: for whatever is not such a file, is cut off, or does not add up
    """
    rows = [row for row in rows_of(decode(data, ("utf-8-sig",))) if any(row)]
    if not rows:
        raise RuleError("empty_file")
    columns = columns_of(rows[0], COLUMNS)
    end = next((i for i, row in enumerate(rows) if i and row[0] == "总交易单数"), None)
    if end is None or end + 1 >= len(rows):
        raise RuleError("no_summary")
    lines = [
        line
        for number, row in enumerate(rows[1:end], start=2)
        for line in _read(row, number, columns)
    ]
    result = ChannelFile(check_unique(lines))
    _check(result, rows[1:end], columns, rows[end : end + 2])
    return result


def _read(row: list[str], number: int, columns: dict[str, int]) -> list[ChannelLine]:
    if len(row) <= max(columns.values()):
        raise RuleError("short_row", row=number)
    cell = {name: row[place] for name, place in columns.items()}
    happened = moment(cell["time"], number, "交易时间")
    fee = money(_cents(cell["fee"]), number, "手续费")
    if cell["status"] == "SUCCESS":
        amount = money(cell["amount"], number, "订单金额")
        return [
            ChannelLine(number, PAYMENT, cell["number"], cell["order"], "", happened, amount, fee)
        ]
    if cell["status"] in ("REFUND", "REVOKED"):
        amount = abs(money(cell["refund"], number, "退款金额"))
        refunded = cell["refund_number"] if cell["refund_number"] not in ("", "0") else ""
        return [
            ChannelLine(
                number,
                REFUND,
                refunded or f"{cell['number']}-R",
                cell["order"],
                cell["refund_order"] if cell["refund_order"] != "0" else "",
                happened,
                amount,
                fee,
                cell["refund_status"] not in (*FAILED_REFUNDS, *OPEN_REFUNDS),
            )
        ]
    raise RuleError("unknown_status", row=number, text=cell["status"])


def _check(
    result: ChannelFile,
    details: list[list[str]],
    columns: dict[str, int],
    summary: list[list[str]],
) -> None:
    header, values = summary
    places = columns_of(header, SUMMARY)
    if len(values) <= max(places.values()) or not values[places["count"]].isdecimal():
        raise RuleError("no_summary")
    check_total("总交易单数", int(values[places["count"]]), len(details))
    stated = {
        name: money(_cents(values[place]), 0, SUMMARY[name][0])
        for name, place in places.items()
        if name != "count"
    }
    refunds = sum((line.amount for line in result.lines if line.kind == REFUND), Decimal(0))
    paid = sum((line.amount for line in result.lines if line.kind == PAYMENT), Decimal(0))
    check_total("订单总金额", stated["amount"], paid)
    check_total("申请退款总金额", abs(stated["refund"]), refunds)
    check_total("手续费总金额", stated["fee"], result.fee)


def _cents(text: str) -> str:
    """Fees are written with five decimals; what is beyond the cent is always zero."""
    whole, dot, part = text.partition(".")
    return whole + dot + part[:2] if not part[2:].strip("0") else text
