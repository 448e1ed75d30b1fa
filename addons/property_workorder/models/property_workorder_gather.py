# SPDX-License-Identifier: LGPL-3.0-or-later
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils

from .property_workorder import OPEN_STATES

NOT_OURS = ("developer", "utility", "owner")


class PropertyWorkorder(models.Model):
    """Findings on surfaces are gathered into one repair job a month per building (WKO-13)."""

    _inherit = "property.workorder"

    gather_month_date = fields.Date(
        string="Repairs of the month",
        readonly=True,
        copy=False,
        help="Set on the job that takes the findings of a month together.",
    )
    gathered_in_id = fields.Many2one(
        "property.workorder",
        string="Monthly job",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    gathered_ids = fields.One2many(
        "property.workorder", "gathered_in_id", string="Findings", readonly=True
    )
    gathered_count = fields.Integer(compute="_compute_gathered_count", string="Findings gathered")

    _gather_uniq = models.UniqueIndex(
        "(community_id, COALESCE(building_id, 0), category_id, gather_month_date) "
        "WHERE gather_month_date IS NOT NULL "
        "AND state IN ('new', 'accepted', 'dispatched', 'in_progress', 'paused')",
        "The building has an open monthly job of this kind already.",
    )

    @api.depends("gathered_ids")
    def _compute_gathered_count(self):
        for order in self:
            order.gathered_count = len(order.gathered_ids)

    def _waits_for_gathering(self):
        """Tell whether the finding is done with the others of the month."""
        self.ensure_one()
        return bool(
            not self.gather_month_date
            and not self.is_urgent
            and self.kind == "repair"
            and self.competence not in NOT_OURS
            and self.category_id._get_effective("gather_monthly")
        )

    def _may_start(self):
        """Extend: nobody is sent out by himself to a finding that is gathered."""
        return super()._may_start() and not self._waits_for_gathering()

    def _get_start_blockers(self):
        """Extend: a gathered finding is done with its job."""
        blockers = super()._get_start_blockers()
        if self.gathered_in_id.state in OPEN_STATES:
            blockers.append(
                self.env._("it is part of the monthly job %(job)s", job=self.gathered_in_id.name)
            )
        return blockers

    def _find_similar(self):
        """Extend: a job and its findings are no duplicates of each other."""
        if self.gather_month_date:
            return self.browse()
        return super()._find_similar().filtered(lambda one: not one.gather_month_date)

    @api.model
    def _get_gather_domain(self, community, buildings=None):
        """Return the domain of the findings that wait to be gathered.

        :param community: ``property.community`` record
        :param buildings: ``property.building`` records; none: all and the grounds
        """
        categories = self.env["property.workorder.category"].search([("gather_monthly", "=", True)])
        domain = (
            Domain("community_id", "=", community.id)
            & Domain("category_id", "child_of", categories.ids)
            & Domain("state", "in", ("new", "accepted"))
            & Domain("kind", "=", "repair")
            & Domain("competence", "not in", NOT_OURS)
            & Domain("proposal_state", "!=", "wanted")
            & Domain("is_urgent", "=", False)
            & Domain("is_restricted", "=", False)
            & Domain("technician_id", "=", False)
            & Domain("duplicate_of_id", "=", False)
            & Domain("gather_month_date", "=", False)
            & Domain("gathered_in_id", "=", False)
        )
        if buildings:
            domain &= Domain("building_id", "in", buildings.ids)
        return domain

    def _gather(self, month, receiver):
        """Put findings into the monthly job of their building; residents are told.

        :param month: any day of the month
        :param receiver: ``res.users`` who answers for the jobs
        :return: the jobs
        """
        month = date_utils.start_of(fields.Date.to_date(month), "month")
        jobs = self.browse()
        groups = self.grouped(
            lambda one: (one.community_id, one.building_id, one._get_gather_category())
        )
        for (community, building, category), findings in groups.items():
            findings._lock_flow()
            job = self.search(
                [
                    ("community_id", "=", community.id),
                    ("building_id", "=", building.id),
                    ("category_id", "=", category.id),
                    ("gather_month_date", "=", month),
                    ("state", "in", OPEN_STATES),
                ],
                limit=1,
            )
            if not job:
                job = self.create(
                    self._prepare_gather_vals(community, building, category, month, receiver)
                )
            findings._join(job, receiver)
            job._list_findings()
            if job.state == "new":
                job.feedback_given_at = fields.Datetime.now()  # no single resident waits for it
                job.action_accept()
                job.activity_unlink(["property_workorder.property_workorder_activity_feedback"])
            for finding in findings.filtered("partner_id"):
                finding._tell_resident(finding._for_resident()._get_gathered_text())
            jobs |= job
        return jobs

    def _get_gather_category(self):
        """Return the highest level of the category that gathers."""
        self.ensure_one()
        return self.category_id._get_lineage().filtered("gather_monthly")[-1:]

    def _prepare_gather_vals(self, community, building, category, month, receiver):
        """Return the values of a monthly job; extension point."""
        return {
            "kind": "repair",
            "channel": "plan",
            "community_id": community.id,
            "building_id": building.id,
            "category_id": category.id,
            "receiver_id": receiver.id,
            "gather_month_date": month,
            "subject": self.env._(
                "Repairs of %(month)s: %(place)s",
                month=month.strftime("%Y-%m"),
                place=building.name or community.name,
            ),
        }

    def _join(self, job, receiver):
        now = fields.Datetime.now()
        for finding in self.filtered(lambda one: one.state == "new"):
            finding._set_state(
                "accepted", accepted_at=now, receiver_id=(finding.receiver_id or receiver).id
            )
        for finding in self:
            finding.write(
                {
                    "gathered_in_id": job.id,
                    "feedback_given_at": finding.feedback_given_at or now,
                }
            )
        self.activity_unlink(["property_workorder.property_workorder_activity_feedback"])
        self._recompute_clocks()

    def _list_findings(self):
        """Write the findings into the job, for whoever carries it out."""
        self.ensure_one()
        self.description = Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s</li>")
            % " · ".join(
                text for text in (finding.name, finding._get_place_text(), finding.subject) if text
            )
            for finding in self.gathered_ids
        )

    def _get_gathered_text(self):
        self.ensure_one()
        job = self.gathered_in_id
        due = job.promised_at or job.resolve_deadline_at
        if due:
            return self.env._(
                "Your request %(number)s is part of the monthly repair job %(job)s. It will be "
                "done together with the others by %(date)s.",
                number=self.name,
                job=job.name,
                date=self._local(due),
            )
        return self.env._(
            "Your request %(number)s is part of the monthly repair job %(job)s and is done "
            "together with the others.",
            number=self.name,
            job=job.name,
        )

    def _on_done(self):
        """Extend: the findings are done with their job."""
        result = super()._on_done()
        for job in self:
            findings = job.gathered_ids.filtered(lambda one: one.state in OPEN_STATES)
            if findings:
                findings._done_with_job(job)
        return result

    def _done_with_job(self, job):
        self._lock_flow()
        now = fields.Datetime.now()
        for finding in self:
            finding._labour_stop(now)
            finding.pause_ids.filtered(lambda pause: not pause.end_at).end_at = now
            finding._set_state(
                "done",
                resolved_at=now,
                attended_at=finding.attended_at or job.attended_at or now,
                accepted_at=finding.accepted_at or now,
                feedback_given_at=finding.feedback_given_at or now,
                result=job.result,
                place_cleaned=job.place_cleaned,
            )
        self._recompute_clocks()
        self.activity_unlink(
            [
                "property_workorder.property_workorder_activity_late",
                "property_workorder.property_workorder_activity_feedback",
            ]
        )
        for finding in self:
            finding._tell_done()
            finding._on_done()

    def _on_closed(self):
        """Extend: the findings are closed with their job, but for those that did not satisfy."""
        result = super()._on_closed()
        findings = self.gathered_ids.filtered(
            lambda one: one.state == "done" and one.satisfaction != "dissatisfied"
        )
        if findings:
            # sudo: whoever answers for the job closes it, findings of other receivers included
            findings.sudo().action_close()
        return result

    def action_force_close(self, reason=None):
        """Extend: so are the findings of a job that is closed by force."""
        result = super().action_force_close(reason)
        if reason:
            findings = self.gathered_ids.filtered(lambda one: one.state in (*OPEN_STATES, "done"))
            if findings:
                findings.action_force_close(reason)
        return result

    def action_cancel(self, reason=None):
        """Extend: the findings of a job that is given up wait for the next one."""
        result = super().action_cancel(reason)
        if reason:
            findings = self.gathered_ids.filtered(lambda one: one.state in OPEN_STATES)
            findings.write({"gathered_in_id": False})
        return result

    def action_reopen(self, reason=None):
        """Extend: a finding that is opened again is a case of its own."""
        result = super().action_reopen(reason)
        if reason:
            self.filtered("gathered_in_id").write({"gathered_in_id": False})
        return result

    def action_leave_job(self):
        """Take a finding out of its job, to do it by itself or with the next one."""
        for order in self:
            job = order.gathered_in_id
            if order.state not in OPEN_STATES or job.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "%(order)s is at another step now; reload the page.",
                        order=order.display_name,
                    )
                )
            order.gathered_in_id = False
            job._list_findings()
        return True

    def action_view_gathered(self):
        """Open the findings of the job."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_workorder.property_workorder_action"
        )
        action["domain"] = [("gathered_in_id", "=", self.id)]
        action["context"] = {}
        return action

    @api.model
    def _cron_gather(self):
        """Gather the findings of every community once a month, on its day or after it."""
        today = fields.Date.context_today(self)
        month = date_utils.start_of(today, "month")
        for community in self.env["property.community"].search([]):
            day = int(community._get_parameter("workorder_gather_day"))
            done = community.workorder_gathered_date
            if not day or today.day < day or (done and done >= month):
                continue
            receiver = community.manager_id
            if not receiver:
                continue
            orders = self.with_company(community.company_id).with_context(lang=receiver.lang)
            orders.search(self._get_gather_domain(community))._gather(today, receiver)
            community.workorder_gathered_date = today
