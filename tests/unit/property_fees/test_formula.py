# SPDX-License-Identifier: LGPL-3.0-or-later
"""Formulas: what they compute, and everything that they refuse."""

from datetime import date
from decimal import Decimal as Dec
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules import charge, formula, tariff, trace
from property_fees.rules.errors import RuleError
from property_fees.rules.period import Dated, Span

NAMES = ("area", "inner_area", "storey", "price")
VALUES = {
    "area": Fraction("89.56"),
    "inner_area": Fraction("71.2"),
    "storey": Fraction(12),
    "price": Fraction("2.45"),
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("area * price", "219.422"),
        ("area × price ＋ 5", "224.422"),
        ("(area - inner_area) * 0.1", "1.836"),
        ("max(area * price, 300)", "300"),
        ("area * price * (1.1 if storey > 6 else 1)", "241.3642"),
        ("price if storey > 6 and not area < 50 else 0", "2.45"),
        ("price if 6 < storey <= 12 else 0", "2.45"),
        ("round(area) * price", "220.5"),
        ("round(area * price, 1)", "219.4"),
        ("ceil(area / 50) * 10 + floor(0.9)", "20"),
        ("0.1 + 0.2", "0.3"),
        ("-1 + +2", "1"),
        ("面积 * 单价", "219.422"),
    ],
)
def test_value(text, result):
    parsed = formula.parse(text, NAMES, {"面积": "area", "单价": "price"})
    assert parsed.evaluate(VALUES) == Fraction(result)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "formula_empty"),
        ("area *", "formula_syntax"),
        ("a" * 301, "formula_too_long"),
        ("+".join(["1"] * 149), "formula_too_long"),
        ("rooms * price", "formula_unknown_name"),
        ("area ** 9", "formula_not_allowed"),
        ("area // 2", "formula_not_allowed"),
        ("__import__('os')", "formula_not_allowed"),
        ("area.real", "formula_not_allowed"),
        ("[area][0]", "formula_not_allowed"),
        ("lambda: 1", "formula_not_allowed"),
        ("(x := 1)", "formula_not_allowed"),
        ("True", "formula_not_allowed"),
        ("'a'", "formula_not_allowed"),
        ("1j", "formula_not_allowed"),
        ("1e99999999", "formula_not_allowed"),
        ("0x1F", "formula_not_allowed"),
        ("f'{area}'", "formula_not_allowed"),
        ("max(area)", "formula_arguments"),
        ("max(area, key=area)", "formula_not_allowed"),
        ("min", "formula_unknown_name"),
        ("~area", "formula_not_allowed"),
        ("area in (1, 2)", "formula_not_allowed"),
    ],
)
def test_refused_when_saved(text, code):
    with pytest.raises(RuleError, match=code):
        formula.parse(text, NAMES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("area / (storey - 12)", "formula_division_by_zero"),
        ("price - area", "formula_negative"),
        ("area > 5", "formula_not_a_number"),
        ("1 if area else 2", "formula_not_a_condition"),
        ("(area > 1) + 1", "formula_not_a_number"),
        ("round(area, 0.5)", "formula_round"),
        ("9" * 200 + " * area", "formula_too_large"),
    ],
)
def test_refused_when_computed(text, code):
    with pytest.raises(RuleError, match=code):
        formula.parse(text, NAMES).evaluate(VALUES)


def test_missing_value_is_named():
    with pytest.raises(RuleError, match="rent"):
        formula.parse("rent * 0.05", ["rent"]).evaluate({"rent": None})


def test_explained_with_numbers():
    parsed = formula.parse("面积*单价 + max(area, 5)", NAMES, {"面积": "area", "单价": "price"})
    assert parsed.explain(VALUES) == "89.56×2.45 + max(89.56, 5)"


@given(st.text(max_size=80))
def test_any_text_is_refused_or_computed(text):
    try:
        formula.parse(text, NAMES).evaluate(VALUES)
    except RuleError as error:
        assert error.code.startswith("formula_")


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 100, places=6))
def test_same_as_the_area_basis(area, price):
    month = Span(date(2026, 2, 3), date(2026, 2, 20))
    payers = (Dated(None, None, charge.Payers(((1, Fraction(1)),))),)
    prices = (tariff.Price(1, price),)
    plain = charge.Due(month, Fraction(area), prices, payers)
    written = charge.Due(
        month,
        Fraction(1),
        prices,
        payers,
        formula=formula.parse("area * price", NAMES),
        values=(Dated(None, None, {"area": Fraction(area)}),),
    )
    (one,), (other,) = charge.pieces_of(plain, [month]), charge.pieces_of(written, [month])
    assert one.amount == other.amount
    assert trace.build(written, other, "formula", "CNY")["formula"] == "area * price"


def test_days_without_a_quantity_are_a_problem():
    month = Span(date(2026, 3, 1), date(2026, 3, 31))
    due = charge.Due(
        month,
        Fraction(1),
        (tariff.Price(1, Dec(2)),),
        (Dated(None, None, charge.Payers(((1, Fraction(1)),))),),
        formula=formula.parse("rent * price", ["rent", "price"]),
        values=(Dated(None, date(2026, 3, 15), {"rent": Fraction(31)}),),
    )
    first, second = charge.pieces_of(due, [month])
    assert (first.amount, second.problem) == (Dec("30.00"), "no_quantity")
