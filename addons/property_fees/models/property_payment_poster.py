# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models
from odoo.exceptions import UserError


class PropertyCommunity(models.Model):
    """The poster in the lobby: where and how to pay, without anybody's data (feature 117)."""

    _inherit = "property.community"

    def _get_payment_url(self):
        """Return the address that the QR code of the poster leads to (hook)."""
        self.ensure_one()
        return f"{self.get_base_url()}/my/pay"

    def action_print_payment_poster(self):
        """Print the poster that says how fees are paid."""
        return self.env.ref("property_fees.property_payment_poster_report").report_action(self)


class PropertyUnit(models.Model):
    """The slip in the letter box: the unit's own payment reference, no names, no amounts."""

    _inherit = "property.unit"

    def _get_payment_slip(self):
        """Return what the slip says: community, reference of who pays for the unit, address.

        :raise UserError: when nobody owns the unit, so that there is nobody to pay
        """
        self.ensure_one()
        payer = self.representative_id
        if not payer:
            raise UserError(
                self.env._(
                    "Unit %(unit)s has no owner: enter the owner first, then print the slip.",
                    unit=self.display_name,
                )
            )
        return {
            "reference": self.env["property.payment.reference"]
            ._get_reference(self.community_id, payer, self)
            .name,
            "url": self.community_id._get_payment_url(),
        }
