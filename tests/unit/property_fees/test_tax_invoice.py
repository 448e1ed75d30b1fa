# SPDX-License-Identifier: LGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.errors import RuleError
from property_fees.rules.tax_invoice import (
    check_invoice_number,
    check_item_code,
    check_taxpayer_number,
)

REGIONS = ("11", "44", "95")
GOOD = "26442000000012345678"
digits = st.text("0123456789", min_size=16, max_size=16)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invoice_number_length"),
        (None, "invoice_number_length"),
        (GOOD[:-1], "invoice_number_length"),
        (GOOD + "0", "invoice_number_length"),
        ("2644200000001234567A", "invoice_number_length"),
        ("26992000000012345678", "invoice_number_region"),
    ],
)
def test_wrong_numbers_are_refused(text, code):
    with pytest.raises(RuleError) as caught:
        check_invoice_number(text, REGIONS)
    assert caught.value.code == code


def test_year_is_that_of_issue():
    assert check_invoice_number(GOOD, REGIONS, 2026) == GOOD
    with pytest.raises(RuleError) as caught:
        check_invoice_number(GOOD, REGIONS, 2025)
    assert caught.value.code == "invoice_number_year"


def test_full_width_and_blanks_are_read():
    assert check_invoice_number("２６４４ 2000-0000 1234 5678", REGIONS) == GOOD


@given(st.integers(0, 99), st.sampled_from(sorted(REGIONS)), digits)
def test_every_well_formed_number_is_taken_as_it_is(year, region, rest):
    number = f"{year:02}{region}{rest}"
    assert check_invoice_number(number, REGIONS, 2000 + year) == number


@pytest.mark.parametrize("number", ["91350100M000100Y43", "110101199003070000", "440300123456789"])
def test_taxpayer_numbers(number):
    assert check_taxpayer_number(number.lower()) == number


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_sign_in_a_credit_code_is_found(place, sign):
    good = "91350100M000100Y43"
    wrong = good[:place] + sign + good[place + 1 :]
    if wrong != good and not wrong.isdigit():
        with pytest.raises(RuleError):
            check_taxpayer_number(wrong)


def test_item_codes_have_nineteen_digits():
    assert check_item_code("3040801010000000000") == "3040801010000000000"
    with pytest.raises(RuleError):
        check_item_code("304080101000000000")
