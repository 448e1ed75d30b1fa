# SPDX-License-Identifier: LGPL-3.0-or-later
"""Everybody logs in, sees the Property app or the portal, and nothing complains."""

import pytest

ROOT_MENU = "property_base.property_root_menu"
STAFF = ("admin", "e2e_staff", "e2e_officer", "e2e_manager", "e2e_accountant", "e2e_cashier")


@pytest.mark.parametrize("login", STAFF)
def test_staff_log_in_and_find_the_app(client, login):
    window = client(login, lang="zh_CN")  # the crawl does it in English
    entries = window.menus(ROOT_MENU)
    assert entries, f"{login} has no Property app"
    window.open_action(entries[0]["action"])
    window.expect_no_error()
    if login == "e2e_officer":
        window.screenshot("first-screen")


@pytest.mark.parametrize(
    ("login", "lang", "size"),
    [
        ("e2e_owner", "zh_CN", "phone"),
        ("e2e_owner", "en_US", "phone"),
        ("e2e_owner", "zh_CN", "desktop"),
        ("e2e_owner", "en_US", "desktop"),
        ("e2e_neighbour", "zh_CN", "phone"),
    ],
)
def test_owners_log_in_to_the_portal(client, login, lang, size):
    window = client(login, size=size, lang=lang, to="/my")
    assert "/my" in window.page.url
    assert window.fits(), "the page is wider than the window"
    if login == "e2e_owner":
        window.screenshot("portal-home")


def test_a_wrong_password_is_refused(client):
    window = client()
    window.page.goto(f"{window.site.url}/web/login")
    window.page.fill("input[name=login]", "e2e_owner")
    window.page.fill("input[name=password]", "wrong")
    window.page.click(".oe_login_form button[type=submit]")
    window.page.wait_for_selector(".alert-danger")
    assert "/web/login" in window.page.url
