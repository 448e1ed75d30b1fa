# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_personal_data_reveal
from . import property_community_copy_setup
from . import property_label_print
from . import property_register_export
from . import property_register_import
from . import property_management_mode_switch
