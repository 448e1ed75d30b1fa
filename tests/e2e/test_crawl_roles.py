# SPDX-License-Identifier: LGPL-3.0-or-later
"""Open every menu of the Property app as every role, and the first record; nothing may break.

A file of its own: files are what runs side by side.
"""

import pytest
from e2e_crawl import ROOT_MENU, Crawl

ROLES = ("e2e_manager", "e2e_officer", "e2e_staff", "e2e_accountant", "e2e_cashier")


@pytest.mark.parametrize("login", ROLES)
def test_every_menu_opens(client, login):
    window = client(login)
    crawl = Crawl(window)
    entries = window.menus(ROOT_MENU)
    assert len(entries) >= 3
    for entry in entries:
        crawl.menu(entry, deep=False)
    print(f"{login}: {len(entries)} menus, {crawl.seen} screens")
    assert not crawl.found, "\n".join(crawl.found)
