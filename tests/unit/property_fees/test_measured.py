# SPDX-License-Identifier: LGPL-3.0-or-later
"""Meters, ladders, measured shares: worked examples and properties."""

import itertools
from datetime import date, timedelta
from decimal import Decimal as Dec
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_fees.rules import charge, measured, metering, rounding, tariff, trace
from property_fees.rules.errors import RuleError
from property_fees.rules.measured import Measured, measured_pieces
from property_fees.rules.metering import Reading, Segment, consumption
from property_fees.rules.period import Dated, Span

ONE = (Dated(None, None, charge.Payers(((7, Fraction(1)),))),)
LADDER = tariff.Price(
    1,
    Dec("2.80"),
    steps=(
        tariff.Step(Dec(0), Dec("2.80")),
        tariff.Step(Dec(10), Dec("3.50")),
        tariff.Step(Dec(20), Dec("5.00")),
    ),
)
FLAT = tariff.Price(1, Dec("2.80"))


def read(number, day, value, **more):
    return Reading(number, day, Dec(value), **more)


@st.composite
def readings(draw):
    day, value, found = date(2025, 11, 20), Dec(0), []
    for number in range(draw(st.integers(2, 8))):
        exchanged = draw(st.booleans())
        found.append(
            read(
                number,
                day,
                value,
                multiplier=draw(st.sampled_from([Dec(1), Dec(40), Dec("0.5")])),
                start_value=Dec(draw(st.integers(0, 50))) if exchanged else None,
            )
        )
        if exchanged:
            value = found[-1].start_value
        day += timedelta(days=draw(st.integers(1, 40)))
        value += draw(st.decimals(0, 500, places=3))
    return found


# --- readings ---
def test_exchanged_meter_counts_both_devices():
    found = consumption(
        [
            read(1, date(2026, 2, 25), "100"),
            read(2, date(2026, 3, 10), "108", start_value=Dec(3), multiplier=Dec(10)),
            read(3, date(2026, 3, 25), "4"),
        ]
    )
    assert [one.quantity for one in found] == [8, 10]
    assert found[0].span == Span(date(2026, 2, 26), date(2026, 3, 10))


def test_dial_that_passed_zero():
    found = consumption(
        [read(1, date(2026, 1, 1), "99990"), read(2, date(2026, 2, 1), "12", dial=Dec(100000))]
    )
    assert found[0].quantity == 22


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("reading_backwards", {"value": "10"}, {"value": "9.999"}),
        ("reading_same_day", {"value": "10"}, {"value": "11", "day": date(2026, 1, 1)}),
        ("bad_multiplier", {"value": "10", "multiplier": Dec(0)}, {"value": "11"}),
        ("bad_dial", {"value": "10"}, {"value": "12", "dial": Dec(12)}),
    ],
)
def test_readings_that_are_refused(code, first, second):
    with pytest.raises(RuleError, match=code):
        consumption(
            [
                read(1, **{"day": date(2026, 1, 1), **first}),
                read(2, **{"day": date(2026, 2, 1), **second}),
            ]
        )


@given(readings())
def test_segments_have_no_gap_and_no_negative(found):
    segments = consumption(found)
    for before, after in itertools.pairwise(segments):
        assert after.span.start == before.span.end + timedelta(days=1)
    assert all(one.quantity >= 0 for one in segments)
    assert segments == consumption(list(reversed(found)))


def test_doubts():
    def use(quantity, month):
        return Segment(Span(date(2026, month, 1), date(2026, month, 28)), Fraction(quantity))

    earlier = [use(10, 1), use(12, 2)]
    limits = (Fraction(2), Fraction(1, 5))
    assert metering.doubts(use(11, 3), earlier, *limits) == []
    assert metering.doubts(use(23, 3), earlier, *limits) == ["high"]
    assert metering.doubts(use(1, 3), earlier, *limits) == ["low"]
    assert metering.doubts(use(0, 3), earlier, *limits) == ["zero"]
    assert metering.doubts(use(900, 3), [], *limits) == []


# --- prices ---
def due(segments, price=FLAT, payers=ONE, **vals):
    block = vals.pop("block", Span(segments[0].span.start, segments[-1].span.end))
    return Measured(block, tuple(segments), (price,), payers, **vals)


def test_ladder_per_bill():
    segment = Segment(Span(date(2026, 3, 1), date(2026, 3, 31)), Fraction(25))
    (piece,) = measured_pieces(due([segment], LADDER), [segment.span])
    assert piece.amount == Dec("88.00")
    assert piece.ladder == ((Dec("2.80"), 10), (Dec("3.50"), 10), (Dec("5.00"), 5))


def test_ladder_per_year_counts_what_was_used_before():
    first = Segment(Span(date(2026, 1, 1), date(2026, 1, 31)), Fraction(15))
    second = Segment(Span(date(2026, 2, 1), date(2026, 2, 28)), Fraction(10))
    (piece,) = measured_pieces(
        due([first, second], LADDER, block=second.span, ladder="year"), [second.span]
    )
    assert piece.ladder == ((Dec("3.50"), 5), (Dec("5.00"), 5))
    assert piece.amount == Dec("42.50")


