# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError

ACCOUNTANT = "property_base.group_property_officer,account.group_account_invoice"


class PropertyParcelStation(models.Model):
    """Where money on delivery lies until it is handed on."""

    _inherit = "property.parcel.station"

    storage_product_id = fields.Many2one(
        "product.product",
        "Storage product",
        groups=ACCOUNTANT,
        help="Carries the income account and taxes of storage fees.",
    )
    cod_journal_id = fields.Many2one(
        "account.journal",
        string="Cash of the desk",
        domain="[('type', '=', 'cash'), ('company_id', '=', company_id)]",
        groups=ACCOUNTANT,
    )
    cod_account_id = fields.Many2one(
        "account.account",
        string="Pass-through account",
        domain="[('company_ids', 'in', company_id), ('account_type', 'like', 'liability')]",
        groups=ACCOUNTANT,
        help="Money of the courier companies: a liability until it is handed on.",
    )

    def _prepare_cod_move(self, amount, carrier, label):
        """Return an entry of cash against the pass-through account; below zero money leaves.

        :raise UserError: when the station has no accounts yet
        """
        cash, transit = self.cod_journal_id.default_account_id, self.cod_account_id
        if not cash or not transit:
            raise UserError(
                self.env._(
                    "%(station)s has no cash journal or no pass-through account. An accountant "
                    "sets them on the station.",
                    station=self.name,
                )
            )
        line = {"name": label, "partner_id": carrier.partner_id.id}
        return {
            "move_type": "entry",
            "journal_id": self.cod_journal_id.id,
            "ref": label,
            "line_ids": [
                fields.Command.create({**line, "account_id": cash.id, "balance": amount}),
                fields.Command.create({**line, "account_id": transit.id, "balance": -amount}),
            ],
        }
