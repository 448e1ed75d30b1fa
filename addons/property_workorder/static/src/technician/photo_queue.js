import { browser } from "@web/core/browser/browser";

const DATABASE = "property_workorder";
const STORE = "photos";

/**
 * Photos wait here until the network takes them: in the browser's own database, so that they
 * survive a closed tab and a dead spot in the basement. Every photo has a key; the server stores a
 * key once, so that sending twice does no harm. Where the browser keeps no database (a private
 * window, a full phone) they wait in memory.
 */
export class PhotoQueue {
    constructor(indexedDB = browser.indexedDB || window.indexedDB) {
        this.indexedDB = indexedDB;
        this.memory = new Map();
        this.flushing = null;
    }

    _open() {
        return new Promise((resolve, reject) => {
            const request = this.indexedDB.open(DATABASE, 1);
            request.onupgradeneeded = () =>
                request.result.createObjectStore(STORE, { keyPath: "key" });
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    }

    async _run(mode, work) {
        const database = await this._open();
        try {
            return await new Promise((resolve, reject) => {
                const transaction = database.transaction(STORE, mode);
                const request = work(transaction.objectStore(STORE));
                transaction.oncomplete = () => resolve(request.result);
                transaction.onerror = () => reject(transaction.error);
                transaction.onabort = () => reject(transaction.error);
            });
        } finally {
            database.close();
        }
    }

    /** @returns {Promise<boolean>} whether it survives a closed tab */
    async add(photo) {
        try {
            await this._run("readwrite", (store) => store.put(photo));
            return true;
        } catch {
            this.memory.set(photo.key, photo);
            return false;
        }
    }

    async remove(key) {
        if (!this.memory.delete(key)) {
            await this._run("readwrite", (store) => store.delete(key));
        }
    }

    async all() {
        const kept = [...this.memory.values()];
        try {
            return [...(await this._run("readonly", (store) => store.getAll())), ...kept];
        } catch {
            return kept;
        }
    }

    /**
     * Send what waits, one after the other. What the server refuses for good is dropped and
     * reported; after any other failure (no network, a server that restarts, a session that has
     * ended) the photo and all behind it wait for the next time. A second call while one is under
     * way joins it.
     *
     * @param {Function} send async (photo) => void; throws on failure
     * @param {Function} isRefusal (error) => whether sending again is of no use
     * @returns {Promise<{sent: number, left: number, refused: Array, error: Error?}>}
     */
    flush(send, isRefusal) {
        this.flushing ||= this._flush(send, isRefusal).finally(() => (this.flushing = null));
        return this.flushing;
    }

    async _flush(send, isRefusal) {
        const outcome = { sent: 0, left: 0, refused: [], error: null };
        const done = new Set();
        // what is added while others are sent is sent too
        for (;;) {
            const photo = (await this.all()).find(({ key }) => !done.has(key));
            if (!photo) {
                return outcome;
            }
            try {
                await send(photo);
                outcome.sent++;
            } catch (error) {
                if (!isRefusal(error)) {
                    outcome.error = error;
                    outcome.left = (await this.all()).filter(({ key }) => !done.has(key)).length;
                    return outcome;
                }
                outcome.refused.push({ photo, error });
            }
            done.add(photo.key);
            await this.remove(photo.key);
        }
    }
}

/** Return the width and height that fit into a square, never larger than before. */
export function fitInto(width, height, limit) {
    const scale = Math.min(1, limit / Math.max(width, height));
    return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** Make a photo small enough for a mobile network: at most 1600 pixels, JPEG. */
export async function shrink(file, limit = 1600) {
    const bitmap = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = fitInto(bitmap.width, bitmap.height, limit);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
}
