# SPDX-License-Identifier: LGPL-3.0-or-later
"""Period, proration, tariff, rounding, apportioning: worked examples and properties."""

import itertools
from datetime import date, timedelta
from decimal import Decimal as Dec
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules import apportion, charge, period, proration, rounding, tariff, trace
from property_fees.rules.errors import RuleError
from property_fees.rules.period import Dated, Span

DAYS = st.dates(date(1999, 1, 1), date(2040, 12, 31))
PERIODS = st.sampled_from(list(period.MONTHS))
DAY_COUNTS = st.sampled_from(proration.DAY_COUNTS)
MONEY = st.decimals(-(10**9), 10**9, places=2)


@st.composite
def spans(draw, longest=800):
    start = draw(DAYS)
    return Span(start, start + timedelta(days=draw(st.integers(0, longest))))


@st.composite
def cuts(draw, span):
    """The span cut into 1 to 5 consecutive parts."""
    days = draw(st.lists(st.integers(1, max(1, span.days - 1)), max_size=4))
    starts = sorted({span.start + timedelta(days=n) for n in days if n < span.days})
    bounds = [span.start, *starts, span.end + period.DAY]
    return [Span(a, b - period.DAY) for a, b in itertools.pairwise(bounds)]


# --- period ---
@pytest.mark.parametrize(
    ("day", "name", "start", "end"),
    [
        (date(2024, 2, 29), "month", date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 5, 3), "quarter", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 12, 31), "half_year", date(2026, 7, 1), date(2026, 12, 31)),
        (date(2026, 1, 1), "year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_period_of(day, name, start, end):
    assert period.period_of(day, name) == Span(start, end)


@given(spans(), PERIODS)
def test_periods_cover_the_span_without_gap(span, name):
    found = list(period.iter_periods(span, name))
    assert found[0].start <= span.start <= found[0].end
    assert found[-1].start <= span.end <= found[-1].end
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + period.DAY


@given(spans(), st.lists(spans(60), max_size=5))
def test_minus_leaves_exactly_the_uncovered_days(span, others):
    left = span.minus(others)
    covered = {
        day
        for other in others
        for day in (other.start + timedelta(days=n) for n in range(other.days))
    }
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    rest = [part.start + timedelta(days=n) for part in left for n in range(part.days)]
    assert rest == [day for day in days if day not in covered]


def test_period_errors():
    with pytest.raises(RuleError, match="period_reversed"):
        Span(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(RuleError, match="unknown_period"):
        period.period_of(date(2026, 1, 1), "week")


def test_billable_month_is_clipped_to_the_window():
    window = Span(date(2026, 1, 15), date(2026, 2, 28))
    assert [part for _whole, part in period.billable(window, "month", "advance")] == [
        Span(date(2026, 1, 15), date(2026, 1, 31)),
        Span(date(2026, 2, 1), date(2026, 2, 28)),
    ]


def test_billable_quarter_in_advance_and_arrears():
    quarter = Span(date(2026, 1, 1), date(2026, 3, 31))
    january = Span(date(2026, 1, 1), date(2026, 1, 31))
    march = Span(date(2026, 3, 1), date(2026, 3, 31))
    assert period.billable(january, "quarter", "advance") == [(quarter, quarter)]
    assert period.billable(january, "quarter", "arrears") == []
    assert period.billable(march, "quarter", "arrears") == [(quarter, quarter)]
    assert period.billable(march, "quarter", "advance") == [(quarter, march)]


# --- proration ---
@pytest.mark.parametrize(
    ("start", "end", "day_count", "months"),
    [
        ((2026, 1, 1), (2026, 1, 31), "actual", Fraction(1)),
        ((2026, 1, 1), (2026, 1, 15), "actual", Fraction(15, 31)),
        ((2026, 2, 1), (2026, 2, 14), "actual", Fraction(1, 2)),
        ((2026, 1, 16), (2026, 3, 10), "actual", Fraction(16, 31) + 1 + Fraction(10, 31)),
        ((2026, 1, 1), (2026, 1, 15), "thirty", Fraction(1, 2)),
        ((2026, 1, 2), (2026, 1, 31), "thirty", Fraction(1)),
        ((2026, 2, 2), (2026, 2, 28), "thirty", Fraction(27, 30)),
        ((2026, 1, 31), (2026, 2, 1), "whole", Fraction(2)),
    ],
)
def test_months_of(start, end, day_count, months):
    assert proration.months_of(Span(date(*start), date(*end)), day_count) == months


@given(DAYS, PERIODS, DAY_COUNTS)
def test_whole_periods_are_exact(day, name, day_count):
    assert proration.periods_of(period.period_of(day, name), name, day_count) == 1


@given(st.data(), spans(), DAY_COUNTS)
def test_parts_are_worth_the_whole(data, span, day_count):
    parts = data.draw(cuts(span))
    worths = [proration.worth(span, part, day_count) for part in parts]
    assert sum(worths) == proration.months_of(span, day_count)
    assert all(value >= 0 for value in worths)


def test_proration_errors():
    with pytest.raises(RuleError, match="unknown_day_count"):
        proration.months_of(Span(date(2026, 1, 1), date(2026, 1, 1)), "banker")
    with pytest.raises(RuleError, match="unknown_period"):
        proration.periods_of(Span(date(2026, 1, 1), date(2026, 1, 1)), "once")


# --- rounding ---
@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [
        ("219.422", "fen", "219.42"),
        ("0.005", "fen", "0.01"),
        ("-0.005", "fen", "-0.01"),
        ("0.0049999999", "fen", "0.00"),
        ("2.675", "fen", "2.68"),
        ("1.25", "jiao", "1.3"),
        ("1.5", "yuan", "2"),
    ],
)
def test_round_money(amount, step, rounded):
    result = rounding.round_money(Dec(amount), rounding.STEPS[step])
    assert str(result).replace("-0.00", "0.00") == rounded


@given(st.fractions(-(10**9), 10**9), st.sampled_from(list(rounding.STEPS.values())))
def test_rounding_is_near_odd_and_stable(amount, step):
    rounded = rounding.round_money(amount, step)
    assert abs(Fraction(rounded) - amount) <= Fraction(step) / 2
    assert rounding.round_money(-amount, step) == -rounded
    assert rounding.round_money(rounded, step) == rounded


def test_floats_are_refused():
    with pytest.raises(RuleError, match="inexact_amount"):
        rounding.round_money(0.1)
    with pytest.raises(RuleError, match="inexact_amount"):
        rounding.to_fraction(0.1)
    with pytest.raises(RuleError, match="bad_step"):
        rounding.round_money(Dec(1), Dec(0))


# --- apportioning ---
def test_apportion_example():
    parts = apportion.apportion(Dec("100.00"), [(3, 1), (1, 1), (2, 1)])
    assert parts == {3: Dec("33.33"), 1: Dec("33.34"), 2: Dec("33.33")}


@given(MONEY, st.lists(st.fractions(0, 1000), min_size=1, max_size=40))
def test_parts_add_up_and_stay_near(total, weights):
    if not sum(weights):
        with pytest.raises(RuleError, match="no_weights"):
            apportion.apportion(total, list(enumerate(weights)))
        return
    parts = apportion.apportion(total, list(enumerate(weights)))
    assert sum(parts.values()) == total
    for key, weight in enumerate(weights):
        exact = Fraction(total) * weight / sum(weights)
        assert abs(Fraction(parts[key]) - exact) < Fraction(1, 100)
        if not weight:
            assert not parts[key]


@given(MONEY, st.permutations(list(enumerate([5, 5, 3, 0, 11]))))
def test_apportion_ignores_the_order(total, weights):
    assert apportion.apportion(total, weights) == apportion.apportion(total, sorted(weights))


def test_apportion_errors():
    for weights, code in (
        ([(1, -1), (2, 2)], "negative_weight"),
        ([], "no_weights"),
        ([(1, 1), (1, 2)], "duplicate_id"),
    ):
        with pytest.raises(RuleError, match=code):
            apportion.apportion(Dec(1), weights)
    with pytest.raises(RuleError, match="total_not_in_steps"):
        apportion.apportion(Dec("0.001"), [(1, 1)])


# --- tariff ---
OLD = tariff.Price(1, Dec("2.00"), None, date(2026, 3, 15))
NEW = tariff.Price(2, Dec("2.45"), date(2026, 3, 16))
SHOP = tariff.Price(3, Dec("3.80"), date(2026, 3, 20), date(2026, 3, 25), specificity=2)


def test_price_change_splits_the_span():
    march = Span(date(2026, 3, 1), date(2026, 3, 31))
    found = [
        (part.start.day, part.end.day, price.id)
        for part, price in tariff.price_spans(march, [NEW, SHOP, OLD])
    ]
    assert found == [(1, 15, 1), (16, 19, 2), (20, 25, 3), (26, 31, 2)]


def test_price_missing_and_overlapping():
    march = Span(date(2026, 3, 1), date(2026, 3, 31))
    assert tariff.price_spans(march, []) == [(march, None)]
    twin = tariff.Price(9, Dec(1), date(2026, 3, 15))
    with pytest.raises(RuleError, match="price_overlap"):
        tariff.price_spans(march, [OLD, twin])


def test_steps():
    ladder = tariff.Price(
        1,
        Dec(0),
        steps=(
            tariff.Step(Dec(0), Dec("0.5")),
            tariff.Step(Dec(200), Dec("0.6")),
            tariff.Step(Dec(400), Dec("0.9")),
        ),
    )
    assert tariff.amount_for(Fraction(150), ladder) == 75
    assert tariff.amount_for(Fraction(200), ladder) == 100
    assert tariff.amount_for(Fraction(450), ladder) == 100 + 120 + 45
    with pytest.raises(RuleError, match="bad_steps"):
        tariff.amount_for(
            Fraction(1), tariff.Price(1, Dec(0), steps=(tariff.Step(Dec(1), Dec(1)),))
        )
    with pytest.raises(RuleError, match="negative_quantity"):
        tariff.amount_for(Fraction(-1), ladder)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_ladder_never_decreases(low, more):
    ladder = tariff.Price(
        1, Dec(0), steps=(tariff.Step(Dec(0), Dec("0.5")), tariff.Step(Dec(200), Dec("0.6")))
    )
    assert tariff.amount_for(Fraction(low), ladder) <= tariff.amount_for(
        Fraction(low + more), ladder
    )


# --- charge ---
MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))


