# SPDX-License-Identifier: LGPL-3.0-or-later
"""One browser window with the waits and the checks that every story needs."""

import re
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, expect

SIZES = {"desktop": (1366, 900), "phone": (390, 844)}
WAIT = 30_000
LAUNCH = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=en-US"]
# counts requests under way, so that "quiet" means something
COUNT_REQUESTS = """
(() => {
  window.__pending = 0;
  const fetchOriginal = window.fetch;
  window.fetch = function (...args) {
    window.__pending++;
    return fetchOriginal.apply(this, args).finally(() => { window.__pending--; });
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...args) {
    window.__pending++;
    this.addEventListener("loadend", () => { window.__pending--; }, { once: true });
    return send.apply(this, args);
  };
})();
"""
# quiet: no request under way, no spinner, the web client mounted; six looks in a row
WAIT_QUIET = """
(limit) => new Promise((resolve, reject) => {
  const end = performance.now() + limit;
  const state = () => {
    if (document.readyState !== "complete") { return "loading"; }
    if (window.__pending > 0) { return `${window.__pending} requests`; }
    if (document.body.classList.contains("o_web_client") &&
        !(window.odoo && odoo.__WOWL_DEBUG__ && document.querySelector(".o_action_manager > *"))) {
      return "no web client";
    }
    return document.querySelector(".o_loading_indicator, .o_blockUI") ? "spinner" : "";
  };
  let calm = 0;
  const look = () => {
    const busy = state();
    calm = busy ? 0 : calm + 1;
    if (calm >= 6) { resolve(true); return; }
    if (performance.now() > end) { reject(new Error(`never quiet: ${busy}`)); return; }
    setTimeout(look, 16);
  };
  look();
})
"""
# the client's own code is not at fault for these
HARMLESS = re.compile(
    r"ERR_INTERNET_DISCONNECTED|ResizeObserver loop|favicon|service-worker|"
    r"bundle.*websocket|/websocket|Download the|was preloaded using link preload|ERR_ABORTED"
)


