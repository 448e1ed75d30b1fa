# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class AccountMove(models.Model):
    """What a settling entry means in the fee reports."""

    _inherit = "account.move"

    property_settlement_kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("prepaid", "Use of money paid ahead"),
            ("deposit", "Use of a deposit"),
            ("reduction", "Reduction"),
            ("waiver", "Waiver"),
            ("write_off", "Write-off"),
            ("takeover", "Taken over by another payer"),
        ],
        string="Settles fees as",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="How the collection reports count what this entry settles. Empty: money for entries "
        "of bank and cash, a correction of what was billed for credit notes.",
    )

    property_opening_key = fields.Char(
        string="Opening balance",
        readonly=True,
        copy=False,
        help="What of an opening workbook this entry stands for; each is taken over once.",
    )
    property_levy_id = fields.Many2one(
        "property.fund.movement",
        string="Levy for",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    property_income_id = fields.Many2one(
        "property.common.income",
        string="Common income",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    property_tax_invoice_ids = fields.One2many(
        "property.tax.invoice", "move_id", string="E-invoices"
    )

    _property_opening_uniq = models.UniqueIndex(
        "(property_opening_key) WHERE property_opening_key IS NOT NULL AND state = 'posted'",
        "This opening balance has been taken over already.",
    )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Extend `account`: a reversal belongs to the unit and community of the bill."""
        values_list = [
            {
                "property_unit_id": move.property_unit_id.id,
                "property_community_id": move.property_community_id.id,
                **values,
            }
            if move.property_community_id
            else values
            for move, values in zip(
                self, default_values_list or [{} for _move in self], strict=True
            )
        ]
        return super()._reverse_moves(values_list, cancel)

    def _get_property_tax_invoice(self):
        """Return the e-invoice of a bill that is asked for or issued, with sudo."""
        self.ensure_one()
        # sudo: whoever may read the bill may read its invoice
        return self.sudo().property_tax_invoice_ids.filtered(
            lambda invoice: invoice.state in ("requested", "issued") and not invoice.is_red
        )[:1]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    property_origin_line_id = fields.Many2one(
        "account.move.line",
        string="First billed as",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The bill line that this line takes back or takes over. Reports count both for the "
        "fee item and the period of that line.",
    )

    def _copy_data_extend_business_fields(self, values):
        """Extend `account`: a reversed line belongs to the item and period of what it reverses."""
        super()._copy_data_extend_business_fields(values)
        if self.move_id.property_community_id and self.display_type == "product":
            values["property_origin_line_id"] = (self.property_origin_line_id or self).id
