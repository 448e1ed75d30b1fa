# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules import plan as rule

_logger = logging.getLogger(__name__)


class PropertyMaintenanceStandard(models.Model):
    """What a service standard asks for: what is maintained, how often."""

    _name = "property.maintenance.standard"
    _description = "Maintenance standard"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category_id = fields.Many2one("property.workorder.category")
    every = fields.Integer(required=True, default=1)
    unit = fields.Selection(
        [("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")],
        string="Unit of time",
        required=True,
        default="month",
    )
    checklist = fields.Html(translate=True, help="What is to be done.")
    source = fields.Char(translate=True, help="Standard or law that asks for it.")


class PropertyMaintenancePlan(models.Model):
    """Preventive work by the calendar, by a counter, or whichever comes first."""

    _name = "property.maintenance.plan"
    _description = "Maintenance Plan"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "next_date, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    standard_id = fields.Many2one("property.maintenance.standard")
    building_id = fields.Many2one(
        "property.building", domain="[('community_id', '=', community_id)]"
    )
    common_area_id = fields.Many2one(
        "property.common.area", domain="[('community_id', '=', community_id)]"
    )
    place = fields.Char()
    category_id = fields.Many2one(
        "property.workorder.category",
        compute="_compute_from_standard",
        store=True,
        readonly=False,
        precompute=True,
    )
    team_id = fields.Many2one("property.workorder.team", check_company=True)
    trigger = fields.Selection(
        [("calendar", "Calendar"), ("counter", "Counter"), ("both", "Whichever comes first")],
        required=True,
        default="calendar",
        tracking=True,
    )
    every = fields.Integer(
        compute="_compute_from_standard", store=True, readonly=False, precompute=True
    )
    unit = fields.Selection(
        [("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")],
        string="Unit of time",
        compute="_compute_from_standard",
        store=True,
        readonly=False,
        precompute=True,
    )
    start_date = fields.Date(
        required=True, default=fields.Date.context_today, help="Day of the first job."
    )
    end_date = fields.Date(
        help="Last day on which a job may fall due; empty: it goes on. A single job ends in its "
        "year."
    )
    ahead_days = fields.Integer(default=7, help="Jobs are created so many days ahead.")
    counter_name = fields.Char(help="Such as operating hours of pump 2.")
    counter_every = fields.Float(digits=(12, 2), help="Job after so many units of the counter.")
    counter_done = fields.Float(digits=(12, 2), help="Reading at the last job.")
    reading_ids = fields.One2many("property.maintenance.reading", "plan_id", string="Readings")
    last_date = fields.Date(readonly=True, copy=False, string="Last due")
    next_date = fields.Date(compute="_compute_next_date", store=True, string="Next due")
    checklist = fields.Html(
        compute="_compute_from_standard", store=True, readonly=False, precompute=True
    )
    workorder_ids = fields.One2many("property.workorder", "maintenance_plan_id", string="Jobs")
    workorder_count = fields.Integer(compute="_compute_workorder_count")
    year_budget = fields.Monetary(help="Expected cost of a year.")
    contractor_id = fields.Many2one(
        "res.partner",
        help="Each job orders the visit of this company; it is attended, accepted and scored.",
    )
    visit_price = fields.Monetary(string="Price of a visit")
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.depends("standard_id")
    def _compute_from_standard(self):
        for plan in self:
            standard = plan.standard_id
            plan.every = standard.every or plan.every or 1
            plan.unit = standard.unit or plan.unit or "month"
            plan.category_id = standard.category_id or plan.category_id
            plan.checklist = standard.checklist or plan.checklist

    @api.depends(
        "trigger", "every", "unit", "start_date", "end_date", "last_date", "counter_every",
        "counter_done", "reading_ids.value", "reading_ids.reading_date",
    )  # fmt: skip
    def _compute_next_date(self):
        for plan in self:
            days = []
            if plan.trigger in ("calendar", "both") and plan.every > 0 and plan.start_date:
                after = plan.last_date or None
                horizon = max(plan.start_date, after or plan.start_date)
                until = rule.due_on(horizon, plan.every, plan.unit or "month", 2)
                days += rule.due_dates(plan.start_date, plan.every, plan.unit, after, until)[:1]
            if plan.trigger in ("counter", "both") and plan.counter_every > 0:
                day = rule.counter_due(
                    plan._get_readings(),
                    Decimal(str(plan.counter_done)),
                    Decimal(str(plan.counter_every)),
                )
                days += [day] if day else []
            day = min(days) if days else False
            plan.next_date = day if not plan.end_date or (day and day <= plan.end_date) else False

    def _get_readings(self):
        return tuple(
            rule.Reading(reading.reading_date, Decimal(str(reading.value)))
            for reading in self.reading_ids.sorted("reading_date")
            if reading.reading_date
        )

    def _compute_workorder_count(self):
        counts = dict(
            self.env["property.workorder"]._read_group(
                [("maintenance_plan_id", "in", self.ids)], ["maintenance_plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.workorder_count = counts.get(plan, 0)

    _dates_ordered = models.Constraint(
        "CHECK (end_date IS NULL OR end_date >= start_date)", "The plan ends before it begins."
    )

    @api.constrains("trigger", "every", "counter_every")
    def _check_interval(self):
        for plan in self:
            if plan.trigger in ("calendar", "both") and plan.every <= 0:
                raise ValidationError(
                    self.env._("%(plan)s: enter how often the work is due.", plan=plan.name)
                )
            if plan.trigger in ("counter", "both") and plan.counter_every <= 0:
                raise ValidationError(
                    self.env._("%(plan)s: enter after how many units it is due.", plan=plan.name)
                )

    def _prepare_workorder_vals(self, day):
        self.ensure_one()
        return {
            "kind": "repair",
            "channel": "plan",
            "community_id": self.community_id.id,
            "building_id": self.building_id.id,
            "place": self.place or self.common_area_id.name,
            "category_id": self.category_id.id,
            "team_id": self.team_id.id or self.category_id._get_effective("team_id").id,
            "subject": self.name,
            "description": self.checklist,
            "maintenance_plan_id": self.id,
            "plan_date": day,
        }

    def _create_due(self, today):
        """Create the jobs that are due within the days ahead; each day only once."""
        for plan in self:
            steps = 0
            while plan.next_date and plan.next_date <= today + timedelta(days=plan.ahead_days):
                day = plan.next_date
                exists = self.env["property.workorder"].search_count(
                    [("maintenance_plan_id", "=", plan.id), ("plan_date", "=", day)], limit=1
                )
                if not exists:
                    order = self.env["property.workorder"].create(plan._prepare_workorder_vals(day))
                    plan._order_visit(order, day)
                readings = plan.reading_ids.sorted("reading_date")
                vals = {"last_date": day}
                if plan.trigger != "calendar" and readings:
                    vals["counter_done"] = max(
                        plan.counter_done + plan.counter_every, plan.counter_done
                    )
                plan.write(vals)
                steps += 1
                if steps >= 60:
                    break

    def _order_visit(self, order, day):
        """Order the visit of the contractor for a job of the plan (feature 177)."""
        self.ensure_one()
        if not self.contractor_id:
            return
        contract = self.env["property.workorder.contract"].create(
            {
                "workorder_id": order.id,
                "name": self.name,
                "partner_id": self.contractor_id.id,
                "due_date": day,
                "amount": self.visit_price,
            }
        )
        contract.action_send()

    @api.model
    def _cron_create_due(self):
        """Create the preventive jobs that are due soon."""
        today = fields.Date.context_today(self)
        limit = today + timedelta(days=365)
        for plan in self.search([("next_date", "!=", False), ("next_date", "<=", limit)]):
            try:
                with self.env.cr.savepoint():
                    plan._create_due(today)
            except Exception:
                _logger.exception("The jobs of maintenance plan %s cannot be created", plan.id)

    def action_create_now(self):
        """Create what is due now."""
        self._create_due(fields.Date.context_today(self))
        return self.action_view_workorders()

    def action_view_workorders(self):
        """Open the jobs of the plans."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("maintenance_plan_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_print_year(self):
        """Print the plan of the coming year."""
        if not self:
            raise UserError(self.env._("Choose the plans to print."))
        return self.env.ref(
            "property_workorder.property_maintenance_plan_report_year"
        ).report_action(self, config=False)

    def _get_print_year(self):
        """Return the year of the printed plan: the coming one."""
        return fields.Date.context_today(self).year + 1

    def _get_year_days(self, year):
        """Return the days of a year on which the plan is due by the calendar."""
        self.ensure_one()
        if self.trigger == "counter" or self.every <= 0:
            return []
        first, last = fields.Date.to_date(f"{year}-01-01"), fields.Date.to_date(f"{year}-12-31")
        last = min(last, self.end_date or last)
        return rule.due_dates(
            self.start_date, self.every, self.unit, first - timedelta(days=1), last
        )


class PropertyMaintenanceReading(models.Model):
    """A counter read on a day."""

    _name = "property.maintenance.reading"
    _description = "Counter reading"
    _order = "reading_date desc, id desc"

    plan_id = fields.Many2one(
        "property.maintenance.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    reading_date = fields.Date(required=True, default=fields.Date.context_today)
    value = fields.Float(digits=(12, 2), required=True)

    _day_uniq = models.UniqueIndex("(plan_id, reading_date)", "This day has a reading already.")


class PropertyWorkorder(models.Model):
    _inherit = "property.workorder"

    maintenance_plan_id = fields.Many2one(
        "property.maintenance.plan", index="btree_not_null", readonly=True, copy=False
    )
    plan_date = fields.Date(string="Planned for", readonly=True, copy=False)

    _plan_uniq = models.UniqueIndex(
        "(maintenance_plan_id, plan_date) WHERE maintenance_plan_id IS NOT NULL",
        "The plan has a job for this day already.",
    )


class PropertyContractorAssessment(models.Model):
    """The periodic assessment of a contractor: orders, punctuality, scores."""

    _name = "property.contractor.assessment"
    _description = "Contractor Assessment"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "start_date desc, id desc"

    partner_id = fields.Many2one("res.partner", string="Contractor", required=True, tracking=True)
    start_date = fields.Date(required=True, string="From")
    end_date = fields.Date(required=True, string="To")
    order_count = fields.Integer(readonly=True)
    late_count = fields.Integer(readonly=True)
    rejected_count = fields.Integer(readonly=True)
    scored_count = fields.Integer(readonly=True, string="Orders with a score")
    work_score = fields.Float(readonly=True, digits=(5, 1), help="Mean of the accepted orders.")
    punctual_percent = fields.Float(readonly=True, digits=(5, 1))
    attitude_score = fields.Integer(default=80)
    site_score = fields.Integer(default=80, string="Order on site")
    total_score = fields.Float(
        compute="_compute_total", store=True, digits=(5, 1), aggregator="avg"
    )
    grade = fields.Selection(
        [("a", "Excellent"), ("b", "Good"), ("c", "Sufficient"), ("d", "Insufficient")],
        compute="_compute_total",
        store=True,
    )
    note = fields.Text()

    _dates_ordered = models.Constraint(
        "CHECK (end_date >= start_date)", "The period ends before it begins."
    )
    _scores_range = models.Constraint(
        "CHECK (attitude_score BETWEEN 0 AND 100 AND site_score BETWEEN 0 AND 100)",
        "A score is between 0 and 100.",
    )

    @api.depends("partner_id.name", "start_date")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.partner_id.name or ''} {one.start_date or ''}".strip()

    @api.depends(
        "work_score", "scored_count", "punctual_percent", "order_count", "attitude_score",
        "site_score",
    )  # fmt: skip
    def _compute_total(self):
        for one in self:
            parts = [(one.attitude_score, 15), (one.site_score, 15)]
            # what nobody could judge yet counts neither for nor against the contractor
            if one.scored_count:
                parts.append((one.work_score, 40))
            if one.order_count:
                parts.append((one.punctual_percent, 30))
            weight = sum(share for _score, share in parts)
            one.total_score = sum(score * share for score, share in parts) / weight
            total = one.total_score
            one.grade = "a" if total >= 90 else "b" if total >= 80 else "c" if total >= 60 else "d"

    def action_collect(self):
        """Count the orders of the period."""
        for one in self:
            orders = self.env["property.workorder.contract"].search(
                [
                    ("community_id", "=", one.community_id.id),
                    ("partner_id", "=", one.partner_id.id),
                    ("ordered_date", ">=", one.start_date),
                    ("ordered_date", "<=", one.end_date),
                    ("state", "!=", "cancelled"),
                ]
            )
            late = orders.filtered(
                lambda order: (
                    order.is_late
                    or (
                        order.due_date
                        and order.accepted_at
                        and order.accepted_at.date() > order.due_date
                    )
                )
            )
            scored = orders.filtered("score")
            one.write(
                {
                    "order_count": len(orders),
                    "late_count": len(late),
                    "rejected_count": len(orders.filtered(lambda order: order.state == "rejected")),
                    "scored_count": len(scored),
                    "work_score": sum(scored.mapped("score")) / len(scored) if scored else 0,
                    "punctual_percent": 100 * (len(orders) - len(late)) / len(orders)
                    if orders
                    else 0,
                }
            )
