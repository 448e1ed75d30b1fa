# SPDX-License-Identifier: LGPL-3.0-or-later
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from property_base.rules.errors import RuleError
from property_base.rules.register import read_register
from property_base.rules.register_columns import FIELDS, SYNONYMS, field_of
from property_base.rules.register_types import Formula, SheetRows

openpyxl = pytest.importorskip("openpyxl")
TODAY = date(2026, 11, 21)
DATA = Path(__file__).parents[2] / "data"
HEAD = ("楼栋", "单元", "房号", "建筑面积(㎡)", "业主姓名", "联系电话")


def sheet(*rows, title="Sheet1", merges=(), hidden=False):
    return SheetRows(title, tuple(rows), merges, hidden)


def read(*rows, **options):
    return read_register([sheet(*rows, **options)], TODAY)


def codes(register, severity="error"):
    return [(f.row, f.code) for f in register.findings if f.severity == severity]


@pytest.fixture(scope="module")
def real():
    book = openpyxl.load_workbook(DATA / "owners_register.xlsx", data_only=True)
    sheets = [SheetRows(ws.title, tuple(ws.iter_rows(values_only=True))) for ws in book]
    return read_register(sheets, TODAY)


def test_the_real_register_tells_what_is_in_it(real):
    truth = json.loads((DATA / "owners_register.truth.json").read_text())
    owners = real.owners().values()
    usages = Counter(row.usage for row in real.rows)
    assert len({row.building for row in real.rows}) == truth["buildings"]
    assert len(real.rows) == truth["units"]
    assert sum(row.area for row in real.rows) * 100 == truth["area_centi_m2"]
    assert usages == {"residential": truth["usage"]["住宅"], "commercial": truth["usage"]["商铺"]}
    assert sum(bool(row.owners) for row in real.rows) == truth["owned_units"]
    assert sum(row.unsold for row in real.rows) == truth["unsold_units"]
    assert sum(len(row.owners) > 1 for row in real.rows) == truth["co_owned_units"]
    assert sum(not owner.is_company for owner in owners) == truth["natural_owners"]
    assert sum(owner.is_company for owner in owners) == truth["company_owners"]
    plates = [pair for row in real.rows for pair in row.siblings if pair[0] == "plate"]
    assert len(plates) == truth["vehicles"]


def test_the_real_register_names_every_bad_row(real):
    truth = json.loads((DATA / "owners_register.truth.json").read_text())
    words = {
        "duplicate_conflict": "duplicate unit with another owner",
        "area_not_number": "area is no number",
        "area_not_positive": "area is not positive",
        "building_missing": "no building",
        "phone_too_short": "phone is too short",
        "date_not_exist": "date does not exist",
    }
    assert sorted(words[f.code] for f in real.errors) == sorted(truth["bad_rows"])
    assert all(f.sheet == "业主台账" and f.row > 3 for f in real.errors)


def test_rooms_of_a_building_are_written_alike(real):
    assert {len(row.number) for row in real.rows} == {4}


def test_columns_in_any_order_and_in_english():
    register = read(
        ("Owners of Garden", None, None, None, None),
        ("Owner", "Gross area", "Room No.", "Building", "Mobile"),
        ("John Smith", "89.5 sqm", "1203", "Building 3", "19900000001"),
    )
    (row,) = register.rows
    assert (row.building, row.number, row.area, row.floor) == ("3", "1203", Decimal("89.50"), 12)
    assert row.owners[0].name == "John Smith"


@given(st.permutations(range(len(HEAD))))
def test_the_order_of_the_columns_does_not_matter(order):
    cells = ("1栋", "1单元", "0101", 80, "王怡", "19900000001")
    plain = read(HEAD, cells).rows
    shuffled = read(tuple(HEAD[i] for i in order), tuple(cells[i] for i in order)).rows
    assert plain == shuffled


