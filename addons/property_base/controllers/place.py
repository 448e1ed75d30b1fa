# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import http
from odoo.http import request


class PlaceController(http.Controller):
    @http.route("/p/<string:token>", type="http", auth="public", sitemap=False, readonly=True)
    def place_page(self, token, **_params):
        """Show what a QR code on a label stands for: the place and whom to call.

        Unknown, ended and orphaned codes look the same. The page holds no personal data.
        """
        # sudo: the page is public, the code is the key to it
        place_sudo = request.env["property.place"].sudo().search([("token", "=", token)], limit=1)
        record_sudo = place_sudo and place_sudo._get_record()
        if not record_sudo:
            raise request.not_found()
        community_sudo = record_sudo._get_place_community()
        return request.render(
            "property_base.place_page",
            {
                "community_name": community_sudo.name,
                "company_name": community_sudo.company_id.name,
                "image_url": community_sudo.image_256
                and f"data:image/png;base64,{community_sudo.image_256.decode()}",
                "place_name": record_sudo._get_place_name(),
                "place_detail": record_sudo._get_place_detail(),
                "place_kind": request.env["ir.model"]._get(record_sudo._name).name,
                "actions": record_sudo._get_place_actions(),
            },
        )
