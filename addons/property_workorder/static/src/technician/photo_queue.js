import { browser } from "@web/core/browser/browser";

const DATABASE = "property_workorder";
const STORE = "photos";

/**
 * Photos wait here until the network takes them: in the browser's own database, so that they
 * survive a closed tab and a dead spot in the basement. Every photo has a key; the server stores a
 * key once, so that sending twice does no harm.
 */
export class PhotoQueue {
    constructor(indexedDB = browser.indexedDB || window.indexedDB) {
        this.indexedDB = indexedDB;
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

    add(photo) {
        return this._run("readwrite", (store) => store.put(photo));
    }

    remove(key) {
        return this._run("readwrite", (store) => store.delete(key));
    }

    all() {
        return this._run("readonly", (store) => store.getAll());
    }

    /**
     * Send what waits, one after the other; stops at the first dead spot.
     *
     * @param {Function} send async (photo) => void; throws on failure
     * @param {Function} isOffline (error) => whether to try again later
     * @returns {Promise<{sent: number, left: number, refused: Array}>}
     */
    async flush(send, isOffline) {
        const outcome = { sent: 0, left: 0, refused: [] };
        const photos = await this.all();
        for (const [number, photo] of photos.entries()) {
            try {
                await send(photo);
            } catch (error) {
                if (isOffline(error)) {
                    outcome.left = photos.length - number;
                    return outcome;
                }
                outcome.refused.push({ photo, error });
            }
            await this.remove(photo.key);
            outcome.sent++;
        }
        return outcome;
    }
}

/** Make a photo small enough for a mobile network: at most 1600 pixels, JPEG. */
export async function shrink(file, limit = 1600) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, limit / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
}
