# SPDX-License-Identifier: LGPL-3.0-or-later
from psycopg2 import errors as pg_errors

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..rules.period import period_of

CONFLICTS = (
    pg_errors.ExclusionViolation,
    pg_errors.UniqueViolation,
    pg_errors.SerializationFailure,
    pg_errors.DeadlockDetected,
    pg_errors.LockNotAvailable,
)
MAX_CONFLICTS = 5


class PropertyFeeRun(models.Model):
    """A billing run: preview, posting, what was left out and why. Run again, it fills gaps only."""

    _name = "property.fee.run"
    _description = "Fee run"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "period_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, copy=False, readonly=True, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    community_ids = fields.Many2many(
        "property.community",
        string="Communities",
        required=True,
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._default_community_ids(),
    )
    item_ids = fields.Many2many(
        "property.fee.item",
        string="Fee items",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="Empty: every item that is assigned in the communities.",
    )
    period_start = fields.Date(
        string="From",
        required=True,
        tracking=True,
        default=lambda self: self._default_month().start,
    )
    period_end = fields.Date(
        string="To", required=True, tracking=True, default=lambda self: self._default_month().end
    )
    invoice_date = fields.Date(
        string="Date of the bills",
        required=True,
        default=fields.Date.context_today,
        help="Bill and accounting date.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("computed", "Computed"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        tracking=True,
        index=True,
        copy=False,
    )
    charge_ids = fields.One2many("property.fee.charge", "run_id", string="Charges")
    skip_ids = fields.One2many("property.fee.run.skip", "run_id", string="Left out")
    invoice_ids = fields.One2many("account.move", "property_fee_run_id", string="Bills")
    charge_count = fields.Integer(compute="_compute_figures")
    draft_count = fields.Integer(string="Charges to post", compute="_compute_figures")
    unit_count = fields.Integer(string="Units", compute="_compute_figures")
    bill_count = fields.Integer(string="Number of bills", compute="_compute_figures")
    amount_total = fields.Monetary(string="Total", compute="_compute_figures")
    skip_count = fields.Integer(string="Number left out", compute="_compute_skips")
    problem_count = fields.Integer(string="To be settled", compute="_compute_skips")
    # Work in the background
    job = fields.Selection(
        [("compute", "Computing"), ("post", "Posting")],
        string="In the background",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    job_done = fields.Integer(readonly=True, copy=False)
    job_total = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    position = fields.Char(
        copy=False, help="Payable thing that was computed last; where an interrupted run goes on."
    )

    _dates_ordered = models.Constraint(
        "CHECK (period_end >= period_start)", "A run cannot end before it starts."
    )

    def _default_month(self):
        return period_of(fields.Date.context_today(self), "month")

    def _default_community_ids(self):
        communities = self.env["property.community"].search(
            [("company_id", "=", self.env.company.id)], limit=2
        )
        return communities if len(communities) == 1 else communities.browse()

    @api.depends("charge_ids.state", "charge_ids.amount", "charge_ids.invoice_id")
    def _compute_figures(self):
        live = [("run_id", "in", self.ids), ("state", "!=", "cancelled")]
        groups = self.env["property.fee.charge"]._read_group(
            live,
            ["run_id"],
            ["__count", "amount:sum", "unit_id:count_distinct", "invoice_id:count_distinct"],
        )
        figures = {run.id: rest for run, *rest in groups}
        drafts = {
            run.id: count
            for run, count in self.env["property.fee.charge"]._read_group(
                [("run_id", "in", self.ids), ("state", "=", "draft")], ["run_id"], ["__count"]
            )
        }
        for run in self:
            count, amount, units, bills = figures.get(run._origin.id, (0, 0.0, 0, 0))
            run.charge_count = count
            run.amount_total = amount
            run.unit_count = units
            run.bill_count = bills
            run.draft_count = drafts.get(run._origin.id, 0)

    @api.depends("skip_ids.is_problem")
    def _compute_skips(self):
        counts = {}
        for run, problem, count in self.env["property.fee.run.skip"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "is_problem"], ["__count"]
        ):
            counts[run.id, problem] = count
        for run in self:
            run.problem_count = counts.get((run._origin.id, True), 0)
            run.skip_count = run.problem_count + counts.get((run._origin.id, False), 0)

    @api.depends("job", "job_done", "job_total")
    def _compute_progress(self):
        for run in self:
            run.progress = 100.0 * run.job_done / run.job_total if run.job_total else 0.0

    @api.constrains("community_ids")
    def _check_communities(self):
        for run in self:
            if not run.community_ids:
                raise ValidationError(
                    self.env._("Fee run %(run)s: choose at least one community.", run=run.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("property.fee.run", vals.get("period_start"))
                )
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        for run in self:
            if run.charge_ids.filtered(lambda charge: charge.state != "draft"):
                raise UserError(
                    self.env._(
                        "Fee run %(run)s has posted bills and stays in the books. Cancel it "
                        "instead.",
                        run=run.name,
                    )
                )
        self.charge_ids.unlink()

    def write(self, vals):
        frozen = vals.keys() & {"community_ids", "item_ids", "period_start", "period_end"}
        if frozen and any(run.state != "draft" for run in self):
            raise UserError(
                self.env._(
                    "A computed run keeps its communities, items and period. Set it back to draft "
                    "or make another run."
                )
            )
        return super().write(vals)

    def action_compute(self):
        """Compute what is owed and not billed yet; drafts of this run are made anew."""
        for run in self:
            run._start_compute()
            # worded before the step: a transaction that failed cannot read any more
            taken = self.env._(
                "Another run has just charged some of these days. They are already taken: "
                "compute %(run)s again to bill the rest.",
                run=run.name,
            )
            try:
                while run._compute_step():
                    pass
            except pg_errors.ExclusionViolation as error:
                raise UserError(taken) from error
            run._finish_compute()
        return True

    def action_post(self):
        """Post the computed charges as bills, one per payer and unit."""
        for run in self:
            run._start_post()
            while run._post_step():
                pass
            run._finish_post()
        return True

    def action_compute_background(self):
        """Compute in the background, in short committed steps."""
        for run in self:
            run._start_compute()
            run.write({"job": "compute", "job_done": 0, "job_total": run._count_payables()})
        self._trigger_cron()

    def action_post_background(self):
        """Post in the background, in short committed steps."""
        for run in self:
            run._start_post()
            run.write({"job": "post", "job_done": 0, "job_total": run._count_groups()})
        self._trigger_cron()

    def action_stop(self):
        """Stop the work in the background; what is done stays, and posting again goes on."""
        self.write({"job": False})

    def action_draft(self):
        """Drop what is computed and not posted, to change the run."""
        for run in self:
            if run.charge_ids.filtered(lambda charge: charge.state == "posted"):
                raise UserError(
                    self.env._(
                        "Fee run %(run)s has posted bills. Cancel the run, or make another one.",
                        run=run.name,
                    )
                )
        self._drop_drafts()
        self.write({"state": "draft", "job": False})

    def action_cancel(self):
        """Cancel the run: bills are reversed by credit notes, the period can be billed again."""
        for run in self:
            run._lock()
            run._drop_drafts()
            run.charge_ids.filtered(lambda charge: charge.state == "posted").action_cancel()
            run.write({"state": "cancelled", "job": False})
        return True

    def action_view_charges(self):
        """Open the charges of the run."""
        return self._action_view("property_fees.property_fee_charge_action", "run_id")

    def action_view_bills(self):
        """Open the bills of the run."""
        return self._action_view("property_fees.account_move_action_bill", "property_fee_run_id")

    def action_view_skips(self):
        """Open what the run left out."""
        return self._action_view("property_fees.property_fee_run_skip_action", "run_id")

    def _action_view(self, xmlid, field):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [(field, "=", self.id)]
        return action

    def _lock(self):
        """Let one process at a time work on the run, until the end of the transaction."""
        self.ensure_one()
        self.env.cr.execute(
            SQL("SELECT id FROM property_fee_run WHERE id = %s FOR UPDATE", self.id)
        )

    def _drop_drafts(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "DELETE FROM property_fee_charge WHERE run_id = ANY(%s) AND state = 'draft'",
                self.ids,
            )
        )
        self.env.cr.execute(
            SQL("DELETE FROM property_fee_run_skip WHERE run_id = ANY(%s)", self.ids)
        )
        self.env.invalidate_all()

    # Background

    def _trigger_cron(self):
        self.env.ref("property_fees.property_fee_run_cron_process")._trigger()

    @api.model
    def _cron_process_runs(self):
        """Go on with runs in the background, committing after each step.

        Killed at any moment, the next call goes on where the last commit was: a step is all or
        nothing, and the database refuses a second charge for the same days.
        """
        cron = self.env["ir.cron"]
        runs = self.search([("job", "!=", False)], order="id")
        cron._commit_progress(remaining=len(runs))
        for run in runs:
            if not run._process_job(cron):
                return

    def _process_job(self, cron):
        """Work on one run until it is done.

        A step that meets another process (same run, or same days of another run) is undone and
        tried again on what that process has left.

        :return: False when the time of the cron is up
        """
        self.ensure_one()
        failures = 0
        while self.job:
            try:
                with self.env.cr.savepoint():
                    self._process_step()
                failures = 0
            except CONFLICTS:
                failures += 1
                if failures > MAX_CONFLICTS:
                    raise
            # the next step begins a new transaction, which sees what others have committed
            if not cron._commit_progress(0 if self.job else 1):
                return False
        return True

    def _process_step(self):
        self._lock()
        self.invalidate_recordset(["job", "job_done", "position", "state"])
        if self.job == "compute":
            done, finish = self._compute_step(), self._finish_compute
        elif self.job == "post":
            done, finish = self._post_step(), self._finish_post
        else:
            return
        if done:
            self.job_done += done
        else:
            finish()
            self.job = False
        self.env.flush_all()
