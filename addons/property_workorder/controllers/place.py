# SPDX-License-Identifier: LGPL-3.0-or-later
import hashlib
import re
import secrets
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request
from odoo.tools import plaintext2html

from .portal import read_photos

CODE_MINUTES = 10
CODE_TRIES = 5
PHONE = re.compile(r"\+?[0-9]{7,20}")


class PlaceReport(http.Controller):
    """A passer-by reports a fault from the QR label of a place (WKO-01)."""

    def _get_place(self, token):
        # sudo: the page is public, the code is the key to it
        place_sudo = request.env["property.place"].sudo().search([("token", "=", token)], limit=1)
        record_sudo = place_sudo and place_sudo._get_record()
        if not record_sudo:
            raise request.not_found()
        return record_sudo

    def _get_categories(self):
        found = (
            request.env["property.workorder.category"]
            .sudo()  # sudo: names of categories are public
            .search([("level", "=", "problem")])
        )
        return found.filtered(lambda one: one._get_effective("guest"))

    def _render(self, token, record_sudo, **values):
        community_sudo = record_sudo._get_place_community()
        return request.render(
            "property_workorder.place_report",
            {
                "token": token,
                "place_name": record_sudo._get_place_name(),
                "community_name": community_sudo.name,
                "categories": self._get_categories(),
                "needs_code": community_sudo._get_parameter("workorder_guest_code"),
                "values": {},
                **values,
            },
        )

    @http.route(
        "/p/<string:token>/report", type="http", auth="public", methods=["GET"], sitemap=False
    )
    def report_form(self, token, **_params):
        """Show the form."""
        return self._render(token, self._get_place(token))

    @http.route(
        "/p/<string:token>/report", type="http", auth="public", methods=["POST"], sitemap=False
    )
    def report(self, token, **post):
        """Register what a guest reports; first a code to his phone where that is asked for."""
        record_sudo = self._get_place(token)
        try:
            with request.env.cr.savepoint():
                if not self._check_code(record_sudo, {**post, "token": token}):
                    return self._render(token, record_sudo, values=post, code_sent=True)
                order_sudo = self._register(record_sudo, post)
        except (UserError, ValidationError) as error:
            return self._render(token, record_sudo, values=post, error=str(error))
        return self._render(token, record_sudo, number=order_sudo.name)

    def _check_code(self, record_sudo, post):
        """Tell whether the phone is proved, or send it a code."""
        # spaces and dashes make no other phone
        phone = re.sub(r"[ -]", "", post.get("phone") or "")
        if not PHONE.fullmatch(phone):
            raise UserError(request.env._("Enter your phone number, so that we can ask back."))
        community_sudo = record_sudo._get_place_community()
        if not community_sudo._get_parameter("workorder_guest_code"):
            return True
        known = request.session.get("property_guest_code") or {}
        now = fields.Datetime.now()
        code = (post.get("code") or "").strip()
        if code and known.get("phone") == phone:
            known["tries"] += 1
            request.session["property_guest_code"] = dict(known)
            fresh = fields.Datetime.to_string(now) <= known["until"]
            digest = hashlib.sha256(f"{known['salt']}{code}".encode()).hexdigest()
            if (
                fresh
                and known["tries"] <= CODE_TRIES
                and secrets.compare_digest(digest, known["digest"])
            ):
                request.session.pop("property_guest_code", None)
                return True
            raise UserError(request.env._("The code is wrong or too old. Ask for a new one."))
        limit = int(community_sudo._get_parameter("workorder_guest_reports_per_hour"))
        # sudo: a guest has no rights of his own
        request.env["property.workorder.guest.code"].sudo()._take(phone, post["token"], limit)
        fresh = f"{secrets.randbelow(10**6):06d}"
        salt = secrets.token_hex(8)
        request.session["property_guest_code"] = {
            "phone": phone,
            "salt": salt,
            "digest": hashlib.sha256(f"{salt}{fresh}".encode()).hexdigest(),
            "until": fields.Datetime.to_string(now + timedelta(minutes=CODE_MINUTES)),
            "tries": 0,
        }
        community_sudo._send_guest_code(phone, fresh)
        return False

    def _register(self, record_sudo, post):
        text = (post.get("description") or "").strip()[:2000]
        if not text:
            raise UserError(request.env._("Describe what is wrong, please."))
        category = self._get_categories().filtered(lambda one: str(one.id) == post.get("category"))
        photos = read_photos(request.httprequest.files.getlist("photos"))
        vals = record_sudo._prepare_place_workorder_vals()
        phone = re.sub(r"[ -]", "", post["phone"])
        self._check_rate(record_sudo, vals, phone)
        order_sudo = (
            request.env["property.workorder"]
            .sudo()  # sudo: guests may report, the code of the place is the key
            .create(
                {
                    **vals,
                    "channel": "qr",
                    "category_id": category.id,
                    "subject": text.splitlines()[0][:80],
                    "description": plaintext2html(text),
                    "caller_name": (post.get("name") or "")[:60] or False,
                    "caller_phone": phone,
                    "receiver_id": False,
                }
            )
        )
        order_sudo._add_photos(photos)
        return order_sudo

    def _check_rate(self, record_sudo, vals, phone):
        """Take no flood from one place or one phone."""
        limit = int(
            record_sudo._get_place_community()._get_parameter("workorder_guest_reports_per_hour")
        )
        since = fields.Datetime.now() - timedelta(hours=1)
        count = (
            request.env["property.workorder"]
            .sudo()  # sudo: as above
            .search_count(
                [
                    ("channel", "=", "qr"),
                    ("registered_at", ">=", since),
                    "|",
                    ("caller_phone", "=", phone),
                    "&",
                    ("place_model", "=", vals["place_model"]),
                    ("place_res_id", "=", vals["place_res_id"]),
                ]
            )
        )
        if count >= limit:
            raise UserError(
                request.env._("Much has been reported from here in the last hour. Call us, please.")
            )
