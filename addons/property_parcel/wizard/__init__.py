# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_parcel_bulk
from . import property_parcel_collect
from . import property_parcel_delay
from . import property_parcel_gate
from . import property_parcel_readdress
