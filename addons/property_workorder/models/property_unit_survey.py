# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyUnitSurvey(models.Model):
    """A one-off survey over many units, one line each (WKO-21)."""

    _name = "property.unit.survey"
    _description = "Unit Survey"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "start_date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("done", "Done")],
        default="draft",
        required=True,
        tracking=True,
        copy=False,
    )
    category_id = fields.Many2one("property.workorder.category", string="Category of repairs")
    building_ids = fields.Many2many(
        "property.building", domain="[('community_id', '=', community_id)]"
    )
    question = fields.Char(required=True, help="Such as: does the door phone work?")
    start_date = fields.Date(required=True, default=fields.Date.context_today)
    due_date = fields.Date()
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user, string="Led by")
    line_ids = fields.One2many("property.unit.survey.line", "survey_id", string="Units")
    line_count = fields.Integer(compute="_compute_progress")
    visited_count = fields.Integer(compute="_compute_progress")
    fault_count = fields.Integer(compute="_compute_progress", string="Faults")
    progress = fields.Float(compute="_compute_progress", help="Percent of the units visited.")

    @api.depends("line_ids.state")
    def _compute_progress(self):
        for survey in self:
            lines = survey.line_ids
            survey.line_count = len(lines)
            survey.visited_count = len(lines.filtered(lambda one: one.state != "open"))
            survey.fault_count = len(
                lines.filtered(lambda one: one.state in ("fault", "ordered", "repaired"))
            )
            survey.progress = 100 * survey.visited_count / len(lines) if lines else 0

    def action_start(self):
        """Make a line for every unit."""
        for survey in self:
            if survey.state != "draft":
                raise UserError(self.env._("%(survey)s runs already.", survey=survey.name))
            domain = [("community_id", "=", survey.community_id.id), ("usage", "!=", "storage")]
            if survey.building_ids:
                domain.append(("building_id", "in", survey.building_ids.ids))
            units = self.env["property.unit"].search(domain)
            if not units:
                raise UserError(self.env._("There is no unit in these buildings."))
            self.env["property.unit.survey.line"].create(
                [{"survey_id": survey.id, "unit_id": unit.id} for unit in units]
            )
            survey._set_state("running")

    def action_order_repairs(self):
        """Make an order for every unit with a fault."""
        self.ensure_one()
        for line in self.line_ids.filtered(lambda one: one.state == "fault"):
            line._order_repair()
        return self.action_view_lines()

    def action_done(self):
        """Finish; units that were not reached are listed as such."""
        self._set_state("done")

    def action_view_lines(self):
        """Open the units of the survey."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_unit_survey_line_action"
        )
        action["domain"] = [("survey_id", "=", self.id)]
        return action


class PropertyUnitSurveyLine(models.Model):
    """What was found in one unit; signed by the owner after the repair."""

    _name = "property.unit.survey.line"
    _description = "Unit in a survey"
    _inherit = ["property.evidence.mixin", "property.scope.mixin"]
    _property_live = False
    _order = "survey_id, unit_id, id"

    survey_id = fields.Many2one(
        "property.unit.survey", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="survey_id.community_id", store=True, required=False, precompute=True
    )
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    state = fields.Selection(
        [
            ("open", "To visit"),
            ("fine", "In order"),
            ("absent", "Nobody at home"),
            ("fault", "Fault"),
            ("ordered", "Repair ordered"),
            ("repaired", "Repaired"),
        ],
        default="open",
        required=True,
    )
    fault = fields.Char(help="What is wrong.")
    visited_date = fields.Date()
    user_id = fields.Many2one("res.users", string="Visited by")
    workorder_id = fields.Many2one("property.workorder", readonly=True, copy=False)

    _unit_uniq = models.UniqueIndex("(survey_id, unit_id)", "This unit is in the survey already.")

    @api.depends("unit_id.name", "survey_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.unit_id.name or ''} · {line.survey_id.name or ''}"

    def _visited(self, state):
        self.write(
            {
                "state": state,
                "visited_date": fields.Date.context_today(self),
                "user_id": self.env.uid,
            }
        )

    def action_fine(self):
        """The unit is in order."""
        self._visited("fine")

    def action_absent(self):
        """Nobody was at home."""
        self._visited("absent")

    def action_fault(self):
        """There is a fault."""
        self._visited("fault")

    def action_repaired(self):
        """The fault is removed; the owner signs."""
        for line in self:
            if not line.signature:
                raise UserError(
                    self.env._(
                        "%(unit)s: let the owner sign that it was repaired.", unit=line.unit_id.name
                    )
                )
        self.write({"state": "repaired"})

    def _order_repair(self):
        self.ensure_one()
        self.workorder_id = self.env["property.workorder"].create(
            {
                "unit_id": self.unit_id.id,
                "community_id": self.community_id.id,
                "category_id": self.survey_id.category_id.id,
                "subject": self.fault or self.survey_id.question,
                "channel": "patrol",
                "partner_id": self.unit_id.representative_id.id,
                "origin_model": self._name,
                "origin_res_id": self.id,
            }
        )
        self.state = "ordered"
