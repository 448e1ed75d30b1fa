# SPDX-License-Identifier: LGPL-3.0-or-later
from .common import PropertyFeesCommon


class TestRegisterImport(PropertyFeesCommon):
    def take(self, wizard, *values):
        rows = [
            {"unit": unit, "unit_id": unit.id, "sheet": "1", "row": 2, "values": {"price": [text]}}
            for unit, text in values
        ]
        return wizard._take_sibling_rows(rows)

    def test_price_column(self):
        shop = self.make_unit("S1", usage="commercial")
        self.price.unlink()
        wizard = self.env["property.register.import"].create({"community_id": self.community.id})
        self.assertNotIn("price", wizard._get_sibling_columns())
        self.assertFalse(self.take(wizard, (self.unit, "2.45"))["taken"].get("price"))
        wizard.fee_item_id = self.item
        self.assertIn("price", wizard._get_sibling_columns())
        for _time in range(2):
            result = self.take(wizard, (self.unit, "２.45元/㎡"), (shop, "3.80"))
            self.assertEqual(result["taken"]["price"], 2)
            self.assertFalse(result["findings"])
        prices = self.env["property.fee.price"].search([("item_id", "=", self.item.id)])
        self.assertEqual(
            {(price.usage, price.unit_price) for price in prices},
            {("residential", 2.45), ("commercial", 3.8)},
        )

    def test_price_that_differs_or_cannot_be_read_is_reported(self):
        wizard = self.env["property.register.import"].create(
            {"community_id": self.community.id, "fee_item_id": self.item.id}
        )
        result = self.take(wizard, (self.unit, "9.99"), (self.unit, "面议"))
        self.assertFalse(result["taken"].get("price"))
        self.assertEqual(len(result["findings"]), 2)
