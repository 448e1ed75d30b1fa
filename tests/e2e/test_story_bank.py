# SPDX-License-Identifier: LGPL-3.0-or-later
"""A bank statement of 1,000 lines as a CSV sheet: imported, matched, looked at in the widget."""

import csv
import json
import re
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

HERE = Path(__file__).resolve().parent
LINES = 1000
STORY = {}


def rows_of(bank):
    """Return (remark, amount, what becomes of it) of 1,000 lines; nobody pays in his own name."""
    rows = []
    for number, (unit, month, reference) in enumerate(
        zip(bank["units"], bank["months"], bank["references"], strict=True)
    ):
        if number < 150:  # one month, then the two that follow in one line
            rows.append((f"物业费 {reference}", month, "exact"))
            rows.append((f"{reference} 两个月", 2 * month, "exact"))
        elif number < 200:  # no reference, only where it is for
            rows.append((f"{unit.replace('-1-', '栋1单元', 1)}室物业费", 3 * month, "proposed"))
        else:  # more than is owed
            rows.append((f"{reference} 预存", 3 * month + 100, "proposed"))
    while len(rows) < LINES:
        rows.append((f"网上转账 {len(rows)}", 10.0 + len(rows) / 100, "none"))
    return rows


@pytest.fixture(scope="module")
def bank(site, tmp_path_factory):
    """Return the estate of the story and the sheet of its bank."""
    if not (site.has("account.statement.import.sheet.mapping") and site.has("account.account")):
        pytest.skip("the OCA companions for bank statements are not installed")
    output = site.shell((HERE / "e2e_bank.py").read_text())
    found = json.loads(re.search(r"^BANK (.*)$", output, re.MULTILINE)[1])
    found["rows"] = rows_of(found)
    found["sheet"] = tmp_path_factory.mktemp("bank") / "statement.csv"
    with found["sheet"].open("w", newline="", encoding="utf-8") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["交易日期", "流水号", "收入金额", "对方户名", "附言"])
        for number, (remark, amount, _kind) in enumerate(found["rows"]):
            sheet.writerow(
                ["2026-04-08", f"F{number:06d}", f"{amount:.2f}", f"付款人{number}", remark]
            )
    return found


def count(site, bank, *domain):
    base = [("journal_id", "=", bank["journal"])]
    return site.call("account.bank.statement.line", "search_count", [*base, *domain])


def import_sheet(window, bank, path):
    """Go through the import wizard of the companion with a file of the bank."""
    window.open_action(
        "account_statement_import_file.account_statement_import_action",
        additionalContext={"journal_id": bank["journal"]},
    )
    window.choose("sheet_mapping_id", "Bank Garden sheet")
    window.page.set_input_files(
        ".modal .o_field_widget[name=statement_file] input[type=file]", path
    )
    window.quiet()
    window.page.set_default_timeout(900_000)
    window.page.locator(".modal button[name=import_file_button]").click()
    done = window.page.locator(".o_list_view, .o_kanban_view, .o_error_dialog").first
    expect(done).to_be_visible(timeout=900_000)


def test_accountant_imports_the_sheet_and_lines_find_their_bills(client, site, bank):
    window = client("e2e_accountant", lang="zh_CN")
    import_sheet(window, bank, bank["sheet"])
    window.quiet()
    window.expect_no_error()
    assert count(site, bank) == LINES
    for kind in ("exact", "proposed", "none"):
        wanted = sum(row[2] == kind for row in bank["rows"])
        assert count(site, bank, ("property_match", "=", kind)) == wanted, kind
    assert count(site, bank, ("is_reconciled", "=", True)) == 300, "only what is exact is booked"
    paid = [("property_community_id.code", "=", "BG"), ("payment_state", "=", "paid")]
    assert site.call("account.move", "search_count", paid) == 450, "one line pays two bills"


@pytest.mark.parametrize("lang", ["zh_CN", "en_US"])
def test_accountant_looks_at_the_proposals(client, bank, lang):
    window = client("e2e_accountant", lang=lang)
    window.open_action("property_fees.property_bank_line_action")
    window.screenshot("bank-lines")
    assert "付款人" in window.text()
    assert bank["units"][160].split("-")[0] in window.text()


