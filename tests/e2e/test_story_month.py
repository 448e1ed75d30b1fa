# SPDX-License-Identifier: LGPL-3.0-or-later
"""The main job, in order: import the register, bill a month, take money, read the bill, book it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

DATA = Path(__file__).resolve().parents[1] / "data"
START, END = "2026-03-01", "2026-03-31"
# 3-1-1001 of the garden: 91 m² at 2.45
OWNER_AMOUNT = 222.95
NEIGHBOUR_AMOUNT = "225.40"
CAPITALS = "贰佰贰拾贰元玖角伍分"
STORY = {}


def run_of(site):
    return site.call("property.fee.run", "search_read", [("community_ids.code", "=", "GOP")])


def bill_of(site, login):
    domain = [("partner_id.user_ids.login", "=", login), ("property_fee_run_id", "!=", False)]
    fields = ["name", "amount_total", "amount_residual", "payment_state", "state", "partner_id"]
    return site.call("account.move", "search_read", domain, fields)


def test_register_is_checked_and_imported(client, site):
    truth = json.loads((DATA / "owners_register.truth.json").read_text())
    window = client("e2e_officer", lang="zh_CN")
    window.open_action("property_base.property_register_import_action")
    window.choose("community_id", "Register Garden")
    window.page.set_input_files(
        ".o_field_widget[name=file] input[type=file]", DATA / "owners_register.xlsx"
    )
    window.quiet()
    domain = [("community_id.code", "=", "RG")]
    window.button("action_check")
    window.screenshot("register-checked")
    assert site.call("property.unit", "search_count", domain) == 0, "checking wrote units"
    window.button("action_start")
    window.screenshot("register-running")
    expect(window.page.locator("button[name=action_view_units]")).to_be_visible(timeout=120_000)
    window.quiet()
    window.screenshot("register-done")
    figures = {
        "units": site.call("property.unit", "search_count", domain),
        "buildings": site.call("property.building", "search_count", domain),
        "unsold_units": site.call(
            "property.unit", "search_count", [*domain, ("owner_ids", "=", False)]
        ),
        "owned_units": site.call(
            "property.unit", "search_count", [*domain, ("owner_ids", "!=", False)]
        ),
    }
    assert figures == {name: truth[name] for name in figures}
    area = site.call("property.community", "read", _ids(site, "RG"), ["unit_area_m2"])[0][
        "unit_area_m2"
    ]
    assert round(area * 100) == truth["area_centi_m2"]
    assert window.page.locator(".o_field_widget[name=report_html]").inner_text().strip()
    window.button("action_view_units")
    window.screenshot("register-units")


def _ids(site, code):
    return site.call("property.community", "search", [("code", "=", code)])


def test_month_is_previewed_and_posted(client, site):
    window = client("e2e_accountant", lang="zh_CN")
    window.open_action("property_fees.property_fee_run_action")
    window.page.locator(".o_list_button_add:visible, .o-kanban-button-new:visible").first.click()
    window.quiet()
    window.choose("community_ids", "Garden of Peace")
    for name, day in (("period_start", START), ("period_end", END), ("invoice_date", START)):
        window.fill_date(name, day)
    window.button("action_compute")
    window.screenshot("run-computed")
    (run,) = run_of(site)
    assert (run["state"], run["period_start"], run["period_end"]) == ("computed", START, END)
    assert run["charge_count"] == 4
    assert run["problem_count"] == 8, "units without an owner are named, not forgotten"
    window.button("action_post")
    window.confirm()
    window.screenshot("run-posted")
    (run,) = run_of(site)
    assert (run["state"], run["bill_count"]) == ("posted", 4)
    (bill,) = bill_of(site, "e2e_owner")
    assert (bill["state"], bill["amount_total"]) == ("posted", OWNER_AMOUNT)
    STORY["bill"] = bill


def test_owner_is_told_what_the_bill_is_made_of(client, site):
    bill = STORY["bill"]
    window = client("e2e_owner", size="phone", to=f"/my/bills/{bill['id']}")
    assert str(OWNER_AMOUNT) in window.text()
    assert "2.45" in window.text(), "the price of the explanation is missing"


def test_cashier_opens_a_shift_and_takes_money(client, site):
    window = client("e2e_cashier", lang="zh_CN")
    window.open_action("property_fees.property_cashier_shift_action")
    window.page.locator(".o_list_button_add:visible").first.click()
    window.quiet()
    window.fill("opening_cash", 100)
    window.save()
    window.button("action_take_payment")
    desk = window.page.locator(".o_property_desk")
    desk.locator("[name=query]").fill("3-1-1001")
    # both communities have a unit of this name, so the desk shows both
    desk.locator(".o_desk_results button", has_text="Garden of Peace").click()
    expect(desk.locator("[name=total]")).to_contain_text("222.95")
    desk.locator("[name=tendered]").fill("300")
    window.screenshot("desk")
    expect(desk.locator("[name=change]")).to_contain_text("77.05")
    desk.locator("[name=take]").click()
    expect(desk.locator(".o_desk_done")).to_be_visible()
    window.screenshot("receipt")
    assert CAPITALS in window.text(), "the amount in words is missing"
    (bill,) = bill_of(site, "e2e_owner")
    assert bill["payment_state"] in {"paid", "in_payment"}
    assert bill["amount_residual"] == 0
    receipts = site.call("property.receipt", "search_read", [], ["name", "amount", "state"])
    assert [(one["amount"], one["state"]) for one in receipts] == [(OWNER_AMOUNT, "issued")]
    assert receipts[0]["name"] != "/"


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_bill_in_the_portal(client, site, lang, size):
    (bill,) = bill_of(site, "e2e_owner")
    window = client("e2e_owner", size=size, lang=lang, to="/my")
    window.screenshot("portal-home-with-bill")
    assert window.fits(), "the home page is wider than the window"
    window.goto("/my/bills")
    assert bill["name"] in window.text() or "222.95" in window.text()
    assert window.fits(), "the list of bills is wider than the window"
    window.screenshot("portal-bills")
    window.goto(f"/my/bills/{bill['id']}")
    window.screenshot("portal-bill")
    assert window.fits(), "the bill is wider than the window"
    text = window.text()
    assert "222.95" in text
    assert "2.45" in text, "the explanation is missing"


def test_neighbour_sees_nothing_of_it(client, site):
    (bill,) = bill_of(site, "e2e_owner")
    window = client("e2e_neighbour", to="/my")
    for path in ("invoices", "bills"):
        with window.refused():
            window.goto(f"/my/{path}/{bill['id']}")
            assert f"/my/{path}/{bill['id']}" not in window.page.url
            assert "222.95" not in window.text()
            assert bill["name"] not in window.text()
    with window.refused():
        answer = window.page.request.get(f"{site.url}/my/bills/{bill['id']}/pdf")
        assert answer.headers.get("content-type") != "application/pdf"
    unit = site.call("property.unit", "search", [("name", "=", "3-1-1001")])[0]
    with window.refused():
        window.goto(f"/my/units/{unit}")
        assert "Li Ming" not in window.text()
    (own,) = bill_of(site, "e2e_neighbour")
    window.goto(f"/my/bills/{own['id']}")
    assert NEIGHBOUR_AMOUNT in window.text()


def test_accountant_finds_the_entries(client, site):
    (bill,) = bill_of(site, "e2e_owner")
    window = client("e2e_accountant")
    window.open_action(
        {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": bill["id"],
            "views": [[False, "form"]],
        }
    )
    expect(window.page.locator(".o_form_view")).to_contain_text(bill["name"])
    window.screenshot("accounting-bill")
    window.open_action("account.action_account_moves_all")
    window.expect_no_error()
    window.screenshot("accounting-items")
    fields = [
        "account_id",
        "debit",
        "credit",
        "amount_residual",
        "reconciled",
        "analytic_distribution",
    ]
    lines = site.call("account.move.line", "search_read", [("move_id", "=", bill["id"])], fields)
    assert sum(line["debit"] for line in lines) == pytest.approx(OWNER_AMOUNT)
    assert sum(line["credit"] for line in lines) == pytest.approx(OWNER_AMOUNT)
    receivable = [line for line in lines if line["debit"]]
    assert receivable, "no receivable"
    assert all(line["reconciled"] and not line["amount_residual"] for line in receivable)
    assert all(line["analytic_distribution"] for line in lines if line["credit"])


def test_a_second_run_bills_nothing(client, site):
    company = site.call("property.community", "read", _ids(site, "GOP"), ["company_id"])[0]
    again = site.call(
        "property.fee.run",
        "create",
        [
            {
                "company_id": company["company_id"][0],
                "community_ids": [[6, 0, _ids(site, "GOP")]],
                "period_start": START,
                "period_end": END,
                "invoice_date": START,
            }
        ],
    )
    site.call("property.fee.run", "action_compute", again)
    assert site.call("property.fee.run", "read", again, ["charge_count"])[0]["charge_count"] == 0
