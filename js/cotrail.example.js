// What a page may tell the log. docs/integrate.md shows this file.

addEventListener("load", () => {
  const { cotrail } = window;
  if (!cotrail?.flush) return; // the script could not be loaded: the page goes on without it

  cotrail.on("status", (status) => console.info("The recorder is " + status));
  cotrail.identify({ username: "Ada Miller", email: "ada@mail.example", role: "customer" });
  cotrail.log("The offer was shown");
  cotrail.log({ message: "The offer was taken", plan: "plus" }, { level: "info" });
  cotrail.event("control_switch", { from: 0, to: 1, cause: "granted" });
  cotrail.event("chat", { message_number: 1, from: 1, to: 0, text: "Only its length is told" });
  cotrail.event("x_offer_shown", { plan: "plus" });
  cotrail.pause("The customer looks for a document");
  cotrail.resume();
  cotrail.flush().then(() => console.info("All of it is durable at the relay, in session " + cotrail.sessionId));
});
