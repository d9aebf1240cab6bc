// The content script of an extension that fills in forms. At document_start no recorder is there yet: what is said waits.

cotrail.log("The extension is here");
cotrail.log({ message: "A form was filled", fields: 3, password: "canary" }, { level: "warn" });
cotrail.event("consent_given", { text_id: "terms-7", by: 0 });
cotrail.event("x_form_filled", { fields: 3 });
