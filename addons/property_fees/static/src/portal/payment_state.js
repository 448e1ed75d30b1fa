import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const QUICK = 3000;
const SLOW = 15000;
const QUICK_TURNS = 40;

/** Asks how the payment stands while the page waits, and shows the page anew when it moved. */
export class PropertyPaymentState extends Interaction {
    static selector = ".o_property_payment_state[data-waiting]";

    start() {
        this.turns = 0;
        this.ask();
    }

    ask() {
        const pause = this.turns++ < QUICK_TURNS ? QUICK : SLOW;
        this.waitForTimeout(async () => {
            try {
                const { state } = await this.waitFor(
                    rpc(`/my/bills/payment/${this.el.dataset.transaction}/state`)
                );
                if (state !== this.el.dataset.state) {
                    window.location.reload();
                    return;
                }
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
            }
            this.ask();
        }, pause);
    }
}

registry.category("public.interactions").add("property_fees.payment_state", PropertyPaymentState);