def single(partner):
    return charge.Payers(((partner, Fraction(1)),))


def due(**values):
    values = {
        "anchor": MARCH,
        "quantity": Fraction("89.56"),
        "prices": (tariff.Price(1, Dec("2.45")),),
        "payers": (Dated(None, None, single(7)),),
        **values,
    }
    return charge.Due(**values)


def test_whole_month():
    (piece,) = charge.pieces_of(due(), [MARCH])
    assert (piece.amount, piece.partner_id, piece.periods) == (Dec("219.42"), 7, 1)


def test_seller_and_buyer_share_the_month():
    payers = (
        Dated(None, date(2026, 3, 10), single(7)),
        Dated(date(2026, 3, 11), None, single(8)),
    )
    seller, buyer = charge.pieces_of(due(payers=payers), [MARCH])
    assert (seller.partner_id, seller.periods, seller.amount) == (7, Fraction(10, 31), Dec("70.78"))
    assert (buyer.partner_id, buyer.periods, buyer.amount) == (8, Fraction(21, 31), Dec("148.64"))


def test_no_payer_and_no_price_are_problems():
    (piece,) = charge.pieces_of(due(payers=()), [MARCH])
    assert (piece.problem, piece.amount) == ("no_payer", 0)
    (piece,) = charge.pieces_of(due(prices=()), [MARCH])
    assert piece.problem == "no_price"