def test_every_synonym_names_its_field():
    for name in FIELDS:
        for word in SYNONYMS[name]:
            assert field_of(word) == name, word
    assert field_of("房屋建筑面积(㎡)") == "area"
    assert field_of("联系电话2") == "phone"
    assert field_of("随便") == ""


def test_a_bad_row_stops_nothing_else():
    register = read(
        HEAD,
        ("1", "1", "101", "?", "王怡", None),
        ("1", "1", "102", 80, "李四", None),
        (None, None, None, None, None, None),
        ("合计", None, None, "=SUM(D2:D3)", None, None),
    )
    assert codes(register) == [(2, "area_not_number")]
    assert [row.number for row in register.rows] == ["102"]
    assert register.data_row_count == 2


def test_of_two_rows_that_disagree_the_first_stands():
    register = read(HEAD, ("1", "1", "101", 80, "王怡", None), ("1#", 1, "0101", 80, "李四", None))
    assert [row.owners[0].name for row in register.rows] == ["王怡"]
    assert codes(register) == [(3, "duplicate_conflict")]


def test_a_repeated_row_is_no_error():
    row = ("1", "1", "101", 80, "王怡", "19900000001")
    register = read(HEAD, row, ("1栋", "1单元", "101", "80㎡", " 王怡 ", 19900000001))
    assert len(register.rows) == 1
    assert codes(register) == []
    assert codes(register, "notice") == [(3, "row_repeated")]


def test_a_second_car_on_a_second_row_is_kept():
    head = (*HEAD, "车牌号")
    row = ("1", "1", "101", 80, "王怡", "19900000001")
    register = read(head, (*row, "苏A12345"), (*row, "苏A·D40057"))
    assert register.rows[0].siblings == (("plate", "苏A12345"), ("plate", "苏A·D40057"))


def test_people_are_told_apart():
    register = read(
        (*HEAD, "共有人", "身份证后四位"),
        ("1", "1", "101", 80, "王怡", "19900000001", "李四", "1111"),
        ("1", "1", "102", 80, "王怡", "19900000001", "李四", "1111"),  # the same couple
        ("1", "1", "103", 80, "王怡", "19900000002", "李四", "1111"),  # namesakes
        ("1", "1", "104", 80, "王怡", None, None, None),  # nobody knows
        ("1", "1", "105", 80, "王怡", None, None, None),
        ("1", "1", "106", 80, "赵六", "19900000001", None, None),  # shares a phone
    )
    assert len(register.owners()) == 7
    assert register.rows[0].owners[0].share == Fraction(1, 2)


def test_shares_are_exact_and_add_up():
    head = (*HEAD, "产权份额")
    register = read(
        head,
        ("1", "1", "101", 80, "王怡、李四、赵六", None, "1/3、1/3、1/3"),
        ("1", "1", "102", 80, "王怡60%、李四", None, None),
        ("1", "1", "103", 80, "王怡、李四", None, "60%、60%"),
        ("1", "1", "104", 80, "王怡、李四", None, "50%、25%、25%"),
    )
    assert [owner.share for owner in register.rows[0].owners] == [Fraction(1, 3)] * 3
    assert [owner.share for owner in register.rows[1].owners] == [Fraction(3, 5), Fraction(2, 5)]
    assert codes(register) == [(4, "shares_not_one"), (5, "shares_count")]


def test_merged_building_and_merged_unit():
    register = read(
        HEAD,
        ("1栋", "1单元", "101", 80, "王怡", "19900000001"),
        (None, None, None, None, "李四", "19900000002"),
        (None, "1单元", "102", 81, "赵六", "19900000003"),
        merges=((2, 1, 4, 1), (2, 3, 3, 3)),
    )
    assert [(row.building, row.number) for row in register.rows] == [("1", "101"), ("1", "102")]
    assert [owner.name for owner in register.rows[0].owners] == ["王怡", "李四"]
    assert register.rows[0].owners[1].share == Fraction(1, 2)


def test_building_from_the_name_of_the_sheet():
    register = read(("房号", "面积", "业主"), ("101", 80, "王怡"), title="2号楼")
    assert register.rows[0].building == "2"


