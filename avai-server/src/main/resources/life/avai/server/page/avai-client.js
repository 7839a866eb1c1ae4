/*
 * The client's side of AVAI's protocol for any page: it connects, authenticates, keeps messages until they are acknowledged, and goes
 * on where it was after a break. It depends on nothing and draws nothing, and is one file so that a page can take it as it is.
 * What it offers: avai-client.d.ts and docs/client.md.
 */

const CONNECT_TIMEOUT = 15_000;
const ANSWER_TIMEOUT = 10_000;
const STEADY = 10_000; // A connection that held so long was a good one: the next pause is short again.
const RENEW_BEFORE = 15_000;
const STORE_PREFIX = "avai.outbox.";

/** The least pause, in milliseconds, after a close that asks for patience. */
const PATIENCE = new Map([[1008, 10_000], [1013, 5_000], [4429, 30_000]]);

/** A UUID, also where the page is not served over TLS and crypto.randomUUID is missing. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** What the server refused, or why nothing could be asked (`DISCONNECTED`). */
export class AvaiError extends Error {
  constructor({ code, message, retryable = false, retry_after, ...frame }) {
    super(message);
    this.name = "AvaiError";
    this.code = code;
    this.retryable = retryable;
    this.retryAfter = retry_after;
    this.frame = frame;
  }
}

const disconnected = () => new AvaiError({ code: "DISCONNECTED", message: "there is no connection", retryable: true });

export class AvaiClient extends EventTarget {
  #url;
  #credentials;
  #storage;
  #backoff;
  #random;
  #WebSocket;

  #socket = null;
  #state = { state: "closed" };
  #timer; // until the next attempt
  #watchdog; // until the peer counts as gone
  #renewal; // until the token must be renewed
  #failures = 0;
  #onlineSince = 0;
  #pause = null; // what server_shutdown asks for
  #heartbeat = 30_000;
  #lastId = 0;
  #requests = new Map(); // id -> {resolve, reject}
  #outbox = new Map(); // client_message_id -> {message, promise, resolve, reject, sending, notBefore}
  #watches = new Map(); // thread_id -> {position, ahead, reply, syncing}

