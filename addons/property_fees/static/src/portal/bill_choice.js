import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/** Counts the chosen bills and lets the button speak only when there are some. */
export class PropertyBillChoice extends Interaction {
    static selector = ".o_property_bill_choice";
    dynamicContent = {
        "input[name=bill]": { "t-on-change": () => {} },
        ".o_property_bill_count": { "t-out": () => this.chosen.length },
        ".o_property_bill_bar button": {
            "t-att-disabled": () => (this.chosen.length ? null : "disabled"),
        },
        ".o_property_bill_bar": {
            "t-att-class": () => ({ "d-none": !this.chosen.length }),
        },
    };

    get chosen() {
        return [...this.el.querySelectorAll("input[name=bill]:checked")];
    }
}

registry.category("public.interactions").add("property_fees.bill_choice", PropertyBillChoice);
