/** Puts the page together. */
import { AvaiClient, uuid } from "/avai-client.js";
import { Composer } from "/app/composer.js";
import { Conversation } from "/app/conversation.js";
import { confirmed, prompted, toast } from "/app/dialogs.js";
import { $, announce } from "/app/dom.js";
import { download, toMarkdown } from "/app/export.js";
import { openMenu } from "/app/menu.js";
import { Messages } from "/app/messages.js";
import { onShortcut } from "/app/shortcuts.js";
import { Sidebar } from "/app/sidebar.js";
import { SignIn } from "/app/sign-in.js";
import { Threads } from "/app/threads.js";
import { connection, refusal } from "/app/words.js";

const LONGEST_TITLE = 200;
const NOTICE_AFTER = 800; // A short break of the connection is nobody's business.

const config = await (await fetch("/config.json")).json();
const signIn = new SignIn(config);
const client = new AvaiClient({
  url: new URL("/ws", location.href.replace(/^http/, "ws")),
  credentials: (failure) => signIn.credentials(failure),
  storage: localStorage,
});
const threads = new Threads(client);
const sidebar = new Sidebar(threads, showMenu);
const composer = new Composer({ send, stop });
const messages = new Messages({
  regenerate: () => attempt(conversation.regenerate()),
  edit: (id) => composer.edit(conversation.takeBack(id)),
  status: () => assistant,
});
let conversation = null;
let assistant = null;
let user = null;

/** What is asked of the server by hand may fail; the person is told, and may do it again. */
async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    toast(error.code === "DISCONNECTED" ? "There is no connection just now." : error.message);
    return null;
  }
}

// --- threads

