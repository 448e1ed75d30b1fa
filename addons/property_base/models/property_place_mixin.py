# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyPlaceMixin(models.AbstractModel):
    """A place that can carry a label with a QR code (BAS-21).

    Siblings inherit it for their own places (bays, shelves, machines) and extend
    :meth:`_get_place_actions` for what a resident may do there.
    """

    _name = "property.place.mixin"
    _description = "Place with a label"

    place_url = fields.Char(
        string="Place page",
        compute="_compute_place_url",
        help="Public page that the QR code on the label leads to.",
    )

    def _compute_place_url(self):
        saved = self.filtered("id")
        # sudo: whoever may read a place may know its page
        places = self.env["property.place"].sudo()
        urls = {
            place.res_id: place.url
            for place in places.search(
                [("res_model", "=", self._name), ("res_id", "in", saved.ids)]
            )
        }
        for record in self:
            record.place_url = urls.get(record.id, False)

    def _get_place_community(self):
        """:return: property.community that the place belongs to"""
        return self.community_id

    def _get_place_name(self):
        """:return: what is written largest on the label; never personal data"""
        self.ensure_one()
        return self.name

    def _get_place_detail(self):
        """:return: second line of the label and of the page, or an empty string"""
        return ""

    def _get_place_actions(self):
        """Extension point: what a passer-by can do on the place page.

        :return: list of dicts ``title``, ``url``, ``icon`` (font-awesome class), ``primary``
        """
        self.ensure_one()
        phone = self._get_place_community()._get_service_phone(fields.Datetime.now())
        if not phone:
            return []
        return [
            {
                "title": self.env._("Call the service centre"),
                "detail": phone,
                "url": f"tel:{''.join(char for char in phone if char in '+0123456789')}",
                "icon": "fa-phone",
                "primary": True,
            }
        ]

    def action_open_place_page(self):
        """Open the public page of the place."""
        self.ensure_one()
        place_sudo = self.env["property.place"]._find_or_create(self)[self.id]
        return {"type": "ir.actions.act_url", "url": place_sudo.url, "target": "new"}

    def action_print_labels(self):
        """Open the label dialogue for these places."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print labels"),
            "res_model": "property.label.print",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_ids": ",".join(map(str, self.ids)),
            },
        }
