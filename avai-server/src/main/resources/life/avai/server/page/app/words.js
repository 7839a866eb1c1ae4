/** What the page says of things that did not go as wished: what happened, and what happens next. */

/** How long until something, in words. */
export function after(milliseconds) {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return seconds < 90 ? `in ${seconds} s` : `in ${Math.round(seconds / 60)} min`;
}

const FAILURES = {
  TIMEOUT: ["The assistant took too long.", "Your message is kept. The same question may be answered now."],
  CANISTER_ERROR: ["The assistant could not answer this.", "Your message is kept. You can ask again, or ask differently."],
  INVALID_RESPONSE: ["The assistant's answer could not be used.", "Your message is kept. You can ask again."],
  EXPIRED: ["The assistant was away for too long.", "Your message is kept, and it is not tried again by itself."],
  OVERLOADED: ["There is too much to do just now.", "Your message is kept. Try again in a moment."],
  INTERNAL: ["Something went wrong on the server.", "Your message is kept. You can ask again."],
};

const NOBODY = {
  what: "No assistant is set up on this server.",
  next: "Your message is kept; nobody will answer it by itself.",
  again: null,
  isQuiet: true,
};

/**
 * How a turn stands that has no reply.
 *
 * @param status the assistant's: available, degraded, unavailable, disabled, or null when it is not known
 * @returns {what, next, again, isQuiet}, or null when there is nothing to explain
 */
export function explain(turn, status) {
  switch (turn?.state) {
    case "waiting":
      return ["available", "degraded"].includes(status)
        ? { what: "Waiting for its turn.", next: "Your message is kept and will be answered.", again: null, isQuiet: true }
        : { what: "The assistant is away.", next: "Your message is kept and will be answered as soon as it is back.", again: null, isQuiet: true };
    case "cancelled":
      return { what: "Stopped", next: "before any text had come.", again: "Answer now", isQuiet: true };
    case "failed":
      if (turn.code === "AI_DISABLED") {
        return NOBODY;
      } else {
        const [what, next] = FAILURES[turn.code] ?? FAILURES.INTERNAL;
        return { what, next, again: "Try again", isQuiet: false };
      }
    case "unanswered":
      return status === "disabled" ? NOBODY : {
        what: "This was not answered.",
        next: "The assistant failed, or was stopped before it had said anything. Your message is kept.",
        again: "Answer now",
        isQuiet: true,
      };
    default:
      return null;
  }
}

const REFUSALS = {
  CONTENT_TOO_LARGE: "it is too long.",
  INVALID_CONTENT: "it holds characters that cannot be stored.",
  THREAD_NOT_FOUND: "this chat is there no more.",
  IDEMPOTENCY_CONFLICT: "something else was sent in its place.",
};

/** Why the server did not take a message. */
export function refusal(error) {
  return REFUSALS[error.code] ?? error.message;
}

/** What the connection is doing, or null while all is well. */
export function connection(state) {
  switch (state.state) {
    case "online":
      return null;
    case "connecting":
      return "Connecting…";
    case "waiting":
      return `No connection. Trying again ${after(state.retry_at - Date.now())}. What you write is kept and sent then.`;
    case "refused":
      return `The server does not let you in: ${state.reason ?? "sign in first"}.`;
    default:
      return "Disconnected.";
  }
}
