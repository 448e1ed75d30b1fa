import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("property_board_tour", {
    steps: () => [
        {
            content: "The whole community is shown",
            trigger: ".o_property_board .o_board_building",
        },
        {
            content: "Choose one building",
            trigger: "select[name='building']",
            run: "selectByLabel Building 3",
        },
        {
            content: "Search the owner",
            trigger: ".o_board_cell .o_board_owner",
        },
        {
            trigger: ".o_board_search input",
            run: "edit Tour Owner",
        },
        {
            content: "All others are dimmed; open the one found",
            trigger: ".o_board_cell:not(.o_board_dim):contains(1203)",
            run: "click",
        },
        {
            content: "The unit opens",
            trigger: ".o_form_view .o_field_widget[name='number']",
        },
        {
            content: "Back by the breadcrumb",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The board remembers the building",
            trigger: ".o_property_board .o_board_owner:contains(Tour Owner)",
        },
    ],
});
