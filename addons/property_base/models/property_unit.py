# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime, time, timedelta
from decimal import Decimal

from pytz import UTC, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import personal as rule
from ..rules import residence


class PropertyUnit(models.Model):
    """A unit (房屋): dwelling, shop, office, storage room (BAS-05)."""

    _name = "property.unit"
    _description = "Unit"
    _inherit = [
        "property.scope.mixin",
        "property.place.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "community_id, building_sequence, entrance, floor, number, id"
    _rec_names_search = ["name"]

    name = fields.Char(compute="_compute_name", store=True, index="trigram", precompute=True)
    active = fields.Boolean(default=True)
    community_id = fields.Many2one(
        compute="_compute_community_id", store=True, readonly=False, precompute=True
    )
    building_id = fields.Many2one(
        "property.building",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('community_id', '=?', community_id)]",
    )
    building_sequence = fields.Integer(
        related="building_id.sequence", store=True, precompute=True, string="Building order"
    )
    phase_id = fields.Many2one(related="building_id.phase_id", store=True, precompute=True)
    keeper_id = fields.Many2one(related="building_id.keeper_id")
    entrance = fields.Char(tracking=True, help="Stairwell (单元): 1 in 3-1-1203.")
    entrance_id = fields.Many2one(
        "property.entrance",
        string="Entrance record",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    floor = fields.Integer(tracking=True, help="Floor; basements are negative.")
    number = fields.Char(required=True, tracking=True, help="Room number: 1203 in 3-1-1203.")
    usage = fields.Selection(
        [
            ("residential", "Residential"),
            ("commercial", "Commercial"),
            ("office", "Office"),
            ("storage", "Storage"),
            ("other", "Other"),
        ],
        required=True,
        default="residential",
        tracking=True,
    )
    is_business_use = fields.Boolean(
        string="Dwelling used as business",
        tracking=True,
        help="A dwelling from which a business is run (住改商); needs the consent of every "
        "affected owner (Civil Code art. 279).",
    )
    area_m2 = fields.Float(
        string="Area (m²)",
        digits=(12, 2),
        tracking=True,
        help="Exclusive floor area by the property certificate, to two decimals. Fees by area and "
        "votes by area count it.",
    )
    inner_area_m2 = fields.Float(
        string="Inner area (m²)",
        digits=(12, 2),
        tracking=True,
        help="Area inside the walls (套内面积), to two decimals.",
    )
    layout = fields.Char(help="Rooms, for example 3 rooms, 2 halls.")
    state = fields.Selection(
        [
            ("unsold", "Unsold"),
            ("sold", "Sold"),
            ("delivered", "Delivered"),
            ("occupied", "Occupied"),
            ("vacant", "Vacant"),
            ("renovating", "Renovating"),
        ],
        required=True,
        default="unsold",
        tracking=True,
        index=True,
    )
    delivery_date = fields.Date(
        string="Delivered on",
        tracking=True,
        help="Day of handover to the first owner (交房). Fees start from it.",
    )
    unit_properties = fields.Properties(
        "Extra fields", definition="community_id.unit_properties_definition"
    )
    note = fields.Text(string="Notes")
    # People
    ownership_ids = fields.One2many("property.ownership", "unit_id", string="Ownerships")
    occupancy_ids = fields.One2many("property.occupancy", "unit_id", string="Occupancies")
    owner_ids = fields.Many2many(
        "res.partner", string="Owners", compute="_compute_people", search="_search_owner_ids"
    )
    owner_count = fields.Integer(compute="_compute_people")
    representative_id = fields.Many2one(
        "res.partner",
        string="Representative",
        compute="_compute_people",
        search="_search_representative_id",
        help="The co-owner who votes and is billed: the one named by the co-owners, else the one "
        "with the largest share.",
    )
    occupant_ids = fields.Many2many(
        "res.partner",
        string="Occupants",
        compute="_compute_occupant_ids",
        search="_search_occupant_ids",
    )
    is_let = fields.Boolean(string="Let", compute="_compute_occupant_ids", search="_search_is_let")
    resident_user_ids = fields.Many2many(
        "res.users",
        compute="_compute_user_ids",
        search="_search_resident_user_ids",
        compute_sudo=True,
        help="Users whose contact is a current owner or a current, verified occupant.",
    )
    owner_user_ids = fields.Many2many(
        "res.users",
        compute="_compute_user_ids",
        search="_search_owner_user_ids",
        compute_sudo=True,
        help="Users whose contact is a current owner.",
    )

    _number_uniq = models.UniqueIndex(
        "(community_id, building_id, COALESCE(entrance, ''), number) WHERE active IS TRUE",
        "Another unit of this building and entrance has this number already.",
    )
    _area_positive = models.Constraint(
        "CHECK (area_m2 IS NULL OR area_m2 >= 0)", "The area of a unit cannot be negative."
    )
    _inner_area_positive = models.Constraint(
        "CHECK (inner_area_m2 IS NULL OR inner_area_m2 >= 0)",
        "The inner area of a unit cannot be negative.",
    )

    @api.depends("building_id.code", "entrance", "number")
    def _compute_name(self):
        for unit in self:
            parts = (unit.building_id.code, unit.entrance, unit.number)
            unit.name = "-".join(part for part in parts if part)

    @api.depends("building_id")
    def _compute_community_id(self):
        for unit in self:
            unit.community_id = unit.building_id.community_id or unit.community_id

    @api.depends("name", "community_id.name")
    @api.depends_context("property_hide_community")
    def _compute_display_name(self):
        for unit in self:
            parts = [unit.name]
            if not self.env.context.get("property_hide_community"):
                parts.insert(0, unit.community_id.name)
            unit.display_name = " ".join(part for part in parts if part)

    @api.depends(
        "ownership_ids.partner_id",
        "ownership_ids.start_date",
        "ownership_ids.end_date",
        "ownership_ids.is_representative",
        "ownership_ids.share_numerator",
        "ownership_ids.share_denominator",
    )
    def _compute_people(self):
        today = fields.Date.context_today(self)
        for unit in self:
            lines = unit.ownership_ids._filtered_on(today)
            unit.owner_ids = lines.partner_id
            unit.owner_count = len(lines.partner_id)
            unit.representative_id = lines._representative(today).partner_id

    @api.depends(
        "occupancy_ids.partner_id",
        "occupancy_ids.role",
        "occupancy_ids.start_date",
        "occupancy_ids.end_date",
    )
    def _compute_occupant_ids(self):
        today = fields.Date.context_today(self)
        for unit in self:
            lines = unit.occupancy_ids._filtered_on(today)
            unit.occupant_ids = lines.partner_id
            unit.is_let = any(line.role == "tenant" for line in lines)

    @api.depends("ownership_ids", "occupancy_ids.verified")
    def _compute_user_ids(self):
        today = fields.Date.context_today(self)
        for unit in self:
            owners = unit.ownership_ids._filtered_on(today).partner_id
            occupants = unit.occupancy_ids._filtered_on(today).filtered("verified").partner_id
            unit.owner_user_ids = owners.user_ids
            unit.resident_user_ids = (owners | occupants).user_ids

    @api.model
    def _get_held_since(self, user, owners_only=False):
        """Return since when the contact of ``user`` has belonged to each present unit.

        What happened in a unit before is the business of those who lived there then: portal pages
        show residents what came after this day only.

        :param user: ``res.users``
        :param owners_only: look at ownership alone
        :return: dict unit id -> first day of the unbroken relation, ``None`` for "since ever"
        """
        today = fields.Date.context_today(self)
        mine = [("partner_id", "=", user.partner_id.id)]
        # sudo: own relations of the user
        lines = list(self.env["property.ownership"].sudo().search(mine))
        if not owners_only:
            lines += self.env["property.occupancy"].sudo().search([*mine, ("verified", "=", True)])
        periods = {}
        for line in lines:
            periods.setdefault(line.unit_id.id, []).append(
                (line.start_date or None, line.end_date or None)
            )
        held = {unit_id: residence.held_since(spans, today) for unit_id, spans in periods.items()}
        return {unit_id: since for unit_id, (now, since) in held.items() if now}

    @api.model
    def _get_held_domain(self, user, unit_field, moment_field, owners_only=False):
        """Return the domain of what happened in the user's units since he belongs to them.

        :param moment_field: a datetime field; empty counts as now
        """
        day_start = {}
        zone = timezone(user.tz or self.env.user.tz or "Asia/Shanghai")
        for unit_id, since in self._get_held_since(user, owners_only=owners_only).items():
            start = since and zone.localize(datetime.combine(since, time.min)).astimezone(UTC)
            day_start.setdefault(start and start.replace(tzinfo=None), []).append(unit_id)
        return Domain.OR(
            Domain(unit_field, "in", unit_ids)
            & (
                Domain.TRUE
                if not start
                else Domain(moment_field, "=", False) | Domain(moment_field, ">=", start)
            )
            for start, unit_ids in day_start.items()
        )

    def _search_owner_ids(self, operator, value):
        return self._search_through("ownership_ids", "partner_id", operator, value)

    def _search_occupant_ids(self, operator, value):
        return self._search_through("occupancy_ids", "partner_id", operator, value)

    def _search_through(self, lines, path, operator, value):
        """Search units by a field of their current lines."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in" and False in value:
            named = [item for item in value if item]
            nobody = Domain(lines, "not any", [("is_current", "=", True)])
            if not named:
                return nobody
            return nobody | self._search_through(lines, path, "in", named)
        return Domain(lines, "any", [("is_current", "=", True), (path, operator, value)])

    def _search_representative_id(self, operator, value):
        if operator not in ("in", "any", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        candidates = self.search(self._search_owner_ids(operator, value))
        if operator == "in":
            wanted = set(value)
            matching = candidates.filtered(lambda unit: unit.representative_id.id in wanted)
            domain = Domain("id", "in", matching.ids)
            return domain | self._search_owner_ids("in", [False]) if False in wanted else domain
        partners = self.env["res.partner"].search(
            value if operator == "any" else [("display_name", operator, value)]
        )
        matching = candidates.filtered(lambda unit: unit.representative_id in partners)
        return Domain("id", "in", matching.ids)

    def _search_is_let(self, operator, value):
        if operator != "in":
            return NotImplemented
        let = Domain("occupancy_ids", "any", [("is_current", "=", True), ("role", "=", "tenant")])
        return let if True in value else ~let

    def _search_owner_user_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # any!: record rules use this search; it must not depend on rules of the lines themselves
        return Domain(
            "ownership_ids",
            "any!",
            [("is_current", "=", True), ("partner_id.user_ids", "in", list(value))],
        )

    def _search_resident_user_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        occupants = Domain(
            "occupancy_ids",
            "any!",
            [
                ("is_current", "=", True),
                ("verified", "=", True),
                ("partner_id.user_ids", "in", list(value)),
            ],
        )
        return self._search_owner_user_ids(operator, value) | occupants

    @api.constrains("building_id", "community_id")
    def _check_building(self):
        for unit in self:
            if unit.building_id.community_id != unit.community_id:
                raise ValidationError(
                    self.env._(
                        "Unit %(unit)s is in building %(building)s, which belongs to another "
                        "community. Choose a building of %(community)s.",
                        unit=unit.name,
                        building=unit.building_id.name,
                        community=unit.community_id.name,
                    )
                )

    @api.constrains("area_m2", "inner_area_m2")
    def _check_areas(self):
        for unit in self:
            if unit.inner_area_m2 and unit.area_m2 and unit.inner_area_m2 > unit.area_m2:
                raise ValidationError(
                    self.env._(
                        "Unit %(unit)s: the inner area (%(inner)s m²) is larger than the area "
                        "(%(area)s m²). Swap or correct them.",
                        unit=unit.name,
                        inner=unit.inner_area_m2,
                        area=unit.area_m2,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("community_id"):
                vals.pop("community_id", None)
            self._clean_codes(vals)
        # pending changes first: the insert is judged by the unique index at once
        self.flush_model(["active", "building_id", "entrance", "number"])
        # One check per act: the lines of one unit are created one by one
        units = super(PropertyUnit, self.with_context(property_share_check_later=True)).create(
            vals_list
        )
        units = units.with_env(self.env)
        units._sync_entrances()
        units.ownership_ids._check_share_total()
        return units

    def write(self, vals):
        self._clean_codes(vals)
        if "ownership_ids" not in vals:
            result = super().write(vals)
        else:
            later = self.with_context(property_share_check_later=True)
            result = super(PropertyUnit, later).write(vals)
            self.ownership_ids._check_share_total()
        if vals.keys() & {"entrance", "building_id"}:
            self._sync_entrances()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        for unit in self:
            if unit.ownership_ids:
                raise UserError(
                    self.env._(
                        "Unit %(unit)s has owners on record, so it cannot be deleted. "
                        "Archive it instead.",
                        unit=unit.name,
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for unit, vals in zip(self, vals_list, strict=True):
            vals["number"] = self.env._("%(number)s (copy)", number=unit.number)
        return vals_list

    def _clean_codes(self, vals):
        for name in ("entrance", "number"):
            if vals.get(name):
                vals[name] = str(vals[name]).strip()
            elif name in vals and vals[name] is not False:
                vals[name] = vals[name] or False

    def _sync_entrances(self):
        """Link every unit to the entrance record that its code names."""
        wanted = {
            (unit.building_id.id, unit.entrance)
            for unit in self
            if unit.entrance
            and (
                unit.entrance_id.code != unit.entrance
                or unit.entrance_id.building_id != unit.building_id
            )
        }
        entrances = self.env["property.entrance"]._find_or_create(wanted)
        by_entrance = {}
        for unit in self:
            target = entrances.get((unit.building_id.id, unit.entrance))
            if target:
                by_entrance.setdefault(target.id, []).append(unit.id)
            elif unit.entrance_id and not unit.entrance:
                by_entrance.setdefault(False, []).append(unit.id)
        for entrance_id, unit_ids in by_entrance.items():
            self.browse(unit_ids).entrance_id = entrance_id

    def _area_decimal(self, inner=False):
        """Return the area as an exact number with two decimals.

        :param inner: take the inner area instead of the gross one
        :return: ``Decimal`` in m², quantised to 0.01
        """
        self.ensure_one()
        value = self.inner_area_m2 if inner else self.area_m2
        return Decimal(repr(round(value or 0.0, 2))).quantize(Decimal("0.01"))

    def _lock(self):
        """Serialise changes of ownership of these units until the end of the transaction."""
        self.env.cr.execute(
            SQL("SELECT id FROM property_unit WHERE id = ANY(%s) ORDER BY id FOR UPDATE", self.ids)
        )

    def _set_owners(self, date, holders, **line_vals):
        """Replace the owners of the unit from ``date`` on, in one act.

        Lines that run on ``date`` end the day before; lines that would start on it or later are
        refused, as history is never overwritten. An owner who keeps the same share keeps his line.

        :param date: first day of the new owners
        :param holders: iterable of ``(partner, numerator, denominator, is_representative)``;
            empty to leave the unit without an owner
        :param line_vals: further values for the new lines, such as ``transfer_id``
        :return: the new ``property.ownership`` lines
        :raise UserError: when the unit has lines that start on or after ``date``
        :raise ValidationError: when the shares do not add up to one
        """
        self.ensure_one()
        self._lock()
        Ownership = self.env["property.ownership"].with_context(property_share_check_later=True)
        lines = Ownership.search([("unit_id", "=", self.id)])
        later = lines.filtered(lambda line: line.start_date and line.start_date >= date)
        if later:
            raise UserError(
                self.env._(
                    "Unit %(unit)s has an ownership that starts on %(start)s, not before "
                    "%(date)s. Choose a later date, or correct that ownership first.",
                    unit=self.display_name,
                    start=min(later.mapped("start_date")),
                    date=date,
                )
            )
        running = lines.filtered(lambda line: not line.end_date or line.end_date >= date)
        new = {
            (partner.id, numerator, denominator): representative
            for partner, numerator, denominator, representative in holders
        }
        kept = running.filtered(
            lambda line: (
                (line.partner_id.id, line.share_numerator, line.share_denominator) in new
                and not line.end_date
            )
        )
        (running - kept).write({"end_date": date - timedelta(days=1)})
        kept_keys = set()
        for line in kept:
            key = (line.partner_id.id, line.share_numerator, line.share_denominator)
            kept_keys.add(key)
            if line.is_representative != new[key]:
                line.is_representative = new[key]
        created = Ownership.create(
            [
                {
                    "unit_id": self.id,
                    "partner_id": partner_id,
                    "share_numerator": numerator,
                    "share_denominator": denominator,
                    "is_representative": representative,
                    "start_date": date,
                    **line_vals,
                }
                for (partner_id, numerator, denominator), representative in new.items()
                if (partner_id, numerator, denominator) not in kept_keys
            ]
        ).with_env(self.env)
        (lines.with_env(self.env) | created)._check_share_total()
        return created

    def _representative_on(self, date):
        """Return who votes and is billed for each unit on ``date``.

        :param date: the day asked about
        :return: dict unit id -> ``res.partner`` (empty record when nobody owns it that day)
        """
        lines = self.env["property.ownership"].search([("unit_id", "in", self.ids)])
        by_unit = lines.grouped("unit_id")
        return {
            unit.id: by_unit.get(unit, lines.browse())._representative(date).partner_id
            for unit in self
        }

    def action_view_ownerships(self):
        """Open the whole ownership history of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_ownership_action"
        )
        action["domain"] = [("unit_id", "=", self.id)]
        action["context"] = {"default_unit_id": self.id}
        return action

    # === HOUSEHOLD === #

    def _add_household_member(
        self, name, phone, role, owner, relation=False, start_date=False, end_date=False
    ):
        """Register a person whom the owner names as family or tenant.

        The entry waits for the staff's check, unless the community trusts its owners.

        :param owner: res.partner who says so
        :return: the property.occupancy
        :raise UserError: when the name, the phone or the role is missing or the dates are wrong
        """
        self.ensure_one()
        name = (name or "").strip()
        digits = rule.normalise_phone(phone)
        if not name or len(digits) < 7 or rule.is_masked(phone):
            raise UserError(self.env._("Enter the name and the whole phone number of the person."))
        if role not in ("family", "tenant"):
            raise UserError(self.env._("Choose whether the person is family or a tenant."))
        today = fields.Date.context_today(self)
        limit = self.community_id._get_parameter("household_max_members")
        if len(self.occupancy_ids._filtered_on(today)) >= limit:
            raise UserError(
                self.env._(
                    "%(count)s people are registered in this unit already. Remove who has moved "
                    "out, or turn to the service centre.",
                    count=limit,
                )
            )
        start_date = start_date or today
        if end_date and end_date < max(start_date, today):
            raise UserError(self.env._("The last day cannot be before the first day or today."))
        already = self.occupancy_ids._filtered_on(start_date).filtered(
            lambda line: (
                line.partner_id.name == name
                and rule.normalise_phone(line.partner_id.phone) == digits
            )
        )
        if already:
            raise UserError(self.env._("%(name)s is registered in this unit already.", name=name))
        partner = self.env["res.partner"].create(
            {"name": name, "phone": phone.strip(), "lang": owner.lang}
        )
        stay = self.env["property.occupancy"].create(
            {
                "unit_id": self.id,
                "partner_id": partner.id,
                "role": role,
                "relation": (relation or "").strip(),
                "start_date": start_date,
                "end_date": end_date,
                "verified": self._is_owner_word_enough(),
            }
        )
        self.message_post(
            body=self.env._(
                "%(owner)s registered %(name)s in the portal.", owner=owner.name, name=name
            )
        )
        if not stay.verified:
            self._ask_for_household_check(stay)
        return stay

    def _is_owner_word_enough(self):
        """Tell whether people named by the owner count as verified at once."""
        self.ensure_one()
        return self.community_id._get_parameter("household_owner_verifies")

    def _ask_for_household_check(self, stay):
        """Put the entry on the keeper's list."""
        user = self.building_id.keeper_id or self.community_id.manager_id
        if user:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Check the new occupant %(name)s", name=stay.partner_id.name),
                user_id=user.id,
            )
