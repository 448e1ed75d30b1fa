import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What waits for a keeper, building by building. */
export class KeeperWork extends Component {
    static template = "property_base.KeeperWork";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ buildings: [], onlyMine: true, loaded: false });
        onWillStart(() => this.load());
    }

    get display() {
        return { controlPanel: {} };
    }

    async load() {
        this.state.buildings = await this.orm.call("property.building", "get_keeper_work", [], {
            only_mine: this.state.onlyMine,
        });
        this.state.loaded = true;
    }

    async toggleMine() {
        this.state.onlyMine = !this.state.onlyMine;
        await this.load();
    }

    get total() {
        return this.state.buildings.reduce(
            (sum, building) => sum + building.items.reduce((part, item) => part + item.count, 0),
            0
        );
    }

    async open(item, building) {
        const views = [
            [false, "list"],
            [false, "form"],
        ];
        const action = item.action
            ? await this.action.loadAction(item.action)
            : { type: "ir.actions.act_window", res_model: item.res_model, views };
        return this.action.doAction({
            ...action,
            name: `${item.label} · ${building.name}`,
            domain: item.domain,
            context: {},
            views: action.views || views,
        });
    }

    openUnits(building) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: building.name,
            res_model: "property.unit",
            domain: [["building_id", "=", building.id]],
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
        });
    }
}

registry.category("actions").add("property_base.keeper_work", KeeperWork);
