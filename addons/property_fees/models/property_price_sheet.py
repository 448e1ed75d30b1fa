# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import format_date


class PropertyCommunity(models.Model):
    """The price sheet of a community: always the prices in force (FEE-14)."""

    _inherit = "property.community"

    fee_procedure = fields.Html(
        string="How fees are charged",
        translate=True,
        help="Procedure sheet: when bills come, how to pay, where to complain. Shown with the "
        "prices.",
    )
    is_price_sheet_published = fields.Boolean(
        string="Prices in the portal",
        default=True,
        help="Residents see the prices in force.",
    )

    def _get_price_sheet(self, day):
        """Return the prices in force on a day.

        :return: list of dicts ``item``, ``lines`` (dicts ``scope``, ``price``), ``service_start``
        """
        self.ensure_one()
        prices = self.env["property.fee.price"].search(
            [
                ("community_id", "=", self.id),
                ("item_id.active", "=", True),
                ("state", "=", "approved"),
                "|",
                ("start_date", "=", False),
                ("start_date", "<=", day),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", day),
            ]
        )
        assignments = self.env["property.fee.assignment"].search(
            [
                ("community_id", "=", self.id),
                ("res_id", "=", False),
                ("service_start_date", "!=", False),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", day),
            ]
        )
        services = assignments.grouped("item_id")
        return [
            {
                "item": item,
                "lines": [
                    {"scope": price._get_scope_label(), "price": price}
                    for price in lines.sorted(lambda one: (-one._as_rule().specificity, one.id))
                ],
                "services": services.get(item, assignments.browse()),
            }
            for item, lines in sorted(
                prices.grouped("item_id").items(), key=lambda pair: (pair[0].sequence, pair[0].id)
            )
        ]

    def action_print_price_sheet(self):
        """Print the prices in force today."""
        return self.env.ref("property_fees.property_price_sheet_report").report_action(self)


class PropertyFeePrice(models.Model):
    _inherit = "property.fee.price"

    def _get_scope_label(self):
        """Return for which units the price is, in the reader's language."""
        self.ensure_one()
        usages = dict(self._fields["usage"]._description_selection(self.env))
        parts = [self.phase_id.name, self.building_id.name, usages.get(self.usage)]
        return ", ".join(part for part in parts if part) or self.env._("All units")

    def _get_days_label(self):
        """Return from when to when the price holds, in the reader's language."""
        self.ensure_one()
        parts = []
        if self.start_date:
            parts.append(self.env._("from %(day)s", day=format_date(self.env, self.start_date)))
        if self.end_date:
            parts.append(self.env._("until %(day)s", day=format_date(self.env, self.end_date)))
        return " ".join(parts)

    def _get_grounds_label(self):
        """Return days, service level and resolution in one line, in the reader's language."""
        self.ensure_one()
        parts = [self._get_days_label()]
        if self.service_level:
            parts.append(self.env._("Service level: %(level)s", level=self.service_level))
        if self.resolution_reference:
            parts.append(
                self.env._("Approved by: %(resolution)s", resolution=self.resolution_reference)
            )
        return " · ".join(part for part in parts if part)
