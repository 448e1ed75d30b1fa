# SPDX-License-Identifier: LGPL-3.0-or-later
"""Amounts in words. Chinese financial capitals are our own rule: num2words has no Chinese."""

from decimal import Decimal

from .errors import RuleError

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
LIMIT = Decimal(10) ** 16


def _below_ten_thousand(number: int) -> str:
    """Capitals of 1..9999 without leading zero, e.g. 1010 -> 壹仟零壹拾."""
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero else "") + DIGITS[digit] + PLACES[place]
            zero = False
        elif text:
            zero = True
    return text


def _whole_yuan(number: int) -> str:
    """Capitals of a whole number below 10^16, sections of four digits with 万, 亿, 万亿."""
    text, zero = "", False
    sections = [
        (number // 10**12, "万"),
        (number // 10**8, "亿"),
        (number // 10**4, "万"),
        (number, ""),
    ]
    for index, (value, name) in enumerate(sections):
        value %= 10**4
        if value:
            gap = text and (zero or value < 1000)
            text += ("零" if gap else "") + _below_ten_thousand(value) + name
            zero = False
            if index == 0 and not sections[1][0] % 10**4:
                text += "亿"
        elif text:
            zero = True
    return text


def chinese_capitals(amount: Decimal | int) -> str:
    """Amount in Chinese financial capitals, e.g. 219.42 -> 贰佰壹拾玖元肆角贰分.

    整 closes an amount without fen (after 元 or 角). 零 stands once for any run of zeros inside
    the number, and between 元 and 分 when there is no 角; before 角 it may be left out, and is.

    :param amount: yuan with at most two decimals, absolute value below 10^16
    :raise RuleError: ``inexact_amount`` for a float, ``too_many_decimals``, ``too_large``
    Source: docs/rules/words.md (支付结算办法, annex 正确填写票据和结算凭证的基本规定)
    """
    if isinstance(amount, float):
        raise RuleError("inexact_amount", amount=amount)
    amount = Decimal(amount)
    fen_total = abs(amount) * 100
    if fen_total != fen_total.to_integral_value():
        raise RuleError("too_many_decimals", amount=amount)
    if abs(amount) >= LIMIT:
        raise RuleError("too_large", amount=amount)
    yuan, fen_total = divmod(int(fen_total), 100)
    jiao, fen = divmod(fen_total, 10)
    if not yuan and not jiao and not fen:
        return "零元整"
    text = "负" if amount < 0 else ""
    if yuan:
        text += _whole_yuan(yuan) + "元"
    if jiao:
        text += DIGITS[jiao] + "角"
    if fen:
        text += ("零" if yuan and not jiao else "") + DIGITS[fen] + "分"
    else:
        text += "整"
    return text
