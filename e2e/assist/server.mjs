// The server that OpenReplay's pages talk to, as far as lending a page goes. What an agent does it reads from its input, a
// line of JSON each: the event, the agent, and what belongs to it. What the page says it writes.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const write = (what) => process.stdout.write(JSON.stringify(what) + "\n");

/** What the tracker wants to know when it starts. Its own events are not looked at. */
const started = { token: "t", userUUID: "u", projectID: "1", sessionID: "1", delay: 0, startTimestamp: Date.now(), beaconSizeLimit: 1e6 };

const http = createServer((request, response) => {
  request.resume();
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "*");
  const starts = request.method === "POST" && request.url === "/v1/web/start";
  response.end(starts ? JSON.stringify(started) : "");
  if (starts) write(["started"]);
});

let tab = "";
const io = new Server(http, { path: "/ws-assist/socket" });
io.on("connection", (socket) => {
  tab = socket.handshake.query.tabId;
  write(["connected"]);
  socket.onAny((name) => name.startsWith("messages") || write([name]));
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, agent, data] = JSON.parse(line);
  io.emit(name, agent, name === "NEW_AGENT" ? data : { meta: { tabId: tab }, data });
}).on("close", () => process.exit());

http.listen(0, "127.0.0.1", () => write(["listening", `http://127.0.0.1:${http.address().port}`]));
