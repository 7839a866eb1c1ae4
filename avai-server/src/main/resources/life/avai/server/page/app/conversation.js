/**
 * What is known of one thread: its messages, what is on its way to the server, and how each turn stands. It draws nothing.
 *
 * Every question has one place for its answer, whatever the order in which things were stored: the latest reply, the turn that runs
 * or waits, or how the turn ended without a reply.
 */
const PAGE = 100;
const RUNNING = new Set(["thinking", "streaming"]);
const OPEN = new Set(["queued", "waiting", ...RUNNING]);

export class Conversation extends EventTarget {
  #client;
  #questions = new Map(); // id -> message
  #answers = new Map(); // id of the question -> its latest reply
  #turns = new Map(); // request_id -> {question, state, text, since, step, code, error, retryAt}
  #refused = new Map(); // client_message_id -> {message, error}
  #delayed = new Map(); // client_message_id -> when it is sent again
  #running = null;
  #doubtful = new Set(); // turns that the server did not name when it was asked; how they ended may still come
  #listening = new AbortController();

  /**
   * @param threadId null for a thread that its first message makes
   * @param newThread what that message and those after it have in common until then
   */
  constructor(client, threadId, newThread) {
    super();
    this.#client = client;
    this.threadId = threadId;
    this.newThread = newThread;
    this.loaded = threadId === null;
    this.hasOlder = false;
    const handlers = {
      thread_history: (frame) => this.#history(frame),
      message_added: ({ message }) => this.#add(message),
      outbox: (change) => this.#outboxChanged(change),
      subscribed: (frame) => this.#subscribed(frame),
      caught_up: () => this.#caughtUp(),
      regenerate_ack: (frame) => this.#regenerating(frame),
      ai_typing: ({ request_id, is_typing }) => is_typing && this.#turn(request_id, { state: "thinking", step: null, text: "" }),
      ai_progress: ({ request_id, step = null }) => this.#turn(request_id, { step }),
      reply: ({ request_id, text }) => this.#turn(request_id, { state: text ? "streaming" : "thinking", text }),
      ai_response: (frame) => this.#answered(frame),
      ai_cancelled: (frame) => this.#cancelled(frame),
      ai_unavailable: (frame) => this.#turn(frame.request_id, frame.final ? { state: "failed", code: "AI_DISABLED" } : { state: "waiting" }),
      ai_error: ({ request_id, code, error, retry_after = 0 }) =>
        this.#turn(request_id, { state: "failed", code, error, retryAt: Date.now() + retry_after * 1000 }),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      client.addEventListener(type, ({ detail }) => this.#isOurs(detail) && handle(detail), { signal: this.#listening.signal });
    }
  }

  /** Loads the latest page and follows the thread from there. */
  async open() {
    if (this.threadId === null) return;
    const history = await this.#client.request({ type: "get_history", thread_id: this.threadId, limit: PAGE });
    this.loaded = true;
    this.hasOlder = history.has_more;
    this.#client.watch(this.threadId, { after_position: history.messages.at(-1)?.position ?? 0 });
    this.#changed();
  }

  close() {
    this.#listening.abort();
    if (this.threadId) this.#client.unwatch(this.threadId);
  }

