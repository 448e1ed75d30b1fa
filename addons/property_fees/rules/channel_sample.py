# SPDX-License-Identifier: LGPL-3.0-or-later
"""Write files as the channels write them: the simulator for tests and rehearsals."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

from .channel_lines import PAYMENT, REFUND, ChannelLine

WECHAT_HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
WECHAT_SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
ALIPAY_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,"
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def _sum(lines: tuple[ChannelLine, ...], kind: str) -> Decimal:
    return sum((line.amount for line in lines if line.kind == kind), Decimal("0.00"))


def write_wechat(lines: tuple[ChannelLine, ...]) -> bytes:
    """Return a WeChat Pay trade bill with these lines."""
    rows = [WECHAT_HEADER]
    for line in lines:
        paid = line.kind == PAYMENT
        trade = line.number if paid else line.number + "T"
        cells = [
            f"{line.happened:%Y-%m-%d %H:%M:%S}", "wx0000000000000001", "1900000001", "0", "",
            trade, line.order, "oUser", "NATIVE", "SUCCESS" if paid else "REFUND", "OTHERS", "CNY",
            f"{line.amount:.2f}" if paid else "0.00", "0.00", "0" if paid else line.number,
            "0" if paid else line.refund_order, "0.00" if paid else f"{line.amount:.2f}", "0.00",
            "" if paid else "ORIGINAL",
            "" if paid else ("SUCCESS" if line.is_final else "PROCESSING"),
            "物业费", "", f"{line.fee:.5f}", "0.60%", f"{line.amount:.2f}" if paid else "0.00",
            "0.00" if paid else f"{line.amount:.2f}", "",
        ]  # fmt: skip
        rows.append(",".join(f"`{cell}" for cell in cells))
    fee = sum((line.fee for line in lines), Decimal(0))
    paid_sum, refund_sum = _sum(lines, PAYMENT), _sum(lines, REFUND)
    summary = [
        str(len(lines)), f"{paid_sum:.2f}", f"{refund_sum:.2f}", "0.00", f"{fee:.5f}",
        f"{paid_sum:.2f}", f"{refund_sum:.2f}",
    ]  # fmt: skip
    rows += [WECHAT_SUMMARY, ",".join(f"`{cell}" for cell in summary)]
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode("utf-8")


def write_alipay(lines: tuple[ChannelLine, ...]) -> bytes:
    """Return an Alipay business detail with these lines."""
    days = [line.happened for line in lines] or [datetime(2026, 1, 1)]
    first, last = min(days), max(days)
    rows = [
        "#支付宝业务明细查询",
        "#账号：[20880000000000000156]",
        f"#起始日期：[{first:%Y年%m月%d日} 00:00:00]   终止日期：[{last:%Y年%m月%d日} 24:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        ALIPAY_HEADER,
    ]
    for line in lines:
        paid = line.kind == PAYMENT
        amount = line.amount if paid else -line.amount
        trade = line.number if paid else line.number.removesuffix(f"-{line.refund_order}")
        cells = [
            trade, line.order, "交易" if paid else "退款", "物业费",
            f"{line.happened:%Y-%m-%d %H:%M:%S}", f"{line.happened:%Y-%m-%d %H:%M:%S}",
            "", "", "", "", "*明(138******01)", f"{amount:.2f}", f"{amount:.2f}",
            "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00",
            line.refund_order, f"{-line.fee:.2f}", "0.00", "",
        ]  # fmt: skip
        rows.append(",".join(f"{cell}\t" for cell in cells))
    count = {kind: sum(line.kind == kind for line in lines) for kind in (PAYMENT, REFUND)}
    paid_sum, refund_sum = _sum(lines, PAYMENT), -_sum(lines, REFUND)
    rows += [
        "#-----------------------------------------业务明细列表结束------------------------------------",
        f"#交易合计：{count[PAYMENT]}笔，商家实收共{paid_sum:.2f}元，商家优惠共0.00元",
        f"#退款合计：{count[REFUND]}笔，商家实收退款共{refund_sum:.2f}元，商家优惠退款共0.00元",
        "#导出时间：[2026年01月02日 03:00:00]",
    ]
    return ("\r\n".join(rows) + "\r\n").encode("gb18030")


def zipped(name: str, content: bytes, others: dict[str, bytes] | None = None) -> bytes:
    """Return a zip archive with a file and, if wanted, others beside it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, body in {name: content, **(others or {})}.items():
            archive.writestr(title, body)
    return stream.getvalue()