const threadInAddress = () => location.hash.match(/^#\/t\/([0-9a-f-]{36})$/)?.[1] ?? null;

function open(threadId) {
  conversation?.close();
  // Messages that wait to make a thread are still to be seen after a reload.
  const waiting = client.outbox.findLast((message) => message.thread_id === undefined)?.new_thread;
  const opened = new Conversation(client, threadId, threadId === null ? (waiting ?? uuid()) : null);
  conversation = opened;
  opened.addEventListener("change", showState);
  opened.addEventListener("made", () => {
    if (opened !== conversation) return;
    history.replaceState(null, "", `#/t/${opened.threadId}`);
    composer.becomes(opened.threadId);
    sidebar.current = opened.threadId;
    load();
  });
  composer.open(threadId);
  messages.show(opened);
  sidebar.current = threadId;
  closeSidebar();
  showState();
  load();
}

/** Loads what is open, now or with the next connection. */
async function load() {
  const opened = conversation;
  if (client.state.state !== "online" || !opened.threadId) return;
  try {
    if (!opened.loaded) await opened.open();
    if (!threads.get(opened.threadId)) await threads.find(opened.threadId);
  } catch (error) {
    if (error.code === "THREAD_NOT_FOUND" && opened === conversation) gone();
    else if (error.code !== "DISCONNECTED") toast(error.message);
  }
}

function gone() {
  toast("This chat is there no more.");
  newChat();
}

function newChat() {
  if (threadInAddress()) history.pushState(null, "", location.pathname);
  open(null);
  composer.focus();
}

function send(text) {
  const sent = conversation.send(text);
  messages.toEnd();
  sent.catch((error) => announce(`Not sent: ${refusal(error)}`));
}

function stop() {
  if (conversation.isBusy) attempt(conversation.stop());
}

async function exportThread(thread) {
  const source = thread.id === conversation.threadId ? conversation : new Conversation(client, thread.id, null);
  await attempt(
    (async () => {
      if (!source.loaded) await source.open();
      while (source.hasOlder) await source.loadOlder();
      download(thread.title, toMarkdown(thread.title, source.entries()));
    })(),
  );
  if (source !== conversation) source.close();
}

function showMenu(button, thread) {
  const isArchived = thread.status === "archived";
  openMenu(button, [
    { icon: "edit", label: "Rename", action: () => rename(thread) },
    { icon: "pin", label: thread.is_pinned ? "Unpin" : "Pin", action: () => attempt(threads.change(thread.id, { is_pinned: !thread.is_pinned })) },
    { icon: "archive", label: isArchived ? "Take out of the archive" : "Archive", action: () => attempt(threads.change(thread.id, { archived: !isArchived })) },
    { icon: "download", label: "Export as Markdown", action: () => exportThread(thread) },
    { icon: "trash", label: "Delete", danger: true, action: () => remove(thread) },
  ]);
}

async function rename(thread) {
  const title = await prompted("Rename this chat", thread.title, LONGEST_TITLE);
  if (title && title !== thread.title) await attempt(threads.change(thread.id, { title }));
}

async function remove(thread) {
  if (await confirmed("Delete this chat?", `“${thread.title}” and all its messages are gone for good.`, "Delete")) await attempt(threads.delete(thread.id));
}

// --- what is shown around the messages

function showState() {
  const thread = threads.get(conversation.threadId);
  const title = thread?.title ?? (conversation.threadId ? "" : "New chat");
  $("title").textContent = title;
  $("title-menu").hidden = !thread;
  document.title = title && conversation.threadId ? `${title} · AVAI` : "AVAI";
  composer.busy = conversation.isBusy;
}

let noticeTimer = null;

function showConnection() {
  $("retry").hidden = !["waiting", "refused"].includes(client.state.state);
  $("sign-in-now").hidden = client.state.state !== "refused" || !signIn.isOffered;
  $("connection").dataset.state = client.state.state;
  const isNews = connection(client.state) !== null && $("connection").hidden;
  if (isNews) noticeTimer ??= setTimeout(writeConnection, NOTICE_AFTER); // Once in a break, however often it is tried.
  else writeConnection();
}

function writeConnection() {
  clearTimeout(noticeTimer);
  noticeTimer = null;
  const words = connection(client.state);
  $("connection").hidden = !words;
  $("connection-text").textContent = words ?? "";
}

function showUser() {
  const { user: now } = client;
  $("user").textContent = now ? (now.is_anonymous ? "Anonymous" : now.name) : "";
  $("sign-in").hidden = !signIn.isOffered || !now?.is_anonymous;
  $("sign-out").hidden = !signIn.isOffered || !now || now.is_anonymous;
}

const narrow = matchMedia("(max-width: 52rem)");

function closeSidebar() {
  document.body.classList.remove("sidebar-open");
  $("sidebar").inert = narrow.matches;
  $("open-sidebar").ariaExpanded = "false";
}

function openSidebar() {
  document.body.classList.add("sidebar-open");
  $("sidebar").inert = false;
  $("open-sidebar").ariaExpanded = "true";
  if (narrow.matches) $("new").focus();
}

// --- events

const ASSISTANT = { available: "Assistant ready", degraded: "Assistant partly away", unavailable: "Assistant away", disabled: "No assistant" };

/** Nothing is shown while nobody knows. */
function showAssistant(state) {
  assistant = state;
  if (state) $("assistant").dataset.state = state;
  else delete $("assistant").dataset.state;
  $("assistant").textContent = ASSISTANT[state] ?? "";
}

client.addEventListener("state", ({ detail }) => {
  showConnection();
  if (detail.state !== "online") {
    showAssistant(null);
    return;
  }
  client.request({ type: "get_ai_status" }).catch(() => {}); // The event tells it; a lost connection asks again.
  composer.limit = client.limits.max_content_chars;
  threads.load();
  load();
});
client.addEventListener("auth_success", ({ detail }) => {
  signIn.authenticated(detail);
  showUser();
  const isOther = user !== null && user !== detail.user.id;
  user = detail.user.id;
  if (isOther) open(threadInAddress());
});
client.addEventListener("ai_status", ({ detail }) => {
  showAssistant(detail.state);
  messages.refresh();
});
client.addEventListener("thread_deleted", ({ detail }) => {
  localStorage.removeItem(`avai.draft.${detail.thread_id}`);
  if (detail.thread_id === conversation.threadId) gone();
});
client.addEventListener("thread_lost", ({ detail }) => detail.thread_id === conversation.threadId && gone());
threads.addEventListener("change", showState);
setInterval(() => client.state.state === "waiting" && showConnection(), 1_000);
addEventListener("popstate", () => threadInAddress() !== conversation.threadId && open(threadInAddress()));

signIn.addEventListener("change", () => {
  // Signing in goes on with what was said before; signing out leaves it.
  if (client.user?.is_anonymous) {
    client.renew();
    return;
  }
  client.close();
  client.forget();
  client.connect();
});
$("sign-in").addEventListener("click", () => signIn.open());
$("sign-in-now").addEventListener("click", () => signIn.open());
$("sign-out").addEventListener("click", () => attempt(signIn.signOut()));
$("retry").addEventListener("click", () => client.connect());
$("new").addEventListener("click", newChat);
$("new-narrow").addEventListener("click", newChat);
$("title-menu").addEventListener("click", () => showMenu($("title-menu"), threads.get(conversation.threadId)));
$("open-sidebar").addEventListener("click", openSidebar);
$("close-sidebar").addEventListener("click", () => {
  closeSidebar();
  $("open-sidebar").focus();
});
$("backdrop").addEventListener("click", closeSidebar);
$("help").addEventListener("click", () => $("shortcuts").showModal());
$("close-shortcuts").addEventListener("click", () => $("shortcuts").close());
narrow.addEventListener("change", closeSidebar);
onShortcut({
  newChat,
  stop,
  search() {
    openSidebar();
    $("search").focus();
  },
  help: () => $("shortcuts").showModal(),
  go(step) {
    const thread = sidebar.neighbour(step);
    if (thread) location.hash = `#/t/${thread.id}`;
  },
  closeSidebar() {
    if (!document.body.classList.contains("sidebar-open")) return false;
    closeSidebar();
    $("open-sidebar").focus();
    return true;
  },
  write: () => composer.focus(),
});

open(threadInAddress());
await signIn.load(config).catch((error) => toast(error.message));
client.connect();
