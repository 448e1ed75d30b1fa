# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_scope_mixin
from . import property_community
from . import property_phase
from . import property_building
from . import property_entrance
from . import property_unit
from . import property_ownership
from . import property_occupancy
from . import res_partner
from . import res_users
from . import property_authority_subject
from . import property_authority
from . import ir_actions_report
from . import res_config_settings
from . import property_personal_data_log
from . import mail_tracking_value
from . import property_post
