# SPDX-License-Identifier: LGPL-3.0-or-later
from . import property_parcel_station
from . import property_parcel
