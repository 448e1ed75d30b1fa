import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Drive a register import on: one server call after the other, each its own transaction, until
 * the server says that it is finished. Leaving the page stops after the call under way; opening
 * it again goes on.
 */
export class RegisterProgress extends Component {
    static template = "property_base.RegisterProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ done: 0, total: 0, error: "", isRunning: false });
        this.isStopped = false;
        onMounted(() => this.run());
        onWillUnmount(() => {
            this.isStopped = true;
        });
    }

    get percent() {
        return this.state.total ? Math.floor((100 * this.state.done) / this.state.total) : 0;
    }

    async run() {
        const { record } = this.props;
        this.state.error = "";
        this.state.isRunning = true;
        try {
            while (!this.isStopped) {
                const told = await this.orm.silent.call(
                    "property.register.import",
                    "import_chunk",
                    [[record.resId]]
                );
                if (this.isStopped) {
                    return;
                }
                this.state.done = told.done;
                this.state.total = told.total;
                if (told.finished) {
                    await record.load();
                    return;
                }
            }
        } catch (error) {
            if (!this.isStopped) {
                this.state.error = error.data?.message || error.message;
            }
        } finally {
            this.state.isRunning = false;
        }
    }
}

registry.category("view_widgets").add("property_register_progress", {
    component: RegisterProgress,
    fieldDependencies: [{ name: "state", type: "selection" }],
});
