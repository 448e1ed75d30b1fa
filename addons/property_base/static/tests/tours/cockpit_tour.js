import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("property_cockpit_tour", {
    steps: () => [
        {
            content: "The chart divides the units by state",
            trigger: ".o_cockpit_legend[data-value='vacant'] .o_cockpit_legend_count:contains(1)",
        },
        {
            content: "One unit lacks its area: open it",
            trigger: ".o_cockpit_tile[data-tile='no_area'] .o_cockpit_value:contains(1)",
            run: "click",
        },
        {
            content: "The list shows that unit only",
            trigger: ".o_list_view .o_data_row:contains(1203)",
        },
        {
            content: "Back to the dashboard",
            trigger: ".breadcrumb-item a, .o_back_button",
            run: "click",
        },
        {
            trigger: ".o_property_cockpit .o_cockpit_tile",
        },
    ],
});
