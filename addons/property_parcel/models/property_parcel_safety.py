# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules import safety
from .property_parcel import DESK


class PropertyParcelProhibited(models.Model):
    """Goods that are not carried, or only under conditions (PAR-21)."""

    _name = "property.parcel.prohibited"
    _description = "Prohibited goods"
    _order = "level, sequence, name"

    name = fields.Char(required=True, translate=True)
    level = fields.Selection(
        [("forbidden", "Forbidden"), ("restricted", "Restricted")],
        required=True,
        default="forbidden",
    )
    examples = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class PropertyParcelSpecialPeriod(models.Model):
    """A time in which all parcels are checked, or parcels of risk are isolated (PAR-15, PAR-23)."""

    _name = "property.parcel.special.period"
    _description = "Special period"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "start_date desc, id desc"

    name = fields.Char(required=True, help="Shown in the banner at the desk.")
    start_date = fields.Date(string="From", required=True, default=fields.Date.context_today)
    end_date = fields.Date(string="Until", help="Last day. Empty: until further notice.")
    central_check = fields.Boolean(
        string="Security check of every parcel", default=True, tracking=True
    )
    risk_procedure = fields.Boolean(
        string="Isolate parcels of risk",
        tracking=True,
        help="Parcels from regions of medium or high risk are sealed, disinfected three times and "
        "released only after the all-clear.",
    )
    overseas_as_risk = fields.Boolean(
        string="Overseas too", tracking=True, help="Parcels from overseas count as parcels of risk."
    )
    hold_hours = fields.Integer(
        string="Static hold (hours)",
        tracking=True,
        help="Every parcel lies this long before it is handed out; in an epidemic 48.",
    )
    notice_text = fields.Text(
        string="Added to notices",
        translate=True,
        help="Conduct during the period: mask, distance, unpacking on the spot.",
    )
    active = fields.Boolean(default=True)

    _hold_positive = models.Constraint(
        "CHECK (COALESCE(hold_hours, 0) >= 0)", "Hours cannot be negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)", "The period ends before it begins."
    )

    @api.model
    def _get_current(self, community):
        """Return the period of today, the strictest when several run; or an empty record."""
        today = fields.Date.context_today(self)
        periods = self.search(
            [
                ("community_id", "=", community.id),
                ("start_date", "<=", today),
                "|",
                ("end_date", "=", False),
                ("end_date", ">=", today),
            ]
        )
        return periods.sorted(lambda one: (not one.risk_procedure, not one.central_check))[:1]


class PropertyParcelOrigin(models.Model):
    """A region parcels come from, and its class of risk (PAR-15)."""

    _name = "property.parcel.origin"
    _description = "Origin of parcels"
    _order = "name, id"

    name = fields.Char(required=True)
    risk_class = fields.Selection(
        [("low", "Low"), ("medium_high", "Medium or high"), ("overseas", "Overseas")],
        required=True,
        default="low",
    )
    needs_check = fields.Boolean(
        string="Machine check before sorting", help="For parcels from other provinces."
    )
    hold_hours = fields.Integer(string="Hold (hours)")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE active IS TRUE", "This region is on the list already."
    )


class PropertyParcelCheck(models.Model):
    """A security check of a parcel or a batch, or a visit of a supervising body (PAR-22)."""

    _name = "property.parcel.check"
    _description = "Security check"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "checked_at desc, id desc"

    kind = fields.Selection(
        [
            ("opening", "Opened"),
            ("machine", "Machine"),
            ("round", "Round"),
            ("sample", "Sample"),
            ("visit", "Visit of a supervising body"),
            ("health", "Sample of the health authority"),
        ],
        required=True,
        default="machine",
    )
    checked_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, default=lambda self: self.env.user
    )
    station_id = fields.Many2one(
        "property.parcel.station", domain="[('community_id', '=', community_id)]"
    )
    parcel_ids = fields.Many2many(
        "property.parcel", string="Parcels", domain="[('community_id', '=', community_id)]"
    )
    authority_id = fields.Many2one("property.authority", string="Supervising body")
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Objected")], required=True, default="passed"
    )
    findings = fields.Text()
    follow_up_date = fields.Date(string="Follow up on")
    follow_up_done = fields.Boolean(string="Followed up")

    @api.depends("kind", "checked_at")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for check in self:
            check.display_name = f"{kinds.get(check.kind, '')} {check.checked_at or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        for check in checks:
            check.parcel_ids._log_event(
                "checked", dict(self._fields["result"].selection)[check.result]
            )
        return checks

    def action_release(self):
        """Release the parcels of a passed check."""
        self.ensure_one()
        held = self.parcel_ids.filtered(
            lambda one: one.state == "quarantined" and one.hold_kind == "check"
        )
        if held:
            held.action_release()
        return True


