# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext, is_html_empty

OPEN_STATES = ("new", "accepted", "dispatched", "in_progress", "paused")
WORK_STATES = ("dispatched", "in_progress", "paused")
CLOCK_STATES = [("pending", "Pending"), ("met", "Met"), ("failed", "Failed")]
# who pays when the resident does not
FREE_BEARERS = ("warranty", "goodwill", "developer")
PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


class PropertyWorkorder(models.Model):
    """A request of a resident or a job of the staff, from intake to satisfaction (WKO-01..10)."""

    _name = "property.workorder"
    _description = "Work Order"
    _inherit = [
        "property.flow.mixin",
        "property.evidence.mixin",
        "property.escalation.mixin",
        "property.scope.mixin",
        "mail.thread.cc",
        "mail.activity.mixin",
        "rating.mixin",
    ]
    _order = "is_urgent desc, registered_at desc, id desc"
    _rec_names_search = ["name", "subject", "hotline_number"]
    _mail_post_access = "read"

    name = fields.Char(
        string="Number", readonly=True, copy=False, default="/", index="trigram", required=True
    )
    active = fields.Boolean(default=True)
    subject = fields.Char(compute="_compute_subject", store=True, readonly=False, precompute=True)
    description = fields.Html(
        sanitize_attributes=True, help="What is wrong, in the caller's words."
    )
    kind = fields.Selection(
        [
            ("repair", "Repair"),
            ("complaint", "Complaint"),
            ("enquiry", "Enquiry"),
            ("suggestion", "Suggestion"),
            ("service", "Paid service"),
            ("incident", "Emergency"),
            ("mediation", "Mediation"),
            ("rectification", "Rectification"),
        ],
        required=True,
        default="repair",
        tracking=True,
        index=True,
    )
    channel = fields.Selection(
        string="Intake channel",
        selection=[
            ("phone", "Phone"),
            ("desk", "Service desk"),
            ("portal", "Portal"),
            ("qr", "QR label"),
            ("mail", "E-mail"),
            ("gate", "Gate"),
            ("box", "Suggestion box"),
            ("hotline", "City hotline"),
            ("patrol", "Patrol finding"),
            ("staff", "Staff"),
            ("plan", "Preventive plan"),
            ("event", "Weather or outage"),
        ],
        required=True,
        default="desk",
        tracking=True,
    )
    hotline_number = fields.Char(index="btree_not_null", help="Case number of the city hotline.")
    hotline_due_date = fields.Date(help="By when the hotline expects the answer.")
    category_id = fields.Many2one(
        "property.workorder.category", index=True, tracking=True, ondelete="restrict"
    )
    place_level = fields.Char(compute="_compute_place_level")
    state = fields.Selection(
        [
            ("new", "Not yet taken up"),
            ("accepted", "Taken up"),
            ("dispatched", "Dispatched"),
            ("in_progress", "In progress"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("closed", "Case closed"),
            ("cancelled", "Cancelled"),
        ],
        default="new",
        required=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    is_urgent = fields.Boolean(
        string="Emergency",
        compute="_compute_from_category",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    # Where and who
    community_id = fields.Many2one(
        compute="_compute_community_id", store=True, readonly=False, precompute=True, tracking=True
    )
    building_id = fields.Many2one(
        "property.building",
        compute="_compute_building_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain="[('community_id', '=', community_id)]",
        tracking=True,
    )
    unit_id = fields.Many2one(
        "property.unit",
        index="btree_not_null",
        domain="[('community_id', '=?', community_id), ('building_id', '=?', building_id)]",
        tracking=True,
    )
    entrance_id = fields.Many2one(
        "property.entrance",
        compute="_compute_entrance_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain="[('building_id', '=?', building_id), ('community_id', '=?', community_id)]",
        tracking=True,
        help="Stairwell or entrance, for what concerns it as a whole.",
    )
    place = fields.Char(help="Where exactly: kitchen, third floor landing, gate 2.")
    place_model = fields.Char(readonly=True)
    place_res_id = fields.Many2oneReference(model_field="place_model", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Reported by", index="btree_not_null", tracking=True
    )
    caller_name = fields.Char(help="Who called, when it is nobody of the register.")
    caller_phone = fields.Char(help="Number to call back.")
    appointment_start_at = fields.Datetime(string="Appointment from", tracking=True)
    appointment_end_at = fields.Datetime(string="Appointment to")
    # Who does it
    team_id = fields.Many2one(
        "property.workorder.team",
        compute="_compute_from_category",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        check_company=True,
    )
    receiver_id = fields.Many2one(
        "res.users",
        string="First receiver",
        domain="[('share', '=', False)]",
        copy=False,
        index=True,
        tracking=True,
        help="Took the request and answers for it until the resident is satisfied.",
    )
    technician_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        copy=False,
        index=True,
        tracking=True,
        readonly=True,
    )
    helper_ids = fields.Many2many(
        "res.users", "property_workorder_helper_rel", string="Helpers", copy=False
    )
    competence = fields.Selection(
        [
            ("company", "Property company"),
            ("owner", "Owner of the unit"),
            ("title_holder", "Title-holder of the building"),
            ("utility", "Utility"),
            ("developer", "Developer"),
            ("contractor", "Contractor"),
        ],
        compute="_compute_competence",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        string="Competent",
    )
    competence_note = fields.Char(compute="_compute_competence_note")
    authority_id = fields.Many2one("property.authority", string="Utility or authority")
    responsible_partner_id = fields.Many2one(
        "res.partner", string="Contractor or developer", tracking=True
    )
    repair_class = fields.Selection(
        [
            ("small", "Small repair"),
            ("medium", "Medium repair"),
            ("large", "Large repair"),
            ("renewal", "Renewal"),
        ],
        compute="_compute_from_category",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    proposal_state = fields.Selection(
        [("none", "Not needed"), ("wanted", "To be proposed"), ("agreed", "Agreed by the owners")],
        compute="_compute_proposal_state",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Medium and large repairs and renewals are decided by the owners first.",
    )
    # When
    registered_at = fields.Datetime(
        required=True, default=fields.Datetime.now, copy=False, index=True, readonly=True
    )
    accepted_at = fields.Datetime(copy=False, readonly=True)
    dispatched_at = fields.Datetime(copy=False, readonly=True)
    attended_at = fields.Datetime(string="On the spot", copy=False, readonly=True)
    resolved_at = fields.Datetime(string="Solved", copy=False, readonly=True, index=True)
    closed_at = fields.Datetime(string="Case closed on", copy=False, readonly=True)
    promised_at = fields.Datetime(copy=False, readonly=True, tracking=True)
    promise_reason = fields.Char(copy=False, readonly=True)
    postponed_count = fields.Integer(copy=False, readonly=True)
    feedback_due_at = fields.Datetime(
        copy=False, readonly=True, help="By when the resident has been promised an answer."
    )
    feedback_given_at = fields.Datetime(copy=False, readonly=True)
    agreed_attend_at = fields.Datetime(
        string="Agreed arrival",
        copy=False,
        tracking=True,
        help="Later arrival that the resident agreed to beforehand; counts instead of the limit.",
    )
    # What came of it
    result = fields.Html(copy=False, help="What was found and done; the resident reads it.")
    place_cleaned = fields.Boolean(copy=False, help="The place of work has been cleaned.")
    cancel_reason = fields.Char(copy=False, readonly=True, tracking=True)
    reopened_count = fields.Integer(copy=False, readonly=True)
    urged_count = fields.Integer(string="Urged", copy=False, readonly=True)
    last_urged_at = fields.Datetime(copy=False, readonly=True)
    satisfaction = fields.Selection(
        [("satisfied", "Satisfied"), ("dissatisfied", "Dissatisfied")], copy=False, readonly=True
    )
    rating_answer = fields.Text(copy=False, help="Answer of the staff to the rating.")
    # Related requests
    duplicate_of_id = fields.Many2one(
        "property.workorder", copy=False, index="btree_not_null", string="Duplicate of"
    )
    duplicate_ids = fields.One2many("property.workorder", "duplicate_of_id", string="Duplicates")
    similar_count = fields.Integer(compute="_compute_similar_count")
    related_ids = fields.Many2many(
        "property.workorder",
        "property_workorder_related_rel",
        "workorder_id",
        "related_id",
        string="Related requests",
    )
    # Complaint
    severity = fields.Selection(
        [("ordinary", "Ordinary"), ("serious", "Serious"), ("collective", "Collective")],
        default="ordinary",
        tracking=True,
    )
    complaint_kind = fields.Selection(
        [
            ("service", "Service and attitude"),
            ("engineering", "Engineering"),
            ("order", "Order and safety"),
            ("environment", "Cleaning and greenery"),
            ("neighbour", "Neighbours"),
            ("fees", "Fees"),
            ("other", "Other"),
        ]
    )
    complained_user_ids = fields.Many2many(
        "res.users",
        "property_workorder_complained_rel",
        string="Complaint about",
        help="They do not see the complaint.",
    )
    handler_ids = fields.Many2many(
        "res.users", "property_workorder_handler_rel", string="Handlers of the complaint"
    )
    is_restricted = fields.Boolean(
        string="Only for its handlers",
        help="Besides the first receiver, the handlers and the site manager nobody sees it.",
    )
    # Suggestion
    suggestion_outcome = fields.Selection(
        [("adopted", "Adopted"), ("declined", "Declined"), ("later", "Kept for later")],
        copy=False,
        tracking=True,
    )
    incident_id = fields.Many2one("property.incident", index="btree_not_null", string="Incident")
    origin_model = fields.Char(readonly=True, copy=False)
    origin_res_id = fields.Many2oneReference(
        model_field="origin_model", readonly=True, copy=False, string="Origin"
    )
    pause_ids = fields.One2many("property.workorder.pause", "workorder_id", string="Pauses")
    assignment_ids = fields.One2many(
        "property.workorder.assignment", "workorder_id", string="Dispatch history"
    )
    age_days = fields.Integer(compute="_compute_age_days")

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'", "Another order has this number already."
    )
    _open_idx = models.Index(
        "(community_id, state) WHERE state IN "
        "('new', 'accepted', 'dispatched', 'in_progress', 'paused')"
    )
    # as Odoo writes the order of the model, a boolean included
    _order_idx = models.Index("(COALESCE(is_urgent, FALSE) DESC, registered_at DESC, id DESC)")
    _technician_idx = models.Index(
        "(technician_id, state) WHERE state IN ('dispatched', 'in_progress', 'paused')"
    )
    _postponed_once = models.Constraint(
        "CHECK (postponed_count >= 0)", "A promise cannot be postponed less than never."
    )

    # === COMPUTE METHODS === #

    @api.depends("category_id")
    def _compute_subject(self):
        for order in self:
            order.subject = order.subject or order.category_id.name or False

    @api.depends("category_id")
    @api.depends_context("lang")
    def _compute_place_level(self):
        for order in self:
            order.place_level = order.category_id._get_lineage()[-1:].name

    @api.depends("state")
    def _compute_is_open(self):
        for order in self:
            order.is_open = order.state in OPEN_STATES

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = fields.Domain("state", "in", OPEN_STATES)
        return found if True in value else ~found

    @api.depends("category_id")
    def _compute_from_category(self):
        for order in self:
            category = order.category_id
            if not category:
                order.is_urgent = order.is_urgent or order.kind == "incident"
                order.team_id = order.team_id
                order.repair_class = order.repair_class or "small"
                continue
            order.is_urgent = bool(category._get_effective("is_urgent"))
            team = category._get_effective("team_id")
            if team.company_id in (order.company_id, order.company_id.browse()):
                order.team_id = team or order.team_id
            else:
                order.team_id = order.team_id
            order.repair_class = category._get_effective("repair_class") or "small"

    @api.depends("unit_id")
    def _compute_community_id(self):
        for order in self:
            order.community_id = order.unit_id.community_id or order.community_id

    @api.depends("unit_id")
    def _compute_building_id(self):
        for order in self:
            order.building_id = order.unit_id.building_id or order.building_id

    @api.depends("unit_id", "building_id")
    def _compute_entrance_id(self):
        for order in self:
            entrance = order.unit_id.entrance_id or order.entrance_id
            building = order.unit_id.building_id or order.building_id
            # another building was chosen: its entrances are others
            order.entrance_id = (
                entrance if not building or entrance.building_id == building else False
            )

    @api.depends("category_id", "unit_id")
    def _compute_competence(self):
        today = fields.Date.context_today(self)
        for order in self:
            order.competence = order._get_competence(today)

    def _get_competence(self, today):
        """Return who answers for the part: the developer while the warranty runs (WKO-18)."""
        self.ensure_one()
        category = self.category_id
        months = category._get_effective("warranty_months")
        delivered = self.unit_id.delivery_date
        if months and delivered and today <= fields.Date.add(delivered, months=months):
            return "developer"
        local = self.env["property.workorder.competence"]._find(self)
        return local.competence or category._get_effective("competence") or "company"

    @api.depends("competence", "category_id", "community_id")
    @api.depends_context("lang")
    def _compute_competence_note(self):
        texts = {
            "owner": self.env._(
                "The owner of the unit answers for this part; offer a paid service."
            ),
            "title_holder": self.env._("The title-holder of the building answers for this part."),
            "utility": self.env._(
                "The utility answers for this part; pass it on and tell the resident whom to call."
            ),
            "developer": self.env._("The developer answers for this part under warranty."),
            "contractor": self.env._("A contractor does this work."),
        }
        for order in self:
            order.competence_note = texts.get(order.competence, False)

    @api.depends("repair_class")
    def _compute_proposal_state(self):
        for order in self:
            if order.repair_class in ("medium", "large", "renewal"):
                order.proposal_state = (
                    order.proposal_state if order.proposal_state == "agreed" else "wanted"
                )
            else:
                order.proposal_state = "none"

    def _compute_similar_count(self):
        for order in self:
            order.similar_count = len(order._find_similar())

    @api.depends("registered_at", "closed_at")
    def _compute_age_days(self):
        now = fields.Datetime.now()
        for order in self:
            end = order.closed_at or now
            order.age_days = (end - (order.registered_at or now)).days

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for order in self:
            number = order.name if order.name != "/" else ""
            order.display_name = f"{number} {order.subject or ''}".strip()

    # === CONSTRAINT METHODS === #

    @api.constrains("unit_id", "building_id", "entrance_id", "community_id")
    def _check_place(self):
        for order in self:
            for place in (order.unit_id, order.entrance_id, order.building_id):
                if place and place.community_id != order.community_id:
                    raise ValidationError(
                        self.env._(
                            "%(place)s does not belong to %(community)s. Choose a place of this "
                            "community.",
                            place=place.display_name,
                            community=order.community_id.name,
                        )
                    )
            if order.unit_id and order.building_id != order.unit_id.building_id:
                raise ValidationError(
                    self.env._(
                        "Unit %(unit)s is not in building %(building)s.",
                        unit=order.unit_id.name,
                        building=order.building_id.name,
                    )
                )

            if order.entrance_id and order.entrance_id.building_id != order.building_id:
                raise ValidationError(
                    self.env._(
                        "Entrance %(entrance)s is not in building %(building)s.",
                        entrance=order.entrance_id.display_name,
                        building=order.building_id.name or "-",
                    )
                )

    @api.constrains("hotline_number", "company_id")
    def _check_hotline_number(self):
        for order in self.filtered("hotline_number"):
            # sudo: a case of the hotline is known once, whoever may see it
            known = self.sudo().search(
                [
                    ("id", "!=", order.id),
                    ("company_id", "=", order.company_id.id),
                    ("hotline_number", "=", order.hotline_number),
                    ("state", "!=", "cancelled"),
                ],
                limit=1,
            )
            if known:
                raise ValidationError(
                    self.env._(
                        "Case %(number)s of the hotline is on record as %(order)s already.",
                        number=order.hotline_number,
                        order=known.name,
                    )
                )

    @api.constrains("appointment_start_at", "appointment_end_at")
    def _check_appointment(self):
        for order in self:
            start, end = order.appointment_start_at, order.appointment_end_at
            if start and end and end <= start:
                raise ValidationError(self.env._("The appointment ends before it begins."))

    @api.constrains("duplicate_of_id")
    def _check_duplicate(self):
        for order in self:
            if order._has_cycle("duplicate_of_id"):
                raise ValidationError(
                    self.env._("%(order)s cannot be a duplicate of itself.", order=order.name)
                )

    @api.onchange("entrance_id")
    def _onchange_entrance_id(self):
        if self.entrance_id and not self.unit_id:
            self.building_id = self.entrance_id.building_id

    @api.onchange("category_id")
    def _onchange_category_id(self):
        kind = self.category_id._get_effective("kind")
        if kind and self.state == "new":
            self.kind = kind

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._complete_vals(vals)
        orders = super().create(vals_list)
        if not self.env.context.get("property_workorder_import"):
            orders._on_registered()
        return orders

    def _complete_vals(self, vals):
        if vals.get("name", "/") == "/":
            vals["name"] = self.env["ir.sequence"].next_by_code("property.workorder") or "/"
        if vals.get("unit_id"):
            # what a form left empty follows from the unit
            for name in ("building_id", "entrance_id", "community_id"):
                if name in vals and not vals[name]:
                    vals.pop(name)
        if vals.get("entrance_id") and not (vals.get("building_id") or vals.get("unit_id")):
            entrance = self.env["property.entrance"].browse(vals["entrance_id"])
            vals["building_id"] = entrance.building_id.id
        if vals.get("category_id") and not vals.get("kind"):
            category = self.env["property.workorder.category"].browse(vals["category_id"])
            kind = category._get_effective("kind")
            if kind:
                vals["kind"] = kind
        if "receiver_id" not in vals and not self.env.user.share and not self.env.su:
            vals["receiver_id"] = self.env.uid
        if not vals.get("subject") and vals.get("description"):
            words = html2plaintext(vals["description"]).strip().splitlines()
            vals["subject"] = (words[0] if words else "")[:80] or False

    def write(self, vals):
        if "receiver_id" in vals:
            self._check_receiver_change(vals["receiver_id"])
        result = super().write(vals)
        if {"category_id", "kind", "is_urgent", "community_id", "agreed_attend_at"} & set(vals):
            self._reset_clocks()
        return result

    def _check_receiver_change(self, user_id):
        """Only a site manager may hand the case to another first receiver (WKO-03)."""
        if self.env.su or self.env.user.has_group("property_base.group_property_officer"):
            return
        for order in self:
            if order.receiver_id and order.receiver_id.id != user_id:
                raise UserError(
                    self.env._(
                        "%(receiver)s took %(order)s and answers for it until the resident is "
                        "satisfied. Ask the site manager to hand it over.",
                        receiver=order.receiver_id.name,
                        order=order.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_registered(self):
        for order in self:
            if order.state != "new" or order.channel in ("portal", "hotline", "mail", "qr"):
                raise UserError(
                    self.env._(
                        "%(order)s is on record and cannot be deleted. Cancel it with a reason.",
                        order=order.display_name,
                    )
                )

    # === HOOKS AND HELPERS === #

    def _on_registered(self):
        """Start the clocks, promise an answer, find a utility; extension point (WKO-04)."""
        for order in self:
            order._check_intake()
            days = int(order.community_id._get_parameter("workorder_feedback_days"))
            order.feedback_due_at = fields.Datetime.add(order.registered_at, days=days)
            local = self.env["property.workorder.competence"]._find(order)
            if local.competence == order.competence:
                order.authority_id = order.authority_id or local.authority_id
                order.responsible_partner_id = order.responsible_partner_id or local.partner_id
            if order.competence == "utility" and not order.authority_id:
                subject = order.category_id._get_effective("authority_subject_id")
                if subject:
                    found = self.env["property.authority"]._find_competent(
                        order.community_id, subject
                    )
                    order.authority_id = found[:1]
            if order.competence == "developer" and not order.responsible_partner_id:
                order.responsible_partner_id = order.community_id.developer_id
            elif order.competence == "contractor" and not order.responsible_partner_id:
                order.responsible_partner_id = order.category_id._get_effective("contractor_id")
        self._reset_clocks()
        for order in self.filtered("partner_id"):
            order._tell_resident(order._for_resident()._get_intake_text())
        for order in self.filtered("receiver_id"):
            order._schedule_feedback()
        self._link_incident()

    def _get_intake_text(self):
        self.ensure_one()
        lines = [
            self.env._(
                "We have received your request %(number)s. You hear from us by %(date)s.",
                number=self.name,
                date=self._local(self.feedback_due_at),
            )
        ]
        if self.competence == "utility" and self.authority_id:
            lines.append(
                self.env._(
                    "%(utility)s is competent for this part, phone %(phone)s. We pass it on.",
                    utility=self.authority_id.name,
                    phone=self.authority_id.phone_day or "",
                )
            )
        elif self.competence == "owner":
            lines.append(
                self.env._(
                    "This part of the unit is the owner's. We can do the work as a paid service; "
                    "nothing is charged before you have accepted a price."
                )
            )
        elif self.competence == "developer":
            lines.append(
                self.env._("The developer answers for this part under warranty. We ask him to act.")
            )
        elif self.competence == "title_holder":
            lines.append(
                self.env._("The title-holder of the building answers for this part. We tell him.")
            )
        elif self.competence == "contractor" and self.responsible_partner_id:
            lines.append(
                self.env._(
                    "%(contractor)s does this work. We order it and see to it that it is done.",
                    contractor=self.responsible_partner_id.name,
                )
            )
        return " ".join(lines)

    def _local(self, moment):
        """Return a moment as the people of the community read it."""
        self.ensure_one()
        return self._get_local(moment).strftime("%Y-%m-%d %H:%M")

    def _get_local(self, moment):
        """Return a naive UTC moment on the clock of the community."""
        zone = self.community_id.sudo().resource_calendar_id.tz  # sudo: opening hours are public
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone or self.env.user.tz or "Asia/Shanghai"), moment
        )

    def _get_local_day(self, moment):
        """Return the day of a moment in the community."""
        self.ensure_one()
        return self._get_local(moment).date()

    def _check_intake(self):
        """Refuse a request that lacks what its category asks for.

        :raise UserError: naming everything that is missing
        """
        self.ensure_one()
        category = self.category_id
        missing = []
        if is_html_empty(self.description) and not (self.subject or "").strip():
            missing.append(self.env._("a description"))
        if category._get_effective("require_unit") and not self.unit_id:
            missing.append(self.env._("the unit"))
        if category._get_effective("require_phone") and not (
            self.caller_phone or self.partner_id.phone
        ):
            missing.append(self.env._("a phone number"))
        if category._get_effective("require_appointment") and not self.appointment_start_at:
            missing.append(self.env._("an appointment"))
        if missing:
            raise UserError(
                self.env._(
                    "The request cannot be registered yet. Enter %(missing)s.",
                    missing=", ".join(missing),
                )
            )

    def _get_evidence_type(self):
        """Extend `property.evidence.mixin`: policies name the kind of order."""
        return self.kind

    def _get_evidence_requirements(self):
        """Extend `property.evidence.mixin`: the category may ask for photos and signature."""
        required = set(super()._get_evidence_requirements())
        for kind in ("before", "after", "signature"):
            if self.category_id._get_effective(f"require_{kind}"):
                required.add(kind)
        return required

    def _prepare_escalation_vals(self):
        """Extend `property.escalation.mixin`: hand over what was reported."""
        vals = super()._prepare_escalation_vals()
        if self.authority_id:
            vals["authority_id"] = self.authority_id.id
        vals["description"] = self.description
        return vals

    def _rating_get_operator(self):
        """Extend `rating`: the one who did the work is rated."""
        return (self.technician_id or self.receiver_id).partner_id

    def _creation_subtype(self):
        return self.env.ref("property_workorder.property_workorder_mt_new")

    def _track_subtype(self, init_values):
        self.ensure_one()
        if "state" in init_values and self.state == "done":
            return self.env.ref("property_workorder.property_workorder_mt_done")
        return super()._track_subtype(init_values)
