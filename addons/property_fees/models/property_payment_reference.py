# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models

from ..rules.payment_reference import find_references, make_reference


class PropertyPaymentReference(models.Model):
    """What a payer writes into the remark of a transfer: it names payer and unit by itself."""

    _name = "property.payment.reference"
    _description = "Payment reference"
    _inherit = ["property.scope.mixin"]
    _order = "name"
    _rec_names_search = ["name", "partner_id.name", "unit_id.name"]

    name = fields.Char(string="Reference", required=True, readonly=True, copy=False)
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, readonly=True, index=True, ondelete="cascade"
    )
    unit_id = fields.Many2one(
        "property.unit",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: the reference stands for everything that the payer owes in the community.",
    )

    _name_uniq = models.UniqueIndex("(name)", "This payment reference is in use already.")
    _payer_unit_uniq = models.UniqueIndex(
        "(community_id, partner_id, COALESCE(unit_id, 0))",
        "This payer has a payment reference for the unit already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # sudo: numbers for payers are drawn without a right on sequences
        sequences_sudo = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            if not vals.get("name"):
                number = sequences_sudo.next_by_code("property.payment.reference")
                vals["name"] = make_reference(int(number))
        return super().create(vals_list)

    @api.model
    def _get_reference(self, community, partner, unit=None):
        """Return the reference of a payer, made when first needed; with sudo.

        :param unit: the unit, or None for everything that the payer owes in the community
        """
        # sudo: a payer is told a reference without a right to keep the register of them
        references_sudo = self.sudo()
        unit_id = unit.id if unit else False
        return references_sudo.search(
            [
                ("community_id", "=", community.id),
                ("partner_id", "=", partner.id),
                ("unit_id", "=", unit_id),
            ],
            limit=1,
        ) or references_sudo.create(
            {"community_id": community.id, "partner_id": partner.id, "unit_id": unit_id}
        )

    @api.model
    def _get_reference_of_bills(self, bills):
        """Return the reference under which bills are paid, or an empty record.

        Bills of several payers or communities have none in common.
        """
        payers, communities = bills.commercial_partner_id, bills.property_community_id
        if len(payers) != 1 or len(communities) != 1:
            return self.sudo().browse()  # sudo: of the kind that the caller expects
        units = bills.property_unit_id
        return self._get_reference(communities, payers, units if len(units) == 1 else None)

    @api.model
    def _find_in_text(self, text, company):
        """Return the references of a company that stand in a remark."""
        names = find_references(text)
        if not names:
            return self.browse()
        return self.search([("name", "in", names), ("company_id", "=", company.id)])