  constructor({ url, credentials = () => ({}), storage = null, backoff = {}, random = Math.random, WebSocket = globalThis.WebSocket }) {
    super();
    this.#url = String(url);
    this.#credentials = credentials;
    this.#storage = storage;
    this.#backoff = { first: 500, most: 30_000, ...backoff };
    this.#random = random;
    this.#WebSocket = WebSocket;
    this.user = null;
    this.limits = null;
    this.#restoreOutbox();
    globalThis.addEventListener?.("online", () => this.#state.state === "waiting" && this.connect());
  }

  get state() {
    return this.#state;
  }

  /** Messages that are not acknowledged yet, oldest first. */
  get outbox() {
    return Array.from(this.#outbox.values(), (item) => item.message);
  }

  /** Connects now, and again after every loss, until close(). */
  connect() {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    const socket = new this.#WebSocket(this.#url);
    this.#socket = socket;
    socket.onmessage = (event) => socket === this.#socket && this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
    this.#watchFor(CONNECT_TIMEOUT, () => this.#abandon());
    this.#setState({ state: "connecting" });
  }

  /** Disconnects and stays so. Messages that are not acknowledged are kept. */
  close() {
    clearTimeout(this.#timer);
    this.#drop(1000);
    this.#setState({ state: "closed" });
  }

  /** Forgets who this was: watched threads and unsent messages. For signing out, between close() and connect(). */
  forget() {
    this.user = null;
    this.#watches.clear();
    for (const item of [...this.#outbox.values()]) this.#settle(item, disconnected());
  }

  /** Authenticates again on the live connection: a new token, or an anonymous user who signs in. */
  async renew() {
    if (this.#state.state === "online") await this.#authenticate(null);
  }

  /**
   * Asks, and resolves with the answer's frame.
   * Rejects with an AvaiError: what the server said, or DISCONNECTED when the answer can no longer come.
   */
  request(frame) {
    return this.#state.state === "online" ? this.#ask(frame) : Promise.reject(disconnected());
  }

  /**
   * Keeps a message and sends it as soon as that is possible, again after every loss, under one client_message_id.
   * Messages to one thread keep their order. Resolves with message_sent, rejects when the server refuses it for good.
   */
  send(message) {
    return this.#enqueue({ client_message_id: uuid(), ...message }).promise;
  }

  /** Follows a thread from a position on; see the events. After a loss it goes on by itself. */
  watch(threadId, { after_position = 0 } = {}) {
    this.#watches.set(threadId, { position: after_position, ahead: new Set(), reply: null, syncing: false });
    if (this.#state.state === "online") this.#subscribe(threadId);
  }

  unwatch(threadId) {
    if (this.#watches.delete(threadId) && this.#state.state === "online") this.#write({ type: "unsubscribe", thread_id: threadId });
  }

  // --- the connection

  #setState(state) {
    this.#state = state;
    this.#emit("state", state);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #write(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #ask(frame) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#requests.set(id, { resolve, reject });
      this.#write({ ...frame, id });
    });
  }

  #watchFor(time, then) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(then, time);
  }

  /** Browsers do not show WebSocket pings, so silence is broken with one of the protocol's own. */
  #heard() {
    this.#watchFor(this.#heartbeat, () => {
      this.#write({ type: "ping" });
      this.#watchFor(ANSWER_TIMEOUT, () => this.#abandon());
    });
  }

  #drop(code) {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#renewal);
    if (code !== undefined) socket?.close(code);
    for (const watch of this.#watches.values()) watch.syncing = false;
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const item of this.#outbox.values()) item.sending = false;
    for (const { reject } of requests) reject(disconnected());
  }

  #abandon() {
    this.#socket?.close(); // The closing handshake may never end; it is not waited for.
    this.#lost(1006);
  }

  #lost(code) {
    const steady = this.#onlineSince && Date.now() - this.#onlineSince > STEADY;
    this.#onlineSince = 0;
    this.#failures = steady ? 0 : this.#failures + 1;
    this.#drop();
    const most = Math.min(this.#backoff.most, this.#backoff.first * 2 ** Math.max(0, this.#failures - 1));
    // Half of it is random, so that a server that comes back is not met by everybody at once.
    const delay = this.#pause ?? Math.max((most * (1 + this.#random())) / 2, PATIENCE.get(code) ?? 0);
    this.#pause = null;
    this.#timer = setTimeout(() => this.connect(), delay);
    this.#setState({ state: "waiting", code, retry_at: Date.now() + delay });
  }

