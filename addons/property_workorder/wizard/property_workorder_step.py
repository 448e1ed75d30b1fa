# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyWorkorderStep(models.TransientModel):
    """Ask what a step needs: a reason, a person, a date."""

    _name = "property.workorder.step"
    _description = "Step of a work order"

    step = fields.Selection(
        [
            ("pause", "Pause"),
            ("promise", "Promise"),
            ("reopen", "Open again"),
            ("cancel", "Cancel"),
            ("force_close", "Close by force"),
            ("assign", "Assign"),
            ("transfer", "Pass on"),
            ("return", "Give back"),
            ("help", "Call for help"),
            ("answer", "Answer the resident"),
        ],
        required=True,
    )
    workorder_ids = fields.Many2many("property.workorder", required=True)
    reason = fields.Char()
    answer = fields.Text(help="The resident reads it in the portal and by mail.")
    pause_reason = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder.pause"]._fields["reason"]._description_selection(self.env)
        ),
        default="part",
    )
    resume_date = fields.Date(help="The order goes on by itself on this day.")
    promised_at = fields.Datetime()
    agreed = fields.Boolean(string="The resident agrees")
    is_postponement = fields.Boolean(compute="_compute_promise")
    promise_hint = fields.Char(compute="_compute_promise")
    is_supervisor = fields.Boolean(compute="_compute_promise")
    user_id = fields.Many2one("res.users", domain="[('id', 'in', candidate_ids)]")
    candidate_ids = fields.Many2many("res.users", compute="_compute_candidates")
    candidate_note = fields.Text(compute="_compute_candidates")

    @api.depends("workorder_ids")
    def _compute_promise(self):
        for wizard in self:
            order = wizard.workorder_ids[:1]
            wizard.is_supervisor = self.env.user.has_group("property_base.group_property_officer")
            wizard.is_postponement = bool(order.promised_at)
            wizard.promise_hint = False
            if order and wizard.step == "promise":
                window = order._get_promise_window()
                if order.promised_at and order.postponed_count >= window.postponements:
                    wizard.promise_hint = self.env._(
                        "The promise has been moved already. Only a site manager may agree another "
                        "date, with the consent of the resident."
                    )
                else:
                    wizard.promise_hint = self.env._(
                        "Usual within %(usual)s days, at most %(maximum)s days.",
                        usual=window.usual_days,
                        maximum=window.maximum_days,
                    )

    @api.depends("workorder_ids", "step")
    def _compute_candidates(self):
        now = fields.Datetime.now()
        for wizard in self:
            order = wizard.workorder_ids[:1]
            technicians = order._get_candidate_technicians() if order else False
            if not technicians:
                wizard.candidate_ids = False
                wizard.candidate_note = self.env._(
                    "No technician is entered for this community. See Configuration > Technicians."
                )
                continue
            wizard.candidate_ids = technicians.user_id - order.technician_id
            lines = []
            for technician in technicians:
                candidate = order._get_candidate(technician, now)
                from ..rules import dispatch as rule

                why = rule.refusal(candidate, order.is_urgent)
                text = (
                    order._get_refusal_text(technician, *why)
                    if why
                    else self.env._(
                        "%(name)s can: %(count)s open orders.",
                        name=technician.name,
                        count=candidate.open_load,
                    )
                )
                lines.append(text)
            wizard.candidate_note = "\n".join(lines)

    def action_apply(self):
        """Take the step."""
        self.ensure_one()
        orders = self.workorder_ids
        needs_reason = ("reopen", "cancel", "force_close", "transfer", "return")
        if self.step in needs_reason and not (self.reason or "").strip():
            raise UserError(self.env._("Enter the reason first."))
        if self.step in ("assign", "transfer", "help") and not self.user_id:
            raise UserError(self.env._("Choose the technician first."))
        if self.step == "answer":
            if not (self.answer or "").strip():
                raise UserError(self.env._("Write the answer first."))
            for order in orders:
                order.action_answer(self.answer)
        elif self.step == "pause":
            orders.action_pause(self.pause_reason, self.reason, self.resume_date)
        elif self.step == "promise":
            if not self.promised_at:
                raise UserError(self.env._("Enter the date first."))
            for order in orders:
                order.action_promise(self.promised_at, self.reason or "", agreed=self.agreed)
        elif self.step == "assign":
            orders.action_dispatch(self.user_id, self.reason)
        elif self.step in ("transfer", "help"):
            method = orders.action_transfer if self.step == "transfer" else orders.action_help
            method(self.user_id, self.reason)
        else:
            getattr(orders, f"action_{self.step}")(self.reason)
        return {"type": "ir.actions.act_window_close"}
