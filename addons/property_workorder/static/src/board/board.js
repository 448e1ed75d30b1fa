import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const REFRESH = 30000;

/** What is open now; a card dropped on a technician is sent to him. */
export class WorkorderBoard extends Component {
    static template = "property_workorder.Board";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ data: null, community: 0, dragged: null, over: null, chosen: null });
        onWillStart(() => this.load());
        this.timer = setInterval(() => !document.hidden && this.load(), REFRESH);
        onWillUnmount(() => clearInterval(this.timer));
    }

    get display() {
        return { controlPanel: {} };
    }

    async load() {
        this.state.data = await this.orm.silent.call("property.workorder", "get_board", [
            this.state.community || false,
        ]);
    }

    async choose(event) {
        this.state.community = Number(event.target.value);
        await this.load();
    }

    due(card) {
        return card.due ? deserializeDateTime(card.due).toRelative() : "";
    }

    open(card) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "property.workorder",
            res_id: card.id,
            views: [[false, "form"]],
        });
    }

    openFigure(figure) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: figure.label,
            res_model: "property.workorder",
            domain: figure.domain,
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    openIncident(incident) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "property.incident",
            res_id: incident.id,
            views: [[false, "form"]],
        });
    }

    pick(card) {
        this.state.chosen = this.state.chosen?.id === card.id ? null : card;
    }

    async drop(technician) {
        const card = this.state.dragged || this.state.chosen;
        Object.assign(this.state, { dragged: null, over: null, chosen: null });
        if (!card || card.technician_id === technician.user_id) {
            return;
        }
        await this.orm.call("property.workorder", "board_assign", [[card.id], technician.user_id]);
        this.notification.add(
            _t("%(order)s has been sent to %(technician)s", {
                order: card.name,
                technician: technician.name,
            }),
            { type: "success" }
        );
        await this.load();
    }
}

registry.category("actions").add("property_workorder.board", WorkorderBoard);