def test_ladder_per_year_starts_anew_on_new_year():
    segment = Segment(Span(date(2025, 12, 27), date(2026, 1, 5)), Fraction(20))
    (piece,) = measured_pieces(due([segment], LADDER, ladder="year"), [segment.span])
    assert piece.amount == Dec("56.00")


def test_ladder_per_month_has_wider_steps_for_two_months():
    segment = Segment(Span(date(2026, 3, 1), date(2026, 4, 30)), Fraction(25))
    (piece,) = measured_pieces(due([segment], LADDER, ladder="month"), [segment.span])
    assert piece.ladder == ((Dec("2.80"), 20), (Dec("3.50"), 5))


@given(
    readings(),
    st.sampled_from(measured.LADDERS),
    st.integers(0, 200),
    st.sampled_from([FLAT, LADDER]),
)
def test_parts_of_a_block_add_up(found, ladder, days, price):
    segments = consumption(found)
    whole = due(segments, price, ladder=ladder)
    (all_at_once,) = measured_pieces(whole, [whole.block])
    cut = whole.block.start + timedelta(days=min(days, whole.block.days - 1))
    payers = (
        Dated(None, cut, charge.Payers(((7, Fraction(1)),))),
        Dated(
            cut + timedelta(days=1), None, charge.Payers(((8, Fraction(1, 3)), (9, Fraction(2, 3))))
        ),
    )
    pieces = measured_pieces(due(segments, price, payers, ladder=ladder), [whole.block])
    assert sum(piece.amount for piece in pieces) == all_at_once.amount
    assert all_at_once.amount == rounding.round_money(all_at_once.exact)
    if price.steps:
        assert sum(quantity for _price, quantity in all_at_once.ladder) == all_at_once.quantity
    assert trace.build_measured(whole, all_at_once, "meter", "CNY")["amount"] == str(
        all_at_once.amount
    )


@given(readings(), st.sampled_from(measured.LADDERS))
def test_more_use_never_costs_less(found, ladder):
    segments = consumption(found)
    more = [Segment(one.span, one.quantity + 1, one.first, one.last) for one in segments]
    (less,) = measured_pieces(due(segments, LADDER, ladder=ladder), [due(segments).block])
    (greater,) = measured_pieces(due(more, LADDER, ladder=ladder), [due(more).block])
    assert greater.amount > less.amount


def test_nobody_and_no_price_are_said():
    segment = Segment(Span(date(2026, 3, 1), date(2026, 3, 31)), Fraction(25))
    assert measured_pieces(due([segment], payers=()), [segment.span])[0].problem == "no_payer"
    ended = tariff.Price(1, Dec(1), end=date(2026, 1, 1))
    assert measured_pieces(due([segment], ended), [segment.span])[0].problem == "no_price"
    with pytest.raises(RuleError, match="unknown_ladder"):
        measured_pieces(due([segment], ladder="week"), [segment.span])
    with pytest.raises(RuleError, match="outside_block"):
        measured_pieces(due([segment]), [Span(date(2026, 3, 1), date(2026, 4, 1))])


def test_blocks_take_what_was_read_in_the_window():
    segments = consumption(
        [read(n, date(2025, 11, 25) + timedelta(days=30 * n), str(10 * n)) for n in range(6)]
    )
    march = Span(date(2026, 3, 1), date(2026, 3, 31))
    ((block, counted),) = measured.blocks_of(segments, [march], "bill")
    assert (block, counted) == (segments[3].span, (segments[3],))
    ((block, counted),) = measured.blocks_of(segments, [march], "year")
    assert counted == tuple(segments[1:4])
    assert measured.blocks_of(segments, [Span(date(2027, 1, 1), date(2027, 1, 31))], "bill") == []


# --- discounts ---
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 100)), max_size=6))
def test_strongest_takes_the_largest_of_each_day(lines):
    first = date(2026, 1, 1)
    span = Span(first, first + timedelta(days=60))
    values = [
        Dated(first + timedelta(days=min(a, b)), first + timedelta(days=max(a, b)), Fraction(n))
        for a, b, n in lines
    ]
    track = charge.strongest(span, values)
    for offset in range(61):
        day = first + timedelta(days=offset)
        expected = max((v.value for v in values if v.covers(day)), default=None)
        found = [v.value for v in track if v.covers(day)]
        assert found == ([expected] if expected is not None else [])


def test_rebate_never_goes_below_zero():
    month = Span(date(2026, 3, 1), date(2026, 3, 31))
    base = {
        "anchor": month,
        "quantity": Fraction("89.56"),
        "prices": (tariff.Price(1, Dec("2.45")),),
        "payers": ONE,
    }
    fifty = (Dated(None, None, Fraction(50)),)
    (piece,) = charge.pieces_of(charge.Due(**base, rebates=fifty), [month])
    assert piece.amount == Dec("169.42")
    (piece,) = charge.pieces_of(
        charge.Due(**base, rebates=(Dated(None, None, Fraction(500)),)), [month]
    )
    assert piece.amount == 0