def test_overpayment_is_accepted_and_stays_to_the_credit_of_the_payer(client, site, bank):
    line = site.call(
        "account.bank.statement.line",
        "search_read",
        [("journal_id", "=", bank["journal"]), ("property_left", ">", 0)],
        ["payment_ref", "property_left", "amount"],
        limit=1,
    )[0]
    assert line["property_left"] == 100
    window = client("e2e_accountant", lang="zh_CN")
    window.open_action("property_fees.property_bank_line_action")
    box = window.page.locator(".o_searchview_input")
    box.fill(line["payment_ref"])
    box.press("Enter")
    window.quiet()
    window.page.locator(".o_data_row button[name=action_property_accept]").first.click()
    window.quiet()
    window.expect_no_error()
    (done,) = site.call(
        "account.bank.statement.line", "read", [line["id"]], ["is_reconciled", "move_id"]
    )
    assert done["is_reconciled"]
    credit = site.call(
        "account.move.line",
        "search_read",
        [
            ("move_id", "=", done["move_id"][0]),
            ("account_type", "=", "asset_receivable"),
            ("reconciled", "=", False),
        ],
        ["amount_residual"],
    )
    assert [one["amount_residual"] for one in credit] == [-100.0]


def test_proposal_is_validated_in_the_widget(client, site, bank):
    if not site.ref("account_reconcile_oca.action_bank_statement_line_reconcile"):
        pytest.skip("account_reconcile_oca is not installed")
    domain = [
        ("journal_id", "=", bank["journal"]),
        ("property_match_evidence", "=", "unit"),
        ("is_reconciled", "=", False),
    ]
    line = site.call(
        "account.bank.statement.line",
        "search_read",
        domain,
        ["payment_ref", "amount", "property_bill_ids"],
        limit=1,
    )[0]
    window = client("e2e_accountant", lang="zh_CN")
    window.open_action(
        "account_reconcile_oca.action_bank_statement_line_reconcile",
        additionalContext={
            "active_id": bank["journal"],
            "search_default_not_reconciled": 1,
        },
    )
    # the widget has a list with a search of its own beside
    box = window.page.locator(".o_searchview_input").first
    box.fill(line["payment_ref"])
    box.press("Enter")
    window.quiet()
    window.page.locator(".o_kanban_record", has_text=line["payment_ref"]).first.click()
    window.quiet()
    window.screenshot("bank-widget")
    names = site.call("account.move", "read", line["property_bill_ids"], ["name"])
    for bill in names:
        assert bill["name"] in window.text(), "the widget does not show the proposed bill"
    window.page.locator("button[name=reconcile_bank_line]:visible").first.click()
    window.quiet()
    window.expect_no_error()
    (done,) = site.call("account.bank.statement.line", "read", [line["id"]], ["is_reconciled"])
    assert done["is_reconciled"]
    left = site.call("account.move", "read", line["property_bill_ids"], ["amount_residual"])
    assert {bill["amount_residual"] for bill in left} == {0.0}
    window.screenshot("bank-widget-done")


def test_workbook_as_the_bank_sends_it_is_imported_too(client, site, bank, tmp_path):
    before = count(site, bank)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["对公账户交易明细"])
    sheet.append(["账号", 6222021001])
    sheet.append(["交易日期", "流水号", "收入金额", "支出金额", "对方户名", "附言"])
    sheet.append([datetime(2026, 4, 9, 9, 30), 900001, 88.5, None, "张喆", "网上转账"])
    sheet.append([20260410, 900002, "1,200.00", "-", None, None])
    sheet.append([])
    sheet.append(["合计", None, 1288.5])
    path = tmp_path / "明细.xlsx"
    book.save(path)
    window = client("e2e_accountant", lang="zh_CN")
    import_sheet(window, bank, path)
    window.quiet()
    window.expect_no_error()
    assert count(site, bank) == before + 2
    lines = site.call(
        "account.bank.statement.line",
        "search_read",
        [("journal_id", "=", bank["journal"]), ("date", ">", "2026-04-08")],
        ["date", "amount", "partner_name"],
        order="date",
    )
    assert [(line["date"], line["amount"]) for line in lines] == [
        ("2026-04-09", 88.5),
        ("2026-04-10", 1200.0),
    ]
    assert lines[1]["partner_name"] is False