class PropertyParcelDisinfection(models.Model):
    """What was disinfected, where, when and by whom (PAR-16, PAR-17)."""

    _name = "property.parcel.disinfection"
    _description = "Disinfection"
    _inherit = ["property.scope.mixin"]
    _order = "done_at desc, id desc"

    stage = fields.Selection(
        [
            ("transfer", "Transfer area"),
            ("pickup", "Pick-up point"),
            ("after", "After hand-over"),
            ("risk", "Parcel of high risk"),
        ],
        required=True,
        default="pickup",
    )
    station_id = fields.Many2one(
        "property.parcel.station", domain="[('community_id', '=', community_id)]"
    )
    parcel_id = fields.Many2one(
        "property.parcel",
        index="btree_not_null",
        domain="[('community_id', '=', community_id)]",
        ondelete="cascade",
    )
    done_at = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, default=lambda self: self.env.user
    )
    agent = fields.Char(help="What was used, in which concentration.")
    gap_hours = fields.Float(
        string="Hours since the last", compute="_compute_gap_hours", digits=(8, 1)
    )
    is_late = fields.Boolean(string="Gap", compute="_compute_gap_hours")

    @api.depends("done_at", "stage", "station_id", "parcel_id")
    def _compute_gap_hours(self):
        for entry in self:
            limit = entry.community_id._get_parameter("parcel_disinfection_hours")
            before = self.search(
                [
                    ("community_id", "=", entry.community_id.id),
                    ("stage", "=", entry.stage),
                    ("station_id", "=", entry.station_id.id),
                    ("parcel_id", "=", entry.parcel_id.id),
                    ("done_at", "<", entry.done_at),
                ],
                limit=1,
            )
            gap = entry.done_at - before.done_at if before else timedelta()
            entry.gap_hours = gap.total_seconds() / 3600
            entry.is_late = entry.stage != "risk" and entry.gap_hours > limit

    @api.depends("stage", "done_at")
    def _compute_display_name(self):
        stages = dict(self._fields["stage"]._description_selection(self.env))
        for entry in self:
            entry.display_name = f"{stages.get(entry.stage, '')} {entry.done_at or ''}"

    @api.constrains("stage", "parcel_id", "done_at")
    def _check_risk(self):
        for entry in self.filtered(lambda one: one.stage == "risk"):
            if not entry.parcel_id:
                raise ValidationError(self.env._("Name the parcel that was disinfected."))
            others = entry.parcel_id.disinfection_ids - entry
            problem = safety.disinfection_problem(others.mapped("done_at"), entry.done_at)
            if problem == "too_soon":
                raise ValidationError(
                    self.env._("The three disinfections lie at least one hour apart.")
                )
            if problem == "enough":
                raise ValidationError(self.env._("Three disinfections are on file already."))


