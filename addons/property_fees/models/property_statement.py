# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..rules.disclosure import group_for_disclosure

SECTIONS = ("income", "cost", "fund", "payment", "arrears", "named")
AGES = ("amount_30", "amount_90", "amount_365", "amount_older")


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
    names_legal_basis = fields.Char(
        string="Legal basis for names",
        tracking=True,
        help="Law and article that allow to name debtors to the other owners. Empty: nobody is "
        "named. Named are only debtors after a decision, whose claim has its own legal basis.",
    )

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
        fixed = vals.keys() & {
            "name",
            "community_id",
            "start_date",
            "end_date",
            "line_ids",
            "note",
            "names_legal_basis",
        }
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

    def action_print_arrears(self):
        """Print payment rates and arrears alone, as a notice."""
        return self.env.ref("property_fees.property_statement_report_arrears").report_action(self)

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
        return [
            *lines,
            *self._prepare_fund_lines(),
            *self._prepare_payment_lines(),
            *self._prepare_arrears_lines(),
            *self._prepare_named_lines(),
        ]

    def _prepare_fund_lines(self):
        lines = self.env["account.move.line"].sudo()  # sudo: as above
        funds = self.env["property.fund"].sudo()  # sudo: as above
        for fund in funds.search([("community_id", "=", self.community_id.id)]):
            mine = [("property_fund_id", "=", fund.id), ("parent_state", "=", "posted")]
            sums = ["credit:sum", "debit:sum"]
            ((credit, debit),) = lines._read_group(
                [*mine, ("date", "<", self.start_date)], [], sums
            )
            before = fields.Date.subtract(self.start_date, days=1)
            waiting, still_waiting = (
                float(funds._get_pending(fund, day=day).get(fund.id, 0))
                for day in (before, self.end_date)
            )
            # money that was received: what is billed and not paid is no money of the fund yet
            opening = (credit or 0.0) - (debit or 0.0) - waiting
            ((came, went),) = lines._read_group(
                [*mine, ("date", ">=", self.start_date), ("date", "<=", self.end_date)], [], sums
            )
            yield {
                "section": "fund",
                "name": fund.name,
                "amount_opening": opening,
                "amount_in": (came or 0.0) + waiting - still_waiting,
                "amount_out": went or 0.0,
                "amount": opening + (came or 0.0) + waiting - still_waiting - (went or 0.0),
            }

    def _get_disclosure_rows(self, keys):
        """Yield (label, building ids, number of units) per row that is shown (FEE-36).

        Buildings of few units are shown together, so that no row speaks of a single home.

        :param keys: ids of buildings with figures; False for figures of no building
        """
        counts = {
            building.id: count
            for building, count in self.env["property.unit"]
            .sudo()  # sudo: as above
            ._read_group(
                [("community_id", "=", self.community_id.id)], ["building_id"], ["__count"]
            )
        }
        minimum = self.community_id._get_parameter("fees_disclosure_min_units")
        for key in keys:
            counts.setdefault(key, 0)
        groups = group_for_disclosure(counts, minimum)
        for group in groups:
            if len(group) == 1 and group[0]:
                # sudo: as above
                label = self.env["property.building"].sudo().browse(group[0]).name
            elif len(groups) == 1:
                label = self.env._("All buildings")
            else:
                label = self.env._("Small buildings together")
            yield label, group, sum(counts[key] for key in group)

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
            [f"amount_{name}:sum" for name in ("gross", "collected", "reduced", "waived")],
        )
        sums = {building.id: amounts for building, *amounts in groups}
        for label, keys, _count in self._get_disclosure_rows(sums):
            mine = [sums[key] for key in keys if key in sums]
            if mine:
                gross, collected, reduced, waived = map(sum, zip(*mine, strict=True))
                due = gross - reduced - waived
                yield {
                    "section": "payment",
                    "name": label,
                    "amount_in": collected,
                    "amount": due,
                    "rate": round(100 * collected / due, 2) if due else 0.0,
                }

    def _prepare_arrears_lines(self):
        """Yield units in arrears and amounts by age, without names of owners or units (FEE-36).

        As of the day on which the figures are read: what was owed on earlier days is not kept.
        """
        debts = self.env["property.fee.debt"].sudo()  # sudo: as above
        groups = debts._read_group(
            [("community_id", "=", self.community_id.id), ("late_days", ">", 0)],
            ["building_id", "unit_id"],
            [f"{age}:sum" for age in AGES],
        )
        by_building = {}
        for building, _unit, *amounts in groups:
            if self.currency_id.compare_amounts(sum(amounts), 0) > 0:
                by_building.setdefault(building.id, []).append(amounts)
        for label, keys, count in self._get_disclosure_rows(by_building):
            owing = [amounts for key in keys for amounts in by_building.get(key, ())]
            ages = [sum(column) for column in zip(*owing, strict=True)] or [0.0] * len(AGES)
            yield {
                "section": "arrears",
                "name": label,
                "unit_count": count,
                "owing_count": len(owing),
                **dict(zip(AGES, ages, strict=True)),
                "amount": sum(ages),
            }

    def _prepare_named_lines(self):
        """Yield the claims whose debtor is named; none without a legal basis for it.

        The name itself is not kept here, so that it goes when the debt is paid or the note on the
        claim is taken back.
        """
        if not self.names_legal_basis:
            return
        claims = self.env["property.legal.case"].sudo()  # sudo: as above
        for claim in claims.search([("community_id", "=", self.community_id.id)], order="id"):
            if claim._is_debtor_named():
                yield {
                    "section": "named",
                    "name": claim.reference or claim.authority or self.env._("Decision"),
                    "legal_case_id": claim.id,
                    "amount": claim.case_id.amount_overdue,
                }

    def _get_sections(self, keys=SECTIONS):
        """Return (key, title, lines) of the sections that have lines to show."""
        self.ensure_one()
        labels = dict(self.line_ids._fields["section"]._description_selection(self.env))
        shown = self.line_ids.filtered(lambda line: line._is_shown())
        return [
            (key, labels[key], lines)
            for key in keys
            if (lines := shown.filtered(lambda line, key=key: line.section == key))
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
            ("arrears", "Arrears by building"),
            ("named", "Unpaid after a decision"),
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
    unit_count = fields.Integer(string="Units")
    owing_count = fields.Integer(string="Units in arrears")
    amount_30 = fields.Monetary(string="1 to 30 days")
    amount_90 = fields.Monetary(string="31 to 90 days")
    amount_365 = fields.Monetary(string="91 to 365 days")
    amount_older = fields.Monetary(string="Over a year")
    legal_case_id = fields.Many2one(
        "property.legal.case", string="Claim", index="btree_not_null", ondelete="cascade"
    )

    def _is_shown(self):
        """Tell whether the line is shown: the name of a debtor only as long as that is allowed."""
        self.ensure_one()
        if self.section != "named":
            return True
        # sudo: owners read the statement without a right on claims
        claim_sudo = self.sudo().legal_case_id
        return bool(
            self.statement_id.names_legal_basis and claim_sudo and claim_sudo._is_debtor_named()
        )

    def _get_debtor(self):
        """Return what a line of a claim says: unit, debtor and the grounds for naming him."""
        self.ensure_one()
        claim_sudo = self.sudo().legal_case_id  # sudo: as above; asked only for shown lines
        return {
            "unit": claim_sudo.unit_id.name,
            "name": claim_sudo.partner_id.name,
            "basis": claim_sudo.legal_basis,
        }