  async loadOlder() {
    const first = Math.min(...[...this.#questions.values(), ...this.#answers.values()].map((message) => message.position));
    const page = await this.#client.request({ type: "get_history", thread_id: this.threadId, limit: PAGE, before_position: first });
    this.hasOlder = page.has_more;
    this.#changed();
  }

  send(content) {
    const target = this.threadId ? { thread_id: this.threadId } : { new_thread: this.newThread };
    return this.#client.send({ ...target, content });
  }

  stop() {
    return this.#client.request({ type: "cancel", thread_id: this.threadId });
  }

  /** Asks for another answer to the last question. */
  async regenerate() {
    try {
      await this.#client.request({ type: "regenerate", thread_id: this.threadId });
    } catch (error) {
      const last = this.#ordered().at(-1);
      if (error.code !== "BUSY" || !last) throw error;
      this.#turn(standIn(last), { state: "waiting", question: last.id });
    }
  }

  /** Takes a message that the server has refused away, and gives its text back. */
  takeBack(clientMessageId) {
    const content = this.#refused.get(clientMessageId)?.message.content;
    this.#refused.delete(clientMessageId);
    this.#changed();
    return content;
  }

  /** Whether a turn runs, or waits to. */
  get isBusy() {
    return [...this.#turns.values()].some((turn) => OPEN.has(turn.state));
  }

  /**
   * What to show, in order: a question (`pending` or `refused` when it is not stored) with the reply or the turn in its place, each of
   * them perhaps null. A key stays the same when what is pending is acknowledged and when a turn ends.
   */
  entries() {
    const entries = [];
    for (const [question, reply] of this.#answers) {
      // The question is on a page that is not loaded.
      if (!this.#questions.has(question)) entries.push({ key: question, position: reply.position, question: null, reply, turn: null });
    }
    for (const question of this.#questions.values()) {
      const turn = this.#turnOf(question.id);
      const reply = turn && turn.state !== "unanswered" ? null : (this.#answers.get(question.id) ?? null);
      entries.push({ key: question.client_message_id ?? question.id, position: question.position, question, reply, turn: reply ? null : turn });
    }
    entries.sort((a, b) => a.position - b.position);
    const shown = new Set(entries.map((entry) => entry.key));
    const add = (message, more) => {
      if (shown.has(message.client_message_id)) return;
      entries.push({ key: message.client_message_id, position: Infinity, question: { ...message, ...more }, reply: null, turn: null });
    };
    for (const { message, error } of this.#refused.values()) add(message, { refused: error });
    for (const message of this.#client.outbox) {
      if (this.#isOurs(message)) add(message, { pending: true, retryAt: this.#delayed.get(message.client_message_id) });
    }
    return entries;
  }

  /** Frames, events and queued messages name their thread in different places. */
  #isOurs(of) {
    const message = of.message?.client_message_id ? of.message : of;
    if (this.threadId === null) return message.new_thread !== undefined && message.new_thread === this.newThread;
    return (of.thread_id ?? message.thread_id) === this.threadId;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #ordered() {
    return [...this.#questions.values()].sort((a, b) => a.position - b.position);
  }

  #turnOf(question) {
    return [...this.#turns.values()].findLast((turn) => turn.question === question) ?? null;
  }

  #add(message) {
    if (message.role !== "assistant") {
      this.#questions.set(message.id, message);
    } else if ((this.#answers.get(message.reply_to)?.position ?? 0) < message.position) {
      this.#answers.set(message.reply_to, message);
      for (const [id, turn] of this.#turns) if (turn.question === message.reply_to && id !== this.#running) this.#turns.delete(id);
    }
    this.#changed();
  }

  #history({ messages }) {
    for (const message of messages) {
      // One that we do not know yet has ended its turn while we were away.
      if (message.role === "assistant" && this.#answers.get(message.reply_to)?.id !== message.id) this.#running = null;
      this.#add(message);
    }
  }

  #outboxChanged({ state, message, sent, error, retry_at }) {
    const id = message.client_message_id;
    this.#delayed.delete(id);
    if (state === "delayed") this.#delayed.set(id, retry_at);
    if (state === "refused") this.#refused.set(id, { message, error });
    if (state === "sent") {
      if (this.threadId === null) {
        this.threadId = sent.thread_id;
        this.dispatchEvent(new Event("made"));
      }
      this.#questions.set(sent.message_id, {
        id: sent.message_id, position: sent.position, role: "user", content: message.content, created_at: sent.saved_at, client_message_id: id,
      });
      if (!this.#answers.has(sent.message_id)) this.#turn(sent.request_id, { state: "queued", question: sent.message_id });
    }
    this.#changed();
  }

  #turn(requestId, change) {
    let turn = this.#turns.get(requestId);
    if (!turn) {
      turn = { question: change.question ?? this.#likelyQuestion(), since: Date.now() };
      for (const [id, other] of this.#turns) if (other.question === turn.question && !RUNNING.has(other.state)) this.#turns.delete(id);
      this.#turns.set(requestId, turn);
    }
    if (change.state === "thinking" && !RUNNING.has(turn.state)) turn.since = Date.now();
    if (RUNNING.has(change.state)) this.#running = requestId;
    Object.assign(turn, change);
    this.#changed();
  }

  /** Frames about a turn do not name its question. Turns run one after the other, oldest first; else the last one is answered anew. */
  #likelyQuestion() {
    const questions = this.#ordered();
    const answered = questions.findLastIndex((message) => this.#answers.has(message.id));
    const open = questions.slice(answered + 1).find((message) => (this.#turnOf(message.id)?.state ?? "unanswered") === "unanswered");
    return (open ?? questions.at(-1))?.id ?? null;
  }

  #regenerating({ request_id, reply_to }) {
    this.#answers.delete(reply_to);
    this.#turn(request_id, { state: "queued", question: reply_to });
  }

  #end(requestId) {
    this.#turns.delete(requestId);
    if (this.#running === requestId) this.#running = null;
  }

  #answered({ message_id, request_id, position, reply_to, content, content_type, model_used, confidence_score, processing_time_ms, finish_reason, created_at }) {
    this.#end(request_id);
    this.#add({
      id: message_id, role: "assistant", position, reply_to, content, content_type, model_used, confidence_score, processing_time_ms, finish_reason, created_at,
    });
  }

  #cancelled({ request_id, message_id, position, content }) {
    if (!message_id) {
      this.#turn(request_id, { state: "cancelled" });
      return;
    }
    const question = this.#turns.get(request_id)?.question ?? this.#likelyQuestion();
    this.#end(request_id);
    this.#add({ id: message_id, role: "assistant", position, reply_to: question, content, finish_reason: "cancelled", created_at: new Date().toISOString() });
  }

  #subscribed({ running, unfinished = [] }) {
    const named = new Set(unfinished.map((turn) => turn.request_id));
    this.#running = running?.request_id ?? null;
    this.#doubtful = new Set([...this.#turns].filter(([id, turn]) => OPEN.has(turn.state) && !named.has(id)).map(([id]) => id));
    for (const { request_id, reply_to, state } of unfinished) {
      const known = this.#turns.get(request_id)?.state;
      if (state === "waiting") this.#turn(request_id, { question: reply_to, state: known === "queued" ? known : "waiting" });
      else this.#turn(request_id, { question: reply_to, state: RUNNING.has(known) ? known : "thinking" });
    }
  }

  /** What the server did not name and of which nothing came since is over. */
  #caughtUp() {
    for (const id of this.#doubtful) {
      const turn = this.#turns.get(id);
      if (turn && OPEN.has(turn.state)) turn.state = "unanswered";
    }
    this.#doubtful.clear();
    const last = this.#ordered().at(-1);
    if (last && !this.#answers.has(last.id) && !this.#turnOf(last.id)) {
      this.#turns.set(standIn(last), { question: last.id, state: "unanswered", since: Date.now() });
    }
    this.#changed();
  }
}

/** The name of a turn of which nothing is known but that it must be there. */
const standIn = (question) => `of ${question.id}`;
