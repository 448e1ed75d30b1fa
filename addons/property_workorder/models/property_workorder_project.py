# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .property_workorder import OPEN_STATES


class PropertyWorkorderProject(models.Model):
    """Works that a company has carried out; their faults go to whoever did them (WKO-26)."""

    _name = "property.workorder.project"
    _description = "Works project"
    _inherit = ["property.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "completed_date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contractor",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        help="The company that did the works.",
    )
    building_ids = fields.Many2many(
        "property.building",
        string="Buildings",
        domain="[('community_id', '=', community_id)]",
        help="Empty: the whole community.",
    )
    category_ids = fields.Many2many(
        "property.workorder.category",
        string="Parts made",
        required=True,
        help="Faults of these categories, and of those below them, go to the contractor.",
    )
    completed_date = fields.Date(
        string="Works completed on", required=True, default=fields.Date.context_today, tracking=True
    )
    warranty_end_date = fields.Date(
        string="Warranty until",
        tracking=True,
        help="Last day on which faults go to the contractor. Empty: without end.",
    )
    note = fields.Html(string="Notes", help="Contract, people to call, what was agreed.")
    workorder_ids = fields.One2many(
        "property.workorder", "project_id", string="Faults of the works"
    )
    fault_count = fields.Integer(compute="_compute_faults", string="Faults")
    open_count = fields.Integer(compute="_compute_faults", string="Open faults")
    repeated_count = fields.Integer(
        compute="_compute_faults",
        string="Not done well",
        help="Faults that were opened again or whose repair did not satisfy.",
    )
    is_under_warranty = fields.Boolean(
        compute="_compute_is_under_warranty", search="_search_is_under_warranty"
    )

    _dates_ordered = models.Constraint(
        "CHECK (warranty_end_date IS NULL OR warranty_end_date >= completed_date)",
        "The warranty ends before the works were completed.",
    )

    @api.constrains("building_ids", "community_id")
    def _check_buildings(self):
        for project in self:
            for building in project.building_ids:
                if building.community_id != project.community_id:
                    raise ValidationError(
                        self.env._(
                            "%(building)s is not in %(community)s.",
                            building=building.display_name,
                            community=project.community_id.name,
                        )
                    )

    def _compute_faults(self):
        Order = self.env["property.workorder"]
        domain = Domain("project_id", "in", self.ids) & Domain("state", "!=", "cancelled")

        def count(extra):
            return dict(Order._read_group(domain & extra, ["project_id"], ["__count"]))

        every = count(Domain.TRUE)
        opened = count(Domain("state", "in", OPEN_STATES))
        repeated = count(
            Domain("reopened_count", ">", 0) | Domain("satisfaction", "=", "dissatisfied")
        )
        for project in self:
            project.fault_count = every.get(project, 0)
            project.open_count = opened.get(project, 0)
            project.repeated_count = repeated.get(project, 0)

    @api.depends("completed_date", "warranty_end_date")
    def _compute_is_under_warranty(self):
        today = fields.Date.context_today(self)
        for project in self:
            end = project.warranty_end_date
            project.is_under_warranty = not end or end >= today

    def _search_is_under_warranty(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        found = Domain("warranty_end_date", "=", False) | Domain("warranty_end_date", ">=", today)
        return found if True in value else ~found

    @api.model
    def _find(self, community, building, category, today):
        """Return the project under which a part was made, while its warranty runs.

        :return: one ``property.workorder.project`` record or none; the last one that was completed
        """
        lineage = category._get_lineage()
        if not community or not lineage:
            return self.browse()
        return self.search(
            Domain("community_id", "=", community.id)
            & Domain("category_ids", "in", lineage.ids)
            & (Domain("building_ids", "=", False) | Domain("building_ids", "in", building.ids))
            & Domain("completed_date", "<=", today)
            & (Domain("warranty_end_date", "=", False) | Domain("warranty_end_date", ">=", today)),
            order="completed_date desc, id desc",
            limit=1,
        )

    def action_view_faults(self):
        """Open the faults of the works."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("project_id", "in", self.ids)]
        action["context"] = {}
        return action


class PropertyWorkorder(models.Model):
    """Who made the part answers for its faults, and the quality of the repair is followed up."""

    _inherit = "property.workorder"

    project_id = fields.Many2one(
        "property.workorder.project",
        string="Works project",
        compute="_compute_project_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        domain="[('community_id', '=', community_id)]",
        help="Works under which the part was made; its contractor is proposed as competent.",
    )

    @api.depends("category_id", "community_id", "building_id", "kind")
    def _compute_project_id(self):
        today = fields.Date.context_today(self)
        Project = self.env["property.workorder.project"]
        for order in self:
            if order.gather_month_date or order.kind not in ("repair", "incident", "rectification"):
                order.project_id = False
                continue
            order.project_id = Project._find(
                order.community_id, order.building_id, order.category_id, today
            )

    @api.depends("project_id")
    def _compute_competence(self):
        """Extend: the works project comes first."""
        return super()._compute_competence()

    def _get_competence(self, today):
        """Extend: the company that did the works under a listed project (WKO-26)."""
        if self.project_id:
            return "contractor"
        return super()._get_competence(today)

    def _on_registered(self):
        """Extend: name the company that did the works."""
        self._name_project_contractor()
        return super()._on_registered()

    def write(self, vals):
        """Extend: another place or category may have another contractor."""
        before = {order.id: order.project_id for order in self}
        result = super().write(vals)
        if {"project_id", "category_id", "building_id", "unit_id", "community_id"} & set(vals):
            changed = self.filtered(lambda one: before[one.id] != one.project_id)
            changed._name_project_contractor(before)
        return result

    def _name_project_contractor(self, before=None):
        """Name the contractor of the project, unless somebody was named by hand.

        :param before: project by id of the order, as it was before a change
        """
        for order in self:
            old = (before or {}).get(order.id)
            known = order.responsible_partner_id
            if known and not (old and known == old.partner_id):
                continue
            partner = order.project_id.partner_id if order.competence == "contractor" else False
            if known or partner:
                order.responsible_partner_id = partner

    def _on_done(self):
        """Extend: somebody looks later whether the repair of the contractor holds."""
        result = super()._on_done()
        for order in self.filtered("project_id"):
            user = order.receiver_id or order.community_id.manager_id
            days = int(order.community_id._get_parameter("workorder_quality_days"))
            if not user or not days:
                continue
            order.activity_schedule(
                "property_workorder.property_workorder_activity_quality",
                date_deadline=fields.Date.add(fields.Date.context_today(order), days=days),
                user_id=user.id,
                summary=self.env._(
                    "Does the repair of %(contractor)s hold?",
                    contractor=order.project_id.partner_id.name,
                ),
            )
        return result