def test_co_owners_by_share():
    payers = charge.Payers(((7, Fraction(1, 3)), (8, Fraction(2, 3))))
    first, second = charge.pieces_of(due(payers=(Dated(None, None, payers),)), [MARCH])
    assert (first.amount, second.amount) == (Dec("73.14"), Dec("146.28"))
    assert first.group == second.group


def test_reduction():
    half = (Dated(date(2026, 3, 1), None, Fraction(3, 10)),)
    (piece,) = charge.pieces_of(due(reductions=half), [MARCH])
    assert piece.amount == Dec("153.60")


def test_once():
    (piece,) = charge.pieces_of(due(price_period="once", quantity=Fraction(1)), [MARCH])
    assert piece.amount == Dec("2.45")


def test_outside_the_anchor():
    with pytest.raises(RuleError, match="outside_anchor"):
        charge.pieces_of(due(), [Span(date(2026, 3, 1), date(2026, 4, 1))])


@given(
    st.data(),
    st.integers(1, 10**6),
    st.integers(0, 10**5),
    PERIODS,
    PERIODS,
    DAY_COUNTS,
    st.sampled_from(list(rounding.STEPS.values())),
    DAYS,
)
def test_any_cut_adds_up(data, area, price, name, price_period, day_count, step, day):
    anchor = period.period_of(day, name)
    base = due(
        anchor=anchor,
        quantity=Fraction(area, 100),
        prices=(tariff.Price(1, Dec(price) / 100),),
        price_period=price_period,
        day_count=day_count,
        step=step,
    )
    (whole,) = charge.pieces_of(base, [anchor])
    parts = data.draw(cuts(anchor))
    billed_apart = sum(charge.pieces_of(base, [part])[0].amount for part in reversed(parts))
    assert billed_apart == whole.amount
    owners = tuple(Dated(part.start, part.end, single(n)) for n, part in enumerate(parts))
    moved = charge.Due(**{**base.__dict__, "payers": owners})
    assert sum(piece.amount for piece in charge.pieces_of(moved, [anchor])) == whole.amount


