# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_base.rules.errors import RuleError
from property_base.rules.parameter import Definition, canonical, parse

CASES = [
    ("integer", "30", 30),
    ("integer", "３０", 30),
    ("integer", "1,200", 1200),
    ("integer", "30.0", 30),
    ("duration", " 15 ", 15),
    ("decimal", "2.50", Decimal("2.5")),
    ("percent", "0.05%", Decimal("0.05")),
    ("boolean", "是", True),
    ("boolean", "No", False),
    ("text", "  free text ", "free text"),
    ("text", None, ""),
]


@pytest.mark.parametrize(("kind", "typed", "value"), CASES)
def test_value_is_typed(kind, typed, value):
    result = parse(Definition(kind), typed)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("definition", "typed", "code"),
    [
        (Definition("integer"), "", "empty"),
        (Definition("integer"), "ten", "not_a_number"),
        (Definition("integer"), "NaN", "not_a_number"),
        (Definition("decimal"), "1e99", "not_a_number"),
        (Definition("integer"), "2.5", "not_whole"),
        (Definition("boolean"), "maybe", "not_a_boolean"),
        (Definition("selection", options=("a", "b")), "c", "not_an_option"),
        (Definition("percent", Decimal(0), Decimal(100)), "100.01", "too_large"),
        (Definition("integer", Decimal(1)), "0", "too_small"),
    ],
)
def test_bad_value_is_refused_with_its_reason(definition, typed, code):
    with pytest.raises(RuleError) as caught:
        parse(definition, typed)
    assert caught.value.code == code


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=6))
def test_decimal_survives_storage(number):
    definition = Definition("decimal")
    stored = canonical(definition, str(number))
    assert parse(definition, stored) == number
    assert canonical(definition, stored) == stored


@given(st.integers(-(10**12), 10**12))
def test_integer_survives_storage(number):
    assert parse(Definition("integer"), canonical(Definition("integer"), f"{number:,}")) == number


@given(st.booleans())
def test_boolean_survives_storage(flag):
    assert parse(Definition("boolean"), canonical(Definition("boolean"), str(flag))) is flag
