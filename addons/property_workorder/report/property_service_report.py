# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.tools import SQL, date_utils


class PropertyWorkorderReport(models.Model):
    """Figures of requests for pivot and graph (WKO-15)."""

    _name = "property.workorder.report"
    _description = "Service Analysis"
    _auto = False
    _order = "registered_at desc"
    _rec_name = "workorder_id"

    workorder_id = fields.Many2one("property.workorder", readonly=True)
    registered_at = fields.Datetime(string="Registered", readonly=True)
    resolved_at = fields.Datetime(string="Solved", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    team_id = fields.Many2one("property.workorder.team", readonly=True)
    technician_id = fields.Many2one("res.users", readonly=True)
    receiver_id = fields.Many2one("res.users", string="First receiver", readonly=True)
    category_id = fields.Many2one("property.workorder.category", readonly=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["kind"]._description_selection(self.env)
        )
    )
    channel = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["channel"]._description_selection(self.env)
        )
    )
    state = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["state"]._description_selection(self.env)
        )
    )
    severity = fields.Selection(
        selection=lambda self: (
            self.env["property.workorder"]._fields["severity"]._description_selection(self.env)
        )
    )
    order_count = fields.Integer(string="Requests", readonly=True)
    done_count = fields.Integer(string="Done", readonly=True)
    open_count = fields.Integer(string="Open", readonly=True)
    late_count = fields.Integer(string="Late", readonly=True)
    reopened_count = fields.Integer(string="Opened again", readonly=True)
    urged_count = fields.Integer(string="Urged", readonly=True)
    on_time_percent = fields.Float(string="On time %", readonly=True, aggregator="avg")
    satisfied_percent = fields.Float(string="Satisfied %", readonly=True, aggregator="avg")
    response_hours = fields.Float(string="Hours to answer", readonly=True, aggregator="avg")
    resolve_hours = fields.Float(string="Hours to solve", readonly=True, aggregator="avg")
    age_days = fields.Integer(string="Age in days", readonly=True, aggregator="avg")
    hotline_count = fields.Integer(string="City hotline", readonly=True)
    hotline_percent = fields.Float(string="City hotline %", readonly=True, aggregator="avg")
    hotline_rate = fields.Float(
        string="City hotline per 100 households",
        readonly=True,
        aggregator="sum",
        help="Cases of the city hotline per 100 households of their community; group by community.",
    )
    rating_stars = fields.Float(string="Stars", readonly=True, aggregator="avg")
    total_cost = fields.Float(string="Cost", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT w.id, w.id AS workorder_id, w.registered_at, w.resolved_at, w.community_id,
                   w.company_id, w.building_id, w.team_id, w.technician_id, w.receiver_id,
                   w.category_id, w.kind, w.channel, w.state, w.severity,
                   1 AS order_count,
                   (w.state IN ('done', 'closed'))::int AS done_count,
                   (w.state NOT IN ('done', 'closed', 'cancelled'))::int AS open_count,
                   (w.resolve_state = 'failed')::int AS late_count,
                   w.reopened_count, w.urged_count,
                   CASE WHEN w.state IN ('done', 'closed') AND w.resolve_deadline_at IS NOT NULL
                        THEN (w.resolve_state = 'met')::int * 100.0 END AS on_time_percent,
                   CASE WHEN w.satisfaction IS NOT NULL
                        THEN (w.satisfaction = 'satisfied')::int * 100.0 END AS satisfied_percent,
                   EXTRACT(EPOCH FROM w.accepted_at - w.registered_at) / 3600.0 AS response_hours,
                   EXTRACT(EPOCH FROM w.resolved_at - w.registered_at) / 3600.0 AS resolve_hours,
                   CASE WHEN w.state NOT IN ('closed', 'cancelled') THEN
                       EXTRACT(DAY FROM (now() AT TIME ZONE 'UTC') - w.registered_at)::int
                   END AS age_days,
                   (w.channel = 'hotline')::int AS hotline_count,
                   (w.channel = 'hotline')::int * 100.0 AS hotline_percent,
                   CASE WHEN w.channel = 'hotline' THEN 100.0 / h.households END AS hotline_rate,
                   NULLIF(w.rating_last_value, 0) AS rating_stars,
                   w.total_cost::float8 AS total_cost
              FROM property_workorder w
              LEFT JOIN (
                       SELECT community_id, COUNT(*) AS households
                         FROM property_unit
                        WHERE active AND usage = 'residential'
                        GROUP BY community_id
                   ) h ON h.community_id = w.community_id
             WHERE w.active AND w.duplicate_of_id IS NULL
            """
        )


class PropertyServiceReport(models.TransientModel):
    """The monthly service report against targets, for manager and committee (WKO-15)."""

    _name = "property.service.report"
    _description = "Monthly service report"

    community_id = fields.Many2one(
        "property.community",
        required=True,
        default=lambda self: self.env["property.community"].search([], limit=1),
    )
    month_start = fields.Date(
        required=True,
        string="Month",
        default=lambda self: date_utils.start_of(
            fields.Date.subtract(fields.Date.context_today(self), months=1), "month"
        ),
    )

    def action_print(self):
        """Print the report."""
        self.ensure_one()
        return self.env.ref("property_workorder.property_service_report_action").report_action(
            self, config=False
        )

    def _get_bounds(self):
        draw = self.env["property.callback.draw"].new(
            {"community_id": self.community_id.id, "month_start": self.month_start}
        )
        return draw._get_bounds(self.community_id.resource_calendar_id.tz or "Asia/Shanghai")

    def _get_data(self):
        """Return the figures of the month.

        :return: dict ``figures`` (name, value, target, met), ``kinds``, ``teams``, ``buildings``,
            ``technicians``, ``ages`` (lists of rows), ``late`` and ``reopened`` (orders)
        """
        self.ensure_one()
        start, end = self._get_bounds()
        Order = self.env["property.workorder"]
        base = [("community_id", "=", self.community_id.id), ("duplicate_of_id", "=", False)]
        taken = Order.search([*base, ("registered_at", ">=", start), ("registered_at", "<", end)])
        solved = Order.search([*base, ("resolved_at", ">=", start), ("resolved_at", "<", end)])
        open_orders = Order.search([*base, ("is_open", "=", True)])
        judged = solved.filtered("resolve_deadline_at")
        on_time = self._share(judged.filtered(lambda one: one.resolve_state == "met"), judged)
        asked = solved.filtered("satisfaction")
        satisfied = self._share(asked.filtered(lambda one: one.satisfaction == "satisfied"), asked)
        draw = self.env["property.callback.draw"].search(
            [
                ("community_id", "=", self.community_id.id),
                ("month_start", "=", date_utils.start_of(self.month_start, "month")),
            ],
            limit=1,
        )
        get = self.community_id._get_parameter
        called = self._share(draw.callback_ids.filtered(lambda one: one.state != "open"), solved)
        _ = self.env._
        hotline = taken.filtered(lambda one: one.channel == "hotline")
        return {
            "figures": [
                self._figure(_("On time"), on_time, self._get_on_time_target()),
                self._figure(_("Satisfied"), satisfied, int(get("workorder_target_satisfied"))),
                self._figure(_("Called back"), called, int(get("workorder_callback_percent"))),
            ],
            "taken": len(taken),
            "solved": len(solved),
            "open": len(open_orders),
            "hotline": self._hotline(hotline, taken),
            "kinds": self._rows(taken, solved, "kind"),
            "teams": self._rows(taken, solved, "team_id"),
            "buildings": self._rows(taken, solved, "building_id"),
            "technicians": self._rows(taken, solved, "technician_id"),
            "complaints": self._complaints(taken),
            "projects": self._projects(taken),
            "costs": self._costs(solved),
            "ages": self._ages(open_orders),
            "late": judged.filtered(lambda one: one.resolve_state == "failed"),
            "reopened": (taken | solved).filtered("reopened_count"),
        }

    def _get_on_time_target(self):
        """Return the share in percent: a student residence promises all of them (WKO-15)."""
        is_student = self.community_id.category == "student"
        key = "workorder_target_on_time_student" if is_student else "workorder_target_on_time"
        return int(self.community_id._get_parameter(key))

    def _costs(self, solved):
        """Return what the solved orders cost, by who bears it; nothing where nothing was spent."""
        bearers = dict(
            self.env["property.workorder"]._fields["bearer"]._description_selection(self.env)
        )
        rows = []
        for bearer, orders in solved.filtered("total_cost").grouped("bearer").items():
            total = sum(orders.mapped("total_cost"))
            rows.append(
                {
                    "name": bearers.get(bearer, ""),
                    "count": len(orders),
                    "material": sum(orders.mapped("material_cost")),
                    "labour": sum(orders.mapped("labour_cost")),
                    "contract": sum(orders.mapped("contract_cost")),
                    "expense": sum(orders.mapped("expense_cost")),
                    "total": total,
                    "mean": total / len(orders),
                }
            )
        return sorted(rows, key=lambda row: -row["total"])

    def _hotline(self, hotline, taken):
        """Return the rate of the city hotline: per 100 households, and of all requests (WKO-26)."""
        households = self.env["property.unit"].search_count(
            [("community_id", "=", self.community_id.id), ("usage", "=", "residential")]
        )
        return {
            "count": len(hotline),
            "households": households,
            "rate": round(100 * len(hotline) / households, 2) if households else None,
            "share": self._share(hotline, taken),
            "late": len(
                hotline.filtered(
                    lambda one: (
                        one.hotline_due_date
                        and one._get_local_day(one.resolved_at or fields.Datetime.now())
                        > one.hotline_due_date
                    )
                )
            ),
        }

    def _projects(self, taken):
        """Return the faults of the month of works under a project, by project (WKO-26)."""
        return [
            {
                "name": project.name,
                "partner": project.partner_id.name,
                "count": len(orders),
                "open": len(orders.filtered("is_open")),
                "repeated": len(
                    orders.filtered(
                        lambda one: one.reopened_count or one.satisfaction == "dissatisfied"
                    )
                ),
            }
            for project, orders in taken.filtered("project_id").grouped("project_id").items()
        ]

    @staticmethod
    def _share(part, whole):
        return round(100 * len(part) / len(whole), 1) if whole else None

    @staticmethod
    def _figure(name, value, target):
        return {
            "name": name,
            "value": value,
            "target": target,
            "met": value is None or value >= target,
        }

    def _rows(self, taken, solved, field):
        """Return name, taken, solved, late, mean hours to solve."""
        Order = self.env["property.workorder"]
        labels = (
            dict(Order._fields[field]._description_selection(self.env))
            if Order._fields[field].type == "selection"
            else None
        )
        rows = []
        for key, orders in (taken | solved).grouped(field).items():
            done = orders & solved
            hours = [(one.resolved_at - one.registered_at).total_seconds() / 3600 for one in done]
            answers = [
                (one.accepted_at - one.registered_at).total_seconds() / 3600
                for one in orders & taken
                if one.accepted_at and not one.reopened_count
            ]
            # within a community a building needs no more than its name
            named = key.name if field == "building_id" else not labels and key.display_name
            name = labels[key] if labels else named or self.env._("None")
            rows.append(
                {
                    "name": name,
                    "taken": len(orders & taken),
                    "solved": len(done),
                    "late": len(done.filtered(lambda one: one.resolve_state == "failed")),
                    "answer": round(sum(answers) / len(answers), 1) if answers else None,
                    "hours": round(sum(hours) / len(hours), 1) if hours else None,
                }
            )
        return sorted(rows, key=lambda row: (-row["taken"], row["name"]))

    def _complaints(self, taken):
        Order = self.env["property.workorder"]
        kinds = dict(Order._fields["complaint_kind"]._description_selection(self.env))
        found = taken.filtered(lambda one: one.kind == "complaint").grouped("complaint_kind")
        return [
            {
                "name": kinds.get(kind, self.env._("None")),
                "count": len(orders),
                "serious": len(orders.filtered(lambda one: one.severity != "ordinary")),
            }
            for kind, orders in found.items()
        ]

    def _ages(self, orders):
        limits = ((1, self.env._("up to 1 day")), (3, self.env._("up to 3 days")),
                  (7, self.env._("up to 7 days")), (30, self.env._("up to 30 days")))  # fmt: skip
        rows = [[name, 0] for _limit, name in limits] + [[self.env._("more than 30 days"), 0]]
        for order in orders:
            place = next(
                (number for number, (limit, _name) in enumerate(limits) if order.age_days < limit),
                len(limits),
            )
            rows[place][1] += 1
        return rows

    @api.depends("community_id", "month_start")
    def _compute_display_name(self):
        for report in self:
            report.display_name = f"{report.community_id.name} {(report.month_start or '')!s:.7}"
