# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
from zoneinfo import ZoneInfo

from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import plaintext2html

from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.addons.property_base.controllers.portal import PropertyPortal

PER_PAGE = 20
MAX_PHOTOS = 6
OPEN_STATES = ("new", "accepted", "dispatched", "in_progress", "paused")
ORDER_URL = "/my/requests/<int:order_id>"


def read_photos(files):
    """Return the photos of a form as (name, base64); no more is read than may be taken.

    :raise UserError: too many, or one that is too large
    """
    limit = int(request.env["property.parameter"]._get("workorder_photo_megabytes"))
    files = [one for one in files if one and one.filename]
    if len(files) > MAX_PHOTOS:
        raise UserError(request.env._("Send at most %(count)s photos.", count=MAX_PHOTOS))
    photos = []
    for one in files:
        data = one.read(limit * 1024 * 1024 + 1)
        if len(data) > limit * 1024 * 1024:
            raise UserError(
                request.env._(
                    "A photo may have at most %(limit)s MB. Send a smaller one.", limit=limit
                )
            )
        photos.append((one.filename[:80], base64.b64encode(data)))
    return photos


class PropertyWorkorderPortal(PropertyPortal):
    """Requests of a resident: report, follow, urge, accept a price, rate, open again (WKO-27)."""

    # === HOOKS === #

    def _prepare_property_home_cards(self, units):
        """Extend `property_base`: report something, and what is open."""
        cards = super()._prepare_property_home_cards(units)
        if not units:
            return cards
        orders = self._get_requests()
        waiting = orders.quote_ids.filtered(lambda quote: quote.state == "sent")
        rate = orders.filtered(lambda one: one.state == "done" and not one.satisfaction)
        return [
            *cards,
            {
                "title": request.env._("Report a matter"),
                "text": request.env._("Repair, complaint, question, suggestion"),
                "url": "/my/requests/new",
                "icon": "fa-wrench",
                "sequence": 5,
            },
            {
                "title": request.env._("My service requests"),
                "text": request.env._("What becomes of what you reported"),
                "url": "/my/requests",
                "icon": "fa-list-ul",
                "count": len(waiting) + len(rate),
                "sequence": 6,
            },
            {
                "title": request.env._("Home services"),
                "text": request.env._("Repairs and help at home, with prices"),
                "url": "/my/services",
                "icon": "fa-shopping-basket",
                "sequence": 20,
            },
        ]

    def _prepare_property_home_values(self):
        """Extend `property_base`: outages at the units of the user come first."""
        values = super()._prepare_property_home_values()
        incidents = request.env["property.incident"].sudo()  # sudo: notices to residents
        found = incidents
        for unit in values["property_units"]:
            found |= incidents._get_current(unit.community_id, unit.building_id)
        values["property_incidents"] = found
        return values

    # === HELPERS === #

    def _get_request_domain(self):
        return request.env["property.workorder"]._get_resident_domain(request.env.user)

    def _get_requests(self, domain=None, **options):
        """Return requests of the user as sudo."""
        return (
            request.env["property.workorder"]
            .sudo()  # sudo: the domain is the right itself
            .search(self._get_request_domain() & Domain(domain or []), **options)
        )

    def _get_request(self, order_id):
        return self._get_requests([("id", "=", order_id)])

    def _get_request_categories(self):
        """Return the categories that a resident may choose, with their places."""
        found = (
            request.env["property.workorder.category"]
            .sudo()  # sudo: names of categories are public
            .search([("in_portal", "=", True), ("level", "=", "problem")])
        )
        companies = self._get_property_units().company_id
        return found.filtered(
            lambda one: (
                all(above.in_portal for above in one._get_lineage())
                and (not one.company_id or one.company_id in companies)
            )
        )

    def _act(self, order_id, act, message):
        """Do something with a request of the user; unknown and forbidden look the same."""
        order = self._get_request(order_id)
        if not order:
            return request.redirect("/my/requests")
        try:
            with request.env.cr.savepoint():
                act(order)
        except (UserError, ValidationError) as error:
            return self._property_redirect(f"/my/requests/{order_id}", error=str(error))
        return self._property_redirect(f"/my/requests/{order_id}", message=message)

    # === LIST AND FORM === #

    @http.route(
        ["/my/requests", "/my/requests/page/<int:page>"], type="http", auth="user", website=True
    )
    def my_requests(self, page=1, show="open", **kw):
        """List the requests of the user."""
        show = show if show in ("open", "done", "all") else "open"
        domain = {
            "open": [("state", "in", [*OPEN_STATES, "done"])],
            "done": [("state", "in", ["closed", "cancelled"])],
            "all": [],
        }[show]
        count = (
            request.env["property.workorder"]
            .sudo()  # sudo: the domain is the right itself
            .search_count(self._get_request_domain() & Domain(domain))
        )
        pager = portal_pager(
            url="/my/requests", url_args={"show": show}, total=count, page=page, step=PER_PAGE
        )
        orders = self._get_requests(
            domain, order="registered_at desc, id desc", limit=PER_PAGE, offset=pager["offset"]
        )
        return request.render(
            "property_workorder.portal_my_requests",
            {
                **self._prepare_portal_layout_values(),
                **self._pop_property_message(),
                "page_name": "property_requests",
                "orders": orders,
                "pager": pager,
                "show": show,
            },
        )

    def _render_new(self, values=None, error=None):
        units = self._get_property_units()
        categories = self._get_request_categories()
        places = {}
        for category in categories.sorted(
            lambda one: [(above.sequence, above.name) for above in reversed(one._get_lineage())]
        ):
            lineage = category._get_lineage()
            group = places.setdefault(lineage[-1], {})
            group.setdefault(lineage[1], []).append(category)
        chosen = categories.filtered(lambda one: str(one.id) == (values or {}).get("category"))
        return request.render(
            "property_workorder.portal_new_request",
            {
                **self._prepare_portal_layout_values(),
                **self._pop_property_message(),
                "page_name": "property_request_new",
                "units": units,
                "places": places,
                "chosen": chosen,
                "chosen_place": chosen._get_lineage()[-1:],
                "service_phone": units.community_id[:1]._get_service_phone(fields.Datetime.now()),
                "values": values or {},
                "error": error,
                "phone": request.env.user.partner_id.phone or "",
            },
        )

    @http.route("/my/requests/new", type="http", auth="user", website=True, methods=["GET"])
    def new_request(self, **kw):
        """Show the form."""
        if not self._get_property_units():
            return request.redirect("/my/binding")
        return self._render_new(kw)

    @http.route("/my/requests/new", type="http", auth="user", website=True, methods=["POST"])
    def create_request(self, **post):
        """Register a request of a resident."""
        units = self._get_property_units()
        unit = units.filtered(lambda one: str(one.id) == post.get("unit"))
        try:
            with request.env.cr.savepoint():
                if not unit:
                    raise UserError(request.env._("Choose one of your units."))
                order = self._register_request(unit, post)
        except (UserError, ValidationError) as error:
            return self._render_new(post, str(error))
        return self._property_redirect(
            f"/my/requests/{order.id}",
            message=request.env._("Thank you. We have your request %(number)s.", number=order.name),
        )

    def _register_request(self, unit, post):
        categories = self._get_request_categories()
        category = categories.filtered(lambda one: str(one.id) == post.get("category"))
        if not category:
            raise UserError(request.env._("Choose what it is about."))
        text = (post.get("description") or "").strip()
        if not text:
            raise UserError(request.env._("Describe what is wrong, please."))
        photos = read_photos(request.httprequest.files.getlist("photos"))
        if category._get_effective("require_photo") and not photos:
            raise UserError(request.env._("Add a photo, please."))
        in_unit = bool(category._get_effective("require_unit"))
        order = (
            request.env["property.workorder"]
            .sudo()  # sudo: the unit is one of the user's own
            .create(
                {
                    "channel": "portal",
                    "category_id": category.id,
                    "unit_id": unit.id,
                    "community_id": unit.community_id.id,
                    "partner_id": request.env.user.partner_id.id,
                    "caller_phone": (post.get("phone") or "")[:32] or False,
                    "place": (post.get("place") or "")[:80]
                    or (not in_unit and category._get_lineage()[-1].name)
                    or False,
                    "subject": text.splitlines()[0][:80],
                    "description": plaintext2html(text),
                    "appointment_start_at": self._parse_moment(post.get("appointment")),
                    "receiver_id": False,
                }
            )
        )
        order._add_photos(photos)
        return order

    def _parse_moment(self, text):
        """Return a moment of a form, in the user's time, as naive UTC."""
        if not text:
            return False
        try:
            moment = fields.Datetime.to_datetime(text.replace("T", " ") + ":00")
        except ValueError:
            raise UserError(request.env._("%(text)s is not a time.", text=text)) from None
        zone = ZoneInfo(request.env.user.tz or "Asia/Shanghai")
        return moment.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    # === ONE REQUEST === #

    @http.route(ORDER_URL, type="http", auth="user", website=True)
    def my_request(self, order_id, **kw):
        """Show a request with its timeline."""
        order = self._get_request(order_id)
        if not order:
            return request.redirect("/my/requests")
        states = dict(order._fields["state"]._description_selection(request.env))
        rating = order.rating_ids.filtered("consumed").sorted("write_date")[-1:]
        return request.render(
            "property_workorder.portal_my_request",
            {
                **self._prepare_portal_layout_values(),
                **self._pop_property_message(),
                "page_name": "property_request",
                "order": order,
                "state": states[order.state],
                "timeline": order._get_timeline(),
                "quotes": order.quote_ids.filtered(lambda one: one.state in ("sent", "accepted")),
                "rating": rating,
                "is_open": order.state in OPEN_STATES,
                "photos": order.evidence_ids.sorted(lambda one: (one.taken_at, one.id)),
                "is_past": bool(
                    order.resolve_deadline_at and order.resolve_deadline_at < fields.Datetime.now()
                ),
            },
        )

    @http.route(f"{ORDER_URL}/photo/<int:photo_id>", type="http", auth="user", readonly=True)
    def request_photo(self, order_id, photo_id, **kw):
        """Send a photo of a request of the user."""
        photo = self._get_request(order_id).evidence_ids.filtered(lambda one: one.id == photo_id)
        if not photo:
            raise request.not_found()
        return request.env["ir.binary"]._get_image_stream_from(photo, "image").get_response()

    @http.route(f"{ORDER_URL}/urge", type="http", auth="user", website=True, methods=["POST"])
    def urge_request(self, order_id, text="", **post):
        """Press for an answer."""
        return self._act(
            order_id,
            lambda order: order._urge((text or "").strip()[:500]),
            request.env._("We have told those in charge."),
        )

    @http.route(f"{ORDER_URL}/rate", type="http", auth="user", website=True, methods=["POST"])
    def rate_request(self, order_id, stars="", feedback="", **post):
        """Rate what was done; by POST only, so that no mail scanner rates."""

        def rate(order):
            if order.partner_id != request.env.user.partner_id:
                raise UserError(request.env._("Whoever reported it rates it."))
            order._rate(int(stars) if stars.isdecimal() else 0, (feedback or "").strip()[:2000])

        return self._act(order_id, rate, request.env._("Thank you for your rating."))

    @http.route(f"{ORDER_URL}/reopen", type="http", auth="user", website=True, methods=["POST"])
    def reopen_request(self, order_id, text="", **post):
        """Open a finished case again."""
        return self._act(
            order_id,
            lambda order: order._reopen_by_resident((text or "")[:2000]),
            request.env._("We have opened your request again."),
        )

    @http.route(f"{ORDER_URL}/message", type="http", auth="user", website=True, methods=["POST"])
    def message_request(self, order_id, text="", **post):
        """Add a word or photos."""

        def write(order):
            photos = read_photos(request.httprequest.files.getlist("photos"))
            words = (text or "").strip()[:4000]
            if not words and not photos:
                raise UserError(request.env._("Write something or add a photo."))
            order._add_photos(photos)
            order.message_post(
                body=words or request.env._("Photos added"),
                author_id=request.env.user.partner_id.id,
                message_type="comment",
                subtype_id=request.env.ref("property_workorder.property_workorder_mt_resident").id,
                partner_ids=(order.receiver_id | order.technician_id).partner_id.ids,
            )

        return self._act(order_id, write, request.env._("Your message has been added."))

    @http.route(
        f"{ORDER_URL}/quote/<int:quote_id>/<string:answer>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def answer_quote(self, order_id, quote_id, answer, reason="", **post):
        """Accept or refuse a price."""

        def decide(order):
            quote = order.quote_ids.filtered(lambda one: one.id == quote_id)
            if not quote or quote.partner_id != request.env.user.partner_id:
                raise UserError(request.env._("This price is not addressed to you."))
            if answer == "accept":
                quote._accept(request.env.user.name, "portal")
            elif answer == "refuse":
                quote.action_refuse((reason or "").strip()[:200])
            else:
                raise UserError(request.env._("Accept or refuse the price."))

        return self._act(order_id, decide, request.env._("Thank you, we have your answer."))

    # === SERVICES === #

    @http.route("/my/services", type="http", auth="user", website=True)
    def my_services(self, **kw):
        """Show the price list of services."""
        units = self._get_property_units()
        Service = request.env["property.paid.service"].sudo()  # sudo: the list is for residents
        services = Service
        for community in units.community_id:
            services |= Service._get_of_community(community)
        return request.render(
            "property_workorder.portal_my_services",
            {
                **self._prepare_portal_layout_values(),
                **self._pop_property_message(),
                "page_name": "property_services",
                "units": units,
                "groups": services.grouped("group"),
                "labels": dict(Service._fields["group"]._description_selection(request.env)),
                "phone": request.env.user.partner_id.phone or "",
            },
        )

    @http.route(
        "/my/services/<int:service_id>", type="http", auth="user", website=True, methods=["POST"]
    )
    def order_service(self, service_id, **post):
        """Order a service: a fixed price comes as a quote that the resident accepts."""
        unit = self._get_property_units().filtered(lambda one: str(one.id) == post.get("unit"))
        Service = request.env["property.paid.service"].sudo()  # sudo: the list is for residents
        service = (
            Service._get_of_community(unit.community_id).filtered(lambda one: one.id == service_id)
            if unit
            else Service
        )
        if not service:
            return request.redirect("/my/services")
        try:
            with request.env.cr.savepoint():
                order = self._create_service_order(unit, service, post)
        except (UserError, ValidationError) as error:
            return self._property_redirect("/my/services", error=str(error))
        return self._property_redirect(
            f"/my/requests/{order.id}",
            message=request.env._("Ordered. It is under warranty and costs nothing.")
            if order.bearer == "warranty"
            else request.env._("Ordered. Please look at the price and accept it.")
            if order.quote_ids
            else request.env._("Ordered. You get a price to accept."),
        )

    def _create_service_order(self, unit, service, post):
        env = service.env
        category = service.category_id or env.ref("property_workorder.category_service_paid_home")
        order = env["property.workorder"].create(
            {
                "kind": "service",
                "channel": "portal",
                "category_id": category.id,
                "service_id": service.id,
                "unit_id": unit.id,
                "community_id": unit.community_id.id,
                "partner_id": request.env.user.partner_id.id,
                "caller_phone": (post.get("phone") or "")[:32] or False,
                "subject": service.name,
                "description": plaintext2html((post.get("description") or "")[:4000]) or False,
                "appointment_start_at": self._parse_moment(post.get("appointment")),
                "receiver_id": False,
            }
        )
        if not service.price_to and order.bearer != "warranty":
            env["property.workorder.quote"].create(
                {
                    "workorder_id": order.id,
                    "partner_id": request.env.user.partner_id.id,
                    "line_ids": [fields.Command.create({"service_id": service.id})],
                }
            ).action_send()
        return order
