# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.property_base.models.property_handover_template import METER_KINDS


class PropertyMeterRound(models.Model):
    """A reading round (抄表): every meter of one kind once, by staff, by file, or by residents."""

    _name = "property.meter.round"
    _description = "Meter reading round"
    _inherit = ["property.scope.mixin", "property.flow.mixin", "mail.thread"]
    _order = "read_date desc, id desc"

    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True)
    community_id = fields.Many2one(default=lambda self: self._default_community_id())
    kind = fields.Selection(METER_KINDS, required=True, default="water")
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Empty: the whole community.",
    )
    read_date = fields.Date(
        string="Reading day",
        required=True,
        default=fields.Date.context_today,
        help="Proposed day of the readings; those of residents have their own.",
    )
    open_from = fields.Date(
        string="Residents report from",
        help="First day on which residents can send their reading. Empty: they cannot.",
    )
    open_until = fields.Date(string="Residents report until")
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Reading"), ("done", "Done")],
        string="Status",
        required=True,
        default="draft",
        tracking=True,
        index=True,
        copy=False,
    )
    reading_ids = fields.One2many("property.meter.reading", "round_id", string="Readings")
    reading_count = fields.Integer(string="Meters", compute="_compute_counts")
    done_count = fields.Integer(string="Confirmed", compute="_compute_counts")
    entered_count = fields.Integer(string="To check", compute="_compute_counts")
    doubt_count = fields.Integer(string="Unusual", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")

    _window_ordered = models.Constraint(
        "CHECK (open_until IS NULL OR (open_from IS NOT NULL AND open_until >= open_from))",
        "Say from which day on residents report, and let it end later.",
    )

    def _default_community_id(self):
        communities = self.env["property.community"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return communities if len(communities) == 1 else communities.browse()

    @api.depends("kind", "read_date", "community_id.name")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            day = record.read_date and f"{record.read_date:%Y-%m}"
            parts = (record.community_id.name, kinds.get(record.kind), day)
            record.name = " ".join(part for part in parts if part)

    @api.depends("reading_ids.state", "reading_ids.has_value", "reading_ids.stored_doubt")
    def _compute_counts(self):
        groups = self.env["property.meter.reading"]._read_group(
            [("round_id", "in", self.ids), ("state", "!=", "rejected")],
            ["round_id", "state", "has_value"],
            ["__count", "stored_doubt:count"],
        )
        figures = {}
        for record, state, has_value, count, doubts in groups:
            mine = figures.setdefault(record.id, {"all": 0, "done": 0, "entered": 0, "doubt": 0})
            mine["all"] += count
            mine["done"] += count if state == "confirmed" else 0
            mine["entered"] += count if state != "confirmed" and has_value else 0
            mine["doubt"] += doubts if state != "confirmed" else 0
        for record in self:
            mine = figures.get(record._origin.id, {})
            record.reading_count = mine.get("all", 0)
            record.done_count = mine.get("done", 0)
            record.entered_count = mine.get("entered", 0)
            record.doubt_count = mine.get("doubt", 0)
            record.progress = 100.0 * record.done_count / (record.reading_count or 1)

    def action_start(self):
        """List every meter that has no reading of the round yet, to be read."""
        for record in self:
            record._lock_flow()
            known = record.reading_ids.meter_id
            meters = self.env["property.meter"].search(record._get_meter_domain()) - known
            taken = self.env["property.meter.reading"].search(
                [
                    ("meter_id", "in", meters.ids),
                    ("read_date", "=", record.read_date),
                    ("state", "!=", "rejected"),
                ]
            )
            taken.filtered(lambda one: not one.round_id).round_id = record
            meters -= taken.meter_id
            if not (meters or record.reading_ids or taken):
                raise UserError(
                    self.env._(
                        "There is no meter of this kind in %(community)s. Enter the meters first.",
                        community=record.community_id.name,
                    )
                )
            self.env["property.meter.reading"].create(
                [
                    {"meter_id": meter.id, "round_id": record.id, "read_date": record.read_date}
                    for meter in meters
                ]
            )
            record._set_state("open")

    def action_confirm_plain(self):
        """Confirm what is entered and looks usual."""
        self.ensure_one()
        count = self.reading_ids.action_confirm_plain()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "warning",
                "message": self.env._(
                    "%(count)s readings confirmed; %(left)s are left to check.",
                    count=count,
                    left=self.entered_count,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_close(self):
        """End the round; what was not read is taken off the list."""
        for record in self:
            waiting = record.reading_ids.filtered(
                lambda one: one.has_value and one.state in ("draft", "submitted")
            )
            if waiting:
                raise UserError(
                    self.env._(
                        "%(count)s readings of %(round)s are entered and not confirmed. Confirm "
                        "or reject them.",
                        count=len(waiting),
                        round=record.name,
                    )
                )
            record.reading_ids.filtered(lambda one: one.state == "draft").unlink()
            record._set_state("done")

    def action_view_readings(self):
        """Open the readings as a list to type into."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_meter_reading_action_entry"
        )
        action["domain"] = [("round_id", "=", self.id)]
        action["display_name"] = self.name
        action["context"] = {
            "default_round_id": self.id,
            "default_read_date": self.read_date,
            "search_default_filter_open": 1 if self.state == "open" else 0,
            "search_default_group_building": 1,
        }
        return action

    def _get_meter_domain(self):
        """Return which meters the round reads."""
        self.ensure_one()
        domain = [("community_id", "=", self.community_id.id), ("kind", "=", self.kind)]
        if self.building_ids:
            domain += [("building_id", "in", self.building_ids.ids)]
        return domain

    @api.model
    def _get_open_to_residents(self, communities, today):
        """Return the rounds in which residents of these communities can report on a day."""
        return self.search(
            [
                ("community_id", "in", communities.ids),
                ("state", "=", "open"),
                ("open_from", "<=", today),
                "|",
                ("open_until", "=", False),
                ("open_until", ">=", today),
            ]
        )
