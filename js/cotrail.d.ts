// The types of window.cotrail, for pages that are checked by TypeScript: copy this file, or refer to it. None of its
// members ever throws into the page.

/** How the recording of this page goes. */
export type CotrailStatus =
  /** The tag says data-start="manual", and start() was not called yet. */
  | "waiting"
  /** Events are sensed and kept until the recorder is up. */
  | "starting"
  /** The relay has greeted this page. */
  | "recording"
  /** The connection is lost. Events are kept, and sent when it is back. */
  | "reconnecting"
  /** stop() was called. */
  | "stopped"
  /** Nothing is recorded, and nothing will be: WebAssembly is forbidden, too old, not to be had, or it crashed. */
  | `failed: ${"csp" | "unsupported" | "module" | "crash"}`
  /** The relay takes nothing of this page, for the reason given: "refused: unknown_site", for example. */
  | `refused: ${string}`;

/** A line for the log beside what is sensed. Its texts go through the site's masking. */
export interface CotrailLine {
  message: string;
  [more: string]: unknown;
}

/** Who is at this page, as far as the page knows. */
export interface CotrailPerson {
  username?: string;
  /** Only a keyed hash of it leaves the browser. */
  email?: string;
  user_id?: string;
  role?: string;
}

export interface Cotrail {
  /** Writes a client_log entry. */
  log(message: string | CotrailLine, options?: { level?: "debug" | "info" | "warn" | "error" }): void;

  /** Says who is at this page. The log calls it claimed. */
  identify(person: CotrailPerson): void;

  /** Begins to record, where the tag says data-start="manual", and again after stop(). */
  start(): void;

  /** Ends the recording of this page. */
  stop(reason?: string): void;

  /**
   * Resolves when all that happened so far is durable at the relay, or when nothing can be recorded. It never rejects.
   * While the status is "waiting" it waits for start().
   */
  flush(): Promise<void>;

  /** Calls the handler whenever the status changes. */
  on(name: "status", handler: (status: CotrailStatus) => void): void;

  readonly status: CotrailStatus;

  /** The session that this tab belongs to; null before the recorder is up. */
  readonly sessionId: string | null;

  /** This tab; null before the recorder is up. */
  readonly tabId: string | null;
}

declare global {
  interface Window {
    /** There once the tag has run. */
    cotrail?: Cotrail;
  }
}
