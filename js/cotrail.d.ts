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
  /** pause() was called: nothing of the content is recorded until resume(). */
  | "paused"
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

  /**
   * Signals what the page cannot see by itself: control, chat, documents. Its details are masked by the type; what
   * the policy does not let through never leaves the browser. The log calls it claimed, unless the page's token has
   * the role host. A call with an unknown type, or without a required key, becomes a client_log entry that says so.
   */
  event<T extends keyof CotrailEvents>(type: T, details: CotrailEvents[T]): void;

  /** Says who is at this page. The log calls it claimed; where a token says who it is, it changes nothing. */
  identify(person: CotrailPerson): void;

  /** Begins to record, where the tag says data-start="manual", and again after stop(). */
  start(): void;

  /** Records nothing of this tab's content until resume(), and says so in the log. */
  pause(reason?: string): void;

  /** Goes on after pause(). */
  resume(): void;

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

// From here on it is written by: go generate ./masking/event/dts
/** The details of what an app signals, by type. What is said of a key is what the log has of it: all is masked before it leaves the browser. */
export interface CotrailEvents {
  /** A session comes to be. */
  session_created: {
    /** the session */
    session_id?: string | number;
    /** the first page, scrubbed */
    start_url?: string;
    /** keyed hash of the first address */
    ip?: string | null;
    /** page, or what the app says */
    created_from?: string;
    /** what the app runs with; secrets in it are stars */
    options?: Record<string, unknown>;
    /** where the app says it runs */
    server_region?: string | null;
    /** of relay and recorder */
    versions?: {
      /** of the relay */
      relay?: string;
      /** of the recorder */
      recorder?: string;
    };
    /** the ended session whose late events this one holds */
    continues?: string;
    [more: string]: unknown;
  };
  /** It is over, however it ended. Every session has exactly one that the relay or the app's back end says. */
  session_end: {
    /** why; page_closed when the last participant left, connection_lost when that one was lost */
    reason?: "ended_by_host" | "ended_by_participant" | "timeout" | "connection_lost" | "page_closed" | "limit";
    /** the client_index of who ended it */
    ended_by?: string | number | null;
    /** what was said */
    ended_message?: string | null;
    /** RFC 3339 */
    started?: string;
    /** RFC 3339 */
    ended?: string;
    /** from started to ended */
    duration_ms?: number;
    /** entries before this one */
    event_count?: number;
    /** the relay concluded it */
    synthesized?: boolean;
    [more: string]: unknown;
  };
  /** Someone is invited. */
  invitation_sent: {
    /** how */
    channel: "email" | "sms" | "link" | "pin";
    /** stars: that there is one */
    recipient?: string;
    /** the client_index of who invited */
    invited_by?: string | number | null;
    /** what the guest is to be */
    role?: string;
    /** RFC 3339 */
    expires_at?: string | null;
    [more: string]: unknown;
  };
  /** Someone enters. The reference calls it follower_joined when they are not the host. */
  participant_joined: {
    /** the participant's number in the session, from 0 */
    client_index: number;
    /** the participant's name */
    name?: string | null;
    /** keyed hash of the address */
    email?: string | null;
    /** who it is for the app */
    user_id?: string | number | null;
    /** whether a token says who it is */
    authenticated?: boolean;
    /** host, or what the app says */
    role?: string | null;
    /** desktop, tablet or mobile */
    deviceType?: string | null;
    /** the browser's */
    user_agent?: string | null;
    /** CSS pixels */
    screenWidth?: number | null;
    /** CSS pixels */
    screenHeight?: number | null;
    /** as the app says */
    country_code?: string | null;
    /** keyed hash of the address */
    ip?: string | null;
    /** the participant may enter */
    access_allowed?: boolean;
    /** as the app says */
    agent_passed?: boolean;
    /** nobody else of the agents came before */
    first_agent?: boolean;
    /** the session's password was given */
    password_passed?: boolean;
    /** as the app says */
    index?: number;
    /** how many have been here so far */
    participant_num?: number;
    /** what stands for a name that is not known */
    participant_prefix?: string;
    /** as the app says */
    queue_index?: string | number | null;
    /** the participant is connected */
    online?: boolean;
    /** the browser can hold a video call */
    webrtcEnabled?: boolean;
    /** in which the app shows the participant */
    color?: string;
    /** the same, as a CSS color */
    colorCode?: string;
    /** how the participant draws on the page */
    drawingSettings?: {
      /** drawing is on */
      enabled?: boolean;
      /** seconds until a drawing goes */
      timeout?: number;
      /** of the line, pixels */
      width?: number;
    };
    /** always null: it is a hash of the address */
    avatar?: string | null;
    /** stars */
    continuation_token?: string;
    /** scrubbed */
    apply_url?: string;
    /** what the app knows of the participant; secrets in it are stars */
    user_params?: Record<string, unknown>;
    /** how many are here now */
    count?: number;
    [more: string]: unknown;
  };
  /** Someone leaves, is removed, or is lost: nobody of them was connected for as long as the site's leave_after says. */
  participant_left: {
    /** the participant's number in the session, from 0 */
    client_index: number;
    /** the participant's name */
    username?: string | null;
    /** left when the last page was left; connection_lost when its connection broke off or fell silent, because the browser, the machine, the network or the relay failed; removed when the app says so */
    reason?: "left" | "removed" | "connection_lost";
    /** from the join */
    present_ms?: number;
    /** how many are still here */
    count?: number;
    /** the relay concluded it */
    synthesized?: boolean;
    [more: string]: unknown;
  };
  /** A tab joins the session. */
  tab_created: {
    /** the tab */
    tab_id: string | number;
    /** the tab it was opened from */
    opener_tab_id?: string | number | null;
    /** the client_index of who opened it */
    opened_by?: string | number | null;
    /** scrubbed */
    url?: string;
    /** how it was opened */
    how?: "initial" | "link" | "window_open" | "host";
    [more: string]: unknown;
  };
  /** A tab leaves the session. */
  tab_closed: {
    /** the tab */
    tab_id: string | number;
    /** the client_index of who did it */
    by?: string | number | null;
    /** how it left: nothing more was heard of it, when the relay concluded it */
    how?: "closed" | "left" | "host";
    /** since it joined */
    open_ms?: number;
    /** the relay concluded it */
    synthesized?: boolean;
    [more: string]: unknown;
  };
  /** The session's active tab changes. */
  switch_active_tab: {
    /** the tab that was active */
    from_tab?: string | number | null;
    /** the tab that is active now */
    to_tab: string | number;
    /** the client_index of who did it */
    by?: string | number | null;
    /** how we know */
    basis?: "visibility" | "host";
    [more: string]: unknown;
  };
  /** Sharing of a tab is paused, or the browser freezes it. While it is paused nothing of its content is recorded. */
  tab_pause: {
    /** the tab */
    tab_id: string | number;
    /** the client_index of who did it */
    by?: string | number | null;
    /** what the page said; frozen, when it was the browser */
    reason?: string | null;
    [more: string]: unknown;
  };
  /** Sharing of a tab goes on. */
  tab_resume: {
    /** the tab */
    tab_id: string | number;
    /** the client_index of who did it */
    by?: string | number | null;
    /** since the pause */
    paused_ms?: number;
    [more: string]: unknown;
  };
  /** A file is put into the session. */
  document_share: {
    /** the document */
    document_id: string | number;
    /** its extension only: *.pdf */
    filename?: string | null;
    /** its media type */
    mime?: string | null;
    /** bytes */
    size?: number | null;
    /** of the content */
    sha256?: string | null;
    /** how many it has */
    pages?: number;
    /** the client_index of who shared it */
    shared_by?: string | number | null;
    [more: string]: unknown;
  };
  /** A document is annotated, filled or signed. What was written is never told. */
  document_edit: {
    /** the document */
    document_id: string | number;
    /** of the document */
    page?: number;
    /** annotate, fill, sign, or what the app says */
    action?: string;
    /** with what */
    tool?: string | null;
    /** the client_index of who did it */
    by?: string | number | null;
    [more: string]: unknown;
  };
  /** A download starts. */
  file_download: {
    /** scrubbed */
    url: string;
    /** its extension only: *.pdf */
    filename?: string | null;
    /** its media type */
    mime?: string | null;
    /** bytes */
    size?: number | null;
    /** what started it */
    how?: "anchor" | "navigation" | "blob" | "host";
    /** it was not let through */
    blocked?: boolean;
    [more: string]: unknown;
  };
  /** A page has been reached. */
  navigate: {
    /** scrubbed */
    url: string;
    /** who, by the session's state */
    username?: string | null;
    /** the page before, scrubbed */
    from_url?: string | null;
    /** where the policy records titles */
    title?: string;
    /** how */
    kind?: "load" | "reload" | "push" | "replace" | "traverse" | "hash" | "restore";
    /** a person's act led here */
    user_initiated?: boolean | null;
    /** time spent on the page before */
    previous_page_ms?: number | null;
    [more: string]: unknown;
  };
  /** Leaving for another page begins, or is asked for. */
  relocate_start: {
    /** where to, scrubbed; null when it is not known */
    to_url: string | null;
    /** the page that is left, scrubbed */
    from_url?: string | null;
    /** what led away */
    cause?: "link" | "form" | "script" | "reload" | "traverse" | "host";
    /** a person's act did */
    user_initiated?: boolean | null;
    /** it opens in another tab */
    new_tab?: boolean;
    /** the client_index of who asked */
    requested_by?: string | number | null;
    [more: string]: unknown;
  };
  /** A field's value changed. One that the app signals is always masked. */
  input_change: {
    /** the local name of the element */
    node_name: string;
    /** of the element */
    attributes?: {
      /** the element's id, unless it looks like data */
      id?: string;
      /** the element's name, unless it looks like data */
      name?: string;
      /** the element's class, without words that look like data */
      class?: string;
    };
    /** the new value, after the patterns */
    value?: string;
    /** finds the element by document.evaluate */
    xpath?: string;
    /** of its form, when it is in one */
    parent_form_attributes?: {
      /** the element's id, unless it looks like data */
      id?: string;
      /** the element's name, unless it looks like data */
      name?: string;
      /** the element's class, without words that look like data */
      class?: string;
    };
    /** the type of an input */
    input_type?: string;
    /** the accessible name, where the policy records them */
    label?: string;
    /** of a checkbox or radio */
    checked?: boolean;
    /** of an option */
    selected?: boolean;
    /** what did it */
    cause?: "user" | "script" | "autofill" | "remote";
    /** whether the browser vouches for a person's act */
    trusted?: boolean;
    [more: string]: unknown;
  } | {
    /** true: what it was is hidden */
    is_masked: true;
    /** the local name of the element */
    node_name: string;
    /** the rule that hid it */
    rule: string;
    /** keyed hash: the same field can be recognised again, and nothing else */
    field?: string;
    /** whether it holds anything */
    filled?: boolean;
    /** what did it */
    cause?: "user" | "script" | "autofill" | "remote";
    /** whether the browser vouches for a person's act */
    trusted?: boolean;
  };
  /** A form is sent. */
  submit: {
    /** the form */
    form: {
      /** the element's id, unless it looks like data */
      id?: string;
      /** the element's name, unless it looks like data */
      name?: string;
      /** the element's class, without words that look like data */
      class?: string;
      /** get, post or dialog */
      method?: string;
      /** where it goes, scrubbed */
      action?: string;
    };
    /** finds the element by document.evaluate */
    xpath?: string;
    /** its fields */
    fields?: Array<{
      /** the element's name, unless it looks like data */
      name?: string;
      /** the type of a field */
      type?: string;
      /** whether it holds anything */
      filled?: boolean;
      /** true: what it was is hidden */
      is_masked?: boolean;
      /** keyed hash: the same field can be recognised again, and nothing else */
      field?: string;
    }>;
    /** the button that sent it */
    submitter?: {
      /** the local name of the element */
      node_name?: string;
      /** the accessible name, where the policy records them */
      label?: string;
      /** of the element */
      attributes?: {
        /** the element's id, unless it looks like data */
        id?: string;
        /** the element's name, unless it looks like data */
        name?: string;
        /** the element's class, without words that look like data */
        class?: string;
      };
    } | null;
    /** the form passed the browser's own checks */
    valid?: boolean;
    /** how it was sent */
    via?: "user" | "request_submit" | "submit";
    /** whether the browser vouches for a person's act */
    trusted?: boolean;
    /** what did it */
    cause?: "user" | "script" | "autofill" | "remote";
    /** true: what it was is hidden */
    is_masked?: boolean;
    /** the rule that hid it */
    rule?: string;
    [more: string]: unknown;
  };
  /** A click, also by keyboard, also auxiliary. */
  click: {
    /** the local name of the element */
    node_name: string;
    /** of the element */
    attributes?: {
      /** the element's id, unless it looks like data */
      id?: string;
      /** the element's name, unless it looks like data */
      name?: string;
      /** the element's class, without words that look like data */
      class?: string;
    };
    /** finds the element by document.evaluate */
    xpath?: string;
    /** the ARIA role */
    role?: string;
    /** the accessible name, where the policy records them */
    label?: string;
    /** where a link leads, scrubbed */
    href?: string;
    /** 0 main, 1 middle, 2 secondary */
    button?: number;
    /** from the element's left edge, 0 to 1 */
    x?: number;
    /** from its upper edge, 0 to 1 */
    y?: number;
    /** whether the browser vouches for a person's act */
    trusted?: boolean;
    /** how it was done */
    via?: "pointer" | "keyboard" | "script";
    [more: string]: unknown;
  } | {
    /** true: what it was is hidden */
    is_masked: true;
    /** the local name of the element */
    node_name: string;
    /** the rule that hid it */
    rule: string;
    /** keyed hash: the same field can be recognised again, and nothing else */
    field?: string;
    /** 0 main, 1 middle, 2 secondary */
    button?: number;
    /** whether the browser vouches for a person's act */
    trusted?: boolean;
    /** how it was done */
    via?: "pointer" | "keyboard" | "script";
  };
  /** Someone asks to be host. */
  host_request: {
    /** the client_index of who asked */
    requested_by: string | number;
    /** the client_index of the host */
    current_host?: string | number | null;
    [more: string]: unknown;
  };
  /** Another is host now. */
  host_change: {
    /** the client_index of who was host */
    from?: string | number | null;
    /** the client_index of who is host now */
    to: string | number;
    /** what led to it */
    cause?: string;
    [more: string]: unknown;
  };
  /** Someone asks for control of the session. */
  control_switch_request: {
    /** the client_index of who asked */
    requested_by: string | number;
    /** the client_index of who has it now */
    owner?: string | number | null;
    /** the same in the request and in what came of it */
    request_id?: string | number | null;
    [more: string]: unknown;
  };
  /** Control of the session passes on, or is refused. */
  control_switch: {
    /** the client_index of who had it */
    from: string | number | null;
    /** the client_index of who has it now */
    to: string | number | null;
    /** how */
    cause?: "given" | "taken" | "granted" | "revoked" | "denied";
    /** the same in the request and in what came of it */
    request_id?: string | number | null;
    [more: string]: unknown;
  };
  /** This participant has control now. */
  control_gained: {
    /** the participant's number in the session, from 0 */
    client_index: number;
    /** the participant's name */
    username?: string | null;
    /** the client_index of who had it */
    from?: string | number | null;
    /** of which tab, when it is not the whole session */
    tab_id?: string | number | null;
    [more: string]: unknown;
  };
  /** Control of a tab is given, taken, granted, revoked or denied. */
  tab_control: {
    /** the tab, or all */
    tab_id: string | number;
    /** the client_index of who has it now */
    owner?: string | number | null;
    /** the client_index of who has it now */
    to?: string | number | null;
    /** what came of it */
    action: "given" | "taken" | "granted" | "revoked" | "denied";
    [more: string]: unknown;
  };
  /** Someone asks to act in a tab. */
  tab_control_request: {
    /** the tab */
    tab_id: string | number;
    /** the client_index of who asked */
    requested_by: string | number;
    /** the client_index of who has it now */
    owner?: string | number | null;
    /** the same in the request and in what came of it */
    request_id?: string | number | null;
    [more: string]: unknown;
  };
  /** Someone writes in the chat. */
  chat: {
    /** its number in the chat */
    message_number?: number;
    /** the client_index of who wrote */
    from: string | number;
    /** for whom, when it is not for all */
    to?: string | number | null;
    /** characters */
    length?: number;
    /** of the app: its length is told, not the text */
    text?: string;
    [more: string]: unknown;
  };
  /** A call starts. */
  video_chat_enabled: {
    /** the client_index of who did it */
    by: string | number | null;
    /** what is sent */
    media?: Array<"audio" | "video" | "screen">;
    /** the call */
    call_id?: string | number | null;
    [more: string]: unknown;
  };
  /** The recording of a call starts. */
  video_chat_archiving_started: {
    /** the recording */
    archive_id: string | number;
    /** where it goes; page, when it is made there */
    storage?: string | null;
    /** the client_index of who did it */
    by?: string | number | null;
    [more: string]: unknown;
  };
  /** Capture or connection of a stream fails. */
  webrtc_stream_exception: {
    /** the stream, as the app or the browser names it */
    stream: string | number;
    /** the error's */
    name?: string;
    /** where it failed */
    phase?: "capture" | "peer" | "ice";
    /** the error's, after the patterns */
    message?: string;
    [more: string]: unknown;
  };
  /** Someone stops the camera or the sharing of the screen. */
  webrtc_stream_ended_by_user: {
    /** the stream, as the app or the browser names it */
    stream: string | number;
    /** the client_index of who did it */
    by?: string | number | null;
    /** since it began */
    duration_ms?: number;
    [more: string]: unknown;
  };
  /** A screenshot is stored. */
  screenshot_generated: {
    /** the picture */
    screenshot_id: string | number;
    /** what led to it */
    trigger?: string;
    /** where it is, scrubbed when it is an address */
    ref?: string | null;
    /** pixels */
    width?: number;
    /** pixels */
    height?: number;
    /** of the content */
    sha256?: string | null;
    [more: string]: unknown;
  };
  /** Someone asks for a feature: to go from co-browsing to video, say. */
  feature_upgrade_request: {
    /** which */
    feature: string;
    /** the client_index of who asked */
    requested_by?: string | number | null;
    /** what there was */
    from?: string | number | null;
    /** what there is to be */
    to?: string | number | null;
    /** what came of it */
    outcome?: string | null;
    [more: string]: unknown;
  };
  /** The page, an extension or the app writes a line. */
  client_log: {
    /** after the patterns */
    message: string;
    /** how grave */
    level?: "debug" | "info" | "warn" | "error";
    /** any JSON, every string in it after the patterns */
    data?: unknown;
    [more: string]: unknown;
  };
  /** Someone agrees to be recorded. */
  consent_given: {
    /** which text was agreed to */
    text_id?: string | number | null;
    /** the client_index of who did it */
    by?: string | number | null;
    [more: string]: unknown;
  };
  /** Someone no longer agrees to be recorded. */
  consent_withdrawn: {
    /** which text had been agreed to */
    text_id?: string | number | null;
    /** the client_index of who did it */
    by?: string | number | null;
    [more: string]: unknown;
  };
  /** The reference's name for the join of somebody who is not host. */
  follower_joined: CotrailEvents["participant_joined"];
  /** Types of your own, in letters, digits, underscores, hyphens and points. */
  [own: `x_${string}`]: Record<string, unknown>;
}
// Up to here.

declare global {
  interface Window {
    /** There once the tag has run. */
    cotrail?: Cotrail;
  }
}
