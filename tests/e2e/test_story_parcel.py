# SPDX-License-Identifier: LGPL-3.0-or-later
"""A parcel on screen: in with three scans and no mouse, on through a network gap, out with a code
that the resident reads on the phone; the courier at the gate; the manager's figures.
"""

import pytest
from playwright.sync_api import expect

UNIT = "3-1-1001"


@pytest.fixture(scope="module")
def station(site):
    """Return the station that a site has before the first parcel."""
    (community,) = site.call("property.community", "search", [("code", "=", "GOP")])
    (place,) = site.call(
        "property.parcel.station",
        "create",
        [{"name": "South gate", "code": "S", "community_id": community}],
    )
    shelves = [
        {"name": f"A-0{n}", "station_id": place, "size": "large", "capacity": 9} for n in (1, 2)
    ]
    site.call("property.parcel.slot", "create", shelves)
    site.call(
        "property.parcel.carrier",
        "create",
        [
            {
                "name": "Swift",
                "code": "SW",
                "licence_number": "L-1",
                "waybill_prefixes": "SW",
                "waybill_lengths": "12",
            }
        ],
    )
    return {"community": community, "station": place}


def scan(page, text):
    """Do what a keyboard wedge does: type and press Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def step(page, number):
    expect(page.locator(f".o_parcel_steps li:nth-child({number}).active")).to_be_visible()


def parcel(site, waybill):
    fields = ["state", "pickup_code", "slot_id", "unit_id"]
    return site.call("property.parcel", "search_read", [("waybill", "=", waybill)], fields)


@pytest.fixture
def desk(client, site, station):
    window = client("e2e_parcel", lang="zh_CN")
    window.context.add_init_script("window.print = () => {}")
    window.goto("/odoo/property-parcel-desk")
    expect(window.page.locator(".o_parcel_input")).to_be_focused()
    return window


def test_three_scans_in(desk, site):
    page = desk.page
    scan(page, "SW0000000001")
    step(page, 2)
    scan(page, UNIT)
    step(page, 3)
    desk.screenshot("parcel-place")
    page.keyboard.press("Enter")
    expect(page.locator(".o_parcel_recent button")).to_have_count(1)
    desk.screenshot("parcel-in")
    found = parcel(site, "SW0000000001")
    assert [one["state"] for one in found] == ["waiting"]
    assert found[0]["slot_id"]
    scan(page, "SW0000000001")
    expect(page.locator(".o_parcel_message.alert-danger")).to_be_visible()
    scan(page, "SW00000")
    expect(page.locator(".o_parcel_message.alert-danger")).to_be_visible()
    assert len(parcel(site, "SW0000000001")) == 1


def test_through_a_network_gap(desk, site):
    page = desk.page
    with desk.refused():
        desk.context.set_offline(True)
        for number in (2, 3):
            scan(page, f"SW000000000{number}")
            step(page, 2)
            scan(page, UNIT)
            step(page, 3)
            page.keyboard.press("Enter")
        expect(page.locator(".o_parcel_offline")).to_be_visible()
        desk.screenshot("parcel-offline")
        desk.context.set_offline(False)
        expect(page.locator(".o_parcel_recent button")).to_have_count(2, timeout=30_000)
    for number in (2, 3):
        assert len(parcel(site, f"SW000000000{number}")) == 1


def test_code_on_the_phone_and_out(client, desk, site):
    owner = client("e2e_owner", size="phone", lang="zh_CN", to="/my")
    owner.goto("/my/parcels")
    owner.screenshot("parcel-portal")
    (found,) = parcel(site, "SW0000000001")
    owner.goto(f"/my/parcels/{found['id']}")
    shown = owner.page.locator(".o_property_parcel_code").first.inner_text()
    assert shown.replace(" ", "") == found["pickup_code"]
    owner.screenshot("parcel-code")
    page = desk.page
    page.keyboard.press("F2")
    scan(page, shown)
    expect(page.locator(".o_parcel_found .active")).to_be_visible()
    desk.screenshot("parcel-out")
    page.keyboard.press("Enter")
    expect(page.locator(".o_parcel_message.alert-success")).to_be_visible()
    assert parcel(site, "SW0000000001")[0]["state"] == "collected"
    scan(page, shown)
    expect(page.locator(".o_parcel_message.alert-danger")).to_be_visible()
    owner.goto("/my/parcels?show=history")
    expect(owner.page.locator("a.o_property_card")).to_have_count(1)


def test_neighbour_sees_nothing(client, site, station):
    window = client("e2e_neighbour", size="phone", to="/my")
    window.goto("/my/parcels")
    (found,) = parcel(site, "SW0000000002")
    assert found["pickup_code"] not in window.page.content().replace(" ", "")


def test_courier_at_the_gate(client, site, station):
    (carrier,) = site.call("property.parcel.carrier", "search", [("code", "=", "SW")])
    (courier,) = site.call(
        "property.parcel.courier",
        "create",
        [{"name": "Qiu", "carrier_id": carrier, "rules_accepted_date": "2026-01-01"}],
    )
    (badge,) = site.call(
        "property.parcel.courier.pass",
        "create",
        [{"courier_id": courier, "community_id": station["community"], "plate": "A-1001"}],
    )
    site.call("property.parcel.courier.pass", "action_activate", [badge])
    (read,) = site.call("property.parcel.courier.pass", "read", [badge], ["name"])
    ask = ("property.parcel.courier.pass", "get_admission", read["name"])
    assert site.call(*ask, "a1001")["admitted"]
    assert not site.call(*ask, "B9999")["admitted"]


def test_courier_on_the_phone(client, site, station):
    """The courier accepts the rules, announces a batch and collects what a resident sends."""
    (badge,) = site.call("property.parcel.courier.pass", "search", [("plate", "=", "A1001")])
    (read,) = site.call("property.parcel.courier.pass", "read", [badge], ["token"])
    owner = client("e2e_owner", size="phone", lang="zh_CN", to="/my")
    owner.goto("/my/parcels?show=outgoing")
    page = owner.page
    for name, text in (
        ("content", "Old books"),
        ("receiver_name", "Ma"),
        ("receiver_phone", "19800000001"),
        ("receiver_address", "Sample road 1"),
    ):
        page.fill(f"[name={name}]", text)
    page.check("[name=declared]")
    page.locator("form[action='/my/parcels/send'] button[type=submit]").click()
    expect(page.locator(".alert-success")).to_be_visible()
    phone = client("e2e_owner", size="phone", lang="zh_CN", to="/my")  # whoever has the link
    phone.goto(f"/parcel/courier/{read['token']}")
    page = phone.page
    page.locator("form[action*='/accept/'] button").click()
    page.locator("form[action*='/collect/'] [name=waybill]").fill("SW0000000090")
    page.check("form[action*='/collect/'] [name=checked]")
    phone.screenshot("parcel-courier")
    page.locator("form[action*='/collect/'] button").click()
    expect(page.locator(".alert-success")).to_be_visible()
    page.fill("#courier_text", f"SW0000000091, {UNIT}\nSW12")
    page.locator("form[action*='/announce'] button").click()
    expect(page.locator(".alert-warning")).to_contain_text("SW12")
    assert [one["state"] for one in parcel(site, "SW0000000091")] == ["expected"]
    owner.goto("/my/parcels?show=outgoing")
    expect(owner.page.locator("body")).to_contain_text("SW0000000090")


def test_announced_parcel_and_enquiry(desk, site):
    page = desk.page
    scan(page, "SW0000000091")
    step(page, 2)
    expect(page.locator(".o_parcel_choices button")).to_have_count(1)
    page.keyboard.press("Enter")
    step(page, 3)
    page.keyboard.press("Enter")
    expect(page.locator(".o_parcel_recent button")).to_have_count(1)
    page.keyboard.press("F3")
    scan(page, "0000091")
    expect(page.locator(".o_parcel_traced li")).not_to_have_count(0)
    desk.screenshot("parcel-enquiry")


def test_gap_in_the_middle_of_a_call(desk, site):
    """The answer gets lost, the parcel does not: sent again with its key it is there once."""
    page = desk.page
    lost = []

    def drop(route):
        if not lost:
            lost.append(route.fetch())  # the server has it, the desk hears nothing
            return route.abort("connectionreset")
        return route.continue_()

    with desk.refused():
        page.route("**/property.parcel/desk_check_in", drop)
        scan(page, "SW0000000092")
        step(page, 2)
        scan(page, UNIT)
        step(page, 3)
        page.keyboard.press("Enter")
        expect(page.locator(".o_parcel_recent button")).to_have_count(1, timeout=30_000)
    assert lost
    assert len(parcel(site, "SW0000000092")) == 1
    assert parcel(site, "SW0000000092")[0]["state"] == "waiting"


def test_reload_without_network_keeps_the_scans(desk, site):
    page = desk.page
    with desk.refused():
        page.route("**/property.parcel/**", lambda route: route.abort("internetdisconnected"))
        scan(page, "SW0000000093")
        step(page, 2)
        scan(page, UNIT)
        step(page, 3)
        page.keyboard.press("Enter")
        expect(page.locator(".o_parcel_waiting")).to_be_visible()
        assert not parcel(site, "SW0000000093")
        page.unroute("**/property.parcel/**")
        page.reload()
        expect(page.locator(".o_parcel_recent button")).to_have_count(1, timeout=30_000)
    assert len(parcel(site, "SW0000000093")) == 1


def test_manager_reads_the_figures(client, station):
    window = client("e2e_manager", lang="zh_CN")
    window.open_action("property_parcel.property_parcel_analysis_action")
    expect(window.page.locator(".o_pivot table")).to_be_visible()
    window.screenshot("parcel-figures")
    window.open_action("property_parcel.property_parcel_ageing_action")
    expect(window.page.locator(".o_pivot table")).to_be_visible()
    window.open_action("property_parcel.property_parcel_action")
    window.screenshot("parcel-list")
