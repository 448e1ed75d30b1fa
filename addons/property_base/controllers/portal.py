# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request
from odoo.tools import email_normalize
from odoo.tools.image import image_data_uri

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..rules import personal as personal_rule

HOUSEHOLD_ROLES = ("family", "tenant")


class PropertyPortal(CustomerPortal):
    """Portal home, units and household of owners and occupants (BAS-17).

    Records are searched with sudo and an explicit domain on the dated relation, so that a resident
    sees the same whether the login is a portal user or a member of staff who lives here.
    """

    # === HOOKS === #

    def _get_property_units(self):
        """Return the units that the current user owns or occupies today, as sudo."""
        return (
            request.env["property.unit"]
            .sudo()  # sudo: the domain is the right itself
            .search([("resident_user_ids", "in", request.env.user.ids)])
            .sorted(lambda unit: unit.usage == "storage")
        )

    def _get_property_unit(self, unit_id):
        """Return one unit of the current user as sudo, or an empty record."""
        return self._get_property_units().filtered(lambda unit: unit.id == unit_id)

    def _prepare_property_home_cards(self, units):
        """Return the quick cards of the portal home; extended by other addons.

        :param units: units of the user, as sudo
        :return: list of dicts ``title``, ``text``, ``url``, ``icon`` (Font Awesome name), and
            optionally ``count`` (shown as a badge) and ``sequence`` (default 50)
        """
        cards = []
        if units:
            cards.append(
                {
                    "title": request.env._("Household"),
                    "text": request.env._("Who lives with you"),
                    "url": f"/my/units/{units[0].id}#household" if len(units) == 1 else "/my/units",
                    "icon": "fa-users",
                    "sequence": 60,
                }
            )
        cards.append(
            {
                "title": request.env._("Link a unit"),
                "text": request.env._("Ask for access to a unit, follow your requests"),
                "url": "/my/binding",
                "icon": "fa-link",
                "count": len(self._get_bindings_to_confirm(units)),
                "sequence": 70,
            }
        )
        cards.append(
            {
                "title": request.env._("My profile"),
                "text": request.env._("Phone, language, consents"),
                "url": "/my/profile",
                "icon": "fa-user-o",
                "sequence": 90,
            }
        )
        return cards

    def _prepare_property_unit_lines(self, units):
        """Return short lines for the unit cards; extended by other addons.

        :param units: units of the user, as sudo
        :return: dict unit id -> list of dicts ``label``, ``value``, optionally ``url`` and
            ``class`` (``danger``, ``warning``, ``success``)
        """
        return {unit.id: [] for unit in units}

    def _prepare_property_unit_values(self, unit):
        """Return the values of the unit page; extended by other addons.

        Sections are added by inheriting the template ``property_base.portal_unit_sections``.
        """
        today = fields.Date.context_today(unit)
        partner = request.env.user.partner_id
        is_owner = request.env.user in unit.owner_user_ids
        stays = unit.occupancy_ids._filtered_on(today) | unit.occupancy_ids.filtered(
            lambda line: line.start_date and line.start_date > today
        )
        if not is_owner:
            stays = stays.filtered(lambda line: line.partner_id == partner)
        posts = unit.env["property.post"]._get_posts_of_unit(unit)
        return {
            "page_name": "property_unit",
            "unit": unit,
            "is_owner": is_owner,
            "role": self._get_property_role(unit),
            "ownerships": unit.ownership_ids._filtered_on(today) if is_owner else False,
            "stays": stays.sorted(lambda line: (line.role, line.start_date or today, line.id)),
            "household_roles": self._get_property_household_roles(),
            "posts": posts,
            "leaders": self._get_property_leaders(unit),
            "centre": self._prepare_property_centre(unit),
            "lines": self._prepare_property_unit_lines(unit)[unit.id],
            "today": today,
            "image_data_uri": image_data_uri,
            "partner": partner,
            "mask_phone": personal_rule.mask_phone,
        }

    # === HELPERS === #

    def _get_property_role(self, unit):
        """Return what the current user is in the unit, in words."""
        if request.env.user in unit.owner_user_ids:
            return request.env._("Owner")
        today = fields.Date.context_today(unit)
        stay = unit.occupancy_ids._filtered_on(today).filtered(
            lambda line: line.partner_id == request.env.user.partner_id
        )[:1]
        roles = dict(stay._fields["role"]._description_selection(request.env))
        return roles.get(stay.role, "")

    def _get_property_household_roles(self):
        field = request.env["property.occupancy"]._fields["role"]
        return [
            (value, label)
            for value, label in field._description_selection(request.env)
            if value in HOUSEHOLD_ROLES
        ]

    def _get_property_leaders(self, unit):
        return unit.env["property.resident.leader"].search(
            [
                ("building_id", "=", unit.building_id.id),
                ("entrance_id", "in", [False, unit.entrance_id.id]),
                ("is_current", "=", True),
                ("published", "=", True),
            ]
        )

    def _prepare_property_centre(self, unit):
        """Return the service centre as the templates show it, or False."""
        centre = unit.env["property.service.centre"]._get_of_community(unit.community_id)
        if not centre:
            return False
        now = fields.Datetime.now()
        is_open = centre._is_open(now)
        return {
            "record": centre,
            "is_open": is_open,
            "phone": centre._get_phone(now),
            "hours": centre._get_opening_lines(),
            "on_duty": False if is_open else centre._get_on_duty(now).name,
        }

    def _prepare_property_home_values(self):
        units = self._get_property_units()
        cards = self._prepare_property_home_cards(units)
        main = units[:1]
        posts = main.env["property.post"]._get_posts_of_unit(main) if main else False
        return {
            "property_units": units,
            "property_roles": {unit.id: self._get_property_role(unit) for unit in units},
            "property_lines": self._prepare_property_unit_lines(units),
            "property_cards": sorted(cards, key=lambda card: card.get("sequence", 50)),
            "property_posts": posts and posts[:2],
            "property_centre": self._prepare_property_centre(main) if main else False,
            "image_data_uri": image_data_uri,
        }

    def _get_bindings_to_confirm(self, units):
        """Return the requests of family and tenants that an owner may confirm."""
        owned = units.filtered(lambda unit: request.env.user in unit.owner_user_ids)
        return (
            request.env["property.binding"]
            .sudo()  # sudo: the domain is the right itself
            .search(
                [
                    ("unit_id", "in", owned.ids),
                    ("state", "=", "submitted"),
                    ("role", "!=", "owner"),
                    ("user_id", "!=", request.env.uid),
                ]
            )
        )

    def _property_redirect(self, url, message=None, error=None):
        """Redirect after a POST, leaving a word for the next page."""
        request.session["property_message"] = {"message": message, "error": error}
        return request.redirect(url)

    def _pop_property_message(self):
        return request.session.pop("property_message", None) or {}

    def _parse_property_date(self, text):
        """Return a date from a form field.

        :raise UserError: when it is not a date
        """
        if not text:
            return False
        try:
            return fields.Date.to_date(text)
        except ValueError:
            raise UserError(
                request.env._("%(text)s is not a date. Choose one from the calendar.", text=text)
            ) from None

    # === ROUTES === #

    @http.route()
    def home(self, **kw):
        """Extend `portal`: what a resident owns and who serves him comes first."""
        response = super().home(**kw)
        response.qcontext.update(self._prepare_property_home_values())
        response.qcontext.update(self._pop_property_message())
        return response

    def _prepare_home_portal_values(self, counters):
        """Extend `portal`: counters of property cards."""
        values = super()._prepare_home_portal_values(counters)
        if "property_unit_count" in counters:
            values["property_unit_count"] = len(self._get_property_units())
        return values

    @http.route("/my/units", type="http", auth="user", website=True, readonly=True)
    def property_units(self, sortby=None, **kw):
        """List the units of the user."""
        sortings = {
            "name": {"label": request.env._("Name"), "order": "community_id, name"},
            "area": {"label": request.env._("Area"), "order": "area_m2 desc, id"},
        }
        sortby = sortby if sortby in sortings else "name"
        units = self._get_property_units()
        units = units.search([("id", "in", units.ids)], order=sortings[sortby]["order"])
        return request.render(
            "property_base.portal_my_units",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "property_units",
                "units": units,
                "roles": {unit.id: self._get_property_role(unit) for unit in units},
                "lines": self._prepare_property_unit_lines(units),
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "default_url": "/my/units",
            },
        )

    @http.route("/my/units/<int:unit_id>", type="http", auth="user", website=True)
    def property_unit(self, unit_id, **kw):
        """Show one unit; unknown and forbidden look the same."""
        unit = self._get_property_unit(unit_id)
        if not unit:
            return request.redirect("/my")
        return request.render(
            "property_base.portal_my_unit",
            {
                **self._prepare_portal_layout_values(),
                **self._prepare_property_unit_values(unit),
                **self._pop_property_message(),
            },
        )

    @http.route(
        "/my/units/<int:unit_id>/household/add",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def property_household_add(self, unit_id, **post):
        """Register a member of the household or a tenant; for owners."""
        unit = self._get_property_unit(unit_id)
        if not unit or request.env.user not in unit.owner_user_ids:
            return request.redirect("/my")
        url = f"/my/units/{unit.id}#household"
        try:
            with request.env.cr.savepoint():
                stay = unit._add_household_member(
                    name=post.get("name"),
                    phone=post.get("phone"),
                    role=post.get("role"),
                    relation=post.get("relation"),
                    start_date=self._parse_property_date(post.get("start_date")),
                    end_date=self._parse_property_date(post.get("end_date")),
                    owner=request.env.user.partner_id,
                )
        except (UserError, ValidationError) as error:
            return self._property_redirect(url, error=str(error))
        if stay.verified:
            message = request.env._("%(name)s has been registered.", name=stay.partner_id.name)
        else:
            message = request.env._(
                "%(name)s has been registered. The property staff will check the entry.",
                name=stay.partner_id.name,
            )
        return self._property_redirect(url, message=message)

    def _get_property_stay(self, unit_id, stay_id):
        """Return an occupancy of a unit that the user owns, other than the user's own."""
        unit = self._get_property_unit(unit_id)
        if request.env.user not in unit.owner_user_ids:
            # sudo: empty, of the kind that the caller expects
            return request.env["property.occupancy"].sudo()
        return unit.occupancy_ids.filtered(
            lambda line: (
                line.id == stay_id
                and line.role in HOUSEHOLD_ROLES
                and line.partner_id != request.env.user.partner_id
            )
        )

    @http.route(
        "/my/units/<int:unit_id>/household/<int:stay_id>/end",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def property_household_end(self, unit_id, stay_id, **post):
        """End the stay of a member of the household; for owners."""
        stay = self._get_property_stay(unit_id, stay_id)
        if not stay:
            return request.redirect("/my")
        name = stay.partner_id.name
        stay._end_household_member(request.env.user.partner_id)
        return self._property_redirect(
            f"/my/units/{unit_id}#household",
            message=request.env._("%(name)s has been removed.", name=name),
        )

    @http.route(
        "/my/units/<int:unit_id>/household/<int:stay_id>/invite",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def property_household_invite(self, unit_id, stay_id, email=None, **post):
        """Invite a member of the household to the portal; for owners."""
        stay = self._get_property_stay(unit_id, stay_id)
        if not stay:
            return request.redirect("/my")
        url = f"/my/units/{unit_id}#household"
        if not email_normalize(email or ""):
            return self._property_redirect(
                url, error=request.env._("Enter the e-mail address to invite.")
            )
        try:
            with request.env.cr.savepoint():
                stay._invite_to_portal(email_normalize(email))
        except UserError:
            # Whether an address has an account already is nobody's business
            return self._property_redirect(
                url,
                error=request.env._(
                    "This person could not be invited. Ask him or her to sign in and to bind the "
                    "unit, or turn to the service centre."
                ),
            )
        return self._property_redirect(
            url, message=request.env._("An invitation has been sent to %(email)s.", email=email)
        )

    @http.route("/my/profile", type="http", auth="user", methods=["GET", "POST"], website=True)
    def property_profile(self, **post):
        """Show and change own phone and language."""
        partner_sudo = request.env.user.partner_id.sudo()  # sudo: own contact
        languages = request.env["res.lang"].get_installed()
        if request.httprequest.method == "POST":
            phone = (post.get("phone") or "").strip()
            digits = personal_rule.normalise_phone(phone)
            if len(digits.lstrip("+")) < 7 or not digits.lstrip("+").isdecimal():
                return self._property_redirect(
                    "/my/profile", error=request.env._("Enter a phone number with all its digits.")
                )
            vals = {"phone": phone}
            if post.get("lang") in dict(languages):
                vals["lang"] = post["lang"]
            partner_sudo.write(vals)
            response = self._property_redirect(
                "/my/profile", message=request.env._("Your profile has been saved.")
            )
            if "lang" in vals:
                response.set_cookie("frontend_lang", vals["lang"], max_age=365 * 24 * 3600)
            return response
        return request.render(
            "property_base.portal_my_profile",
            {
                **self._prepare_portal_layout_values(),
                **self._prepare_property_profile_values(),
                **self._pop_property_message(),
                "page_name": "property_profile",
                "partner": partner_sudo,
                "languages": languages,
                "id_number": personal_rule.mask_id_number(partner_sudo.property_id_number),
            },
        )

    def _prepare_property_profile_values(self):
        """Return the values of the profile page; extended by other addons."""
        # sudo: own consents
        consents = request.env["property.consent"].sudo()
        return {"consents": consents.search([("partner_id", "=", request.env.user.partner_id.id)])}

    @http.route(
        "/my/consents/<int:consent_id>/withdraw",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def property_consent_withdraw(self, consent_id, **post):
        """Take back an own consent."""
        consent = self._prepare_property_profile_values()["consents"].filtered(
            lambda item: item.id == consent_id and not item.withdrawn_at
        )
        if not consent:
            return request.redirect("/my/profile")
        consent.action_withdraw()
        return self._property_redirect(
            "/my/profile",
            message=request.env._("Your consent is withdrawn. What was kept on it is deleted."),
        )