@given(st.data(), st.integers(1, 10**5), st.integers(0, 10**4), DAY_COUNTS, DAYS)
def test_what_is_let_off_adds_up(data, area, price, day_count, day):
    anchor = period.period_of(day, "quarter")
    values = data.draw(st.lists(st.integers(0, 10), min_size=1, max_size=6))
    parts = data.draw(cuts(anchor))
    reductions = tuple(
        Dated(part.start, part.end, Fraction(value, 10))
        for part, value in zip(parts, values, strict=False)
    )
    plain = due(
        anchor=anchor,
        quantity=Fraction(area, 100),
        prices=(tariff.Price(1, Dec(price) / 100),),
        day_count=day_count,
    )
    (whole,) = charge.pieces_of(plain, [anchor])
    assert whole.off == 0
    pieces = charge.pieces_of(charge.Due(**{**plain.__dict__, "reductions": reductions}), [anchor])
    assert all(piece.off >= 0 for piece in pieces)
    assert all(piece.off == 0 for piece in pieces if not piece.reduction)
    assert all(piece.amount == 0 for piece in pieces if piece.reduction == 1)
    total = sum(piece.amount + piece.off for piece in pieces)
    assert abs(total - whole.amount) <= Dec("0.02")


def test_let_off_and_amount_are_the_full_price():
    reductions = (Dated(None, None, Fraction(15, 100)),)
    (piece,) = charge.pieces_of(due(quantity=Fraction(90), reductions=reductions), [MARCH])
    assert (piece.amount, piece.off) == (Dec("187.43"), Dec("33.07"))


def test_representative():
    assert charge.representative([]) is None
    assert (
        charge.representative([(2, 20, Fraction(1, 2), False), (1, 10, Fraction(1, 2), False)])
        == 10
    )
    assert (
        charge.representative([(1, 10, Fraction(2, 3), False), (2, 20, Fraction(1, 3), True)]) == 20
    )
    assert (
        charge.representative([(1, 10, Fraction(1, 3), False), (2, 20, Fraction(2, 3), False)])
        == 20
    )


# --- trace ---
def test_trace_of_a_whole_and_a_broken_month():
    base = due()
    (piece,) = charge.pieces_of(base, [MARCH])
    assert trace.build(base, piece, "area", "CNY") == {
        "v": 1,
        "basis": "area",
        "quantity": "89.56",
        "price": "2.45",
        "currency": "CNY",
        "price_period": "month",
        "periods": "1",
        "exact": "219.422",
        "amount": "219.42",
    }
    (piece,) = charge.pieces_of(base, [Span(date(2026, 3, 1), date(2026, 3, 10))])
    found = trace.build(base, piece, "area", "CNY")
    assert found["parts"] == [["2026-03-01", 10, 31]]
    assert (found["day_count"], found["periods"]) == ("actual", "0.322581")
