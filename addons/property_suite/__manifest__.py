# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Property Suite",
    "summary": "Everything a property company needs to run residential communities",
    "version": "19.0.1.0.0",
    "category": "Real Estate/Property",
    "author": "Property Suite contributors",
    "license": "LGPL-3",
    "depends": [
        "property_base",
        "property_fees",
        "property_fees_parcel",
        "property_fees_workorder",
        "property_parcel",
        "property_workorder",
    ],
    "demo": [
        "demo/company_demo.xml",
        "demo/users_demo.xml",
        "demo/community_demo.xml",
        "demo/register_demo.xml",
        "demo/people_demo.xml",
        "demo/service_demo.xml",
        "demo/fees_demo.xml",
        "demo/collection_demo.xml",
        "demo/workorder_demo.xml",
    ],
    "application": True,
}