class Client:
    """A page with helpers. ``problems`` collects what must not happen."""

    def __init__(self, site, browser, artefacts, size="desktop", lang="en_US"):
        width, height = SIZES[size]
        self.site, self.size, self.lang = site, size, lang
        self.artefacts = Path(artefacts)
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            is_mobile=size == "phone",
            has_touch=size == "phone",
            locale=lang.replace("_", "-"),
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        self.context.add_init_script(COUNT_REQUESTS)
        self.context.set_default_timeout(WAIT)
        self.page = self.context.new_page()
        self.problems = []
        self.tolerant = False
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        self.page.on("response", self._on_response)

    def _on_console(self, message):
        if message.type == "error":
            place = message.location.get("url", "") if message.location else ""
            self._note(f"console: {message.text} ({place})")

    def _on_response(self, response):
        if response.status >= 500:
            self._note(f"HTTP {response.status}: {response.url}")

    def _note(self, text):
        if not self.tolerant and not HARMLESS.search(text):
            self.problems.append(text)

    @contextmanager
    def refused(self):
        """Allow errors inside: the story asks for something that must be refused."""
        self.tolerant = True
        try:
            yield
            self.quiet()
        finally:
            self.tolerant = False

    def check(self):
        """Fail on everything that was noted."""
        problems, self.problems = self.problems, []
        assert not problems, "\n".join(problems)

    def close(self):
        self.context.close()

    # --- moving -----------------------------------------------------------------------------

    def quiet(self):
        """Wait until no request is under way and nothing moves."""
        for turn in range(5):
            try:
                self.page.evaluate(WAIT_QUIET, WAIT)
                return
            except Error as error:
                # the page went elsewhere while we looked
                if "context was destroyed" not in str(error) or turn == 4:
                    raise
                self.page.wait_for_load_state("load")

    def login(self, login, password=None, to="/odoo"):
        """Log in; a portal user ends on /my."""
        self.page.goto(f"{self.site.url}/web/login?redirect={to}")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password or login)
        self.page.click(".oe_login_form button[type=submit]")
        self.page.wait_for_url(lambda url: "/web/login" not in url)
        self.quiet()
        return self

    def goto(self, path):
        answer = self.page.goto(self.site.url + path)
        self.quiet()
        return answer

    def open_action(self, action, **options):
        """Open an action by external or database id inside the web client, without a reload."""
        self.page.evaluate(
            """async ([action, options]) => {
                const { env } = odoo.__WOWL_DEBUG__.root;
                await env.services.action.doAction(action, { clearBreadcrumbs: true, ...options });
            }""",
            [action, options],
        )
        self.quiet()

    def open_record(self, model, record):
        """Open the form of a record."""
        self.open_action(
            {
                "type": "ir.actions.act_window",
                "res_model": model,
                "res_id": record,
                "views": [[False, "form"]],
            }
        )

    def switch_view(self, kind):
        button = self.page.locator(f".o_cp_switch_buttons .o_switch_view.o_{kind}").first
        if button.is_visible():
            button.click()
        else:
            self.page.locator(".o_cp_switch_buttons .dropdown-toggle").first.click()
            self.page.locator(
                f".o-dropdown--menu .o_switch_view.o_{kind}, .dropdown-menu .o_switch_view.o_{kind}"
            ).first.click()
        self.quiet()

    def menus(self, root):
        """Return the entries (name path, action) below an app, as this user sees them."""
        return self.page.evaluate(
            """(root) => {
                const service = odoo.__WOWL_DEBUG__.root.env.services.menu;
                const app = service.getApps().find((one) => one.xmlid === root);
                if (!app) { return []; }
                const found = [];
                const walk = (menu, path) => {
                    const here = [...path, menu.name];
                    if (menu.actionID) {
                        found.push({ name: here.join(" / "), action: menu.actionID,
                                     model: menu.actionModel, xmlid: menu.xmlid });
                    }
                    for (const child of menu.childrenTree || []) { walk(child, here); }
                };
                walk(service.getMenuAsTree(app.id), []);
                const seen = new Set();
                return found.filter((one) => !seen.has(one.action) && seen.add(one.action));
            }""",
            root,
        )

    # --- forms ------------------------------------------------------------------------------

    def field(self, name):
        return self.page.locator(f".o_field_widget[name={name}]").first

    def fill(self, name, value):
        """Type into a field of the form that is open."""
        box = self.field(name).locator("input, textarea").first
        box.fill(str(value))
        box.press("Tab")
        self.quiet()

    def fill_date(self, name, day):
        """Type a day into a date field.

        :param day: ``2026-03-31``; it is written as the user's language wants it
        """
        # two dates may share a range widget, so the part is found by its own mark
        part = self.page.locator(f".o_form_view [data-field={name}]").first
        if part.evaluate("one => one.tagName") == "BUTTON":
            part.click()
            part = self.page.locator(f".o_form_view input[data-field={name}]").first
        year, month, number = day.split("-")
        text = day.replace("-", "/") if self.lang == "zh_CN" else f"{month}/{number}/{year}"
        part.fill(text)
        part.press("Enter")
        self.page.keyboard.press("Escape")
        self.quiet()

    def choose(self, name, text):
        """Pick the first suggestion of a relation."""
        box = self.field(name).locator("input").first
        box.click()
        box.fill(text)
        self.quiet()
        self.page.locator(".o-autocomplete--dropdown-item", has_text=text).first.click()
        self.quiet()

    def button(self, name):
        """Press a button of the form or dialog by its technical name."""
        button = self.page.locator(
            f".modal button[name={name}]:visible, .o_form_view button[name={name}]:visible"
        )
        if not button.count():
            more = self.page.locator(
                ".o_statusbar_buttons .dropdown-toggle:visible, "
                ".o_cp_action_menus .dropdown-toggle:visible"
            )
            if more.count():
                more.first.click()
            button = self.page.locator(f"button[name={name}]:visible")
        button.first.click()
        self.quiet()

    def confirm(self):
        """Answer a confirmation, if one was asked."""
        button = self.page.locator(".modal .modal-footer .btn-primary:visible")
        if button.count():
            button.first.click()
            self.quiet()

    def save(self):
        button = self.page.locator(".o_form_button_save:visible")
        if button.count():
            button.first.click()
            self.quiet()
        expect(
            self.page.locator(".o_form_status_indicator_buttons.invisible, .o_form_saved")
            .or_(self.page.locator(".o_form_view").first)
            .first
        ).to_be_visible()

    def error_dialogs(self):
        """Return the text of error dialogs and danger notifications on the screen."""
        boxes = self.page.locator(
            ".o_error_dialog, .o_notification:has(.bg-danger), .modal:has(.o_error_detail)"
        )
        return [boxes.nth(index).inner_text()[:600] for index in range(boxes.count())]

    def tracebacks(self):
        """Return how many dialogs offer technical details: something broke, nobody refused."""
        return self.page.locator(".o_error_dialog .btn-link.p-0").count()

    def close_dialogs(self):
        """Close refusals that were read."""
        while self.page.locator(".o_error_dialog .btn-primary:visible").count():
            self.page.locator(".o_error_dialog .btn-primary:visible").first.click()
            self.quiet()

    def expect_no_error(self):
        found = self.error_dialogs()
        assert not found, "\n".join(found)

    # --- evidence ---------------------------------------------------------------------------

    def screenshot(self, name, full=True):
        """Keep a picture: <name>.<language>.<size>.png."""
        self.artefacts.mkdir(parents=True, exist_ok=True)
        path = self.artefacts / f"{name}.{self.lang}.{self.size}.png"
        self.page.screenshot(path=path, full_page=full)
        return path

    def fits(self):
        """Tell whether nothing is wider than the window (a phone must not scroll sideways)."""
        return self.page.evaluate(
            "() => document.documentElement.scrollWidth <= window.innerWidth + 1"
        )

    def text(self):
        return self.page.locator("body").inner_text()
