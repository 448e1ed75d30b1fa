# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils

from ..rules import sample as rule


class PropertyCallbackDraw(models.Model):
    """The monthly draw of requests to call back; anybody can draw it again (WKO-16)."""

    _name = "property.callback.draw"
    _description = "Draw of call-backs"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "month_start desc, community_id, id"

    name = fields.Char(compute="_compute_name", store=True)
    month_start = fields.Date(
        required=True,
        default=lambda self: date_utils.start_of(fields.Date.context_today(self), "month"),
        string="Month",
    )
    percent = fields.Integer(
        required=True,
        compute="_compute_percent",
        store=True,
        readonly=False,
        precompute=True,
        help="Share of the ordinary requests; serious and collective complaints are all called.",
    )
    seed = fields.Char(
        compute="_compute_seed",
        store=True,
        precompute=True,
        help="The lot is the SHA-256 of this word and the number of the case.",
    )
    callback_ids = fields.One2many("property.callback", "draw_id", string="Call-backs")
    pool_count = fields.Integer(readonly=True, string="Closed in the month")
    drawn_count = fields.Integer(compute="_compute_counts")
    done_count = fields.Integer(compute="_compute_counts")
    satisfied_percent = fields.Float(compute="_compute_counts")

    _month_uniq = models.UniqueIndex(
        "(community_id, month_start)", "The call-backs of this month have been drawn."
    )
    _percent_range = models.Constraint(
        "CHECK (percent BETWEEN 0 AND 100)", "The share is between 0 and 100 percent."
    )

    @api.depends("community_id", "month_start")
    def _compute_name(self):
        for draw in self:
            draw.name = f"{draw.community_id.name or ''} {(draw.month_start or '')!s:.7}".strip()

    @api.depends("community_id")
    def _compute_percent(self):
        for draw in self:
            draw.percent = (
                int(draw.community_id._get_parameter("workorder_callback_percent"))
                if draw.community_id
                else 50
            )

    @api.depends("community_id", "month_start")
    def _compute_seed(self):
        for draw in self:
            draw.seed = f"{draw.community_id.code}-{draw.month_start}"

    @api.depends("callback_ids.state", "callback_ids.is_satisfied")
    def _compute_counts(self):
        for draw in self:
            reached = draw.callback_ids.filtered(lambda one: one.state == "reached")
            draw.drawn_count = len(draw.callback_ids)
            draw.done_count = len(draw.callback_ids.filtered(lambda one: one.state != "open"))
            draw.satisfied_percent = (
                100 * len(reached.filtered("is_satisfied")) / len(reached) if reached else 0
            )

    def _get_pool(self):
        """Return the requests closed in the month: ordinary ones, and those always called."""
        self.ensure_one()
        zone = self.community_id.resource_calendar_id.tz or "Asia/Shanghai"
        start, end = self._get_bounds(zone)
        orders = self.env["property.workorder"].search(
            [
                ("community_id", "=", self.community_id.id),
                ("state", "in", ("done", "closed")),
                ("resolved_at", ">=", start),
                ("resolved_at", "<", end),
                ("partner_id", "!=", False),
                ("duplicate_of_id", "=", False),
            ]
        )
        serious = orders.filtered(lambda one: one.severity in ("serious", "collective"))
        return orders - serious, serious

    def _get_bounds(self, zone):
        """Return the month in local time as naive UTC moments."""
        from datetime import datetime, time, timezone
        from zoneinfo import ZoneInfo

        first = date_utils.start_of(self.month_start, "month")
        last = fields.Date.add(first, months=1)
        return tuple(
            datetime.combine(day, time(), ZoneInfo(zone))
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for day in (first, last)
        )

    def action_draw(self):
        """Draw; a second press adds what was closed since and takes nothing away."""
        for draw in self:
            ordinary, serious = draw._get_pool()
            numbers = rule.draw(draw.seed, ordinary.ids, serious.ids, draw.percent)
            known = set(draw.callback_ids.workorder_id.ids)
            self.env["property.callback"].create(
                [
                    {
                        "draw_id": draw.id,
                        "community_id": draw.community_id.id,
                        "workorder_id": number,
                        "is_serious": number in serious._ids,
                    }
                    for number in numbers
                    if number not in known
                ]
            )
            draw.pool_count = len(ordinary) + len(serious)

    def action_view_callbacks(self):
        """Open the calls of the draw."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_callback_action"
        )
        action["domain"] = [("draw_id", "=", self.id)]
        action["context"] = {"default_draw_id": self.id}
        return action

    @api.model
    def _cron_draw_last_month(self):
        """Draw the call-backs of last month in every community."""
        month = date_utils.start_of(
            fields.Date.subtract(fields.Date.context_today(self), months=1), "month"
        )
        done = self.search([("month_start", "=", month)]).community_id
        for community in self.env["property.community"].search([("id", "not in", done.ids)]):
            draw = self.new({"community_id": community.id, "month_start": month})
            ordinary, serious = draw._get_pool()
            if ordinary or serious:
                self.create({"community_id": community.id, "month_start": month}).action_draw()


class PropertyCallback(models.Model):
    """One call after a case: was the resident satisfied?"""

    _name = "property.callback"
    _description = "Call-back"
    _inherit = ["property.flow.mixin", "property.workorder.line", "mail.thread"]
    _order = "is_serious desc, id"

    draw_id = fields.Many2one("property.callback.draw", index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="workorder_id.partner_id", store=True)
    kind = fields.Selection(related="workorder_id.kind", store=True)
    technician_id = fields.Many2one(related="workorder_id.technician_id", store=True)
    is_serious = fields.Boolean(string="Serious")
    state = fields.Selection(
        [
            ("open", "To call"),
            ("reached", "Reached"),
            ("unreached", "Not reached"),
        ],
        default="open",
        required=True,
        tracking=True,
        copy=False,
        group_expand=True,
    )
    is_satisfied = fields.Boolean(tracking=True)
    stars = fields.Selection(
        [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")], string="Rating"
    )
    answer = fields.Text(help="What the resident said.")
    called_at = fields.Datetime(readonly=True, copy=False)
    user_id = fields.Many2one("res.users", string="Called by", readonly=True, copy=False)

    _order_uniq = models.UniqueIndex("(draw_id, workorder_id)", "This case was drawn already.")

    @api.depends("workorder_id.display_name")
    def _compute_display_name(self):
        for callback in self:
            callback.display_name = callback.workorder_id.display_name

    def _called(self, state, **vals):
        for callback in self:
            if callback.state == "reached":
                raise UserError(
                    self.env._("%(case)s has been called.", case=callback.workorder_id.name)
                )
            if callback.workorder_id.technician_id == self.env.user:
                raise UserError(
                    self.env._("Whoever did the work does not call back. Ask a colleague.")
                )
        self._set_state(state, called_at=fields.Datetime.now(), user_id=self.env.uid, **vals)

    def action_satisfied(self):
        """The resident is satisfied."""
        for callback in self:
            callback._called("reached", is_satisfied=True, stars=callback.stars or "5")
            callback.workorder_id.satisfaction = "satisfied"

    def action_dissatisfied(self):
        """The resident is not: the same case is opened again (WKO-09)."""
        for callback in self:
            if not (callback.answer or "").strip():
                raise UserError(self.env._("Enter what the resident said first."))
            callback._called("reached", is_satisfied=False, stars=callback.stars or "1")
            order = callback.workorder_id
            if order.state in ("done", "closed"):
                order.action_reopen(self.env._("Call-back: %(answer)s", answer=callback.answer))
            order.satisfaction = "dissatisfied"

    def action_unreached(self):
        """Nobody answered."""
        self._called("unreached")
