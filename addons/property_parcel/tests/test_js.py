# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests import test_js


@tagged("post_install", "-at_install")
class TestPropertyParcelJs(HttpCase):
    def test_unit_tests_of_the_desk(self):
        suite = test_js.HOOTCommon._generate_hash(None, "@property_parcel")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=120,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
