# SPDX-License-Identifier: LGPL-3.0-or-later
"""The life of a unit on screen: board, transfer, binding of a login, handover."""

import pytest
from playwright.sync_api import expect

UNIT_SOLD, UNIT_BOUND, UNIT_EMPTY = "3-1-1101", "3-1-1102", "3-1-1201"


def unit_id(site, name):
    return site.call(
        "property.unit", "search", [("name", "=", name), ("community_id.code", "=", "GOP")]
    )[0]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_board_shows_the_building_and_opens_a_unit(client, site, lang, size):
    window = client("e2e_officer", size=size, lang=lang)
    window.open_action("property_base.property_board_action")
    choice = window.page.locator(".o_property_board select[name=community]")
    if choice.count():
        choice.select_option(label="Garden of Peace")
        window.quiet()
    cells = window.page.locator(".o_board_table button[data-id]")
    expect(cells).to_have_count(12)
    window.screenshot("board")
    window.page.locator(f".o_board_table button[data-id='{unit_id(site, UNIT_SOLD)}']").click()
    window.quiet()
    window.expect_no_error()
    expect(window.page.locator("body")).to_contain_text("1101")
    window.screenshot("board-unit")


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_cockpit_shows_figures(client, lang, size):
    window = client("e2e_manager", size=size, lang=lang)
    window.open_action("property_base.property_cockpit_action")
    window.expect_no_error()
    cockpit = window.page.locator(".o_property_cockpit").first
    expect(cockpit).to_be_visible()
    assert any(char.isdigit() for char in cockpit.inner_text()), "a dashboard without a figure"
    window.screenshot("cockpit")


def test_transfer_closes_the_old_side_and_opens_the_new_one(client, site):
    unit = unit_id(site, UNIT_SOLD)
    window = client("e2e_officer", lang="zh_CN")
    (buyer,) = site.call("res.partner", "create", [{"name": "Sun Buyer", "phone": "13800138020"}])
    transfer = site.call(
        "property.transfer",
        "create",
        [
            {
                "unit_id": unit,
                "effective_date": "2026-06-16",
                "line_ids": [[0, 0, {"partner_id": buyer}]],
            }
        ],
        login="e2e_officer",
    )
    window.open_record("property.transfer", transfer[0])
    window.screenshot("transfer-draft")
    window.button("action_check")
    assert window.error_dialogs(), "a transfer without papers must be refused"
    window.screenshot("transfer-refused")
    assert not window.tracebacks()
    window.close_dialogs()
    site.call(
        "property.transfer",
        "write",
        transfer,
        {"document_waiver": "The certificate was seen at the counter"},
        login="e2e_officer",
    )
    window.open_record("property.transfer", transfer[0])
    window.button("action_check")
    window.expect_no_error()
    assert site.call("property.transfer", "read", transfer, ["state"])[0]["state"] == "checked"
    window.screenshot("transfer-checked")
    # what the seller still owes is settled, or the buyer takes it over: the act does not forget it
    owed = site.call(
        "property.transfer.item",
        "search",
        [("transfer_id", "=", transfer[0]), ("choice", "=", "settle")],
        login="e2e_officer",
    )
    if owed:
        window.button("action_done")
        window.confirm()
        assert window.error_dialogs(), "a debt nobody takes over must stop the transfer"
        window.screenshot("transfer-owed")
        window.close_dialogs()
        site.call(
            "property.transfer.item", "write", owed, {"choice": "carry_over"}, login="e2e_officer"
        )
        window.open_record("property.transfer", transfer[0])
    window.button("action_done")
    window.confirm()
    window.expect_no_error()
    assert site.call("property.transfer", "read", transfer, ["state"])[0]["state"] == "done"
    window.screenshot("transfer-done")
    lines = site.call(
        "property.ownership",
        "search_read",
        [("unit_id", "=", unit)],
        ["partner_id", "start_date", "end_date"],
    )
    found = {(line["partner_id"][1], line["start_date"], line["end_date"]) for line in lines}
    assert found == {
        ("Chen Seller", "2020-01-01", "2026-06-15"),
        ("Sun Buyer", "2026-06-16", False),
    }


