import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const NEEDS = ["photo", "phone", "appointment"];

/** Ask for what the chosen category needs before the form is sent; photos are not lost then. */
export class RequestForm extends Interaction {
    static selector = ".o_workorder_form";
    dynamicContent = {
        "input[name=category]": { "t-on-change": this.show },
        _root: { "t-on-submit": this.check },
    };

    start() {
        this.show();
    }

    get chosen() {
        return this.el.querySelector("input[name=category]:checked");
    }

    field(need) {
        return this.el.querySelector(`#request_${need === "photo" ? "photos" : need}`);
    }

    show() {
        const { chosen } = this;
        for (const place of this.el.querySelectorAll(".o_workorder_place")) {
            const isHere = place.contains(chosen);
            place.querySelector(".o_workorder_chosen").textContent = isHere
                ? chosen.nextElementSibling.textContent
                : "";
        }
        for (const need of NEEDS) {
            const isNeeded = Boolean(chosen && need in chosen.dataset);
            this.field(need).required = isNeeded;
            this.el
                .querySelector(`[data-need=${need}]`)
                .classList.toggle("d-none", !isNeeded);
        }
        this.el
            .querySelector("#request_urgent")
            ?.classList.toggle("d-none", !(chosen && "urgent" in chosen.dataset));
        if (chosen) {
            this.missing(false);
        }
    }

    missing(isMissing) {
        this.el.querySelector("#request_pick_missing").classList.toggle("d-none", !isMissing);
    }

    check(event) {
        if (!this.chosen) {
            event.preventDefault();
            this.missing(true);
            const pick = this.el.querySelector(".o_workorder_pick");
            pick.querySelector("details").open = true;
            pick.scrollIntoView({ block: "center" });
        }
    }
}

registry.category("public.interactions").add("property_workorder.request_form", RequestForm);
