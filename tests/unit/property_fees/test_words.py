# SPDX-License-Identifier: LGPL-3.0-or-later
"""Chinese financial capitals: examples, every placement of zero, and reading them back."""

import itertools
from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.errors import RuleError
from property_fees.rules.words import DIGITS, chinese_capitals


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.11", "壹角壹分"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("219.42", "贰佰壹拾玖元肆角贰分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10000", "壹万元整"),
        ("10050.05", "壹万零伍拾元零伍分"),
        ("100000000", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("100000001", "壹亿零壹元整"),
        ("120000000.2", "壹亿贰仟万元贰角整"),
        ("1000000000000", "壹万亿元整"),
        ("1000010000000", "壹万亿零壹仟万元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("-5.5", "负伍元伍角整"),
    ],
)
def test_examples(amount, words):
    assert chinese_capitals(Dec(amount)) == words


def read_back(words):
    """Number of fen that capitals say; refuses what nobody would write."""
    sign = -1 if words.startswith("负") else 1
    words = words.removeprefix("负")
    assert "零零" not in words
    fen = 0
    rest = words.removesuffix("整")
    assert words.endswith(("整", "分"))
    for name, worth in (("元", None), ("角", 10), ("分", 1)):
        if name not in rest:
            continue
        part, rest = rest.split(name)
        fen += (_number(part) if worth is None else DIGITS.index(part[-1])) * (worth or 100)
    assert not rest
    return sign * fen


def _number(text):
    total = section = digit = 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in "拾佰仟":
            section += (digit) * 10 ** ("拾佰仟".index(sign) + 1)
            digit = 0
        elif sign == "万":
            total += (section + digit) * 10**4
            section = digit = 0
        else:
            total = (total + section + digit) * 10**8
            section = digit = 0
    return total + section + digit


@given(st.integers(-(10**14), 10**14))
def test_reads_back(fen):
    assert read_back(chinese_capitals(Dec(fen) / 100)) == fen


@pytest.mark.parametrize("digit", [1, 9])
def test_every_placement_of_zero(digit):
    """All patterns of zero and non-zero over thirteen digits and two decimals."""
    seen = set()
    for pattern in itertools.product((0, digit), repeat=15):
        fen = int("".join(map(str, pattern)))
        words = chinese_capitals(Dec(fen) / 100)
        assert read_back(words) == fen
        assert words not in seen
        seen.add(words)


@given(st.integers(1, 10**14))
def test_zero_stands_only_where_digits_are_missing(fen):
    words = chinese_capitals(Dec(fen) / 100)
    assert not words.startswith("零")
    assert "零元" not in words
    assert "零角" not in words
    assert "零万" not in words
    assert "零亿" not in words


def test_refused():
    for amount, code in (
        (Dec("0.001"), "too_many"),
        (0.1, "inexact"),
        (Dec(10) ** 16, "too_large"),
    ):
        with pytest.raises(RuleError, match=code):
            chinese_capitals(amount)
