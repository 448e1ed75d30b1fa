# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from odoo.addons.property_base.controllers.portal import PropertyPortal

from ..models.messages import clean_waybill
from ..models.property_parcel_station import STOCK
from ..rules.code import spoken

PAGE, MOST_EXPECTED = 30, 20
LIVE = ("expected", *STOCK)


class PropertyParcelPortal(PropertyPortal):
    """Parcels of the household: code, proxy, hold, opt-in, outgoing ones, history (PAR-11)."""

    # === HOOKS === #

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: parcels, with the number of those that wait."""
        cards = super()._prepare_property_home_cards(units)
        if units:
            cards.append(
                {
                    "title": request.env._("Parcels"),
                    "text": request.env._("Pick-up codes, sending, days away"),
                    "url": "/my/parcels",
                    "icon": "fa-cube",
                    "count": request.env["property.parcel"]
                    .sudo()  # sudo: the domain is the right itself
                    .search_count([*self._get_parcel_domain(), ("state", "in", STOCK)]),
                    "sequence": 20,
                }
            )
        return cards

    # === HELPERS === #

    def _get_parcel_domain(self):
        """Return what the user may see."""
        return list(request.env["property.parcel"]._get_portal_domain(request.env.user))

    def _get_parcel(self, parcel_id):
        """Return one parcel of the household as sudo, or an empty record."""
        return (
            request.env["property.parcel"]
            .sudo()  # sudo: the domain is the right itself
            .search([("id", "=", parcel_id), *self._get_parcel_domain()])
        )

    def _get_parcel_home(self, unit_id=None):
        """Return the unit that a request is for: the chosen one, else the first."""
        units = self._get_property_units()
        return units.filtered(lambda unit: str(unit.id) == str(unit_id or ""))[:1] or units[:1]

    def _parcel_text(self):
        """Return what a resident agrees to."""
        return request.env._(
            "I agree that parcels for me are taken in at the desk of the property company and "
            "stored there until I fetch them. My name, unit and the end of my phone number are "
            "used for that alone. I can withdraw this at any time."
        )

    # === PAGES === #

    @http.route("/my/parcels", type="http", auth="user", website=True, readonly=True)
    def portal_my_parcels(self, show="waiting", page=1, search=None, **_kwargs):
        """Show what waits and what was; unknown arguments count as none."""
        show = show if show in ("waiting", "history", "outgoing") else "waiting"
        parcels = request.env["property.parcel"].sudo()  # sudo: the domain is the right itself
        domain = self._get_parcel_domain()
        search = (search or "").strip()[:40]
        found = parcels.browse()
        if show == "waiting":
            found = parcels.search([*domain, ("state", "in", LIVE)], order="id desc")
        elif show == "history":
            # a search looks at what waits as well
            past = [("waybill", "ilike", search)] if search else [("state", "not in", LIVE)]
            found = parcels.search([*domain, *past], limit=PAGE, order="id desc")
        partner = request.env.user.partner_id
        holds = request.env["property.parcel.hold"].sudo()  # sudo: own holds
        today = fields.Date.context_today(parcels)
        values = {
            **self._prepare_portal_layout_values(),
            **self._pop_property_message(),
            "page_name": "property_parcels",
            "show": show,
            "spoken": spoken,
            "units": self._get_property_units(),
            "partner": partner,
            "search": search,
            "parcels": found,
            "shipments": request.env["property.parcel.shipment"]
            .sudo()  # sudo: own shipments
            .search([("partner_id", "=", partner.id)], limit=PAGE)
            if show == "outgoing"
            else False,
            "holds": holds.search(
                [
                    ("partner_id", "=", partner.id),
                    "|",
                    ("end_date", "=", False),
                    ("end_date", ">=", today),
                ]
            ),
            "consent": request.env["property.consent"]
            .sudo()  # sudo: own consent
            ._get_parcel_consent(partner),
            "consent_text": self._parcel_text(),
            "carriers": self._get_parcel_carriers(),
            "today": today,
        }
        return request.render("property_parcel.portal_my_parcels", values)

    def _get_parcel_carriers(self):
        companies = self._get_property_units().company_id
        # sudo: names of the companies that serve the community
        carriers = request.env["property.parcel.carrier"].sudo()
        return carriers.search([("company_id", "in", companies.ids)])

    @http.route("/my/parcels/<int:parcel_id>", type="http", auth="user", website=True)
    def portal_my_parcel(self, parcel_id, **_kwargs):
        """Show one parcel with its code as number and QR; unknown and forbidden look the same."""
        parcel = self._get_parcel(parcel_id)
        if not parcel:
            return request.redirect("/my")
        reports = request.env["ir.actions.report"].sudo()  # sudo: draws a picture
        return request.render(
            "property_parcel.portal_my_parcel",
            {
                **self._prepare_portal_layout_values(),
                **self._pop_property_message(),
                "page_name": "property_parcel",
                "parcel": parcel,
                "spoken": spoken,
                "live": parcel.state in STOCK,
                "qr": reports._get_qr_data_uri(parcel.pickup_code)
                if parcel.state in STOCK and parcel.pickup_code
                else False,
                "is_mine": parcel.partner_id == request.env.user.partner_id
                or not parcel.partner_id,
                "complaints": self._get_parcel_complaints(parcel),
                "events": parcel.event_ids.filtered(
                    lambda event: (
                        event.kind
                        in (
                            "checked_in",
                            "held",
                            "released",
                            "overdue",
                            "collected",
                            "returned",
                            "refused",
                            "lost",
                            "found",
                            "damaged",
                            "received",
                        )
                    )
                ),
            },
        )

    def _get_parcel_complaints(self, parcel):
        """Return what the user complained of, and nobody else of the household."""
        return parcel.incident_ids.filtered(
            lambda one: (
                one.kind == "complaint" and one.complainant_id == request.env.user.partner_id
            )
        )

    # === ACTS === #

    def _parcel_act(self, url, message, act):
        """Run an act of a resident and leave a word; a refusal undoes it."""
        try:
            with request.env.cr.savepoint():
                act()
        except (UserError, ValidationError) as error:
            return self._property_redirect(url, error=str(error))
        return self._property_redirect(url, message=message)

    @http.route(
        "/my/parcels/<int:parcel_id>/proxy",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_parcel_proxy(self, parcel_id, name=None, **_post):
        """Name somebody who fetches the parcel, or take that back."""
        parcel = self._get_parcel(parcel_id)
        if not parcel or parcel.partner_id not in (
            request.env.user.partner_id,
            parcel.partner_id.browse(),
        ):
            return request.redirect("/my")
        url = f"/my/parcels/{parcel.id}"
        if not (name or "").strip() and parcel.proxy_code:
            return self._parcel_act(
                url, request.env._("The proxy code is void."), parcel._drop_proxy
            )
        return self._parcel_act(
            url,
            request.env._("Pass the proxy code on to the person who fetches the parcel."),
            lambda: parcel._name_proxy(name),
        )

    @http.route(
        "/my/parcels/<int:parcel_id>/rate", type="http", auth="user", methods=["POST"], website=True
    )
    def portal_parcel_rate(self, parcel_id, rating=None, **_post):
        """Rate the delivery of a fetched parcel."""
        parcel = self._get_parcel(parcel_id)
        if not parcel or parcel.state != "collected":
            return request.redirect("/my")
        if rating in ("1", "2", "3", "4", "5"):
            parcel.rating = rating
        return self._property_redirect(
            f"/my/parcels/{parcel.id}", message=request.env._("Thank you for your rating.")
        )

    @http.route(
        "/my/parcels/<int:parcel_id>/complain",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_parcel_complain(self, parcel_id, text=None, **_post):
        """Complain about a parcel."""
        parcel = self._get_parcel(parcel_id)
        if not parcel:
            return request.redirect("/my")
        url = f"/my/parcels/{parcel.id}"
        if not (text or "").strip():
            return self._property_redirect(url, error=request.env._("Write what went wrong."))
        parcel.env["property.parcel.incident"].create(
            {
                "parcel_id": parcel.id,
                "community_id": parcel.community_id.id,
                "kind": "complaint",
                "description": text.strip()[:2000],
                "complainant_id": request.env.user.partner_id.id,
                "user_id": parcel.station_id.manager_id.id or request.env.ref("base.user_root").id,
            }
        )
        return self._property_redirect(
            url, message=request.env._("Your complaint was sent. It is answered within 30 days.")
        )

    @http.route(
        "/my/parcels/<int:parcel_id>/dissatisfied",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_parcel_dissatisfied(self, parcel_id, incident_id=None, text=None, **_post):
        """Say that the answer to a complaint does not satisfy: it is taken up again."""
        parcel = self._get_parcel(parcel_id)
        complaint = self._get_parcel_complaints(parcel).filtered(
            lambda one: str(one.id) == str(incident_id or "")
        )
        if not complaint or not (text or "").strip():
            return request.redirect("/my")
        return self._parcel_act(
            f"/my/parcels/{parcel.id}",
            request.env._("Your complaint is taken up again."),
            lambda: complaint._note_dissatisfied(text.strip()[:2000]),
        )

    @http.route("/my/parcels/expect", type="http", auth="user", methods=["POST"], website=True)
    def portal_parcel_expect(self, waybill=None, carrier_id=None, **post):
        """Announce a parcel that somebody waits for."""
        unit = self._get_parcel_home(post.get("unit_id"))
        if not unit:
            return request.redirect("/my")
        parcels = request.env["property.parcel"].sudo()  # sudo: in the own name only

        def act():
            number = clean_waybill(request.env, waybill)
            carriers = self._get_parcel_carriers()
            carrier = carriers.filtered(lambda one: str(one.id) == str(carrier_id or ""))
            carrier = carrier or carriers._guess(number, unit.company_id)[:1]
            if not carrier:
                raise UserError(carriers._get_unknown_message(number, unit.company_id))
            known = parcels.search([("carrier_id", "=", carrier.id), ("waybill", "=", number)])
            if known:
                # whose it is and where is told to nobody else
                raise UserError(request.env._("This number is known already."))
            waiting = [("partner_id", "=", request.env.user.partner_id.id)]
            if parcels.search_count([*waiting, ("state", "=", "expected")]) >= MOST_EXPECTED:
                raise UserError(request.env._("You have announced enough parcels for now."))
            parcel = parcels.create(
                {
                    "waybill": number,
                    "carrier_id": carrier.id,
                    "community_id": unit.community_id.id,
                    "unit_id": unit.id,
                    "partner_id": request.env.user.partner_id.id,
                }
            )
            parcel._log_event("announced")

        return self._parcel_act("/my/parcels", request.env._("The desk knows about it."), act)

    @http.route("/my/parcels/hold", type="http", auth="user", methods=["POST"], website=True)
    def portal_parcel_hold(self, start_date=None, end_date=None, hold_id=None, **post):
        """Enter days away, or end a hold."""
        holds = request.env["property.parcel.hold"].sudo()  # sudo: own holds only
        partner = request.env.user.partner_id
        unit = self._get_parcel_home(post.get("unit_id"))
        if not unit:
            return request.redirect("/my")
        if hold_id and hold_id.isdecimal():
            holds.search([("id", "=", int(hold_id)), ("partner_id", "=", partner.id)]).write(
                {"active": False}
            )
            return self._property_redirect(
                "/my/parcels", message=request.env._("Your hold has ended.")
            )

        def act():
            start = self._parse_property_date(start_date) or fields.Date.context_today(unit)
            if start < fields.Date.context_today(unit):
                raise UserError(request.env._("A hold begins today or later."))
            holds.create(
                {
                    "community_id": unit.community_id.id,
                    "partner_id": partner.id,
                    "start_date": start,
                    "end_date": self._parse_property_date(end_date),
                }
            )
            holds.flush_model()

        return self._parcel_act(
            "/my/parcels",
            request.env._("Have a good time. Reminders and fee stand still while you are away."),
            act,
        )

    @http.route("/my/parcels/consent", type="http", auth="user", methods=["POST"], website=True)
    def portal_parcel_consent(self, withdraw=None, **_post):
        """Agree to storage at the desk, or withdraw that; kept as proof."""
        unit = self._get_parcel_home()
        if not unit:
            return request.redirect("/my")
        partner = request.env.user.partner_id
        consents = request.env["property.consent"].sudo()  # sudo: own consent
        if withdraw:
            consents._get_parcel_consent(partner).action_withdraw()
            return self._property_redirect(
                "/my/parcels", message=request.env._("Your consent is withdrawn.")
            )
        consents._give_parcel_consent(
            unit,
            partner,
            self._parcel_text(),
            {
                "login": request.env.user.login,
                "time": f"{fields.Datetime.now()} UTC",
                "address": request.httprequest.remote_addr,
                "browser": (request.httprequest.user_agent.string or "")[:200],
            },
        )
        return self._property_redirect(
            "/my/parcels", message=request.env._("Thank you. The desk may take parcels in for you.")
        )

    @http.route("/my/parcels/send", type="http", auth="user", methods=["POST"], website=True)
    def portal_parcel_send(self, **post):
        """Ask for the collection of an outgoing parcel."""
        unit = self._get_parcel_home(post.get("unit_id"))
        if not unit:
            return request.redirect("/my")
        carrier = self._get_parcel_carriers().filtered(
            lambda one: str(one.id) == str(post.get("carrier_id") or "")
        )
        content = (post.get("content") or "").strip()
        url = "/my/parcels?show=outgoing"
        if not content or not post.get("declared"):
            return self._property_redirect(
                url,
                error=request.env._(
                    "Say what is in the parcel, and confirm that nothing prohibited is in it."
                ),
            )
        request.env["property.parcel.shipment"].sudo().create(  # sudo: in the own name only
            {
                "community_id": unit.community_id.id,
                "unit_id": unit.id,
                "partner_id": request.env.user.partner_id.id,
                "carrier_id": carrier.id,
                "kind": "letter" if post.get("kind") == "letter" else "parcel",
                "content": content[:200],
                "at_door": bool(post.get("at_door")),
                "receiver_name": (post.get("receiver_name") or "").strip()[:80],
                "receiver_phone": (post.get("receiver_phone") or "").strip()[:30],
                "receiver_address": (post.get("receiver_address") or "").strip()[:200],
                "payment": "receiver" if post.get("payment") == "receiver" else "sender",
            }
        )
        return self._property_redirect(
            url, message=request.env._("Your request was sent. You see here when it is accepted.")
        )

    @http.route(
        "/my/parcels/send/<int:shipment_id>/cancel",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_parcel_send_cancel(self, shipment_id, **_post):
        """Give a request up."""
        shipment = (
            request.env["property.parcel.shipment"]
            .sudo()  # sudo: own shipments
            .search([("id", "=", shipment_id), ("partner_id", "=", request.env.user.partner_id.id)])
        )
        if not shipment:
            return request.redirect("/my")
        return self._parcel_act(
            "/my/parcels?show=outgoing",
            request.env._("Your request is cancelled."),
            shipment.action_cancel,
        )