  async #authenticate(failure, failures = 0) {
    const socket = this.#socket;
    try {
      const shown = failures > 2 ? null : await this.#credentials(failure);
      if (socket !== this.#socket) return;
      if (!shown) {
        this.#drop(1000);
        this.#setState({ state: "refused", reason: failure?.message });
        return;
      }
      await this.#ask({ type: "authenticate", ...shown });
    } catch (error) {
      if (socket !== this.#socket) return;
      if (error.code === "AUTH_FAILED") await this.#authenticate(error, failures + 1);
      else if (this.#state.state !== "online") this.#abandon();
    }
  }

  #authenticated(frame) {
    this.user = frame.user;
    clearTimeout(this.#renewal);
    if (frame.expires_at) {
      const left = Date.parse(frame.expires_at) - Date.now();
      this.#renewal = setTimeout(() => this.renew(), Math.max(left - RENEW_BEFORE, left / 2, 1_000));
    }
    if (this.#state.state === "online") return;
    this.#onlineSince = Date.now();
    this.#setState({ state: "online" });
    for (const threadId of this.#watches.keys()) this.#subscribe(threadId);
    this.#pump();
  }

  #receive(frame) {
    this.#heard();
    switch (frame.type) {
      case "welcome":
        this.#heartbeat = frame.heartbeat_seconds * 1000;
        this.limits = frame.limits;
        this.#authenticate(null);
        break;
      case "auth_success":
        this.#authenticated(frame);
        break;
      case "server_shutdown":
        this.#pause = frame.reconnect_after_ms;
        break;
      case "error":
        if (frame.code === "AUTH_EXPIRED") this.renew();
        break;
      default:
        this.#follow(frame);
    }
    this.#answer(frame);
    this.#emit(frame.type === "error" ? "server_error" : frame.type, frame);
    this.#emit("frame", frame);
  }

  #answer(frame) {
    const request = this.#requests.get(frame.in_reply_to);
    if (!request) return;
    this.#requests.delete(frame.in_reply_to);
    if (frame.type === "error") request.reject(new AvaiError(frame));
    else request.resolve(frame);
  }

  // --- messages on their way

  #restoreOutbox() {
    const storage = this.#storage;
    if (!storage) return;
    const kept = Array.from({ length: storage.length }, (_, at) => storage.key(at)).filter((key) => key?.startsWith(STORE_PREFIX));
    const messages = kept.map((key) => JSON.parse(storage.getItem(key)));
    messages.sort((a, b) => a.queued_at - b.queued_at);
    for (const message of messages) this.#enqueue(message).promise.catch(() => {});
  }

  #enqueue(message) {
    const known = this.#outbox.get(message.client_message_id);
    if (known) return known;
    const item = { message: { queued_at: Date.now(), ...message }, sending: false, notBefore: 0 };
    item.promise = new Promise((resolve, reject) => Object.assign(item, { resolve, reject }));
    this.#outbox.set(message.client_message_id, item);
    this.#keep(item);
    this.#emit("outbox", { message: item.message, state: "queued" });
    this.#pump();
    return item;
  }

