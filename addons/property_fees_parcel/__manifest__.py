# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Property Fees and Parcels",
    "summary": "Storage fees as invoices, cash on delivery on a pass-through account",
    "version": "19.0.1.0.0",
    "category": "Real Estate/Property",
    "author": "Property Suite contributors",
    "license": "LGPL-3",
    "depends": ["property_fees", "property_parcel"],
    "data": ["views/property_parcel_views.xml", "views/portal_templates.xml"],
    "auto_install": True,
}