def test_stranger_asks_for_a_unit_and_is_let_in(client, site):
    window = client("e2e_stranger", size="phone", lang="zh_CN", to="/my/binding")
    community = site.call("property.community", "search", [("code", "=", "GOP")])[0]
    choice = window.page.locator("select#binding_community")
    if choice.count():
        choice.select_option(value=str(community))
        choice.locator("xpath=ancestor::form").locator("button").click()
        window.quiet()
    page = window.page
    page.select_option("#binding_building", index=1)
    page.fill("#binding_entrance", "1")
    page.fill("#binding_number", "1102")
    page.select_option("#binding_role", "owner")
    page.fill("#binding_name", "Zhao Lei")
    page.fill("#binding_phone", "13800138003")
    page.fill("#binding_tail", "123X")
    assert window.fits(), "the form is wider than the window"
    window.screenshot("binding-form")
    page.locator("#binding_note").locator("xpath=ancestor::form").locator(
        "button[type=submit]"
    ).click()
    window.quiet()
    window.screenshot("binding-sent")
    bindings = site.call("property.binding", "search_read", [], ["state", "unit_id"])
    assert len(bindings) == 1
    assert bindings[0]["unit_id"][0] == unit_id(site, UNIT_BOUND)

    if bindings[0]["state"] != "approved":
        staff = client("e2e_officer", lang="zh_CN")
        staff.open_record("property.binding", bindings[0]["id"])
        staff.screenshot("binding-review")
        staff.button("action_approve")
        staff.confirm()
        staff.expect_no_error()
        (after,) = site.call("property.binding", "read", [bindings[0]["id"]], ["state"])
        assert after["state"] == "approved"

    owner = client("e2e_stranger", size="phone", lang="zh_CN", to="/my")
    owner.goto(f"/my/units/{unit_id(site, UNIT_BOUND)}")
    assert "1102" in owner.text()
    owner.screenshot("unit-page")


def test_a_wrong_id_ending_gives_nothing_away(client, site):
    window = client("e2e_neighbour", size="phone", to="/my/binding")
    community = site.call("property.community", "search", [("code", "=", "GOP")])[0]
    choice = window.page.locator("select#binding_community")
    if choice.count():
        choice.select_option(value=str(community))
        choice.locator("xpath=ancestor::form").locator("button").click()
        window.quiet()
    page = window.page
    page.select_option("#binding_building", index=1)
    page.fill("#binding_entrance", "1")
    page.fill("#binding_number", "1001")
    page.fill("#binding_name", "Somebody")
    page.fill("#binding_phone", "13800138009")
    page.fill("#binding_tail", "0000")
    page.locator("#binding_note").locator("xpath=ancestor::form").locator(
        "button[type=submit]"
    ).click()
    window.quiet()
    assert "Li Ming" not in window.text()
    with window.refused():
        window.goto(f"/my/units/{unit_id(site, '3-1-1001')}")
        assert "Li Ming" not in window.text()
        assert "/my/units/" not in window.page.url or "404" in window.page.content()


def test_handover_begins_and_says_what_is_missing(client, site):
    window = client("e2e_officer")
    (resident,) = site.call("res.partner", "create", [{"name": "Qian New"}])
    unit = unit_id(site, UNIT_EMPTY)
    site.call("property.unit", "write", [unit], {"state": "sold"})
    handover = site.call(
        "property.handover",
        "create",
        [{"unit_id": unit, "kind": "move_in", "partner_id": resident}],
        login="e2e_officer",
    )
    window.open_record("property.handover", handover[0])
    window.screenshot("handover")
    expect(window.page.locator(".o_form_view .alert:visible").first).to_contain_text("Identity")
    assert not window.page.locator("button[name=action_next]:visible").count()
    papers = window.page.locator(".o_notebook button[name=action_ok]:visible")
    for _paper in range(papers.count()):
        papers.first.click()
        window.quiet()
    window.expect_no_error()
    window.button("action_next")
    window.expect_no_error()
    assert site.call("property.handover", "read", handover, ["state"])[0]["state"] == "form"
    window.screenshot("handover-form")


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_portal_pages_of_an_owner(client, site, lang, size):
    window = client("e2e_owner", size=size, lang=lang, to="/my")
    for name, path in (
        ("units", "/my/units"),
        ("unit", f"/my/units/{unit_id(site, '3-1-1001')}"),
        ("profile", "/my/profile"),
        ("binding", "/my/binding"),
    ):
        answer = window.goto(path)
        assert answer.status == 200, path
        assert window.fits(), f"{path} is wider than the window"
        window.screenshot(f"portal-{name}")
