# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyParcelSettlement(models.Model):
    """Handing on clears the pass-through account."""

    _inherit = "property.parcel.settlement"

    move_ids = fields.Many2many(
        "account.move",
        string="Entries",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice",
    )

    def _on_handed_on(self):
        """Extend `property_parcel`: post what is missing, and the money that leaves."""
        super()._on_handed_on()
        for settlement_sudo in self.sudo():  # sudo: the desk is no accountant
            settlement_sudo.parcel_ids._post_cod()
            carrier, label = settlement_sudo.carrier_id, settlement_sudo.name
            stations = self.env["property.parcel.station"].sudo()  # sudo: see above
            default = stations._get_default(settlement_sudo.community_id)
            vals_list, amounts = [], {}
            for parcel in settlement_sudo.parcel_ids:
                station, amount = parcel.station_id, parcel.cod_collected_amount
                amounts[station] = amounts.get(station, 0) + amount
            for shipment in settlement_sudo.shipment_ids.filtered("amount"):
                station, amount = shipment.station_id or default, shipment.amount
                amounts[station] = amounts.get(station, 0) + amount
                vals_list.append(station._prepare_cod_move(amount, carrier, shipment.name))
            for station, amount in amounts.items():
                vals_list.append(station._prepare_cod_move(-amount, carrier, label))
            settlement_sudo.move_ids = settlement_sudo.env["account.move"].create(vals_list)
            settlement_sudo.move_ids.action_post()
