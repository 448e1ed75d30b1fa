# SPDX-License-Identifier: LGPL-3.0-or-later
from markupsafe import Markup

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

    waiting_count = fields.Integer(compute="_compute_progress", string="Faults to decide on")
    plan_count = fields.Integer(compute="_compute_progress", string="Lines of the plan")

    @api.depends("line_ids.state", "line_ids.plan_id")
    def _compute_progress(self):
        for survey in self:
            lines = survey.line_ids
            survey.line_count = len(lines)
            survey.visited_count = len(lines.filtered(lambda one: one.state != "open"))
            survey.fault_count = len(
                lines.filtered(lambda one: one.state in ("fault", "ordered", "planned", "repaired"))
            )
            survey.waiting_count = len(lines.filtered(lambda one: one.state == "fault"))
            survey.plan_count = len(lines.plan_id)
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

    def action_plan_repairs(self):
        """Take the faults that are not ordered into next year's plan, a line per building."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(self.env._("%(survey)s has not begun.", survey=self.name))
        lines = self.line_ids.filtered(lambda one: one.state == "fault")
        if not lines:
            raise UserError(self.env._("No fault waits to be planned."))
        groups = lines.grouped(lambda one: (one.unit_id.building_id, one._get_fault_key()))
        plans = self.env["property.maintenance.plan"].create(
            [
                self._prepare_plan_vals(building, found)
                for (building, _fault), found in groups.items()
            ]
        )
        for plan, found in zip(plans, groups.values(), strict=True):
            found.write({"state": "planned", "plan_id": plan.id})
        self.message_post(
            body=self.env._(
                "Put into the plan of %(year)s: %(count)s.",
                count=len(plans),
                year=self._get_plan_year(),
            )
        )
        return self.action_view_plans()

    def _get_plan_year(self):
        self.ensure_one()
        return self.start_date.year + 1

    def _prepare_plan_vals(self, building, lines):
        """Return the values of a line of the plan for one fault of a building; extension point."""
        self.ensure_one()
        year = self._get_plan_year()
        return {
            "name": (lines[0].fault or "").strip() or self.name,
            "survey_id": self.id,
            "community_id": self.community_id.id,
            "building_id": building.id,
            "place": self.env._("%(count)s units", count=len(lines)),
            "category_id": self.category_id.id,
            "trigger": "calendar",
            "every": 1,
            "unit": "year",
            "start_date": f"{year}-01-01",
            "end_date": f"{year}-12-31",
            "checklist": Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.question,
                Markup().join(
                    Markup("<li>%s</li>")
                    % " · ".join(text for text in (line.unit_id.name, line.fault) if text)
                    for line in lines
                ),
            ),
        }

    def action_view_plans(self):
        """Open the lines of next year's plan."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_maintenance_plan_action"
        )
        action["domain"] = [("survey_id", "=", self.id)]
        action["context"] = {}
        return action

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
            ("planned", "In next year's plan"),
            ("repaired", "Repaired"),
        ],
        default="open",
        required=True,
    )
    fault = fields.Char(help="What is wrong.")
    visited_date = fields.Date()
    user_id = fields.Many2one("res.users", string="Visited by")
    workorder_id = fields.Many2one("property.workorder", readonly=True, copy=False)
    plan_id = fields.Many2one(
        "property.maintenance.plan",
        string="Line of the plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

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

    def _get_fault_key(self):
        """Return by what faults are taken together: the same words, however typed."""
        self.ensure_one()
        return " ".join((self.fault or "").lower().split())

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


class PropertyMaintenancePlan(models.Model):
    _inherit = "property.maintenance.plan"

    survey_id = fields.Many2one(
        "property.unit.survey", readonly=True, copy=False, index="btree_not_null"
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_frees_findings(self):
        """A line that is taken out of the plan leaves its faults to be decided on again."""
        lines = self.env["property.unit.survey.line"].search(
            [("plan_id", "in", self.ids), ("state", "=", "planned")]
        )
        lines.write({"state": "fault", "plan_id": False})
