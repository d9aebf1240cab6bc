// Page and relay make the same ticket of the same secret: relay/store reads these vectors as well.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { TICKET, ticket, until } from "./ticket.js";

const lines = readFileSync(new URL("../../testdata/tickets/vectors.txt", import.meta.url), "utf8").split("\n");

test("tickets are those of the vectors", async () => {
  const cases = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(" "));
  assert.ok(cases.length >= 5);
  for (const [secret, session, origin, expires, want] of cases) {
    assert.equal(await until(secret, session, origin, Number(expires)), want);
    assert.match(want, TICKET);
  }
});

test("a ticket lasts as long as the relay lets it", async () => {
  const life = /TicketLife = ([\d_]+)/.exec(readFileSync(new URL("../../masking/event/ticket.go", import.meta.url), "utf8"));
  const made = String(await ticket("s", "x", "https://shop.example", 1000.4));
  assert.equal(Number(made.split(".")[1]), 1000 + Number(life && life[1].replaceAll("_", "")));
});
