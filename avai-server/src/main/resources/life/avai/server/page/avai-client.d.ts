/** The client's side of AVAI's protocol. How to use it: docs/client.md. Frames and their fields: docs/protocol.md. */

/** A frame of the protocol; names and fields as on the wire. */
export interface Frame {
  type: string;
  [field: string]: unknown;
}

/** What to show when authenticating. Nothing at all makes a new anonymous user. */
export interface Credentials {
  /** A session token of the identity provider. */
  token?: string;
  /** From an earlier anonymous `auth_success`; together with `token` it claims the threads of that user. */
  session_token?: string;
  /** False for replies in one piece. */
  deltas?: boolean;
}

export interface User {
  id: string;
  name: string;
  is_anonymous: boolean;
  tier: string;
}

export interface Options {
  /** Where the server listens, such as `wss://chat.example.com/ws`. */
  url: string | URL;
  /**
   * Asked before every authentication.
   * @param failure why the last one was refused, or null
   * @returns what to show, or null to give up: the state is `refused` then
   */
  credentials?: (failure: AvaiError | null) => Credentials | null | Promise<Credentials | null>;
  /** Where messages that are not acknowledged survive a reload, such as `localStorage`; null to keep them in memory. */
  storage?: Storage | null;
  /** Pauses between attempts, in milliseconds: the first, doubled each time, and the longest. Half of each is random. */
  backoff?: { first?: number; most?: number };
  random?: () => number;
  WebSocket?: typeof globalThis.WebSocket;
}

export type State =
  | { state: "closed" }
  | { state: "connecting" }
  | { state: "online" }
  /** Lost, with the WebSocket's close code; `retry_at` in milliseconds since 1970. */
  | { state: "waiting"; code: number; retry_at: number }
  /** The credentials were refused; connect() tries again. */
  | { state: "refused"; reason?: string };

/** A message to send: `thread_id`, or `new_thread`: any text, the same for all messages that belong to one thread that is not made yet. */
export interface Message {
  thread_id?: string;
  new_thread?: string;
  content: string;
  content_type?: "text" | "markdown" | "code" | "json";
  /** A UUID; made up when absent. The same one again is the same message. */
  client_message_id?: string;
  expected_position?: number;
  while_busy?: "enqueue" | "interrupt" | "reject";
}

export interface QueuedMessage extends Message {
  client_message_id: string;
  /** Milliseconds since 1970. */
  queued_at: number;
}

/** A reply that is being written: the whole text so far, without a gap or a repeat, and what was just added to it. */
export interface Reply {
  thread_id: string;
  request_id: string;
  message_id: string;
  /** A higher one begins again with an empty text. */
  attempt: number;
  text: string;
  delta: string;
}

export type OutboxChange =
  | { state: "queued"; message: QueuedMessage }
  | { state: "sent"; message: QueuedMessage; sent: Frame }
  | { state: "delayed"; message: QueuedMessage; error: AvaiError; retry_at: number }
  | { state: "refused"; message: QueuedMessage; error: AvaiError };

/** Events beside those that are named after each frame's `type` (an `error` frame's event is `server_error`). */
export interface AvaiEventMap {
  state: CustomEvent<State>;
  reply: CustomEvent<Reply>;
  outbox: CustomEvent<OutboxChange>;
  /** A watched thread is there no more. */
  thread_lost: CustomEvent<{ thread_id: string }>;
  /** Every frame. */
  frame: CustomEvent<Frame>;
}

export class AvaiError extends Error {
  /** One of the protocol's, or `DISCONNECTED`. */
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Seconds. */
  readonly retryAfter?: number;
  /** The rest of the error frame. */
  readonly frame: Record<string, unknown>;
}

export class AvaiClient extends EventTarget {
  constructor(options: Options);

  readonly state: State;
  /** Who this is, once authenticated. */
  readonly user: User | null;
  readonly limits: { max_content_chars: number; max_frame_bytes: number } | null;
  /** Messages that are not acknowledged yet, oldest first. */
  readonly outbox: QueuedMessage[];

  /** Connects now, and again after every loss, until close(). */
  connect(): void;
  /** Disconnects and stays so. Messages that are not acknowledged are kept. */
  close(): void;
  /** Forgets watched threads and unsent messages: for signing out, between close() and connect(). */
  forget(): void;
  /** Authenticates again on the live connection: a new token, or an anonymous user who signs in. */
  renew(): Promise<void>;
  /** Sends any request and resolves with its answer; rejects with an AvaiError. Nothing is kept or repeated. */
  request(frame: Frame): Promise<Frame>;
  /** Keeps a message until it is acknowledged and resolves with `message_sent`; rejects when it is refused for good. */
  send(message: Message): Promise<Frame>;
  /** Follows a thread from a position on, over every loss of the connection. */
  watch(threadId: string, options?: { after_position?: number }): void;
  unwatch(threadId: string): void;

  addEventListener<K extends keyof AvaiEventMap>(type: K, listener: (event: AvaiEventMap[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: (event: CustomEvent<Frame>) => void, options?: boolean | AddEventListenerOptions): void;
}

/** A random UUID, also where the page is not served over TLS. */
export function uuid(): string;
