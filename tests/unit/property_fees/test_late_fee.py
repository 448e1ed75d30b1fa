# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules.errors import RuleError
from property_fees.rules.late_fee import Payment, Policy, Rate, late_fee

DUE = date(2026, 3, 15)
HALF_PER_MILLE = Decimal("0.0005")


def day(offset):
    return DUE + timedelta(days=offset)


def plain(rate=HALF_PER_MILLE, **vals):
    return Policy((Rate(None, rate),), **vals)


money = st.decimals(0, 100_000, places=2)
rates = st.decimals(0, Decimal("0.01"), places=6)
offsets = st.integers(-40, 400)
payments = st.lists(
    st.builds(Payment, st.one_of(st.none(), offsets.map(day)), st.decimals(0, 5000, places=2)),
    max_size=4,
)
policies = st.builds(
    Policy,
    st.lists(
        st.builds(Rate, st.one_of(st.none(), offsets.map(day)), rates),
        max_size=4,
        unique_by=lambda rate: rate.start,
    ).map(tuple),
    st.integers(0, 60),
    st.booleans(),
    st.one_of(st.none(), st.decimals(0, 2, places=2)),
)


@pytest.mark.parametrize(
    ("principal", "paid", "value", "policy", "expected"),
    [
        # paid 30 days late: 1000 x 0.5 per mille x 30
        ("1000", [], 30, plain(), "15.00"),
        ("1000", [], 0, plain(), "0.00"),
        ("1000", [], 1, plain(), "0.50"),
        # 400 paid on the 10th day: 10 x 1000 and 20 x 600
        ("1000", [(10, "400")], 30, plain(), "11.00"),
        # within the grace nothing, on the day after it all days or only that one
        ("1000", [], 10, plain(grace_days=10), "0.00"),
        ("1000", [], 11, plain(grace_days=10), "5.50"),
        ("1000", [], 11, plain(grace_days=10, grace_counts=False), "0.50"),
        # what was paid in the grace bears nothing, though its days count
        ("1000", [(5, "400")], 11, plain(grace_days=10), "3.30"),
        # at most a tenth of what was overdue
        ("1000", [], 365, plain(cap=Decimal("0.1")), "100.00"),
        # a credit note was never owed
        ("1000", [(None, "1000")], 30, plain(), "0.00"),
        # the rate falls from the 11th day
        (
            "1000",
            [],
            20,
            Policy((Rate(None, HALF_PER_MILLE), Rate(day(11), Decimal("0.0003")))),
            "8.00",
        ),
        ("89.56", [], 7, plain(Decimal("0.00035")), "0.22"),
    ],
)
def test_worked_examples(principal, paid, value, policy, expected):
    made = [Payment(None if at is None else day(at), Decimal(what)) for at, what in paid]
    found = late_fee(Decimal(principal), DUE, made, day(value), policy)
    assert found.amount == Decimal(expected)


@given(money, payments, offsets, offsets, policies)
def test_never_falls_with_time(principal, paid, one, other, policy):
    early, late = sorted((one, other))
    assert (
        late_fee(principal, DUE, paid, day(early), policy).amount
        <= late_fee(principal, DUE, paid, day(late), policy).amount
    )


@given(money, st.decimals(0, 5000, places=2), payments, offsets, policies)
def test_a_larger_debt_bears_no_less(principal, more, paid, value, policy):
    assert (
        late_fee(principal, DUE, paid, day(value), policy).amount
        <= late_fee(principal + more, DUE, paid, day(value), policy).amount
    )


@given(money, offsets, st.decimals(0, 5000, places=2), st.integers(0, 30), offsets, policies)
def test_paying_earlier_never_costs_more(principal, at, part, sooner, value, policy):
    late = late_fee(principal, DUE, [Payment(day(at), part)], day(value), policy)
    early = late_fee(principal, DUE, [Payment(day(at - sooner), part)], day(value), policy)
    assert early.amount <= late.amount


@given(money, payments, offsets, policies)
def test_zero_until_the_grace_has_passed(principal, paid, value, policy):
    if value <= policy.grace_days:
        assert not late_fee(principal, DUE, paid, day(value), policy).amount


@given(money, payments, offsets, policies)
def test_never_above_the_cap(principal, paid, value, policy):
    found = late_fee(principal, DUE, paid, day(value), policy)
    if policy.cap is not None:
        assert found.amount <= policy.cap * found.overdue + Decimal("0.005")


@given(money, payments, st.integers(1, 300), policies)
def test_never_compounds(principal, paid, value, policy):
    """Simple, not compound: no day costs more than the debt times the highest rate."""
    found = late_fee(principal, DUE, paid, day(value), policy)
    top = max((Fraction(rate.rate) for rate in policy.rates), default=Fraction(0))
    assert Fraction(found.amount) <= Fraction(principal) * top * value + Fraction(5, 1000)


@given(money, payments, offsets, policies)
def test_stretches_explain_the_amount(principal, paid, value, policy):
    found = late_fee(principal, DUE, paid, day(value), policy)
    exact = sum((one.exact for one in found.stretches), Fraction(0))
    if not found.is_capped:
        assert abs(exact - Fraction(found.amount)) <= Fraction(5, 1000)
    for one, following in zip(found.stretches, found.stretches[1:], strict=False):
        assert one.last < following.first


@given(money, st.integers(1, 300), rates)
def test_scales_with_the_days(principal, days, rate):
    exact = Fraction(principal) * Fraction(rate) * days
    found = late_fee(principal, DUE, [], day(days), plain(rate))
    assert abs(Fraction(found.amount) - exact) <= Fraction(5, 1000)


@given(money, st.integers(1, 300))
def test_half_of_the_debt_bears_half(principal, days):
    whole = late_fee(principal, DUE, [], day(days), plain())
    half = late_fee(principal, DUE, [], day(days), plain(), Fraction(1, 2))
    assert abs(whole.amount - 2 * half.amount) <= Decimal("0.015")


@pytest.mark.parametrize(
    ("code", "principal", "paid", "policy"),
    [
        ("inexact_amount", 1000.0, [], plain()),
        ("inexact_amount", Decimal(1000), [Payment(DUE, 1.5)], plain()),
        ("inexact_amount", Decimal(1000), [], plain(0.0005)),
        ("negative_principal", Decimal(-1), [], plain()),
        ("negative_grace", Decimal(1), [], plain(grace_days=-1)),
        ("negative_rate", Decimal(1), [], plain(Decimal("-0.1"))),
        ("negative_cap", Decimal(1), [], plain(cap=Decimal(-1))),
    ],
)
def test_refused(code, principal, paid, policy):
    with pytest.raises(RuleError) as caught:
        late_fee(principal, DUE, paid, day(30), policy)
    assert caught.value.code == code
