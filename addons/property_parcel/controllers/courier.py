# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

LONGEST = 20_000


class ParcelCourier(http.Controller):
    """The page of a courier: the pass for the gate, what to collect, what is announced.

    Whoever has the link is the courier, as with the printed pass. A pass that is suspended or
    revoked shows no more than that; senders appear by unit and the end of their phone until the
    courier has taken the request.
    """

    def _get_pass(self, token):
        """Return the pass of the link as the system user, or an empty record."""
        # sudo: the link is the right; what is done is written down as done by the system
        passes_sudo = request.env["property.parcel.courier.pass"].with_user(
            request.env.ref("base.user_root").sudo()
        )
        found_sudo = passes_sudo.search([("token", "=", token)], limit=1)
        return found_sudo.with_company(found_sudo.company_id) if found_sudo else found_sudo

    def _act(self, token, act):
        """Run what the courier pressed and leave a word; a refusal undoes it."""
        found_sudo = self._get_pass(token)
        if not found_sudo:
            raise request.not_found()
        try:
            with request.env.cr.savepoint():
                message = act(found_sudo)
        except (UserError, ValidationError) as error:
            request.session["parcel_courier"] = {"error": str(error)}
        else:
            request.session["parcel_courier"] = message
        return request.redirect(f"/parcel/courier/{token}")

    @http.route("/parcel/courier/<string:token>", type="http", auth="public", sitemap=False)
    def courier_page(self, token, **_params):
        """Show the pass and the work; unknown links look like any other unknown page."""
        found_sudo = self._get_pass(token)
        if not found_sudo:
            raise request.not_found()
        today = fields.Date.context_today(found_sudo)
        is_live = found_sudo.state == "active" and found_sudo.courier_id.state == "active"
        is_live = is_live and (not found_sudo.end_date or found_sudo.end_date >= today)
        works = is_live and found_sudo.kind == "courier"
        reports_sudo = request.env["ir.actions.report"].sudo()  # sudo: draws a picture
        shipments_sudo = request.env["property.parcel.shipment"].sudo()  # sudo: names of the model
        return request.render(
            "property_parcel.courier_page",
            {
                **(request.session.pop("parcel_courier", None) or {}),
                "badge": found_sudo,
                "courier": found_sudo.courier_id,
                "is_live": is_live,
                "works": works,
                "qr": reports_sudo._get_qr_data_uri(found_sudo.token) if is_live else False,
                "collections": found_sudo._get_page_collections()
                if works
                else shipments_sudo.browse(),
                "announced": found_sudo._get_page_announced() if works else 0,
            },
        )

    @http.route(
        "/parcel/courier/<string:token>/rules", type="http", auth="public", methods=["POST"]
    )
    def courier_rules(self, token, **_post):
        """Accept the rules of the estate."""

        def act(found_sudo):
            if found_sudo.state == "revoked":
                raise UserError(request.env._("The pass is revoked."))
            if not found_sudo.courier_id.rules_accepted_date:
                today = fields.Date.context_today(found_sudo)
                found_sudo.courier_id.rules_accepted_date = today
            return {"message": request.env._("Thank you. You have accepted the rules.")}

        return self._act(token, act)

    @http.route(
        "/parcel/courier/<string:token>/announce", type="http", auth="public", methods=["POST"]
    )
    def courier_announce(self, token, text=None, **_post):
        """Announce a batch of parcels."""

        def act(found_sudo):
            self._check_live(found_sudo)
            count, problems = found_sudo._announce((text or "")[:LONGEST])
            return {
                "message": request.env._("%(count)s parcels are announced.", count=count)
                if count
                else None,
                "problems": problems[:50],
            }

        return self._act(token, act)

    @http.route(
        "/parcel/courier/<string:token>/accept/<int:shipment_id>",
        type="http",
        auth="public",
        methods=["POST"],
    )
    def courier_accept(self, token, shipment_id, **_post):
        """Take a request of a resident."""

        def act(found_sudo):
            shipment_sudo = self._get_shipment(found_sudo, shipment_id)
            shipment_sudo._accept_by(found_sudo.courier_id)
            return {"message": request.env._("%(name)s is yours.", name=shipment_sudo.name)}

        return self._act(token, act)

    @http.route(
        "/parcel/courier/<string:token>/collect/<int:shipment_id>",
        type="http",
        auth="public",
        methods=["POST"],
    )
    def courier_collect(self, token, shipment_id, waybill=None, checked=None, **_post):
        """Take the item along: opened, checked, with its waybill number."""

        def act(found_sudo):
            shipment_sudo = self._get_shipment(found_sudo, shipment_id)
            shipment_sudo._collect_by(found_sudo.courier_id, waybill, confirmed=bool(checked))
            return {"message": request.env._("%(name)s is collected.", name=shipment_sudo.name)}

        return self._act(token, act)

    def _check_live(self, found_sudo):
        if found_sudo.state != "active" or found_sudo.courier_id.state != "active":
            raise UserError(request.env._("The pass is not valid today."))

    def _get_shipment(self, found_sudo, shipment_id):
        self._check_live(found_sudo)
        shipment_sudo = found_sudo._get_page_collections().filtered(
            lambda one: one.id == shipment_id
        )
        if not shipment_sudo:
            raise UserError(request.env._("Another courier collects it, or it is cancelled."))
        return shipment_sudo
