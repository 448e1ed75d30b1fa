# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_workorder_desk, property_workorder_step
from . import property_workorder_gather
