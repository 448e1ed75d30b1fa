import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { countValues, layoutBuilding, matchesSearch } from "./board_layout";

const MEMORY_KEY = "property_base.board";

/** Every unit of a building or community by entrance and floor, coloured by a layer. */
export class BuildingBoard extends Component {
    static template = "property_base.BuildingBoard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.display = { controlPanel: {} };
        this.state = useState({
            communities: [],
            buildingOptions: [],
            layers: [],
            buildings: [],
            community: false,
            building: false,
            layer: "state",
            search: "",
            filter: [],
            isLoading: true,
            ...this.restore(),
        });
        useSetupAction({
            getLocalState: () => ({
                community: this.state.community,
                building: this.state.building,
                layer: this.state.layer,
                search: this.state.search,
                filter: [...this.state.filter],
                scroll: this.root.el?.scrollTop || 0,
            }),
        });
        onWillStart(() => this.load());
        useEffect(
            () => {
                if (this.props.state?.scroll && this.root.el) {
                    this.root.el.scrollTop = this.props.state.scroll;
                }
            },
            () => []
        );
    }

    /** What was shown last: when coming back by the breadcrumb, or the last time on this device. */
    restore() {
        const { scroll, ...state } = this.props.state || {};
        if (Object.keys(state).length) {
            return state;
        }
        const params = this.props.action.params || {};
        if (params.building_id || params.community_id) {
            return { community: params.community_id, building: params.building_id || false };
        }
        try {
            const memory = JSON.parse(browser.localStorage.getItem(MEMORY_KEY) || "{}");
            return { community: memory.community || false, layer: memory.layer || "state" };
        } catch {
            return {};
        }
    }

    async load() {
        this.state.isLoading = true;
        const { community, building, layer } = this.state;
        const data = await this.orm.call("property.building", "load_board", [], {
            community_id: community || false,
            building_id: building || false,
            layer,
        });
        Object.assign(this.state, {
            communities: data.communities,
            community: data.community_id,
            buildingOptions: data.building_options,
            building: data.building_id,
            layers: data.layers,
            layer: data.layer,
            buildings: data.buildings.map((item) => ({ ...item, ...layoutBuilding(item.units) })),
            isLoading: false,
        });
        const known = new Set(this.layer.values.map((item) => item.value));
        this.state.filter = this.state.filter.filter((value) => known.has(value));
        browser.localStorage.setItem(
            MEMORY_KEY,
            JSON.stringify({ community: data.community_id, layer: data.layer })
        );
    }

    get layer() {
        return this.state.layers.find((layer) => layer.key === this.state.layer);
    }

    get legend() {
        const counts = countValues(this.state.buildings);
        return this.layer.values.map((item) => ({ ...item, count: counts[item.value] || 0 }));
    }

    get values() {
        return Object.fromEntries(this.layer.values.map((item) => [item.value, item]));
    }

    get unitCount() {
        return this.state.buildings.reduce((count, building) => count + building.units.length, 0);
    }

    get matchCount() {
        return this.state.buildings.reduce(
            (count, building) => count + building.units.filter((unit) => this.isShown(unit)).length,
            0
        );
    }

    get isCompact() {
        return this.state.buildings.length > 1;
    }

    get isFiltered() {
        return Boolean(this.state.search.trim() || this.state.filter.length);
    }

    isShown(unit) {
        const { filter, search } = this.state;
        return (!filter.length || filter.includes(unit.value)) && matchesSearch(unit, search);
    }

    cellClass(unit, values) {
        const tone = values[unit.value]?.tone || "white";
        const dim = this.isFiltered && !this.isShown(unit) ? " o_board_dim" : "";
        return `o_board_cell o_board_tone_${tone}${dim}`;
    }

    cellTitle(unit, values) {
        return [
            unit.name,
            values[unit.value]?.label,
            unit.area ? `${formatFloat(unit.area, { digits: [12, 2] })} m²` : _t("no area"),
            unit.owner,
            unit.note,
        ]
            .filter(Boolean)
            .join(" · ");
    }

    area(unit) {
        return unit.area ? formatFloat(unit.area, { digits: [12, 2] }) : "–";
    }

    floorLabel(floor) {
        return floor < 0 ? _t("B%s", -floor) : floor === 0 ? _t("G") : String(floor);
    }

    entranceLabel(entrance) {
        return entrance.code ? _t("Entrance %s", entrance.code) : _t("Units");
    }

    // ---- what the user does

    onCommunityChange(ev) {
        Object.assign(this.state, {
            community: Number(ev.target.value),
            building: false,
            filter: [],
        });
        return this.load();
    }

    onBuildingChange(ev) {
        return this.showBuilding(Number(ev.target.value) || false);
    }

    showBuilding(id) {
        this.state.building = id;
        if (this.root.el) {
            this.root.el.scrollTop = 0;
        }
        return this.load();
    }

    onLayerChange(ev) {
        this.state.layer = ev.target.value;
        this.state.filter = [];
        return this.load();
    }

    toggleFilter(value) {
        const { filter } = this.state;
        this.state.filter = filter.includes(value)
            ? filter.filter((item) => item !== value)
            : [...filter, value];
    }

    clearFilter() {
        this.state.filter = [];
        this.state.search = "";
    }

    onSearchKeydown(ev) {
        if (ev.key === "Enter" || ev.key === "ArrowDown") {
            const first = this.root.el.querySelector(".o_board_cell:not(.o_board_dim)");
            first?.focus();
            ev.preventDefault();
        } else if (ev.key === "Escape") {
            this.state.search = "";
        }
    }

    openUnit(unit) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "property.unit",
            res_id: unit.id,
            views: [[false, "form"]],
        });
    }

    openList() {
        const ids = this.state.buildings.flatMap((building) =>
            building.units.filter((unit) => this.isShown(unit)).map((unit) => unit.id)
        );
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Units"),
            res_model: "property.unit",
            domain: [["id", "in", ids]],
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    /** One click target for 1,500 cells. */
    onGridClick(ev) {
        const cell = ev.target.closest(".o_board_cell");
        if (cell) {
            return this.openUnit({ id: Number(cell.dataset.id) });
        }
    }

    /** Arrow keys walk over the cells; only one cell per building is a tab stop. */
    onGridKeydown(ev) {
        const cell = ev.target.closest(".o_board_cell");
        if (!cell) {
            return;
        }
        const chart = cell.closest(".o_board_frame");
        const row = Number(cell.dataset.row);
        const column = Number(cell.dataset.column);
        const find = (rowStep, columnStep) => {
            const cells = [...chart.querySelectorAll(".o_board_cell")].filter((other) => {
                const down = Number(other.dataset.row) - row;
                const right = Number(other.dataset.column) - column;
                return rowStep ? down * rowStep > 0 : down === 0 && right * columnStep > 0;
            });
            const distance = (other) =>
                Math.abs(Number(other.dataset.row) - row) * 1000 +
                Math.abs(Number(other.dataset.column) - column);
            return cells.sort((a, b) => distance(a) - distance(b))[0];
        };
        const target = {
            ArrowUp: () => find(-1, 0),
            ArrowDown: () => find(1, 0),
            ArrowLeft: () => find(0, -1),
            ArrowRight: () => find(0, 1),
        }[ev.key]?.();
        if (target) {
            ev.preventDefault();
            cell.tabIndex = -1;
            target.tabIndex = 0;
            target.focus();
        }
    }
}

registry.category("actions").add("property_board", BuildingBoard);