class PropertyParcelContact(models.Model):
    """Somebody who touched a parcel of high risk, with the result of the test (PAR-16)."""

    _name = "property.parcel.contact"
    _description = "Contact with a parcel of risk"
    _order = "id"

    parcel_id = fields.Many2one("property.parcel", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", string="Member of staff")
    name = fields.Char(help="For persons without a login.")
    test_date = fields.Date(string="Tested on")
    result = fields.Selection(
        [("pending", "Pending"), ("negative", "Negative"), ("positive", "Positive")],
        default="pending",
    )


class PropertyParcel(models.Model):
    """The procedure for parcels of high risk (PAR-16)."""

    _inherit = "property.parcel"

    sealed_at = fields.Datetime(string="Sealed", readonly=True, copy=False)
    disinfection_ids = fields.One2many("property.parcel.disinfection", "parcel_id")
    contact_ids = fields.One2many("property.parcel.contact", "parcel_id", groups=DESK)
    reported_at = fields.Datetime(string="Reported to the office", readonly=True, copy=False)
    all_clear_at = fields.Datetime(string="All-clear", readonly=True, copy=False)
    all_clear_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    risk_todo = fields.Char(compute="_compute_risk_todo", string="Still to do", compute_sudo=True)

    @api.depends("hold_kind", "sealed_at", "reported_at", "contact_ids.result", "disinfection_ids")
    def _compute_risk_todo(self):
        for parcel in self:
            parcel.risk_todo = (
                ", ".join(parcel._get_risk_gaps()) if parcel.hold_kind == "risk" else False
            )

    def _get_risk_gaps(self):
        """Return what is missing before the all-clear, in words."""
        self.ensure_one()
        names = {
            "seal": self.env._("seal it"),
            "contacts": self.env._("register who touched it"),
            "tests": self.env._("a negative test of everybody who touched it"),
            "disinfection": self.env._("disinfect it three times, an hour apart"),
            "report": self.env._("report it to the responsible office"),
        }
        # sudo: the list of contacts is for the desk
        gaps = safety.procedure_gaps(
            sealed=bool(self.sealed_at),
            registered=bool(self.sudo().contact_ids),
            done=self.disinfection_ids.mapped("done_at"),
            reported=bool(self.reported_at),
            tests=self.sudo().contact_ids.mapped("result"),  # sudo: see above
        )
        return [names[gap] for gap in gaps]

    def _require_risk(self):
        for parcel in self:
            if parcel.state != "quarantined" or parcel.hold_kind != "risk":
                raise UserError(self.env._("This parcel is not held for high risk."))

    def action_isolate(self):
        """Start the procedure for a parcel that turns out to be of high risk."""
        self._require_state("waiting", "overdue", "quarantined")
        self._lock_flow()
        self._set_state("quarantined", hold_kind="risk", release_at=False, all_clear_at=False)
        self._log_event("held")
        return True

    def action_seal(self):
        """It is sealed and set apart."""
        self._require_risk()
        self.write({"sealed_at": fields.Datetime.now()})
        return True

    def action_disinfect(self):
        """Record a disinfection now."""
        self._require_risk()
        self.env["property.parcel.disinfection"].create(
            [
                {
                    "community_id": parcel.community_id.id,
                    "station_id": parcel.station_id.id,
                    "parcel_id": parcel.id,
                    "stage": "risk",
                }
                for parcel in self
            ]
        )
        self._log_event("disinfected")
        return True

    def action_report_risk(self):
        """The responsible office has been told."""
        self._require_risk()
        self.write({"reported_at": fields.Datetime.now()})
        return True

    def action_all_clear(self):
        """Record the all-clear and release the parcel."""
        self._require_risk()
        for parcel in self:
            gaps = parcel._get_risk_gaps()
            if gaps:
                raise UserError(self.env._("Before the all-clear: %(gaps)s.", gaps=", ".join(gaps)))
        self.write({"all_clear_at": fields.Datetime.now(), "all_clear_user_id": self.env.uid})
        self._release()
        return True

    def _has_passed_check(self):
        """Tell whether the latest security check of the parcel was passed."""
        self.ensure_one()
        checks = self.env["property.parcel.check"].search([("parcel_ids", "in", self.ids)], limit=1)
        return checks.result == "passed"

    def action_pass_check(self):
        """Record a passed machine check and release the parcels."""
        self._require_state("quarantined")
        for community, parcels in self.grouped("community_id").items():
            check = self.env["property.parcel.check"].create(
                {
                    "community_id": community.id,
                    "station_id": parcels[:1].station_id.id,
                    "parcel_ids": [fields.Command.set(parcels.ids)],
                }
            )
            check.action_release()
        return True
