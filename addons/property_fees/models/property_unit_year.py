# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyUnit(models.Model):
    _inherit = "property.unit"

    def _get_year_sheet(self):
        """Return year and rows of the yearly statement; the year may stand in the context.

        Figures are those of the twelve-month sheet, so that the owner sees what the desk sees.
        """
        self.ensure_one()
        year = self.env.context.get("property_year") or fields.Date.context_today(self).year
        rows = self.env["property.fee.year.sheet"].search(
            [("unit_id", "=", self.id), ("year", "=", year)]
        )
        names = ("amount_billed", "amount_collected", "amount_let_off", "amount_owed")
        months = []
        for month in (f"{number:02}" for number in range(1, 13)):
            billed, owed = rows.mapped(f"billed_{month}"), rows.mapped(f"owed_{month}")
            months.append((month, sum(billed), sum(owed)))
        return {
            "year": year,
            "rows": rows,
            "totals": {name: sum(rows.mapped(name)) for name in names},
            "months": months,
        }

    def action_print_year(self):
        """Print the yearly statement of the unit."""
        return self.env.ref("property_fees.property_unit_year_report").report_action(self)
