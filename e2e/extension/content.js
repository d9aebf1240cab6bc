// The content script of the extension of extension_test.go. At document_start no recorder is there yet.

cotrail.log("The extension is here");
cotrail.log({ message: "A form was filled", fields: 3, password: "canary" }, { level: "warn" });
cotrail.event("consent_given", { text_id: "terms-7", by: 0 });
cotrail.event("x_form_filled", { fields: 3 });
