# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class PropertyParcelGate(models.TransientModel):
    """The guard scans the pass, types the plate, and compares the photo with the face (PAR-03)."""

    _name = "property.parcel.gate"
    _description = "Courier at the gate"

    token = fields.Char(
        string="Pass code", help="Scan the QR code of the pass, or type its number."
    )
    plate = fields.Char(string="Plate seen")
    pass_id = fields.Many2one("property.parcel.courier.pass", readonly=True)
    asked = fields.Boolean()
    admitted = fields.Boolean()
    reason = fields.Char(readonly=True)
    courier_id = fields.Many2one(related="pass_id.courier_id")
    carrier_id = fields.Many2one(related="pass_id.carrier_id")
    image = fields.Image(related="pass_id.image")
    pass_plate = fields.Char(related="pass_id.plate", string="Plate on the pass")
    stopping_place = fields.Char(related="pass_id.stopping_place")
    stopping_minutes = fields.Integer(related="pass_id.stopping_minutes")

    def action_ask(self):
        """Ask whether the holder of the pass comes in; the answer is logged."""
        self.ensure_one()
        if not (self.token or "").strip():
            raise UserError(self.env._("Scan the QR code of the pass, or type its number."))
        if not (self.plate or "").strip():
            raise UserError(self.env._("Type the plate that you see on the vehicle."))
        passes = self.env["property.parcel.courier.pass"]
        passes.check_access("read")
        found = passes._find_pass(self.token)
        answer = passes.get_admission(self.token, self.plate)
        self.write(
            {
                "asked": True,
                "pass_id": found.id,
                "admitted": answer["admitted"],
                "reason": " ".join(answer["reasons"]),
            }
        )
        return self._reopen()

    def action_next(self):
        """Begin with the next courier."""
        return self.create({})._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Gate"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
