/**
 * Who this is. Without Clerk everybody is anonymous and keeps a session token here. With Clerk, its script is loaded from the address
 * that the publishable key names, and people sign in on Clerk's own pages, so that none of its markup is needed on this one.
 */
import { el } from "/app/dom.js";

const SESSION = "avai.session";
const LOCK = "avai.session";

export class SignIn extends EventTarget {
  #anonymous;
  #clerk = null;
  #release = null;

  /** @param config what /config.json says */
  constructor({ anonymous }) {
    super();
    this.#anonymous = anonymous;
  }

  /** Loads what is needed; nothing without Clerk. */
  async load({ sign_in: clerk }) {
    if (!clerk) return;
    const script = el("script", { src: `${clerk.frontend_api}/npm/@clerk/clerk-js@5/dist/clerk.headless.browser.js`, async: true, crossOrigin: "anonymous" });
    script.setAttribute("data-clerk-publishable-key", clerk.publishable_key);
    await new Promise((resolve, reject) => {
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => reject(new Error("sign-in is not available")));
      document.head.append(script);
    });
    await globalThis.Clerk.load();
    this.#clerk = globalThis.Clerk;
    let user = this.#clerk.user?.id;
    this.#clerk.addListener(({ user: now }) => {
      if (now?.id === user) return;
      user = now?.id;
      this.dispatchEvent(new Event("change"));
    });
  }

  get isOffered() {
    return this.#clerk !== null;
  }

  open() {
    this.#clerk.redirectToSignIn({ redirectUrl: location.href });
  }

  signOut() {
    return this.#clerk.signOut();
  }

  /** What to show to the server; see AvaiClient's option of that name. */
  async credentials(failure) {
    const token = await this.#clerk?.session?.getToken();
    if (token) return this.#signedIn(token, failure);
    if (this.#anonymous === "denied") return null;
    if (failure) {
      if (!this.#session()) return null;
      localStorage.removeItem(SESSION); // Spent or unknown: begin anew.
    }
    if (!this.#session()) await this.#alone();
    const session = this.#session();
    return session ? { session_token: session } : {};
  }

  /** Signing in claims what was said before. The session is shown until it has served. */
  #signedIn(token, failure) {
    const session = this.#session();
    return session && !failure ? { token, session_token: session } : failure && !session ? null : { token };
  }

  #session() {
    return localStorage.getItem(SESSION);
  }

  /** Two tabs that are opened at once must not become two people. */
  async #alone() {
    if (this.#release || !navigator.locks) return;
    this.#release = await new Promise((granted) => navigator.locks.request(LOCK, () => new Promise(granted)));
    setTimeout(() => this.#done(), 10_000);
  }

  #done() {
    this.#release?.();
    this.#release = null;
  }

  /** To be told of every auth_success. */
  authenticated({ user, session_token: session }) {
    if (session) localStorage.setItem(SESSION, session);
    else if (!user.is_anonymous) localStorage.removeItem(SESSION);
    this.#done();
  }
}
