# SPDX-License-Identifier: LGPL-3.0-or-later
"""Channel files: what the simulator writes is read back; what is broken is refused by name."""

import gzip
import random
from datetime import datetime, timedelta
from decimal import Decimal as Dec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from property_fees.rules.channel_archive import unpack
from property_fees.rules.channel_file import parse
from property_fees.rules.channel_lines import PAYMENT, REFUND, ChannelLine
from property_fees.rules.channel_mapped import Mapping
from property_fees.rules.channel_match import Booked, match
from property_fees.rules.channel_sample import write_alipay, write_wechat, zipped
from property_fees.rules.errors import RuleError

DAY = datetime(2026, 3, 5, 9, 30)
WRITERS = {"wechat": write_wechat, "alipay": write_alipay}
AMOUNTS = st.integers(1, 10**7).map(lambda cents: Dec(cents) / 100)


def line(index, kind=PAYMENT, amount="219.42", fee="1.32", **vals):
    return ChannelLine(
        row=0,
        kind=kind,
        number=f"42000{index}" if kind == PAYMENT else f"42000{index}-RF{index}",
        order=f"WY{index:08d}",
        refund_order="" if kind == PAYMENT else f"RF{index}",
        happened=DAY + timedelta(minutes=index),
        amount=Dec(amount),
        fee=Dec(fee),
        **vals,
    )


@st.composite
def days(draw):
    kinds = draw(st.lists(st.sampled_from([PAYMENT, PAYMENT, REFUND]), min_size=1, max_size=12))
    return tuple(
        line(i, kind, draw(AMOUNTS), draw(st.integers(-500, 500).map(lambda c: Dec(c) / 100)))
        for i, kind in enumerate(kinds)
    )


def bare(lines):
    return [
        (x.kind, x.number, x.order, x.refund_order, x.happened, x.amount, x.fee, x.is_final)
        for x in lines
    ]


@pytest.mark.parametrize("kind", WRITERS)
@given(lines=days())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read(kind, lines):
    data = WRITERS[kind](lines)
    found = parse(kind, data)
    assert bare(found.lines) == bare(lines)
    assert found.fee == sum(x.fee for x in lines)
    packed = zipped("20260305_业务明细.csv", data, {"20260305_业务明细(汇总).csv": b"x"})
    assert parse(kind, packed) == found
    assert parse(kind, gzip.compress(data)) == found


@pytest.mark.parametrize("kind", WRITERS)
@given(lines=days(), seed=st.integers())
@settings(max_examples=60, deadline=None)
def test_a_file_cut_off_anywhere_is_refused(kind, lines, seed):
    data = WRITERS[kind](lines)
    mark = b",`" if kind == "wechat" else "退款合计".encode("gb18030")
    cut = random.Random(seed).randrange(data.rindex(mark))
    with pytest.raises(RuleError):
        parse(kind, data[:cut])


