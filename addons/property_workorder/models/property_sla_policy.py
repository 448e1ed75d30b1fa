# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules.clock import Target

CLOCKS = ("response", "attend", "resolve")


class PropertySlaPolicy(models.Model):
    """Within what time a kind of request is answered, attended and solved (WKO-05, WKO-10..14)."""

    _name = "property.sla.policy"
    _description = "Service Target"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=100, help="Of several that fit, the one with the lowest number holds."
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company.")
    note = fields.Text(translate=True, help="Where the limit is from.")
    # What it is for
    kind = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["kind"]._description_selection(self.env)
        ),
        help="Empty: every kind.",
    )
    category_ids = fields.Many2many(
        "property.workorder.category",
        string="Categories",
        help="Holds for these and all below them. Empty: every category.",
    )
    community_category = fields.Selection(
        selection=lambda self: (
            self.env["property.community"]._fields["category"]._description_selection(self.env)
        ),
        string="Kind of community",
        help="Empty: every kind.",
    )
    community_ids = fields.Many2many("property.community", string="Communities")
    only_urgent = fields.Boolean(help="Only for emergencies.")
    # Clocks
    response_text = fields.Char(compute="_compute_texts", string="Answered within")
    attend_text = fields.Char(compute="_compute_texts", string="Attended within")
    resolve_text = fields.Char(compute="_compute_texts", string="Solution within")
    response_value = fields.Integer(string="Answer within", help="0: no clock.")
    response_unit = fields.Selection("_selection_unit", default="minute", required=True)
    attend_value = fields.Integer(string="On the spot within", help="0: no clock.")
    attend_unit = fields.Selection("_selection_unit", default="hour", required=True)
    resolve_value = fields.Integer(string="Solved within", help="0 days: the same day.")
    resolve_unit = fields.Selection("_selection_unit", default="working_day", required=True)
    has_resolve = fields.Boolean(string="Has a time to solve", default=True)
    promise_binds = fields.Boolean(
        help="The date promised to the resident is the deadline when it comes before the limit."
    )
    calendar_source = fields.Selection(
        [
            ("community", "Service hours of the community"),
            ("own", "A calendar of its own"),
            ("round_clock", "Around the clock"),
        ],
        default="community",
        required=True,
        string="Calendar",
    )
    calendar_id = fields.Many2one("resource.calendar", string="Own calendar")
    use_holidays = fields.Boolean(
        string="Public holidays",
        default=True,
        help="Days off stop the clock, make-up working days run it.",
    )
    risk_percent = fields.Integer(
        string="At risk after",
        default=75,
        help="Percent of the time after which an order is shown as at risk.",
    )
    warning_sign = fields.Boolean(
        string="Warning sign when late",
        help="What is not solved in time is marked on the spot; somebody gets the task to do so.",
    )
    step_ids = fields.One2many("property.sla.step", "policy_id", string="Escalation", copy=True)

    _risk_range = models.Constraint(
        "CHECK (risk_percent BETWEEN 1 AND 100)", "The warning comes after 1 to 100 percent."
    )
    _values_positive = models.Constraint(
        "CHECK (response_value >= 0 AND attend_value >= 0 AND resolve_value >= 0)",
        "A time limit cannot be negative.",
    )

    @api.depends(
        "response_value", "response_unit", "attend_value", "attend_unit", "resolve_value",
        "resolve_unit", "has_resolve",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_texts(self):
        units = dict(self._selection_unit())
        for policy in self:
            for clock in CLOCKS:
                target = policy._get_target(clock)
                policy[f"{clock}_text"] = (
                    False
                    if target is None
                    else self.env._("the same day")
                    if not target.value
                    else f"{target.value} {units[target.unit]}"
                )

    @api.model
    def _selection_unit(self):
        return [
            ("minute", self.env._("minutes")),
            ("hour", self.env._("hours")),
            ("working_hour", self.env._("working hours")),
            ("day", self.env._("days")),
            ("working_day", self.env._("working days")),
        ]

    @api.constrains("has_resolve", "resolve_value", "resolve_unit", "calendar_source")
    def _check_values(self):
        for policy in self:
            day_units = policy.resolve_unit in ("day", "working_day")
            if policy.has_resolve and not policy.resolve_value and not day_units:
                raise ValidationError(
                    self.env._(
                        "%(policy)s: enter within what time it is solved.", policy=policy.name
                    )
                )
            if policy.calendar_source == "own" and not policy.calendar_id:
                raise ValidationError(
                    self.env._("%(policy)s: choose its calendar.", policy=policy.name)
                )

    def _get_target(self, clock):
        """Return the target of a clock as the rules know it, or None without one."""
        self.ensure_one()
        value, unit = self[f"{clock}_value"], self[f"{clock}_unit"]
        if (clock == "resolve" and not self.has_resolve) or (clock != "resolve" and not value):
            return None
        return Target(value, unit)

    def _get_calendar(self, community):
        """Return the frozen calendar on which the clocks run in a community."""
        self.ensure_one()
        # sudo: opening hours are public
        community_sudo = community.sudo()
        zone = (
            community_sudo.resource_calendar_id.tz
            or community_sudo.company_id.resource_calendar_id.tz
            or "Asia/Shanghai"
        )
        calendar = {
            "community": community_sudo.resource_calendar_id,
            # sudo: as above
            "own": self.sudo().calendar_id,
            "round_clock": None,
        }[self.calendar_source]
        return self.env["property.sla.calendar"]._freeze(
            calendar, community_sudo.company_id, self.use_holidays, zone
        )

    @api.model
    def _find(self, order):
        """Return the policy that holds for an order; of several, the first by sequence."""
        candidates = self.search([("company_id", "in", [False, order.company_id.id])])
        lineage = set(order.category_id._get_lineage().ids)
        for policy in candidates:
            if policy._fits(order, lineage):
                return policy
        return self.browse()

    def _fits(self, order, lineage):
        return (
            (not self.kind or self.kind == order.kind)
            and (not self.category_ids or bool(lineage & set(self.category_ids.ids)))
            and (
                not self.community_category
                or self.community_category == order.community_id.category
            )
            and (not self.community_ids or order.community_id in self.community_ids)
            and (not self.only_urgent or order.is_urgent)
        )


class PropertySlaStep(models.Model):
    """One rung of the ladder: when, who is told, how."""

    _name = "property.sla.step"
    _description = "Escalation step"
    _order = "policy_id, clock, percent, id"

    policy_id = fields.Many2one(
        "property.sla.policy", required=True, index=True, ondelete="cascade"
    )
    clock = fields.Selection(
        [("response", "Answer"), ("attend", "On the spot"), ("resolve", "Solution")],
        required=True,
        default="resolve",
    )
    percent = fields.Integer(
        string="After percent",
        default=100,
        help="Percent of the time: 75 warns before the deadline, 100 is the deadline, 150 is half "
        "the time again after it.",
    )
    who = fields.Selection(
        [
            ("receiver", "First receiver"),
            ("technician", "Technician"),
            ("leader", "Team leader"),
            ("keeper", "Keeper of the building"),
            ("manager", "Site manager"),
            ("user", "A named person"),
            ("resident", "Whoever reported it"),
        ],
        required=True,
        default="leader",
    )
    user_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    how = fields.Selection(
        [("activity", "Activity"), ("message", "Message"), ("both", "Both")],
        required=True,
        default="activity",
    )

    _percent_range = models.Constraint(
        "CHECK (percent BETWEEN 1 AND 1000)", "A step comes after 1 to 1,000 percent of the time."
    )

    def _get_users(self, order):
        """Return whom the step tells about an order; the site manager when nobody else is there."""
        self.ensure_one()
        manager = order.community_id.manager_id
        user = {
            "receiver": order.receiver_id,
            "technician": order.technician_id,
            "leader": order.team_id.leader_id,
            "keeper": order.building_id.keeper_id,
            "manager": manager,
            "user": self.user_id,
            # who reported it and cannot be written to is called by whoever answers for the case
            "resident": order.receiver_id,
        }[self.who]
        # whoever is complained about is not told of the complaint
        return (user or manager or order.receiver_id) - order.complained_user_ids
