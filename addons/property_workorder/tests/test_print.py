# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestPrint(WorkorderCommon):
    """What is printed says what it is about (feature 85)."""

    def render(self, name, records):
        report = self.env["ir.actions.report"].with_context(lang="en_US")
        return report._render_qweb_html(f"property_workorder.{name}", records.ids)[0].decode()

    def test_a_work_order_with_photos_and_signature(self):
        order = self.finish(
            self.make_order(category_id=self.tap.id, unit_id=self.unit.id, partner_id=self.owner.id)
        )
        order.material_ids = [
            Command.create(
                {
                    "product_id": self.env["product.product"].create({"name": "Washer"}).id,
                    "quantity": 2,
                }
            )
        ]
        html = self.render("report_workorder", order)
        for words in (order.name, "Closer changed", "Washer", self.tech_user.name, "<figure>"):
            self.assertIn(words, html)
        self.assertNotIn("2.0", html)
        self.assertIn(order.name, self.render("report_register", order))

    def test_a_price_to_sign(self):
        order = self.make_order(unit_id=self.unit.id, partner_id=self.owner.id, kind="service")
        quote = self.env["property.workorder.quote"].create(
            {
                "workorder_id": order.id,
                "line_ids": [Command.create({"name": "Change a tap", "unit_price": 60})],
            }
        )
        html = self.render("report_quote", quote)
        for words in ("Change a tap", "60.00", self.owner.name, "Nothing is done or charged"):
            self.assertIn(words, html)

    def test_an_order_to_a_contractor(self):
        contract = self.env["property.workorder.contract"].create(
            {
                "workorder_id": self.make_order().id,
                "name": "New closer",
                "partner_id": self.make_partner("Doors Ltd.").id,
                "amount": 300,
            }
        )
        html = self.render("report_contract", contract)
        for words in ("New closer", "Doors Ltd.", "300.00", "Entrance door does not close"):
            self.assertIn(words, html)

    def test_a_sheet_to_go_from_door_to_door(self):
        survey = self.env["property.unit.survey"].create(
            {
                "name": "Door phones",
                "community_id": self.community.id,
                "question": "Does it ring?",
            }
        )
        survey.action_start()
        html = self.render("report_survey", survey)
        for words in ("Door phones", "Does it ring?", self.unit.name):
            self.assertIn(words, html)