@pytest.mark.parametrize("kind", [*WRITERS, "mapped"])
@given(data=st.binary(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_refused_by_name(kind, data):
    with pytest.raises(RuleError):
        parse(kind, data, Mapping("时间", "流水号", "金额"))


@pytest.mark.parametrize("kind", WRITERS)
@given(data=st.binary(min_size=1, max_size=120), place=st.integers(0, 2000))
@settings(max_examples=60, deadline=None)
def test_a_damaged_archive_never_breaks_otherwise(kind, data, place):
    packed = bytearray(zipped("a.csv", WRITERS[kind]((line(1), line(2, REFUND)))))
    place %= len(packed)
    packed[place : place + len(data)] = data
    try:
        parse(kind, bytes(packed))
    except RuleError:
        pass


def code(kind, data, mapping=None, **limits):
    with pytest.raises(RuleError) as caught:
        parse(kind, data, mapping, **limits)
    return caught.value.code


def test_every_refusal_has_its_name():
    wechat, alipay = write_wechat((line(1), line(2))), write_alipay((line(1), line(2)))
    assert code("wechat", b"") == "empty_file"
    assert code("wechat", b" \r\n") == "empty_file"
    assert code("wechat", wechat.decode("utf-8-sig").encode("gb18030")) == "wrong_encoding"
    assert code("alipay", b"\xff\xff\xff\xff,") == "wrong_encoding"
    assert code("wechat", wechat.replace("手续费,".encode(), b"")) == "missing_columns"
    assert (
        code("alipay", alipay.replace("服务费（元）".encode("gb18030"), b"x")) == "missing_columns"
    )
    assert code("wechat", wechat.replace(b"`438.84", b"`438.85")) == "summary_differs"
    assert code("wechat", wechat.replace(b"\n`2,", b"\n`3,")) == "summary_differs"
    assert code("alipay", alipay.replace(b"438.84", b"438.85")) == "summary_differs"
    assert code("wechat", wechat.replace(b"`219.42", b"`219.4x")) == "bad_amount"
    assert code("wechat", wechat.replace(b"`2026-03-05", b"`2026-13-05")) == "bad_time"
    assert code("wechat", wechat.replace(b"`SUCCESS", b"`MAYBE")) == "unknown_status"
    assert code("alipay", alipay.replace(b"219.42", b"-219.42")) == "wrong_sign"
    assert code("wechat", write_wechat((line(1), line(1)))) == "number_twice"
    assert code("wechat", zipped("a.csv", wechat)[:-30]) == "broken_archive"
    assert code("wechat", gzip.compress(wechat)[:-9]) == "broken_archive"
    assert code("wechat", zipped("a.exe", wechat)) == "archive_without_file"
    assert code("wechat", zipped("a.csv", wechat, {"b.csv": wechat})) == "archive_many_files"
    assert code("mapped", b"a") == "no_mapping"


def test_a_zip_bomb_is_stopped_while_it_is_taken_out():
    bomb = zipped("a.csv", b"0" * 20_000_000)
    assert len(bomb) < 30_000
    assert code("wechat", bomb, limit=1_000_000) == "archive_too_large"
    assert code("wechat", gzip.compress(b"0" * 20_000_000), limit=1_000_000) == "archive_too_large"
    many = zipped("a.csv", b"x", {f"{i}.csv": b"x" for i in range(30)})
    assert code("wechat", many) == "archive_too_large"
    assert unpack(b"plain") == [("", b"plain")]


MAPPING = Mapping(
    time="交易日期", number="流水号", amount="交易金额", fee="手续费", kind="交易类型", order="备注"
)
TABLE = [
    ["商户对账单", "", "", "", "", ""],
    ["交易日期", "流水号", "交易金额", "手续费", "交易类型", "备注"],
    ["2026/03/05 10:00:00", "00071", "1,219.42", "1.32", "消费", "WY0000001"],
    ["20260305", "00072", "19.42", "", "退货", ""],
    ["合计", "", "1238.84", "", "", ""],
]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_mapped_file(delimiter, encoding):
    rows = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in TABLE)
    found = parse("mapped", rows.encode(encoding), MAPPING).lines
    assert [(x.kind, x.number, x.amount, x.fee, x.order) for x in found] == [
        (PAYMENT, "00071", Dec("1219.42"), Dec("1.32"), "WY0000001"),
        (REFUND, "00072", Dec("19.42"), Dec(0), ""),
    ]


def test_mapped_file_without_a_column():
    assert code("mapped", "交易日期,流水号\n1,2".encode(), MAPPING) == "missing_columns"


def booked(index, amount="219.42", kind=PAYMENT, number=None, **vals):
    return Booked(index, kind, frozenset({number or f"WY{index:08d}"}), Dec(amount), **vals)


def results(findings):
    return [one.result for one in findings]


def test_findings():
    lines = (line(1), line(2), line(3), line(4), line(5, REFUND), line(6))
    ours = (
        booked(1),
        booked(2, "200"),
        booked(3, is_final=False),
        booked(5, kind=REFUND, number="RF5"),
        booked(7),
        booked(8, is_due=False),
    )
    known = frozenset({"payment:420006"})
    found = match(lines, ours, known)
    assert results(found) == [
        "matched", "amount", "state", "missing_here", "matched", "duplicate", "missing_there",
    ]  # fmt: skip
    assert [one.difference for one in found[:4]] == [0, Dec("19.42"), Dec("219.42"), Dec("219.42")]
    assert found[-1].booked.key == 7
    assert found[-1].difference == Dec("-219.42")


@given(days(), st.randoms())
def test_the_same_on_both_sides_matches_whatever_the_order(lines, chance):
    ours = [Booked(i, x.kind, frozenset({x.number}), x.amount) for i, x in enumerate(lines)]
    chance.shuffle(ours)
    assert set(results(match(lines, tuple(ours)))) == {"matched"}
    known = frozenset(f"{x.kind}:{x.number}" for x in lines)
    assert set(results(match(lines, (), known))) == {"duplicate"}


@given(days(), days())
def test_differences_add_up(lines, other):
    ours = tuple(
        Booked(i, x.kind, frozenset({x.order, x.refund_order} - {""}), x.amount)
        for i, x in enumerate(other)
    )

    def worth(items):
        return sum(x.amount * (-1 if x.kind == REFUND else 1) for x in items)

    found = match(lines, ours)
    assert sum(one.difference for one in found) == worth(lines) - worth(ours)
