// A customer's page with OpenReplay Assist. Its back end is asked under the page's own address.

import Tracker from "@openreplay/tracker";
import trackerAssist from "@openreplay/tracker-assist";
import { withCotrail } from "../../docs/examples/openreplay.js";

const server = document.documentElement.dataset.server;

const tell = (type, details) => fetch("/co-browsing", { method: "POST", body: JSON.stringify({ session: window.cotrail.sessionId, event: { type, details } }) });

const tracker = new Tracker({ projectKey: "shop", ingestPoint: server, __DISABLE_SECURE_MODE: true });
tracker.use(trackerAssist(withCotrail(tell)));
tracker.start();
