# SPDX-License-Identifier: LGPL-3.0-or-later
import secrets

from odoo import api, fields, models

# no letter or digit that can be taken for another when a label is worn
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_TOKEN_LENGTH = 10


class PropertyPlace(models.Model):
    """The public code of a place, printed as QR code on its label (BAS-21).

    The code leads to a page that tells where one stands and whom to call. It shows no personal
    data. Archiving the code makes the page disappear, a new label gets a new code.
    """

    _name = "property.place"
    _description = "Place Code"
    _inherit = ["property.scope.mixin"]
    _rec_name = "token"
    _order = "id"

    token = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self._default_token()
    )
    active = fields.Boolean(default=True)
    res_model = fields.Char(string="Kind of place", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Place", model_field="res_model", required=True, readonly=True
    )
    url = fields.Char(compute="_compute_url", string="Address of the page")

    _token_uniq = models.UniqueIndex("(token)", "This code is taken already.")
    _target_uniq = models.UniqueIndex(
        "(res_model, res_id) WHERE active IS TRUE", "This place has a code already."
    )

    @api.model
    def _default_token(self):
        return "".join(secrets.choice(_ALPHABET) for _position in range(_TOKEN_LENGTH))

    @api.depends("token")
    def _compute_url(self):
        for place in self:
            place.url = f"{place.get_base_url()}/p/{place.token}"

    @api.model
    def _find_or_create(self, records):
        """Return the codes of places, making those that are missing.

        :param records: records of one model with ``property.place.mixin``
        :return: dict record id -> property.place in sudo
        """
        # sudo: whoever may read a place may print its label
        places_sudo = self.sudo()
        found = {
            place.res_id: place
            for place in places_sudo.search(
                [("res_model", "=", records._name), ("res_id", "in", records.ids)]
            )
        }
        missing = records.filtered(lambda record: record.id not in found)
        created = places_sudo.create(
            [
                {
                    "res_model": record._name,
                    "res_id": record.id,
                    "community_id": record._get_place_community().id,
                }
                for record in missing
            ]
        )
        found.update(zip(missing.ids, created, strict=True))
        return found

    def _get_record(self):
        """:return: the place in sudo, or None when it is gone"""
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        # sudo: the code is the key to the public facts of its place
        record_sudo = self.env[self.res_model].sudo().browse(self.res_id).exists()
        if not record_sudo or not hasattr(record_sudo, "_get_place_actions"):
            return None
        if "active" in record_sudo and not record_sudo.active:
            return None
        return record_sudo
