import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("property_site_plan", {
    steps: () => [
        {
            trigger: "a[name=site_plan]",
            run: "click",
        },
        {
            content: "The pin set before is shown, a click on the plan sets another",
            trigger: ".o_property_plan:has(.o_property_pin_label:contains(Building 3)) img",
            run: "click",
        },
        {
            content: "The place of the click is filled in",
            trigger: ".modal .o_field_widget[name=x_percent] input:value(50.000)",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Fountain",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "A click on the pin opens it",
            trigger: ".o_property_pin:contains(Fountain)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input:value(Fountain)",
        },
        {
            trigger: ".modal .btn-close, .modal .o_form_button_cancel",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved, .o_form_view .o_form_status_indicator_buttons.invisible",
        },
    ],
});
