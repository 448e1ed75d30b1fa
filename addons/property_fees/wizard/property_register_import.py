# SPDX-License-Identifier: LGPL-3.0-or-later
import re
import unicodedata
from decimal import Decimal

from odoo import fields, models

NUMBER = re.compile(r"\d+(?:\.\d+)?")


class PropertyRegisterImport(models.TransientModel):
    _inherit = "property.register.import"

    fee_item_id = fields.Many2one(
        "property.fee.item",
        string="Prices for",
        help="Take the price column over as prices of this fee item: one per usage. Empty: the "
        "prices stay in the report.",
    )

    def _get_sibling_columns(self):
        """Extend `property_base`: the price column, when a fee item is chosen for it."""
        columns = super()._get_sibling_columns()
        if len(self) == 1 and self.fee_item_id:
            columns["price"] = {"label": self.env._("Price"), "words": ""}
        return columns

    def _take_sibling_rows(self, rows):
        """Extend `property_base`: make one price per community and usage; report what differs."""
        result = super()._take_sibling_rows(rows)
        if not self.fee_item_id:
            return result
        taken = 0
        for row in rows:
            for text in row["values"].get("price", []):
                message = self._take_fee_price(row["unit"], text)
                if not message:
                    taken += 1
                    continue
                result["findings"].append(
                    self._prepare_sibling_finding(
                        row,
                        "price",
                        text,
                        message,
                        self.env._("Correct the price, or agree it for the unit under Fees."),
                    )
                )
        if taken:
            result["taken"]["price"] = result["taken"].get("price", 0) + taken
        return result

    def _take_fee_price(self, unit, text):
        """Make sure that the usage of the unit has this price.

        :return: what is wrong with it, or nothing
        """
        found = NUMBER.search(unicodedata.normalize("NFKC", str(text)))
        if not found:
            return self.env._("No price can be read.")
        wanted = Decimal(found[0])
        prices = self.env["property.fee.price"].search(
            [("item_id", "=", self.fee_item_id.id), ("community_id", "=", unit.community_id.id)]
        )
        today = fields.Date.context_today(self)
        matching = prices.filtered(
            lambda price: (
                price._matches(unit._get_fee_criteria())
                and (not price.start_date or price.start_date <= today)
                and (not price.end_date or price.end_date >= today)
            )
        )
        best = max(matching, key=lambda price: price._as_rule().specificity, default=None)
        if best is None:
            self.env["property.fee.price"].create(
                {
                    "item_id": self.fee_item_id.id,
                    "community_id": unit.community_id.id,
                    "usage": unit.usage,
                    "unit_price": float(wanted),
                }
            )
        elif best._unit_price_decimal() != wanted:
            return self.env._(
                "Units of this usage have the price %(price)s.", price=best.price_label
            )
        return ""
