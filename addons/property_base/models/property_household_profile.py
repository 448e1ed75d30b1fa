# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class PropertyHouseholdProfile(models.Model):
    """What the concierge may know about a household, as long as it agrees (BAS-08).

    No chatter and no tracking: what is deleted has to be gone.
    """

    _name = "property.household.profile"
    _description = "Household Profile"
    _inherit = ["property.scope.mixin"]
    _order = "unit_id, id"
    _rec_name = "household_id"

    household_id = fields.Many2one(
        "property.household", required=True, index=True, ondelete="cascade"
    )
    unit_id = fields.Many2one(related="household_id.unit_id", store=True, precompute=True)
    community_id = fields.Many2one(
        related="household_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    consent_id = fields.Many2one(
        "property.consent",
        required=True,
        ondelete="restrict",
        domain=[("kind", "=", "profile"), ("is_valid", "=", True)],
        help="The signed consent to keep the profile.",
    )
    delete_date = fields.Date(
        string="Delete on", required=True, help="The profile is deleted on this day."
    )
    family = fields.Text(string="Family members")
    background = fields.Text()
    occupation = fields.Text(string="Trade or profession")
    habits = fields.Text(string="Daily habits")
    diet = fields.Text()
    hobbies = fields.Text()
    health = fields.Text(string="Health remarks", help="Only what helps in an emergency.")
    business = fields.Text(string="Business needs")

    _household_uniq = models.UniqueIndex(
        "(household_id)", "The household has a profile already. Complete that one."
    )

    @api.constrains("consent_id", "household_id", "delete_date")
    def _check_consent(self):
        today = fields.Date.context_today(self)
        for profile in self:
            consent = profile.consent_id
            household = profile.household_id
            people = household.member_ids.partner_id | household.head_id
            if (
                consent.kind != "profile"
                or not consent.is_valid
                or consent.partner_id not in people
            ):
                raise ValidationError(
                    self.env._(
                        "The profile of %(household)s needs a consent in force, given by a member "
                        "of the household.",
                        household=household.display_name,
                    )
                )
            if profile.delete_date <= today:
                raise ValidationError(
                    self.env._("Choose a later day: the profile would be deleted at once.")
                )

    def write(self, vals):
        result = super().write(vals)
        self._check_consent()
        return result

    @api.private
    def _delete_due(self, consents=None):
        """Delete profiles whose day has come or whose consent was withdrawn, and log that.

        :param consents: only the profiles that stand on these property.consent records
        :return: how many were deleted
        """
        today = fields.Date.context_today(self)
        domain = Domain("delete_date", "<=", today) | Domain("consent_id.withdrawn_at", "!=", False)
        if consents is not None:
            domain &= Domain("consent_id", "in", consents.ids)
        due = self.search(domain)
        for profile in due:
            reason = (
                self.env._("Consent withdrawn")
                if profile.consent_id.withdrawn_at
                else self.env._("Deletion date reached")
            )
            # the log says whose profile went and why, nothing of what was in it
            self.env["property.personal.data.log"]._log(
                profile.consent_id.partner_id, "profile", "delete", reason
            )
        count = len(due)
        due.unlink()
        return count

    @api.model
    def _cron_delete_profiles(self):
        """Delete profiles on their day."""
        self._delete_due()
