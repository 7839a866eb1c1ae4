/**
 * The user's threads. A thread that is open tells of its changes by itself; of the others this page's tabs tell each other, and a page
 * that is looked at again or comes back from a break asks.
 */
const PAGE = 100;

export class Threads extends EventTarget {
  #client;
  #known = new Map(); // id -> thread
  #archived = false;
  #next = null;
  #loading = null;
  #tabs = new BroadcastChannel("avai.threads");

  constructor(client) {
    super();
    this.#client = client;
    this.loaded = false;
    this.#tabs.onmessage = ({ data }) => data === client.user?.id && this.load();
    client.addEventListener("thread_updated", ({ detail }) => this.#put(detail.thread));
    client.addEventListener("thread_deleted", ({ detail }) => this.#remove(detail.thread_id));
    for (const type of ["message_added", "ai_response", "ai_cancelled"]) {
      client.addEventListener(type, ({ detail }) => this.#touch(detail.thread_id, detail.message?.created_at ?? detail.created_at));
    }
    client.addEventListener("outbox", ({ detail }) => {
      if (detail.state !== "sent") return;
      this.#touch(detail.sent.thread_id, detail.sent.saved_at);
      this.#tellTabs();
    });
    document.addEventListener("visibilitychange", () => !document.hidden && this.load());
  }

  get isArchive() {
    return this.#archived;
  }

  /** Whether there are more than those that are loaded. */
  get hasMore() {
    return this.#next !== null;
  }

  get(id) {
    return this.#known.get(id) ?? null;
  }

  /** Those whose title has all words of a text, pinned ones first, then by the time of the last message. */
  list(text = "") {
    const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const status = this.#archived ? "archived" : "active";
    const shown = [...this.#known.values()].filter(
      (thread) => thread.status === status && words.every((word) => thread.title.toLocaleLowerCase().includes(word)),
    );
    return shown.sort((a, b) => b.is_pinned - a.is_pinned || moment(b).localeCompare(moment(a)));
  }

  showArchive(archived) {
    this.#archived = archived;
    this.#next = null;
    this.loaded = false;
    this.#changed();
    return this.load();
  }

  /** Asks anew for what is shown. */
  load() {
    this.#loading ??= this.#fetch(undefined).finally(() => (this.#loading = null));
    return this.#loading;
  }

  async loadMore() {
    if (this.#next) await this.#fetch(this.#next);
  }

  async loadAll() {
    while (this.#next) await this.loadMore();
  }

  /** Looks for a thread that is not in the list, perhaps because it is archived. */
  async find(id) {
    for (const archived of [false, true]) {
      let before;
      do {
        const page = await this.#page(archived, before);
        const found = page.threads.find((thread) => thread.id === id);
        if (found) return this.#put(found);
        before = page.next;
      } while (before);
    }
  }

  #page(archived, before) {
    return this.#client.request({ type: "get_threads", limit: PAGE, archived, ...(before && { before }) });
  }

  async #fetch(before) {
    if (this.#client.state.state !== "online") return;
    const archived = this.#archived;
    try {
      const page = await this.#page(archived, before);
      const shown = [...this.#known.values()].filter((thread) => (thread.status === "archived") === archived);
      if (!before) for (const thread of shown) this.#known.delete(thread.id);
      for (const thread of page.threads) this.#known.set(thread.id, thread);
      if (archived !== this.#archived) return;
      this.#next = page.next;
      this.loaded = true;
      this.#changed();
      if (!before && shown.length > PAGE) await this.loadAll();
    } catch (error) {
      if (error.code !== "DISCONNECTED") throw error; // Otherwise it is asked again with the next connection.
    }
  }

  async change(id, fields) {
    const { thread } = await this.#client.request({ type: "update_thread", thread_id: id, ...fields });
    this.#put(thread);
    this.#tellTabs();
  }

  async delete(id) {
    await this.#client.request({ type: "delete_thread", thread_id: id });
    this.#tellTabs();
  }

  #put(thread) {
    this.#known.set(thread.id, thread);
    this.#changed();
  }

  #remove(id) {
    this.#known.delete(id);
    this.#changed();
  }

  #touch(id, time) {
    const thread = this.#known.get(id);
    if (!thread) this.load();
    else if (time) this.#put({ ...thread, last_message_at: time });
  }

  #tellTabs() {
    this.#tabs.postMessage(this.#client.user?.id);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export const moment = (thread) => thread.last_message_at ?? thread.created_at;
