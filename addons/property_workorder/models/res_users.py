# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, models
from odoo.fields import Domain


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.private
    def get_workorder_limit(self):
        """Return the domain of the requests that a limited technician may see (feature 219).

        The record rule calls it; everybody else is not limited by it. His own and those that he
        took are always seen; of those that nobody has, what his entry as a technician names.

        :return: domain as a list
        """
        self.ensure_one()
        # sudo: the limit holds for whoever may not read it
        technician_sudo = (
            self.env["property.technician"]
            .sudo()
            .search([("user_id", "=", self.id), ("is_limited", "=", True)], limit=1)
        )
        if not technician_sudo or technician_sudo.visibility == "all":
            return [(1, "=", 1)]
        if self.has_group("property_workorder.group_dispatcher"):
            return [(1, "=", 1)]
        own = (
            Domain("technician_id", "=", self.id)
            | Domain("helper_ids", "in", self.ids)
            | Domain("receiver_id", "=", self.id)
            | Domain("handler_ids", "in", self.ids)
        )
        return list(own | technician_sudo._get_limit_domain())
