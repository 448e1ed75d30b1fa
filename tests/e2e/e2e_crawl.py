# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a patient user would try in each screen of the Property app."""

from playwright.sync_api import Error

ROOT_MENU = "property_base.property_root_menu"
NEW = (
    ".o_list_button_add:visible, .o-kanban-button-new:visible, "
    ".o_control_panel .o_form_button_create:visible"
)
ROW = (
    ".o_list_view .o_data_row:visible "
    ".o_data_cell:not(.o_handle_cell):not(.o_list_record_selector), "
    ".o_kanban_view .o_kanban_record:not(.o_kanban_ghost):visible"
)


class Crawl:
    """What a patient user would try in each screen."""

    def __init__(self, window):
        self.window, self.page = window, window.page
        self.found, self.seen = [], 0

    def look(self, place):
        """Note every error that is on the screen or in the console, then clear it."""
        window = self.window
        errors = window.error_dialogs() + window.problems
        window.problems = []
        if errors:
            window.screenshot(f"crawl-{len(self.found)}", full=False)
            self.found += [f"{place}: {error}" for error in errors]
        for selector in (".o_error_dialog .modal-footer button", ".o_notification_close"):
            while self.page.locator(selector).count():
                self.page.locator(selector).first.click(force=True)
                window.quiet()

    def step(self, place, act):
        self.seen += 1
        try:
            act()
            self.window.quiet()
        except Error as error:
            self.found.append(f"{place}: {str(error)[:300]}")
        self.look(place)

    def views(self):
        return self.page.evaluate(
            """() => [...document.querySelectorAll(".o_cp_switch_buttons .o_switch_view")]
                .flatMap((one) => [...one.classList])
                .map((name) => name.match(/^o_(list|kanban|calendar|pivot|graph|activity)$/))
                .filter(Boolean).map((match) => match[1])"""
        )

    def menu(self, entry, deep):
        """Open a menu, its views, its first record and the form for a new one."""
        name, action = entry["name"], entry["action"]
        self.step(name, lambda: self.window.open_action(action))
        if self.page.locator(".modal:visible").count():
            self.close_dialog()
            return
        if deep:
            kinds = self.views()
            for kind in kinds:
                self.step(f"{name} [{kind}]", lambda kind=kind: self.window.switch_view(kind))
            if kinds and kinds[-1] != "list":
                self.step(f"{name} again", lambda: self.window.open_action(action))
        # sample data of an empty screen can be seen, not pressed
        sample = self.page.locator(".o_view_sample_data").count()
        if self.page.locator(ROW).count() and not sample:
            self.step(f"{name} > record", self.page.locator(ROW).first.click)
            if not deep:
                # what the role may read is read with the record; its tabs are drawn for one role
                self.close_dialog()
                return
            self.tabs(name)
            self.close_dialog()
            self.step(f"{name} again", lambda: self.window.open_action(action))
        if deep and self.page.locator(NEW).count():
            self.step(f"{name} > new", self.page.locator(NEW).first.click)
            self.tabs(f"{name} > new")
            self.discard()

    def tabs(self, name):
        tabs = self.page.locator(".o_form_view .o_notebook .nav-link:visible")
        for index in range(tabs.count()):
            self.step(f"{name} > tab {index}", lambda index=index: tabs.nth(index).click())

    def discard(self):
        self.close_dialog()
        for selector in (".o_form_button_cancel:visible", ".o_list_button_discard:visible"):
            button = self.page.locator(selector)
            if button.count():
                button.first.click()
                self.window.quiet()
        self.close_dialog()

    def close_dialog(self):
        for _turn in range(3):
            close = self.page.locator(
                ".modal:visible .btn-close:visible, "
                ".modal:visible .o_form_button_cancel:visible, "
                ".modal:visible [special=cancel]:visible"
            )
            if not close.count():
                return
            close.first.click()
            self.window.quiet()
