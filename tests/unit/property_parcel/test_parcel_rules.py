# SPDX-License-Identifier: LGPL-3.0-or-later
"""Waybills, codes, places, hours, retention, safety, addressees, signed calls, admission."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_parcel.rules import (
    addressee,
    admission,
    code,
    hours,
    retention,
    safety,
    signing,
    slot,
    waybill,
)
from property_parcel.rules.errors import RuleError

NUMBERS = st.from_regex(r"[A-Z]{0,3}[0-9]{9,16}", fullmatch=True)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
NOW = datetime(2026, 3, 2, 10, 0)  # a Monday


# --- waybill ---
@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("SF1234567890123", "SF1234567890123"),
        (" sf 1234 5678 90123\r\n", "SF1234567890123"),
        ("]C1773012345678901", "773012345678901"),
        ("\x02YT1234567890123\x03\r", "YT1234567890123"),
        ("ＳＦ１２３４５６７８９０１２", "SF123456789012"),
        ("SF1234567890123SF1234567890123", "SF1234567890123"),
        ("JDVA00012345678-1-1-", "JDVA00012345678-1-1"),
        ("https://m.example.com/q?mailNo=YT1234567890123&x=1", "YT1234567890123"),
        ("*EA123456785CN*", "EA123456785CN"),
    ],
)
def test_a_scan_is_cleaned(raw, number):
    assert waybill.clean(raw) == number


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "waybill_empty"),
        ("\r\n", "waybill_empty"),
        ("SF12", "waybill_short"),
        ("SF#%&!!", "waybill_noise"),
        ("王先生1203", "waybill_noise"),
        ("ABCDEFGH", "waybill_noise"),
        ("https://example.com/", "waybill_noise"),
        ("12" + "3456789" * 5, "waybill_long"),
    ],
)
def test_noise_is_refused(raw, why):
    with pytest.raises(RuleError) as caught:
        waybill.clean(raw)
    assert caught.value.code == why


@given(NUMBERS, st.sampled_from(["", " ", "\r\n", "\x00", "\u200b", "]C1"]))
def test_cleaning_is_stable(number, noise):
    if len(number) < 6:
        return
    once = waybill.clean(noise + number + ("\r" if noise else ""))
    assert waybill.clean(once) == once
    assert waybill.clean(number) == once


@given(st.text(max_size=60))
def test_anything_gives_a_number_or_a_reason(raw):
    try:
        number = waybill.clean(raw)
    except RuleError as error:
        assert error.code.startswith("waybill_")
    else:
        assert 6 <= len(number) <= 32
        assert any(char.isdigit() for char in number)


def test_half_a_barcode_is_known_by_the_carrier():
    sf = waybill.Format(("SF",), ((15, 15),))
    assert waybill.problem("SF12345678", sf) == "half"
    assert waybill.problem("SF1234567890123", sf) == ""
    assert waybill.problem("SF12345678901234", sf) == "length"
    assert waybill.problem("YT1234567890123", sf) == "prefix"


def test_postal_check_digit():
    assert waybill.s10_valid("RR473124829GB")
    assert not waybill.s10_valid("RR473124828GB")
    assert not waybill.s10_valid("RR47312482")
    ems = waybill.Format((), ((13, 13),), "s10")
    assert waybill.problem("RR473124828GB", ems) == "check"


def test_carrier_is_guessed_most_specific_first():
    layouts = {
        1: waybill.Format(("7",), ((12, 15),)),
        2: waybill.Format(("773",), ((15, 15),)),
        3: waybill.Format(),
    }
    assert waybill.candidates("773012345678901", layouts) == [2, 1]
    assert waybill.candidates("SF1234567890123", layouts) == []


def test_lengths():
    assert waybill.parse_lengths("12, 15-17") == ((12, 12), (15, 17))
    assert waybill.parse_lengths("") == ()
    for wrong in ("x", "5", "17-15", "40"):
        with pytest.raises(RuleError):
            waybill.parse_lengths(wrong)
    assert waybill.parse_prefixes("sf， yt") == ("SF", "YT")


# --- code ---
@given(st.integers(0, 5000), st.integers(0, 2**32))
def test_codes_are_new_and_easy(waiting, seed):
    rng = random.Random(seed)
    taken = {str(rng.randrange(100000, 999999)) for _one in range(min(waiting, 200))}
    made = code.generate(taken, waiting, rng.randrange)
    assert made not in taken
    assert code.is_easy(made)
    assert made.isdecimal()
    assert len(made) == code.length_for(max(waiting, len(taken)))
    assert 10 ** len(made) >= waiting * code.ODDS
    assert code.read(code.spoken(made)) == made


@pytest.mark.parametrize("bad", ["111234", "123491", "987611", "012345", "482482", "121212"])
def test_codes_that_are_misheard_or_guessed(bad):
    assert not code.is_easy(bad)


def test_codes_run_out():
    with pytest.raises(RuleError):
        code.generate(set(), 1, lambda _limit: 0)


def test_ten_tries_lock():
    tries = [NOW + timedelta(seconds=n) for n in range(10)]
    now = NOW + timedelta(seconds=20)
    assert code.locked_until(tries[:4], now, 5, 15) is None
    assert code.locked_until(tries, now, 5, 15) == tries[-1] + timedelta(minutes=15)
    assert code.locked_until(tries, now + timedelta(minutes=15), 5, 15) is None
    # a clock moved back does not unlock
    assert code.locked_until(tries, NOW - timedelta(days=1), 5, 15)


# --- slot ---
def test_locker_first_then_the_emptiest_shelf():
    places = [
        slot.Place(1, "shelf", "medium", 10, 9),
        slot.Place(2, "shelf", "medium", 10, 2),
        slot.Place(3, "locker", "large"),
        slot.Place(4, "locker", "medium"),
        slot.Place(5, "locker", "medium", usable=False),
    ]
    assert slot.propose(places, "small").key == 4
    assert slot.propose(places, "large").key == 3
    assert slot.propose(places, "huge") is None
    assert slot.propose(places, "small", lockers=False).key == 2


def test_parcels_of_a_unit_lie_together():
    places = [
        slot.Place(1, "shelf", "medium", 10, 8, neighbour=True),
        slot.Place(2, "shelf", "medium", 10, 0),
    ]
    assert slot.propose(places, "small").key == 1


def test_nothing_in_the_open():
    places = [slot.Place(1, "floor", "huge", 0, indoor=False)]
    assert slot.propose(places, "small") is None
    assert slot.propose(places, "small", outdoor=True).key == 1


@given(
    st.lists(
        st.builds(
            slot.Place,
            st.integers(1, 99),
            st.sampled_from(["shelf", "locker", "floor"]),
            st.sampled_from(slot.SIZES),
            st.integers(0, 9),
            st.integers(0, 9),
            st.booleans(),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.sampled_from(slot.SIZES),
)
def test_a_proposal_always_fits(places, size):
    found = slot.propose(places, size)
    fitting = [
        one
        for one in places
        if slot.has_room(one) and slot.rank(one.size) >= slot.rank(size) and one.indoor
    ]
    assert (found is None) == (not fitting)
    if found:
        assert found in fitting
        assert found.kind == "locker" or not any(one.kind == "locker" for one in fitting)


# --- hours ---
TUE_THU_SAT = [hours.Window(day, 9 * 60, 18 * 60) for day in (1, 3, 5)]


def test_next_slot_is_quoted():
    begin, end = hours.next_slot(NOW, TUE_THU_SAT)
    assert (begin, end) == (datetime(2026, 3, 3, 9), datetime(2026, 3, 3, 18))
    inside = datetime(2026, 3, 3, 11, 30)
    assert hours.is_open(inside, TUE_THU_SAT)
    assert hours.next_slot(inside, TUE_THU_SAT)[0] == inside
    assert not hours.is_open(datetime(2026, 3, 3, 18), TUE_THU_SAT)
    closed = [hours.Closure(date(2026, 3, 3), date(2026, 3, 4))]
    assert hours.next_slot(NOW, TUE_THU_SAT, closed)[0] == datetime(2026, 3, 5, 9)
    assert hours.is_open(NOW, [])


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))
def test_the_next_slot_is_open(now):
    begin, end = hours.next_slot(now, TUE_THU_SAT)
    assert begin >= now
    assert begin < end
    assert hours.is_open(begin, TUE_THU_SAT)


@given(st.datetimes(), st.integers(0, 23), st.integers(0, 23))
def test_messages_wait_for_the_morning(now, start, end):
    if now.year > 9998:
        return
    sent = hours.after_quiet(now, start, end)
    assert sent >= now
    assert sent - now < timedelta(days=1)
    assert hours.after_quiet(sent, start, end) == sent


def test_quiet_night():
    assert hours.after_quiet(datetime(2026, 3, 2, 22, 5), 21, 8) == datetime(2026, 3, 3, 8)
    assert hours.after_quiet(datetime(2026, 3, 2, 5), 21, 8) == datetime(2026, 3, 2, 8)
    assert hours.after_quiet(datetime(2026, 3, 2, 12), 21, 8) == datetime(2026, 3, 2, 12)


# --- retention ---
@given(DAYS, st.integers(-30, 400), st.lists(st.tuples(DAYS, st.integers(0, 60)), max_size=5))
def test_counted_days_are_the_days_outside_holds(arrived, after, spans):
    today = arrived + timedelta(days=after)
    holds = [retention.Hold(start, start + timedelta(days=length)) for start, length in spans]
    slow = sum(
        1
        for n in range(1, max(0, after) + 1)
        if not retention.is_frozen(arrived + timedelta(days=n), holds)
    )
    assert retention.counted_days(arrived, today, holds) == slow


def test_a_holiday_freezes_reminder_and_fee():
    arrived = date(2026, 3, 2)
    away = [retention.Hold(date(2026, 3, 4), date(2026, 3, 20))]
    ladder, tariff = retention.Ladder((1, 3), 5, 7), retention.Tariff(3, Decimal("0.5"))
    days = retention.counted_days(arrived, date(2026, 3, 20), away)
    assert days == 1
    assert retention.steps_due(days, ladder, 1, frozen=True) == (1, False)
    assert retention.storage_fee(days, tariff) == 0
    assert retention.counted_days(arrived, date(2026, 3, 24), away) == 5
    assert not retention.return_due(9, ladder, frozen=True)


def test_open_hold_lasts():
    assert (
        retention.counted_days(
            date(2026, 3, 2), date(2027, 3, 2), [retention.Hold(date(2026, 3, 3))]
        )
        == 0
    )


@given(st.integers(0, 60), st.integers(0, 5))
def test_a_reminder_is_not_sent_twice(days, done):
    ladder = retention.Ladder()
    reached, _overdue = retention.steps_due(days, ladder, done)
    assert reached >= done


def test_clock_moved_back():
    later = NOW + timedelta(days=2)
    assert retention.never_back(NOW, later, None) == later
    assert retention.counted_days(later.date(), NOW.date()) == 0
    assert retention.steps_due(0, retention.Ladder(), 2) == (2, False)


def test_storage_fee():
    tariff = retention.Tariff(3, Decimal("0.50"), Decimal("5.00"))
    assert [retention.storage_fee(days, tariff) for days in (0, 3, 4, 10, 100)] == [
        Decimal(0),
        Decimal(0),
        Decimal("0.50"),
        Decimal("3.50"),
        Decimal("5.00"),
    ]


@given(st.integers(0, 500), st.integers(0, 30), st.decimals(0, 100, places=2))
def test_fee_never_falls(days, free, per_day):
    tariff = retention.Tariff(free, per_day)
    assert retention.storage_fee(days, tariff) <= retention.storage_fee(days + 1, tariff)


def test_days_of_reminders():
    assert retention.parse_days("3, 1，1") == (1, 3)
    assert retention.parse_days("") == ()


# --- safety ---
def test_three_disinfections_an_hour_apart():
    assert safety.disinfection_problem([], NOW) == ""
    assert safety.disinfection_problem([NOW], NOW + timedelta(minutes=59)) == "too_soon"
    assert safety.disinfection_problem([NOW], NOW + timedelta(hours=1)) == ""
    assert safety.disinfection_problem([NOW], NOW - timedelta(days=1)) == "too_soon"
    three = [NOW + timedelta(hours=n) for n in range(3)]
    assert safety.disinfection_problem(three, NOW + timedelta(days=1)) == "enough"
    gaps = safety.procedure_gaps(sealed=True, registered=True, done=three, reported=True)
    assert gaps == []
    assert safety.procedure_gaps(
        sealed=False, registered=False, done=three[:2], reported=False
    ) == [
        "seal",
        "contacts",
        "disinfection",
        "report",
    ]
    touched = {"sealed": True, "registered": True, "done": three, "reported": True}
    assert safety.procedure_gaps(**touched, tests=["negative", "pending"]) == ["tests"]
    assert safety.procedure_gaps(**touched, tests=["positive"]) == ["tests"]
    assert safety.procedure_gaps(**touched, tests=["negative"]) == []
    assert safety.release_at(NOW, 48) == NOW + timedelta(hours=48)


@pytest.mark.parametrize(
    ("risk_class", "procedure", "overseas", "isolated"),
    [
        ("medium_high", True, False, True),
        ("medium_high", False, True, False),
        ("overseas", True, False, False),
        ("overseas", True, True, True),
        ("low", True, True, False),
        (None, True, True, False),
    ],
)
def test_who_is_isolated(risk_class, procedure, overseas, isolated):
    assert safety.is_risk(risk_class, procedure=procedure, overseas=overseas) is isolated


# --- addressee ---
PEOPLE = [
    addressee.Person(1, 11, "王小明", "13800001203", "3-1-1203"),
    addressee.Person(2, 12, "王芳", "13900004567", "3-1-1204"),
    addressee.Person(3, 13, "Li Wei", "13700007788", "1-2-301"),
    addressee.Person(4, 13, "赵六", "13700009911", "1-2-301", current=False),
]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("3-1-1203", [1]),
        ("311203", [1]),
        ("３号１单元１２０３室", [1]),
        ("4567", [2]),
        ("王芳", [2]),
        ("王*明", [1]),
        ("王* 4567", [2]),
        ("13900004567", [2]),
        ("301", [3, 4]),
        ("301 li", [3]),
        ("9999", []),
        ("", []),
        ("*", []),
    ],
)
def test_addressee_is_proposed(typed, keys):
    assert [person.key for person in addressee.propose(PEOPLE, typed)] == keys


def test_tail_that_is_also_a_room_offers_both():
    assert [one.key for one in addressee.propose(PEOPLE, "1203")] == [1]


@given(st.text(max_size=30))
def test_any_text_is_answered(text):
    assert len(addressee.propose(PEOPLE, text)) <= 6


@given(st.text(max_size=30))
def test_keys_are_folded_and_never_empty(text):
    keys = addressee.keys(text)
    assert all(keys)
    assert not set("".join(keys)) & set(addressee.DROPPED)


def test_masks():
    assert addressee.mask_name("王小明") == "王**"
    assert addressee.mask_name("李") == "李*"
    assert addressee.mask_name("") == ""
    assert addressee.tail("+86 138 0000 1203") == "1203"
    assert addressee.tail("1203") == ""


# --- signing ---
@given(st.text(min_size=1, max_size=30), st.binary(max_size=80), st.integers(0, 2**33))
def test_a_signed_call_is_accepted_once_in_time(key, body, now):
    secret = signing.derive(key, "L1")
    good = signing.sign(secret, now, "n", body)
    assert signing.problem(secret, str(now), "n", body, good, now) == ""
    assert signing.problem(secret, str(now), "m", body, good, now) == "wrong"
    assert signing.problem(secret, str(now), "n", body + b" ", good, now) == "wrong"
    assert signing.problem(secret, str(now), "n", body, good, now + 301) == "stale"
    assert signing.problem(secret, "", "n", body, good, now) == "unsigned"
    assert signing.problem(signing.derive(key, "L2"), str(now), "n", body, good, now) == "wrong"
    assert key not in secret or len(key) < 4


def test_retries_slow_down():
    assert [signing.retry_delay(n) for n in (1, 2, 3, 20)] == [30, 60, 120, 3600]
    assert signing.canonical({"b": 1, "a": "件"}) == '{"a":"件","b":1}'


# --- admission ---
def test_gate_answers():
    today = NOW.date()
    good = admission.Pass(plate="沪A·12345", start=today, end=today)
    assert admission.refusals(good, today, "沪a 12345") == []
    assert admission.refusals(good, today, None) == []
    assert admission.refusals(good, today, "沪A99999") == ["plate_mismatch"]
    assert admission.refusals(good, today + timedelta(days=1), None) == ["pass_expired"]
    bad = admission.Pass(
        state="suspended",
        courier_state="barred",
        accepted_rules=False,
        licence="expired",
        closed_body=False,
    )
    assert admission.refusals(bad, today, None) == [
        "pass_suspended",
        "courier_barred",
        "rules_not_accepted",
        "licence_expired",
        "vehicle_unmarked",
    ]


def test_riders_come_on_two_wheels_without_a_canopy():
    rider = admission.Pass(rider=True, vehicle="electric_two_wheeler", needs_licence=False)
    today = NOW.date()
    assert admission.refusals(rider, today, None) == []
    assert admission.refusals(
        admission.Pass(rider=True, vehicle="tricycle", canopy=True, needs_licence=False),
        today,
        None,
    ) == ["rider_vehicle", "rider_canopy"]


def test_licence():
    today = NOW.date()
    assert admission.licence_state("", None, None, today) == "missing"
    assert admission.licence_state("1", None, date(2026, 3, 1), today) == "expired"
    assert admission.licence_state("1", None, today, today) == "valid"
    assert admission.licence_state("1", date(2027, 1, 1), None, today) == "future"
    assert admission.filing_late(date(2026, 2, 1), None, today)
    assert not admission.filing_late(date(2026, 2, 1), date(2026, 2, 16), today)
    assert not admission.filing_late(None, None, today)
