# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.property_parcel_station import STOCK


class PropertyParcelDelay(models.TransientModel):
    """Tell all who wait about an incident that delays delivery (PAR-32)."""

    _name = "property.parcel.delay"
    _description = "Delay notice"

    community_id = fields.Many2one(
        "property.community",
        required=True,
        default=lambda self: self.env["property.community"].search([], limit=1),
    )
    station_id = fields.Many2one(
        "property.parcel.station", domain="[('community_id', '=', community_id)]"
    )
    carrier_id = fields.Many2one("property.parcel.carrier", string="Courier company")
    text = fields.Text(required=True, string="Message")
    parcel_count = fields.Integer(compute="_compute_parcel_count", string="Addressees' parcels")

    def _get_parcels(self):
        domain = [
            ("community_id", "=", self.community_id.id),
            ("state", "in", ("expected", *STOCK)),
        ]
        if self.station_id:
            domain += [("station_id", "=", self.station_id.id)]
        if self.carrier_id:
            domain += [("carrier_id", "=", self.carrier_id.id)]
        return self.env["property.parcel"].search(domain)

    @api.depends("community_id", "station_id", "carrier_id")
    def _compute_parcel_count(self):
        for wizard in self:
            wizard.parcel_count = len(wizard._get_parcels())

    def action_send(self):
        """Tell each addressee once, however many parcels wait."""
        self.ensure_one()
        parcels = self._get_parcels()
        once = {}
        for parcel in parcels:
            once.setdefault(parcel.partner_id or parcel.unit_id, parcel)
        chosen = parcels.browse([parcel.id for key, parcel in once.items() if key])
        if not chosen:
            raise UserError(self.env._("Nobody waits for a parcel here."))
        self.env["property.parcel.notice"]._queue(chosen, "delay", self.text)
        return {"type": "ir.actions.act_window_close"}
