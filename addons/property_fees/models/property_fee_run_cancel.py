# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class PropertyFeeRunCancel(models.Model):
    """Cancel a posted run: one asks with a reason, somebody else approves."""

    _inherit = "property.fee.run"

    cancel_reason = fields.Text(string="Why it is cancelled", copy=False, tracking=True)
    cancel_requested_by_id = fields.Many2one(
        "res.users", string="Cancellation asked for by", readonly=True, copy=False, tracking=True
    )
    cancel_approved_by_id = fields.Many2one(
        "res.users", string="Cancellation approved by", readonly=True, copy=False, tracking=True
    )

    def write(self, vals):
        guarded = vals.keys() & {"cancel_requested_by_id", "cancel_approved_by_id"}
        if guarded and not self.env.su:
            raise UserError(self.env._("Use the buttons to cancel a run."))
        return super().write(vals)

    def action_cancel(self):
        """Extend: a run with posted bills needs the approval of somebody else."""
        posted = self.filtered(lambda run: run.state != "cancelled" and run._has_posted())
        if posted and not self.env.su:
            raise UserError(
                self.env._(
                    "Fee run %(run)s has posted bills. Ask for its cancellation; somebody else "
                    "has to approve it.",
                    run=posted[0].name,
                )
            )
        return super().action_cancel()

    def action_request_cancel(self):
        """Ask for the cancellation of posted runs."""
        self.check_access("write")
        for run in self:
            run._lock()
            if run.job or run.state == "cancelled" or not run._has_posted():
                raise UserError(
                    self.env._("Fee run %(run)s has no posted bills to cancel.", run=run.name)
                )
            if not run.cancel_reason:
                raise UserError(
                    self.env._("Fee run %(run)s: say why it is cancelled.", run=run.name)
                )
            # sudo: who asked is written by the system, not by hand
            run.sudo().write(
                {"cancel_requested_by_id": self.env.uid, "cancel_approved_by_id": False}
            )
            for manager in run.community_ids.manager_id - self.env.user:
                run.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=manager.id,
                    summary=self.env._("Approve or decline the cancellation"),
                )

    def action_approve_cancel(self):
        """Cancel what somebody else asked to be cancelled; bills are reversed."""
        self._check_cancel_right()
        for run in self:
            run._lock()
            run.invalidate_recordset()
            if not run.cancel_requested_by_id:
                raise UserError(self.env._("Nobody asked to cancel fee run %(run)s.", run=run.name))
            if run.cancel_requested_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You asked to cancel fee run %(run)s yourself. Somebody else has to "
                        "approve it.",
                        run=run.name,
                    )
                )
            # sudo: the management of the site approves; it need not have rights on accounting
            run_sudo = run.sudo()
            run_sudo.action_cancel()
            run_sudo.cancel_approved_by_id = self.env.uid
            run_sudo.activity_unlink(["mail.mail_activity_data_todo"])

    def action_decline_cancel(self):
        """Keep the run."""
        self._check_cancel_right()
        # sudo: as above
        runs_sudo = self.sudo()
        runs_sudo.write({"cancel_requested_by_id": False})
        runs_sudo.activity_unlink(["mail.mail_activity_data_todo"])

    def _check_cancel_right(self):
        self.check_access("read")
        self.community_ids.check_access("read")
        if not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Only the management of the site approves a cancellation."))

    def _has_posted(self):
        self.ensure_one()
        # sudo: charges that the user may not see count as well
        return bool(
            self.env["property.fee.charge"]
            .sudo()
            .search_count(
                [
                    ("run_id", "=", self.id),
                    ("state", "=", "posted"),
                    ("invoice_id", "!=", False),  # what was let off in full is on no bill
                ],
                limit=1,
            )
        )
