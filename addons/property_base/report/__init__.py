# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_building_roster
from . import property_post_print