def test_address_in_one_cell():
    register = read(
        ("房屋地址", "面积", "业主"), ("锦绣花园3栋1单元1203室", 80, "王怡"), ("?", 80, "李")
    )
    row = register.rows[0]
    assert (row.building, row.entrance, row.number, row.floor) == ("3", "1", "1203", 12)
    assert codes(register) == [(3, "address_unreadable")]


def test_states_from_remarks():
    head = (*HEAD, "备注", "交付日期")
    told = [
        ("装修中", "2020-01-01"),
        ("空置", None),
        ("出租", None),
        ("", "2020-01-01"),
        ("", None),
    ]
    rows = [("1", "1", str(101 + i), 80, "王怡", None, *pair) for i, pair in enumerate(told)]
    register = read(head, *rows, ("1", "1", "109", 80, "(未售)", None, None, None))
    assert [row.state for row in register.rows] == [
        "renovating",
        "vacant",
        "occupied",
        "delivered",
        "sold",
        "unsold",
    ]


def test_error_values_and_formulas_without_value_are_named():
    register = read(
        HEAD,
        ("1", "1", "101", "#REF!", "王怡", None),
        ("1", "1", "102", Formula("=A1*2"), "李四", None),
    )
    assert codes(register) == [(2, "error_value"), (3, "formula_no_value")]


def test_a_sheet_without_needed_columns_is_named():
    register = read(("房号", "业主", "电话"), ("101", "王怡", None))
    assert sorted(f.params["field"] for f in register.errors) == ["area", "building"]
    assert register.rows == ()


def test_two_headers_of_one_name():
    register = read((*HEAD, "建筑面积(㎡)"), ("1", "1", "101", 80, "王怡", None, 99))
    assert register.rows[0].area == 80
    assert [f.code for f in register.findings] == ["header_twice"]


def test_a_corrected_mapping_is_used():
    rows = (("甲", "乙", "楼栋", "房号", "业主"), (80, "x", "1", "101", "王怡"))
    first = read(*rows)
    assert first.rows == ()
    remembered = {first.plans[0].signature: {0: "area"}}
    assert read_register([sheet(*rows)], TODAY, remembered).rows[0].area == 80


def test_words_of_other_addons():
    register = read_register(
        [sheet((*HEAD, "水表号"), ("1", "1", "101", 80, "王怡", None, "W-1"))],
        TODAY,
        extra={"水表号": "x_meter"},
    )
    assert register.rows[0].siblings == (("x_meter", "W-1"),)


def test_notes_hidden_and_empty_sheets_are_passed_over():
    register = read_register(
        [
            sheet(HEAD, ("1", "1", "101", 80, "王怡", None)),
            sheet(("本表仅供内部使用",), title="说明"),
            sheet((None,), title="空"),
            sheet(HEAD, ("1", "1", "102", 80, "王怡", None), title="旧", hidden=True),
        ],
        TODAY,
    )
    assert len(register.rows) == 1
    assert [f.code for f in register.findings] == ["sheet_ignored", "sheet_empty", "sheet_hidden"]


def test_nothing_to_read():
    for sheets in ([], [sheet()], [sheet(("随便",), (1,))]):
        with pytest.raises(RuleError):
            read_register(sheets, TODAY)


CELLS = st.none() | st.text(max_size=12) | st.integers() | st.floats() | st.booleans() | st.dates()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(*[CELLS] * len(HEAD)), max_size=8))
def test_no_row_breaks_the_reading(rows):
    register = read(HEAD, ("1", "1", "101", 80, "王怡", None), *rows)
    refused = {f.row for f in register.errors}
    assert len(register.rows) >= 1
    assert all(sum(o.share for o in row.owners) == 1 for row in register.rows if row.owners)
    assert all(row.area > 0 and row.row not in refused for row in register.rows)
    keys = {(row.building, row.entrance, row.number.lstrip("0")) for row in register.rows}
    assert len(keys) == len(register.rows)
