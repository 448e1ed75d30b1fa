# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

SECTIONS = ("income", "cost", "fund", "payment")


class PropertyStatement(models.Model):
    """The financial disclosure of a community (公示): from posted entries, approved, published.

    Figures are kept as they were approved, so that older statements stay readable as published.
    """

    _name = "property.statement"
    _description = "Financial statement"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "end_date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    start_date = fields.Date(string="From", required=True)
    end_date = fields.Date(string="To", required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "To approve"),
            ("approved", "Approved"),
            ("published", "Published"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    line_ids = fields.One2many("property.statement.line", "statement_id", string="Lines")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_income = fields.Monetary(string="Income", compute="_compute_totals", store=True)
    amount_cost = fields.Monetary(string="Cost", compute="_compute_totals", store=True)
    amount_result = fields.Monetary(string="Result", compute="_compute_totals", store=True)
    requester_id = fields.Many2one("res.users", string="Prepared by", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", string="Approved by", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    published_at = fields.Datetime(readonly=True, copy=False)
    fetched_at = fields.Datetime(string="Figures of", readonly=True, copy=False)
    note = fields.Text(string="Explanation", help="Shown to the owners below the figures.")

    _dates_ordered = models.Constraint(
        "CHECK (end_date >= start_date)", "The last day lies before the first."
    )
    _period_uniq = models.UniqueIndex(
        "(community_id, start_date, end_date)",
        "There is a statement of this community for these days already.",
    )

    @api.depends("line_ids.amount", "line_ids.section")
    def _compute_totals(self):
        for statement in self:
            for kind in ("income", "cost"):
                lines = statement.line_ids.filtered(lambda line, kind=kind: line.section == kind)
                statement[f"amount_{kind}"] = sum(lines.mapped("amount"))
            statement.amount_result = statement.amount_income - statement.amount_cost

    @api.constrains("state", "line_ids")
    def _check_lines(self):
        for statement in self:
            if statement.state != "draft" and not statement.line_ids:
                raise ValidationError(self.env._("A statement without figures is not approved."))

    def write(self, vals):
        fixed = vals.keys() & {"name", "community_id", "start_date", "end_date", "line_ids", "note"}
        if fixed and self.filtered(lambda one: one.state in ("approved", "published")):
            raise UserError(
                self.env._("An approved statement stays as it is. Make another one to correct it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if self.filtered(lambda one: one.state in ("approved", "published")):
            raise UserError(self.env._("An approved statement stays on record."))

    # === FLOW === #

    def action_fetch(self):
        """Read the figures from posted entries."""
        for statement in self:
            statement._require("draft")
            lines = [
                {**vals, "sequence": at} for at, vals in enumerate(statement._prepare_lines_vals())
            ]
            statement.write(
                {
                    "line_ids": [Command.clear(), *(Command.create(vals) for vals in lines)],
                    "fetched_at": fields.Datetime.now(),
                }
            )

    def action_request(self):
        """Ask for the approval."""
        for statement in self:
            statement._lock_flow()
            statement._require("draft")
            if not statement.line_ids:
                statement.action_fetch()
            statement._set_state("requested", requester_id=self.env.uid)

    def action_approve(self):
        """Approve the statement; not by who prepared it."""
        for statement in self:
            statement._lock_flow()
            statement._require("requested")
            if statement.requester_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You prepared statement %(name)s: somebody else approves it.",
                        name=statement.name,
                    )
                )
            if not self.env.user.has_group("property_base.group_property_officer"):
                raise UserError(self.env._("Statements are approved by a site manager."))
            statement._set_state(
                "approved", approver_id=self.env.uid, approved_at=fields.Datetime.now()
            )

    def action_send_back(self):
        """Send the statement back to be changed."""
        for statement in self:
            statement._lock_flow()
            statement._require("requested")
            statement._set_state("draft", requester_id=False)

    def action_publish(self):
        """Show the statement to the owners in the portal."""
        for statement in self:
            statement._lock_flow()
            statement._require("approved")
            statement._set_state("published", published_at=fields.Datetime.now())
            statement._on_published()

    def action_print(self):
        """Print the statement."""
        return self.env.ref("property_fees.property_statement_report").report_action(self)

    def _require(self, state):
        if self.state != state:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Statement %(name)s is at «%(state)s»; this step does not come now. Reload the "
                    "page.",
                    name=self.name,
                    state=labels[self.state],
                )
            )

    def _on_published(self):
        """Called once after a statement was published (hook: tell the owners)."""

    # === FIGURES === #

    def _prepare_lines_vals(self):
        """Return the lines in the order of the fixed layout (hook: further sections)."""
        self.ensure_one()
        # sudo: figures of the whole community; in the language of the company, whoever reads them
        lang = self.company_id.sudo().partner_id.lang or self.env.lang
        community_sudo = self.community_id.sudo().with_context(lang=lang)
        actuals = community_sudo._get_account_actuals(self.start_date, self.end_date)
        lines = []
        for account, amount in actuals:
            income = account.account_type.startswith("income")
            lines.append(
                {
                    "section": "income" if income else "cost",
                    "name": account.name,
                    "amount": float(amount if income else -amount),
                }
            )
        lines.sort(key=lambda vals: SECTIONS.index(vals["section"]))
        return [*lines, *self._prepare_fund_lines(), *self._prepare_payment_lines()]

    def _prepare_fund_lines(self):
        lines = self.env["account.move.line"].sudo()  # sudo: as above
        funds = self.env["property.fund"].sudo()  # sudo: as above
        for fund in funds.search([("community_id", "=", self.community_id.id)]):
            mine = [("property_fund_id", "=", fund.id), ("parent_state", "=", "posted")]
            sums = ["credit:sum", "debit:sum"]
            ((credit, debit),) = lines._read_group(
                [*mine, ("date", "<", self.start_date)], [], sums
            )
            opening = (credit or 0.0) - (debit or 0.0)
            ((came, went),) = lines._read_group(
                [*mine, ("date", ">=", self.start_date), ("date", "<=", self.end_date)], [], sums
            )
            yield {
                "section": "fund",
                "name": fund.name,
                "amount_opening": opening,
                "amount_in": came or 0.0,
                "amount_out": went or 0.0,
                "amount": opening + (came or 0.0) - (went or 0.0),
            }

    def _prepare_payment_lines(self):
        """Yield rates by building, without names of owners or units (FEE-36)."""
        ledger = self.env["property.fee.ledger"].sudo()  # sudo: as above
        groups = ledger._read_group(
            [
                ("community_id", "=", self.community_id.id),
                ("period_start", ">=", self.start_date),
                ("period_start", "<=", self.end_date),
            ],
            ["building_id"],
            ["amount_billed:sum", "amount_collected:sum", "collection_rate:sum"],
        )
        for building, billed, collected, rate in groups:
            yield {
                "section": "payment",
                "name": building.name or self.env._("Other"),
                "amount_in": collected,
                "amount": billed,
                "rate": float(rate),
            }

    def _get_sections(self):
        """Return (key, title, lines) of the sections that have lines."""
        self.ensure_one()
        labels = dict(self.line_ids._fields["section"]._description_selection(self.env))
        return [
            (key, labels[key], lines)
            for key in SECTIONS
            if (lines := self.line_ids.filtered(lambda line, key=key: line.section == key))
        ]

    def _get_report_base_filename(self):
        return self.name


class PropertyStatementLine(models.Model):
    """A figure of a statement."""

    _name = "property.statement.line"
    _description = "Line of a statement"
    _inherit = ["property.scope.mixin"]
    _order = "statement_id, sequence, id"

    statement_id = fields.Many2one(
        "property.statement", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="statement_id.community_id", store=True, index=True, precompute=True, required=False
    )
    sequence = fields.Integer(default=10)
    section = fields.Selection(
        [
            ("income", "Income"),
            ("cost", "Cost"),
            ("fund", "Funds of the owners"),
            ("payment", "Payment of fees by building"),
        ],
        required=True,
    )
    name = fields.Char(required=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    amount_opening = fields.Monetary(string="Opening")
    amount_in = fields.Monetary(string="Money in")
    amount_out = fields.Monetary(string="Money out")
    amount = fields.Monetary()
    rate = fields.Float(string="Rate (%)", digits=(16, 2), aggregator=None)
