# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_parcel_ageing
from . import property_parcel_analysis
from . import property_parcel_score
