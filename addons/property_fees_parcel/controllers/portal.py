# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.property_fees.controllers.portal import PropertyFeesPortal


class PropertyFeesParcelPortal(PropertyFeesPortal):
    """Storage of parcels among the bills: read and paid like any other."""

    def _get_fee_bill_domain(self):
        """Extend `property_fees`: bills of storage for whoever they are made out to."""
        partner = request.env.user.partner_id
        parcels_sudo = request.env["property.parcel"].sudo()  # sudo: own bills only
        own_sudo = parcels_sudo.search([("storage_invoice_id.partner_id", "=", partner.id)])
        return super()._get_fee_bill_domain() | Domain("id", "in", own_sudo.storage_invoice_id.ids)
