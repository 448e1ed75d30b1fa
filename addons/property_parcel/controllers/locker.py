# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import http
from odoo.http import request

LIMIT = 64 * 1024


class ParcelLocker(http.Controller):
    """Where locker banks tell what happened: signed, and safe to repeat."""

    @http.route(
        "/property/parcel/v1/locker/<string:device>/events",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def locker_event(self, device, **_params):
        """Take one event: JSON with ``id``, ``kind``, ``cell`` and, for a deposit, the parcel."""
        body = request.httprequest.get_data(cache=True)[: LIMIT + 1]
        if len(body) > LIMIT:
            return request.make_json_response({"error": "too_large"}, status=413)
        # sudo: the signature is the right; see rules/signing.py
        lockers_sudo = request.env["property.parcel.locker"].sudo()
        lockers_sudo = lockers_sudo.with_user(request.env.ref("base.user_root"))
        status, answer = lockers_sudo._receive(device, body, request.httprequest.headers)
        return request.make_json_response(answer, status=status)
