# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_base.rules import people, place, text
from property_base.rules.errors import RuleError

TODAY = date(2026, 11, 21)
FULL = str.maketrans("0123456789.", "０１２３４５６７８９．")


def code_of(call, *args):
    with pytest.raises(RuleError) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (89.64, "89.64"),
        ("89.64㎡", "89.64"),
        ("１１０.３４", "110.34"),
        (" 111.96 ", "111.96"),
        ("89.64平方米", "89.64"),
        ("89.64 sq. m", "89.64"),
        ("1,234.5m²", "1234.50"),
        (100, "100.00"),
        ("89.645", "89.65"),
    ],
)
def test_area_is_read_in_every_spelling(cell, expected):
    assert text.parse_area(cell) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "area_missing"),
        ("待测", "area_not_number"),
        ("nan", "area_not_number"),
        (float("nan"), "area_not_number"),
        (float("inf"), "area_not_number"),
        ("89,64", "area_not_number"),
        (True, "area_not_number"),
        (datetime(2020, 1, 1), "area_not_number"),
        (-88.1, "area_not_positive"),
        (0, "area_not_positive"),
        ("0.004", "area_not_positive"),
        (1e9, "area_too_big"),
        ("9e99", "area_too_big"),
    ],
)
def test_area_that_cannot_be_is_refused(cell, code):
    assert code_of(text.parse_area, cell) == code


@given(st.decimals(min_value="0.01", max_value="999999.99", places=2))
def test_area_survives_full_width_and_unit(area):
    assert text.parse_area(str(area).translate(FULL) + " ㎡") == area


@given(st.text(max_size=40))
def test_area_never_fails_but_by_a_rule(cell):
    try:
        assert text.parse_area(cell) > 0
    except RuleError:
        pass


@pytest.mark.parametrize(
    "cell",
    [
        "2019年4月2日",
        "2019/4/2",
        "2019-04-02",
        "2019.4.2",
        "20190402",
        "２０１９－０４－０２",
        "2019-04-02 00:00:00",
        datetime(2019, 4, 2, 8),
        date(2019, 4, 2),
        43557,
        43557.0,
        "43557",
        "2019 年 4 月 2 日",
    ],
)
def test_date_is_read_in_every_spelling(cell):
    assert text.parse_date(cell, TODAY) == date(2019, 4, 2)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2019年13月45日", "date_not_exist"),
        ("2023-02-29", "date_not_exist"),
        ("soon", "date_not_date"),
        (True, "date_not_date"),
        (12, "date_not_date"),
        ("0001-01-01", "date_out_of_range"),
        ("2999-01-01", "date_out_of_range"),
    ],
)
def test_date_that_cannot_be_is_refused(cell, code):
    assert code_of(text.parse_date, cell, TODAY) == code


@given(st.dates(date(1950, 1, 1), date(2046, 12, 31)))
def test_every_spelling_of_a_day_is_that_day(day):
    serial = (day - date(1899, 12, 30)).days
    spellings = [day, f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}"]
    spellings += [day.isoformat(), serial, day.strftime("%Y%m%d")]
    assert {text.parse_date(cell, TODAY) for cell in spellings} == {day}
    assert timedelta(serial) + text.EXCEL_EPOCH == day


@given(st.text(max_size=30) | st.integers() | st.floats())
def test_date_never_fails_but_by_a_rule(cell):
    try:
        text.parse_date(cell, TODAY)
    except RuleError:
        pass


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (19900000001, "19900000001"),
        (19900000001.0, "19900000001"),
        ("199 0000 0004", "19900000004"),
        ("+86 199-0000-0004", "19900000004"),
        ("8619900000004", "19900000004"),
        ("１９９００００００１２", "19900000012"),
        ("025-84567890", "02584567890"),
        ("84567890", "84567890"),
        ("+852 9123 4567", "+85291234567"),
        ("4008001234", "4008001234"),
        (None, ""),
    ],
)
def test_phone_is_cleaned(cell, expected):
    assert text.parse_phone(cell) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1990", "phone_too_short"),
        (1990, "phone_too_short"),
        ("1990000000", "phone_invalid"),
        ("199000000012", "phone_invalid"),
        ("none", "phone_invalid"),
        ("199****0004", "phone_masked"),
    ],
)
def test_phone_that_cannot_be_is_refused(cell, code):
    assert code_of(text.parse_phone, cell) == code


def test_id_tail_keeps_lost_zeros_and_checks_whole_numbers():
    assert text.parse_id_tail(646) == "0646"
    assert text.parse_id_tail("123x") == "123X"
    assert text.parse_id_tail("11010519491231002X") == "002X"
    assert text.parse_id_tail("**************1234") == "1234"
    assert code_of(text.parse_id_tail, "110105194912310021") == "id_invalid"
    assert code_of(text.parse_id_tail, "身份") == "id_invalid"


