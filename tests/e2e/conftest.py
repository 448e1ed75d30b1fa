# SPDX-License-Identifier: LGPL-3.0-or-later
"""One server for all stories, one browser, a window per test."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from e2e_client import LAUNCH, Client
from e2e_site import Site

ROOT = HERE.parents[1]
LANGUAGES = ("zh_CN", "en_US")


@pytest.fixture(scope="session")
def artefacts():
    """Return the folder for screenshots and logs."""
    folder = Path(os.environ.get("ARTEFACTS") or ROOT / "artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory, artefacts):
    """Return a running server with people of every role and two small communities."""
    site = Site("e2e", tmp_path_factory.mktemp("e2e")).create()
    try:
        site.shell((HERE / "e2e_people.py").read_text())
        yield site.start()
    finally:
        site.stop()
        if site.log.exists():
            (artefacts / "e2e-server.log").write_bytes(site.log.read_bytes())
        site.drop()


@pytest.fixture(scope="session")
def browser():
    """Return a Chromium."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def client(site, browser, artefacts, request):
    """Return a function that opens windows; errors in any of them fail the test."""
    opened = []
    position = site.log_position

    def window(login=None, size="desktop", lang="en_US", to="/odoo"):
        one = Client(site, browser, artefacts / "screens", size, lang)
        opened.append(one)
        if login:
            site.set_language(login, lang)
            one.login(login, to=to)
        return one

    yield window
    problems = [problem for one in opened for problem in one.problems]
    failed = getattr(request.node, "failed_call", False)
    for number, one in enumerate(opened):
        if failed or one.problems:
            one.screenshot(f"failed-{request.node.name}-{number}".replace("/", "_"), full=False)
        one.close()
    problems += site.errors_since(position)
    assert failed or not problems, "\n".join(problems)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.failed_call = report.failed
