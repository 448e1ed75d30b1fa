# SPDX-License-Identifier: LGPL-3.0-or-later
"""Sheets of banks: titles above, totals below, amounts and days in any writing."""

import doctest
from datetime import date, datetime, time
from decimal import Decimal as Dec

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules import bank_sheet
from property_fees.rules.bank_sheet import Layout, read_amount, read_table, write_amount, write_day
from property_fees.rules.errors import RuleError

LAYOUT = Layout(dates=("交易日期",), amounts=("收入", "余额"), others=("附言",))
HEAD = ("交易日期", "收入", "余额", "附言")


def table(*rows, layout=LAYOUT):
    return read_table([HEAD, *rows], layout)


def refused(*rows, layout=LAYOUT):
    with pytest.raises(RuleError) as caught:
        read_table(rows, layout)
    return caught.value


def test_examples_in_the_documentation():
    assert doctest.testmod(bank_sheet).failed == 0


def test_titles_totals_and_empty_rows_are_left_out():
    found = read_table(
        [
            ("某银行对公账户明细",),
            ("账号", 6222021001.0),
            (),
            HEAD,
            (datetime(2026, 4, 8), 219.42, 1219.42, None),
            (),
            ("20260409", "1,000.00", "--", " 房费\n三月"),
            (None, 1219.42, None, "合计"),
            ("制表人：李四",),
        ],
        LAYOUT,
    )
    assert found.rows == (
        ("2026-04-08", "219.42", "1219.42", ""),
        ("2026-04-09", "1000", "", "房费 三月"),
    )
    assert found.lines == (5, 7)


@pytest.mark.parametrize(
    ("value", "decimal", "text"),
    [
        (1234.5, ".", "1234.5"),
        (1234.5, ",", "1234,5"),
        (100, "", "10000"),
        ("1,234.56", ",", "1234,56"),
        ("1.234,56", ".", "1234.56"),
        ("￥12.30", ".", "12.3"),
        ("1,234", ".", "1,234"),
        ("12345", "", "12345"),
        (0.1 + 0.2, ".", "0.3"),
        ("—", ".", ""),
        (-5, ".", "-5"),
    ],
)
def test_amounts_are_written_as_the_mapping_says(value, decimal, text):
    assert write_amount(value, Layout(("d",), ("a",), decimal=decimal)) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([",", "."]))
def test_no_amount_changes(amount, decimal):
    text = write_amount(f"{amount:,.2f}", Layout(("d",), ("a",), decimal=decimal))
    assert Dec(text.replace(decimal, ".")) == amount
    assert read_amount(float(amount)) == amount


@pytest.mark.parametrize(
    ("value", "date_format", "text"),
    [
        (date(2026, 4, 8), "%Y-%m-%d", "2026-04-08"),
        (time(9, 5), "%H:%M", "09:05"),
        (20260408, "%Y-%m-%d", "2026-04-08"),
        ("2026-04-08 10:11:12", "%Y-%m-%d", "2026-04-08"),
        ("20260408101112", "%Y-%m-%d", "2026-04-08"),
        ("2026/4/8", "%Y-%m-%d", "2026-04-08"),
        ("08/04/2026", "%d/%m/%Y", "08/04/2026"),
        ("08/04/2026", "%Y-%m-%d", "08/04/2026"),
        ("2026-02-30", "%Y/%m/%d", "2026-02-30"),
    ],
)
def test_days(value, date_format, text):
    assert write_day(value, date_format) == text


def test_day_and_time_in_two_columns():
    layout = Layout(("日期", "时间"), ("收入",), date_format="%Y%m%d %H:%M:%S")
    found = read_table([("日期", "时间", "收入"), (20260408, time(9, 5, 1), 1)], layout)
    assert found.rows == (("20260408", "09:05:01", "1"),)


def test_header_that_does_not_fit_is_named():
    error = refused(("title",), ("交易日期", "收入", "摘要"), ("2026-04-08", 1, "x"))
    assert (error.code, error.params["columns"], error.params["line"]) == (
        "header_missing",
        "余额, 附言",
        2,
    )
    assert error.params["seen"] == "交易日期, 收入, 摘要"
    assert refused().params["columns"] == "交易日期, 收入, 余额, 附言"


def test_what_cannot_be_read_names_its_row():
    good = ("2026-04-08", 1, 1, "")
    assert refused(HEAD, good, ("8 April", 1, 1, ""), good).params["line"] == 3
    assert refused(HEAD, good, (None, 1, 1, ""), good).code == "day_missing"
    assert refused(HEAD, good, ("2026-13-08", 1, 1, "")).code == "day_unreadable"
    assert refused(HEAD, ("2026-04-08", "=A1", 1, "")).code == "formula"
    assert refused(HEAD).code == "no_transactions"


def test_footer_and_offset_and_no_header():
    rows = [("2026-04-08", 1, 1, "a"), ("2026-04-09", 2, 3, "b")]
    assert len(table(*rows, layout=Layout(("交易日期",), ("收入",), footer=1)).rows) == 1
    layout = Layout(("d",), ("a",), offset=1)
    assert read_table([("d", "d", "a"), ("n", "2026-04-08", 1)], layout).rows
    bare = Layout((0,), (1,), has_header=False)
    assert read_table(rows, bare).header == ()
