# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tests import Form, TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestNewForms(TransactionCase):
    def test_every_form_opens_before_anything_is_filled_in(self):
        """What is computed must bear an empty form: no community, no unit, no currency yet."""
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "property.%"), ("type", "=", "form"), ("mode", "=", "primary")]
        )
        models = [name for name in sorted(set(views.mapped("model"))) if name in self.env]
        self.assertGreater(len(models), 60)
        for name in models:
            if self.env[name]._auto:
                with self.subTest(name):
                    Form(self.env[name])
