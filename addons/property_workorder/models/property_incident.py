# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .property_workorder import OPEN_STATES


class PropertyIncident(models.Model):
    """One outage or event over many buildings, with its calls (WKO-29, WKO-30)."""

    _name = "property.incident"
    _description = "Incident"
    _inherit = [
        "property.flow.mixin",
        "property.escalation.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start_at desc, id desc"

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [
            ("unplanned", "Outage"),
            ("planned", "Planned outage"),
            ("weather", "Weather"),
        ],
        required=True,
        default="unplanned",
        tracking=True,
    )
    supply = fields.Selection(
        [
            ("water", "Water"),
            ("power", "Power"),
            ("gas", "Gas"),
            ("heating", "Heating"),
            ("lift", "Lift"),
            ("network", "Network"),
            ("snow", "Snow and ice"),
            ("storm", "Storm"),
            ("rain", "Heavy rain"),
            ("other", "Other"),
        ],
        required=True,
        default="water",
        tracking=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("announced", "Announced"),
            ("active", "Going on"),
            ("closed", "Over"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        group_expand=True,
        index=True,
    )
    community_id = fields.Many2one(tracking=True)
    authority_id = fields.Many2one(
        "property.authority",
        string="Utility",
        domain="['|', ('community_ids', '=', False), ('community_ids', 'in', community_id)]",
    )
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Empty: the whole community.",
    )
    category_ids = fields.Many2many(
        "property.workorder.category",
        string="Linked categories",
        help="New requests of these categories and buildings are linked by themselves.",
    )
    start_at = fields.Datetime(required=True, default=fields.Datetime.now, tracking=True)
    end_at = fields.Datetime(string="Expected end", tracking=True)
    closed_at = fields.Datetime(readonly=True, copy=False)
    resident_text = fields.Text(
        compute="_compute_resident_text",
        store=True,
        readonly=False,
        precompute=True,
        help="Ready-made text for residents; the desk reads it to callers, the portal shows it.",
    )
    closing_text = fields.Text(help="What residents read when it is over.")
    workorder_ids = fields.One2many("property.workorder", "incident_id", string="Calls and jobs")
    workorder_count = fields.Integer(compute="_compute_counts")
    unit_count = fields.Integer(compute="_compute_counts", string="Units concerned")
    notified_count = fields.Integer(readonly=True, copy=False, string="People told")
    notice_hours = fields.Integer(
        compute="_compute_notice_hours", help="Hours between announcement and begin."
    )
    announced_at = fields.Datetime(readonly=True, copy=False)
    # weather
    area_ids = fields.One2many("property.incident.area", "incident_id", string="Areas")
    stopped_at = fields.Datetime(string="Snow or rain stopped", tracking=True)

    _times_ordered = models.Constraint(
        "CHECK (end_at IS NULL OR end_at > start_at)", "An incident ends after it begins."
    )

    @api.depends("kind", "supply", "start_at", "end_at", "building_ids", "community_id")
    def _compute_resident_text(self):
        supplies = dict(self._fields["supply"]._description_selection(self.env))
        for incident in self:
            if incident.state not in (False, "draft") and incident.resident_text:
                continue
            if not incident.community_id:
                incident.resident_text = False
                continue
            place = ", ".join(incident.building_ids.mapped("name")) or incident.community_id.name
            times = {
                "supply": supplies.get(incident.supply),
                "place": place,
                "start": incident._local(incident.start_at),
                "end": incident._local(incident.end_at)
                if incident.end_at
                else self.env._("an end that is not known yet"),
            }
            if incident.kind == "planned":
                text = self.env._(
                    "%(supply)s will be shut off from %(start)s to %(end)s: %(place)s. Please "
                    "prepare.",
                    **times,
                )
            elif incident.kind == "weather":
                text = self.env._(
                    "%(supply)s: %(place)s. Our staff are at work. Please take care outside.",
                    **times,
                )
            else:
                text = self.env._(
                    "%(supply)s has failed since %(start)s: %(place)s. We are at work on it; "
                    "expected until %(end)s. You need not report it again.",
                    **times,
                )
            incident.resident_text = text

    def _local(self, moment):
        zone = self.community_id.sudo().resource_calendar_id.tz  # sudo: opening hours are public
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone or "Asia/Shanghai"), moment
        ).strftime("%Y-%m-%d %H:%M")

    @api.depends("workorder_ids", "building_ids", "community_id")
    def _compute_counts(self):
        for incident in self:
            incident.workorder_count = len(incident.workorder_ids)
            incident.unit_count = self.env["property.unit"].search_count(
                incident._get_unit_domain()
            )

    @api.depends("announced_at", "start_at")
    def _compute_notice_hours(self):
        for incident in self:
            lead = (
                (incident.start_at - incident.announced_at).total_seconds() / 3600
                if incident.announced_at
                else 0
            )
            incident.notice_hours = max(int(lead), 0)

    def _get_unit_domain(self):
        self.ensure_one()
        domain = Domain("community_id", "=", self.community_id.id)
        if self.building_ids:
            domain &= Domain("building_id", "in", self.building_ids.ids)
        return domain

    def _step(self, *states):
        for incident in self:
            if incident.state not in states:
                raise UserError(
                    self.env._(
                        "%(incident)s is at another step now; reload the page.",
                        incident=incident.name,
                    )
                )

    def action_announce(self):
        """Tell the people concerned; a planned outage waits for its begin."""
        self._step("draft")
        now = fields.Datetime.now()
        for incident in self:
            incident._tell(incident.resident_text)
            coming = incident.kind == "planned" and incident.start_at > now
            incident._set_state("announced" if coming else "active", announced_at=now)
            incident._link_open_calls()
            if incident.kind == "weather":
                incident._create_area_orders()

    def action_begin(self):
        """The planned outage begins."""
        self._step("announced")
        self._set_state("active")
        self._link_open_calls()

    def action_tell_again(self):
        """Send the text once more, after it was changed."""
        self._step("announced", "active")
        for incident in self:
            incident._tell(incident.resident_text)

    def action_close(self):
        """It is over: finish all calls with one text and tell their people (B4.3)."""
        self._step("active")
        now = fields.Datetime.now()
        for incident in self:
            text = incident.closing_text or self.env._("The fault has been removed.")
            incident._set_state(
                "closed", closed_at=now, end_at=max(now, incident.start_at + timedelta(minutes=1))
            )
            calls = incident.workorder_ids.filtered(
                lambda one: one.state in OPEN_STATES and one.channel != "event"
            )
            calls._close_with_incident(incident, text)
            incident._tell(text, skip=calls.partner_id)

    def action_cancel(self):
        """It does not take place; those who were told are told."""
        self._step("draft", "announced")
        for incident in self:
            if incident.state == "announced":
                incident._tell(
                    self.env._("%(incident)s does not take place.", incident=incident.name)
                )
            incident._set_state("cancelled")

    def _link_open_calls(self):
        """Link the calls that came before the incident was known."""
        for incident in self:
            domain = Domain("community_id", "=", incident.community_id.id)
            domain &= Domain("state", "in", OPEN_STATES) & Domain("incident_id", "=", False)
            domain &= Domain("registered_at", ">=", incident.start_at - timedelta(hours=12))
            if incident.building_ids:
                domain &= Domain("building_id", "in", incident.building_ids.ids)
            if not incident.category_ids:
                continue
            domain &= Domain("category_id", "child_of", incident.category_ids.ids)
            self.env["property.workorder"].search(domain).write({"incident_id": incident.id})

    def _get_people(self):
        """Return the owners and verified occupants of today in the units concerned."""
        self.ensure_one()
        # sudo: a notice reaches everybody concerned, whoever sends it
        units = self.env["property.unit"].sudo().search(self._get_unit_domain())
        return units.owner_ids | units.occupant_ids

    def _tell(self, text, skip=None):
        """Bring a text to the people concerned: a mail where there is an address."""
        for incident in self:
            people = incident._get_people()
            if skip:
                people -= skip
            # sudo: addresses of residents are needed for sending only
            reachable = people.sudo().filtered(lambda one: one.email or one.user_ids)
            incident.message_post(
                body=text, subtype_xmlid="property_workorder.property_workorder_mt_resident"
            )
            if reachable:
                incident.message_notify(
                    partner_ids=reachable.ids,
                    subject=incident.name,
                    body=text,
                    email_layout_xmlid="mail.mail_notification_light",
                )
            incident.notified_count = len(reachable)
            incident._on_told(people, text)

    def _on_told(self, people, text):
        """Extension point: send the text by other channels too (SMS, public account, posters)."""

    def _create_area_orders(self):
        """Make one job per area with its deadline (WKO-30)."""
        self.ensure_one()
        if not self.area_ids:
            raise UserError(self.env._("Enter the areas to clear first."))
        for area in self.area_ids.filtered(lambda one: not one.workorder_id):
            area.workorder_id = self.env["property.workorder"].create(
                {
                    "kind": "rectification",
                    "channel": "event",
                    "community_id": self.community_id.id,
                    "building_id": area.building_id.id,
                    "place": area.name,
                    "subject": f"{self.name}: {area.name}",
                    "incident_id": self.id,
                    "team_id": area.team_id.id,
                    "is_urgent": area.is_urgent,
                }
            )
        self._set_area_deadlines()

    def write(self, vals):
        result = super().write(vals)
        if "stopped_at" in vals:
            for incident in self.filtered(lambda one: one.kind == "weather"):
                incident._set_area_deadlines()
        return result

    def _set_area_deadlines(self):
        """The time to clear runs from the end of the snow or rain."""
        for incident in self:
            hours = int(incident.community_id._get_parameter("workorder_snow_hours"))
            end = incident.stopped_at and incident.stopped_at + timedelta(hours=hours)
            for order in incident.area_ids.workorder_id.filtered("is_open"):
                order._set_fixed_deadline(end)

    @api.model
    def _cron_begin(self):
        """Begin planned outages whose time has come."""
        self.search(
            [("state", "=", "announced"), ("start_at", "<=", fields.Datetime.now())]
        ).action_begin()

    def action_view_workorders(self):
        """Open the calls and jobs of the incident."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("incident_id", "=", self.id)]
        action["context"] = {
            "default_incident_id": self.id,
            "default_community_id": self.community_id.id,
        }
        return action

    @api.model
    def _get_current(self, community, building=None):
        """Return the incidents that are announced or going on at a place."""
        domain = Domain("community_id", "=", community.id)
        domain &= Domain("state", "in", ("announced", "active"))
        found = self.search(domain)
        return found.filtered(
            lambda one: not one.building_ids or not building or building in one.building_ids
        )


class PropertyIncidentArea(models.Model):
    """One area to clear after snow or storm, and the job for it."""

    _name = "property.incident.area"
    _description = "Area of a weather job"
    _order = "sequence, id"

    incident_id = fields.Many2one(
        "property.incident", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="incident_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="Such as main road, entrance of building 3.")
    building_id = fields.Many2one("property.building")
    team_id = fields.Many2one("property.workorder.team")
    is_urgent = fields.Boolean(string="First")
    workorder_id = fields.Many2one("property.workorder", readonly=True, copy=False)
    workorder_state = fields.Selection(related="workorder_id.state", string="Job")


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    def _link_incident(self):
        """Link new calls to what is going on at the place, so that all are closed together."""
        for order in self.filtered(lambda one: not one.incident_id and one.channel != "event"):
            current = self.env["property.incident"]._get_current(
                order.community_id, order.building_id
            )
            lineage = order.category_id._get_lineage()
            fitting = current.filtered(
                lambda one, lineage=lineage: one.state == "active" and one.category_ids & lineage
            )
            if fitting:
                order.incident_id = fitting[0]
                if order.partner_id:
                    order._tell_resident(fitting[0].resident_text)

    def _set_fixed_deadline(self, end):
        """Set the deadline of the solution by an event instead of a target."""
        for order in self:
            events = [[fields.Datetime.to_string(end), "deadline", "resolve", 0]] if end else []
            order.write(
                {
                    "policy_id": False,
                    "resolve_deadline_at": end,
                    "sla_events": events,
                    "next_check_at": end,
                    "sla_state": "in_time" if end else "none",
                }
            )

    def _close_with_incident(self, incident, text):
        now = fields.Datetime.now()
        for order in self:
            order.result = text
            order._labour_stop(now)
            order.pause_ids.filtered(lambda pause: not pause.end_at).end_at = now
            order._set_state(
                "closed",
                accepted_at=order.accepted_at or now,
                attended_at=order.attended_at or now,
                resolved_at=now,
                closed_at=now,
            )
            if order.partner_id:
                order._tell_resident(text)
        self._recompute_clocks()
        self.activity_unlink(
            [
                "property_workorder.property_workorder_activity_late",
                "property_workorder.property_workorder_activity_feedback",
            ]
        )