@pytest.mark.parametrize(
    "cell",
    ["1栋", "1#", "1号楼", "1幢", "Building 1", "第1栋", "一栋", "01", 1, 1.0, "１栋", "1 座"],
)
def test_building_code_is_the_same_in_every_spelling(cell):
    assert place.building_code(cell) == "1"


def test_building_code_keeps_letters():
    assert place.building_code("A座") == "A"
    assert place.building_code("十二号楼") == "12"
    assert place.building_code("商业1号楼") == "商业1"
    assert place.building_code(None) == ""
    assert code_of(place.building_code, datetime(2019, 3, 1)) == "cell_is_date"
    assert code_of(place.building_code, "楼" * 99) == "text_too_long"


@pytest.mark.parametrize("cell", ["1单元", 1, "一单元", "Entrance 1", "1", "第一单元", "1.0"])
def test_entrance_code_is_the_same_in_every_spelling(cell):
    assert place.entrance_code(cell) == "1"


def test_numbers_and_addresses():
    assert place.unit_number("0101室") == "0101"
    assert place.unit_number(101.0) == "101"
    assert place.unit_number("Room 101A") == "101A"
    assert place.within_building("3", "1", "3-1-1203") == "1203"
    assert place.within_building("3", "1", "1-1203") == "1203"
    assert place.within_building("3", "1", "A-12") == "A-12"
    assert place.parse_address("锦绣花园3栋1单元1203室") == ("3", "1", "1203")
    assert place.parse_address("3-1-1203") == ("3", "1", "1203")
    assert place.parse_address("3号楼1203") == ("3", "", "1203")
    assert place.parse_address("大门口") is None
    assert place.unit_key("1", "1", "0601") == place.unit_key("1", "1", "601")


@pytest.mark.parametrize(
    ("cell", "floor"),
    [(3, 3), ("3层", 3), ("3F", 3), ("B1", -1), ("负一层", -1), ("地下2层", -2), ("-1", -1),
     ("17-18", 17), ("十二层", 12), (None, None)],
)  # fmt: skip
def test_floor_is_read(cell, floor):
    assert place.parse_floor(cell) == floor


def test_floor_follows_the_number():
    assert place.floor_of_number("1203") == 12
    assert place.floor_of_number("0601") == 6
    assert place.floor_of_number("601") == 6
    assert place.floor_of_number("A") is None


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("王怡", ["王怡"]),
        (" 王 怡 ", ["王怡"]),
        ("王怡、李四", ["王怡", "李四"]),
        ("王怡,李四;赵六/孙七", ["王怡", "李四", "赵六", "孙七"]),
        ("王怡 李四", ["王怡", "李四"]),
        ("王怡(已故)", ["王怡"]),
        ("王和平", ["王和平"]),
        ("John Smith", ["John Smith"]),
        ("John Smith and Mary Smith", ["John Smith", "Mary Smith"]),
        ("阿卜杜·热合曼", ["阿卜杜·热合曼"]),
        ("宏达商贸(南京)有限公司", ["宏达商贸(南京)有限公司"]),
        ("无", []),
        (None, []),
    ],
)
def test_names_are_split(cell, names):
    assert [name for name, _share in people.split_names(cell)] == names


def test_shares_beside_names():
    assert people.split_names("王怡60%、李四40%") == [
        ("王怡", Fraction(3, 5)),
        ("李四", Fraction(2, 5)),
    ]
    assert people.split_names("王怡(1/3),李四 2/3") == [
        ("王怡", Fraction(1, 3)),
        ("李四", Fraction(2, 3)),
    ]
    assert code_of(people.parse_share, "1/0") == "share_invalid"
    assert code_of(people.parse_share, "-1") == "share_invalid"


@pytest.mark.parametrize(
    "name",
    [
        "杨兰商贸有限公司",
        "蒋梓刚餐饮有限公司",
        "南京市第一医院",
        "幸福便利店",
        "Acme Ltd.",
        "社区服务中心",
    ],
)
def test_organisations_are_told_from_people(name):
    assert people.is_company(name)


@pytest.mark.parametrize(
    "name", ["王怡", "欧阳小会", "王店", "John Coe", "阿卜杜·热合曼", "李有限"]
)
def test_people_are_no_organisations(name):
    assert not people.is_company(name)


def test_unsold_markers():
    for cell in ("未售", "(未售)", "（未售）", "开发商", "Unsold", " 未 售 "):
        assert people.is_unsold(cell)
    assert not people.is_unsold("王怡")
    assert not people.is_unsold("开发商置业有限公司")


@given(st.text(max_size=60))
def test_reading_a_cell_never_fails_but_by_a_rule(cell):
    calls = (people.split_names, place.building_code, place.unit_number, place.parse_address)
    calls += (place.parse_floor, text.parse_phone, text.parse_id_tail, place.entrance_code)
    for call in calls:
        try:
            call(cell)
        except RuleError as error:
            assert error.code
