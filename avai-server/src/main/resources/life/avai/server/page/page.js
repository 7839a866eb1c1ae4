// A plain page: one conversation, streamed. Everything from outside is shown as text, never as markup.
const $ = (id) => document.getElementById(id);
const messages = $("messages");
const replies = new Map(); // by request_id: {article, text, attempt, footer}
let socket, thread = sessionStorage.getItem("avai.thread"), position = 0, running = null, wait = 500;
const outbox = []; // sent and not acknowledged; sent again, under the same id, after a reconnect

const say = (text) => ($("status").textContent = text);
const send = (frame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame));

function bubble(role, text) {
  const article = document.createElement("article");
  article.className = role;
  const body = document.createElement("div");
  const footer = document.createElement("footer");
  body.textContent = text;
  article.append(body, footer);
  messages.append(article);
  messages.scrollTop = messages.scrollHeight;
  return { article, body, footer, text, attempt: 0 };
}

function reply(id) {
  if (!replies.has(id)) replies.set(id, bubble("assistant", ""));
  return replies.get(id);
}

function show(entry, text) {
  entry.text = text;
  entry.body.textContent = text;
  messages.scrollTop = messages.scrollHeight;
}

function setRunning(id) {
  running = id;
  $("stop").disabled = id === null;
}

function history(list) {
  for (const m of list) {
    if (m.position <= position) continue;
    position = m.position;
    bubble(m.role, m.content).footer.textContent = m.model_used ?? "";
  }
}

const handlers = {
  welcome: () => send({ type: "authenticate", session_token: localStorage.getItem("avai.session") ?? undefined }),
  auth_success: (f) => {
    wait = 500;
    if (f.session_token) localStorage.setItem("avai.session", f.session_token);
    say("connected");
    send({ type: "get_ai_status" });
    if (thread) send({ type: "subscribe", thread_id: thread, after_position: position });
    outbox.forEach(send);
  },
  ai_status: (f) => say(f.state === "disabled" ? "connected; no assistant is configured" : `assistant ${f.state}`),
  message_sent: (f) => {
    const at = outbox.findIndex((m) => m.client_message_id === f.client_message_id);
    if (at >= 0) outbox.splice(at, 1);
    thread = f.thread_id;
    position = Math.max(position, f.position);
    sessionStorage.setItem("avai.thread", thread);
  },
  thread_history: (f) => history(f.messages),
  message_added: (f) => history([f.message]),
  ai_typing: (f) => {
    if (f.is_typing) { reply(f.request_id).footer.textContent = "thinking…"; setRunning(f.request_id); } else if (running === f.request_id) setRunning(null);
  },
  ai_response_delta: (f) => {
    const entry = reply(f.request_id);
    if (f.attempt > entry.attempt) { entry.attempt = f.attempt; show(entry, ""); }
    if (f.offset === entry.text.length) show(entry, entry.text + f.delta);
    setRunning(f.request_id);
  },
  ai_response: (f) => {
    const entry = reply(f.request_id);
    show(entry, f.content);
    entry.footer.textContent = [f.model_used, f.processing_time_ms != null && `${f.processing_time_ms} ms`].filter(Boolean).join(" · ");
    position = Math.max(position, f.position);
    setRunning(null);
  },
  ai_cancelled: (f) => {
    const entry = reply(f.request_id);
    show(entry, f.content ?? entry.text);
    entry.footer.textContent = "stopped";
    if (f.position) position = Math.max(position, f.position);
    setRunning(null);
  },
  ai_unavailable: (f) => (reply(f.request_id).footer.textContent = f.reason),
  ai_error: (f) => { reply(f.request_id).footer.textContent = f.error; setRunning(null); },
  error: (f) => {
    if (f.code === "AUTH_FAILED") { localStorage.removeItem("avai.session"); send({ type: "authenticate" }); return; }
    if (f.code === "THREAD_NOT_FOUND") { sessionStorage.removeItem("avai.thread"); thread = null; }
    const at = outbox.findIndex((m) => m.client_message_id === f.client_message_id);
    if (at >= 0 && !f.retryable) outbox.splice(at, 1);
    say(f.message);
  },
};

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  socket.onmessage = (event) => { const frame = JSON.parse(event.data); handlers[frame.type]?.(frame); };
  socket.onclose = () => {
    say("disconnected; connecting again…");
    setRunning(null);
    setTimeout(connect, Math.random() * wait);
    wait = Math.min(wait * 2, 15000);
  };
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const content = $("input").value;
  if (!content) return;
  $("input").value = "";
  bubble("user", content);
  const frame = { type: "send_message", thread_id: thread ?? "new", content, client_message_id: crypto.randomUUID() };
  outbox.push(frame);
  send(frame);
});
$("input").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("form").requestSubmit(); }
});
$("stop").addEventListener("click", () => running && send({ type: "cancel", thread_id: thread, request_id: running }));
$("new").addEventListener("click", () => { sessionStorage.removeItem("avai.thread"); location.reload(); });
connect();