  #keep({ message }) {
    this.#storage?.setItem(STORE_PREFIX + message.client_message_id, JSON.stringify(message));
  }

  /** One message of each thread at a time, so that none overtakes another when one must be sent again. */
  #pump() {
    if (this.#state.state !== "online") return;
    const busy = new Set();
    for (const item of this.#outbox.values()) {
      const lane = item.message.thread_id ?? item.message.new_thread;
      if (lane !== undefined && busy.has(lane)) continue;
      busy.add(lane);
      if (!item.sending && item.notBefore <= Date.now()) this.#transmit(item);
    }
  }

  async #transmit(item) {
    item.sending = true;
    const { new_thread: newThread, queued_at: _, ...fields } = item.message;
    try {
      const sent = await this.#ask({ type: "send_message", ...fields, thread_id: fields.thread_id ?? "new" });
      if (newThread !== undefined) this.#threadIsMade(newThread, sent.thread_id);
      this.#settle(item, sent);
    } catch (error) {
      item.sending = false;
      if (error.code === "DISCONNECTED" || error.code.startsWith("AUTH_")) return; // Sent again after the next authentication.
      if (error.retryable && error.code !== "BUSY") {
        const wait = (error.retryAfter ?? 1) * 1000;
        item.notBefore = Date.now() + wait;
        setTimeout(() => this.#pump(), wait + 10);
        this.#emit("outbox", { message: item.message, state: "delayed", error, retry_at: item.notBefore });
      } else {
        this.#settle(item, error);
      }
    }
  }

  #threadIsMade(newThread, threadId) {
    for (const item of this.#outbox.values()) {
      if (item.message.new_thread !== newThread) continue;
      item.message.thread_id = threadId;
      this.#keep(item);
    }
  }

  #settle(item, outcome) {
    this.#outbox.delete(item.message.client_message_id);
    this.#storage?.removeItem(STORE_PREFIX + item.message.client_message_id);
    if (outcome instanceof AvaiError) {
      item.promise.catch(() => {}); // The event tells it as well, to those who do not wait for the promise.
      item.reject(outcome);
      this.#emit("outbox", { message: item.message, state: "refused", error: outcome });
    } else {
      item.resolve(outcome);
      this.#emit("outbox", { message: item.message, state: "sent", sent: outcome });
    }
    this.#pump();
  }

  // --- threads that are followed

  #subscribe(threadId) {
    const watch = this.#watches.get(threadId);
    const { position, reply } = watch;
    watch.syncing = true;
    const from = reply && { message_id: reply.message_id, attempt: reply.attempt, offset: reply.text.length };
    this.#ask({ type: "subscribe", thread_id: threadId, after_position: position, ...(from && { reply: from }) }).catch((error) => {
      if (error.code === "THREAD_NOT_FOUND") {
        this.#watches.delete(threadId);
        this.#emit("thread_lost", { thread_id: threadId });
      } else if (error.retryable && error.code !== "DISCONNECTED") {
        setTimeout(() => this.#watches.has(threadId) && this.#state.state === "online" && this.#subscribe(threadId), (error.retryAfter ?? 1) * 1000);
      }
    });
  }

  #follow(frame) {
    if (frame.type === "message_sent" && frame.position === 1 && !this.#watches.has(frame.thread_id)) {
      // A thread that this message has made: the server has subscribed this connection to it.
      this.#watches.set(frame.thread_id, { position: 0, ahead: new Set(), reply: null, syncing: false });
    }
    const watch = this.#watches.get(frame.thread_id);
    if (!watch) return;
    switch (frame.type) {
      case "subscribed":
        this.#subscribed(watch, frame);
        break;
      case "thread_history":
        // An answer to get_history is a page of somebody's choice; what belongs to a subscription answers nothing.
        if (frame.in_reply_to === undefined && frame.messages.length > 0) this.#reached(watch, frame.messages.at(-1).position, true);
        break;
      case "message_added":
        this.#reached(watch, frame.message.position);
        break;
      case "ai_response_delta":
        this.#append(watch, frame);
        break;
      case "message_sent":
      case "ai_response":
      case "ai_cancelled":
        if (frame.position) this.#reached(watch, frame.position);
        break;
      case "thread_deleted":
        this.#watches.delete(frame.thread_id);
        break;
    }
    const isOutcome = ["ai_response", "ai_error", "ai_cancelled"].includes(frame.type) || (frame.type === "ai_unavailable" && frame.final);
    if (isOutcome && watch.reply?.request_id === frame.request_id) watch.reply = null;
  }

  /** How far the thread is known without a gap: that is where a subscription goes on. */
  #reached(watch, position, all = false) {
    if (all) watch.position = Math.max(watch.position, position);
    else watch.ahead.add(position);
    while (watch.ahead.delete(watch.position + 1)) watch.position++;
  }

  #subscribed(watch, { thread_id, running }) {
    watch.syncing = false;
    const reply = watch.reply;
    if (running && reply?.message_id === running.message_id && reply.attempt === running.attempt) return;
    watch.reply = running && { ...running, text: "" };
    if (running) this.#emit("reply", { thread_id, ...watch.reply, delta: "" });
  }

  /** Appends only what begins where the text ends; on anything else it asks again, from where it is. */
  #append(watch, frame) {
    if (watch.syncing) return; // The server starts again from the place that was asked for.
    const { thread_id, request_id, message_id, attempt, offset, delta } = frame;
    let reply = watch.reply;
    if (reply?.request_id === request_id && attempt < reply.attempt) return;
    if (reply?.request_id !== request_id || attempt > reply.attempt) reply = { request_id, message_id, attempt, text: "" };
    if (offset !== reply.text.length) {
      this.#subscribe(thread_id);
      return;
    }
    watch.reply = reply;
    reply.text += delta;
    this.#emit("reply", { thread_id, ...reply, delta });
  }
}
