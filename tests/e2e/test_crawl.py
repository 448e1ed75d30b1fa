# SPDX-License-Identifier: LGPL-3.0-or-later
"""Open every menu of the Property app in every view, and on a phone; nothing may break."""

from e2e_crawl import ROOT_MENU, Crawl


def test_every_menu_opens_in_every_view(client):
    window = client("admin")
    crawl = Crawl(window)
    entries = window.menus(ROOT_MENU)
    for entry in entries:
        crawl.menu(entry, deep=True)
    print(f"{len(entries)} menus, {crawl.seen} screens")
    assert not crawl.found, "\n".join(crawl.found)


def test_every_menu_opens_in_chinese_on_a_phone(client):
    window = client("e2e_officer", size="phone", lang="zh_CN")
    crawl = Crawl(window)
    for entry in window.menus(ROOT_MENU):
        crawl.menu(entry, deep=False)
    assert not crawl.found, "\n".join(crawl.found)
