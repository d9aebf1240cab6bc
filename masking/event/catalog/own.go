package catalog

import "github.com/cotrail/cotrail/masking/event"

const (
	clipboard       = "length  characters, where both ends may be told"
	clipboardSample = `{"node_name":"textarea","xpath":"//*[@id=\"notes\"]","length":12}`
	untoldSample    = `{"is_masked":true,"node_name":"input","rule":"default","field":"90a4e1c7d52b6f38"}`
)

var own = []Type{
	{Type: event.RecorderStarted, Title: "Recorder started", Doc: "The recorder runs in a page.", keys: `
		version          of the recorder
		engine           of the browser
		screen           width and height, CSS pixels
		started_by       the tag, or a call of start()
		loaded_ms        from the tag to the first event
		clock_offset_ms  what the relay adds to the times of the page's clock, as it measured when the page connected`,
		Sample: `{"version":"1.0.0","engine":"chromium","started_by":"auto","loaded_ms":180,"clock_offset_ms":-12}`},
	{Type: event.RecorderStopped, Title: "Recorder stopped", Doc: "The page stopped it.", keys: `
		reason  what the page said`,
		Sample: `{"reason":"the visit is over"}`},
	{Type: event.RecorderFailed, Title: "Recorder failed", Doc: "Nothing is recorded, and why.", keys: `
		what       csp: WebAssembly is forbidden; unsupported: too old; module: not to be had; integrity: not the pinned one; crash
		restarted  it runs again`,
		Sample: `{"what":"csp","restarted":false}`},
	{Type: event.Gap, Title: "Gap", Doc: "Events are missing here, or the time that passed is not known.", keys: `
		first   time of the first, milliseconds by the page's clock
		last    time of the last
		reason  why; forgotten: the relay had stored these and has them no more, which was found at this time; clock: nothing is known to be missing, but between these two times the machine slept, or its clock was set`,
		Sample: `{"count":12,"first":1795341873343,"last":1795341893343,"reason":"overflow"}`},
	{Type: event.PolicyLoaded, Title: "Policy loaded", Doc: "The rules by which this page is masked.", keys: `
		digest    SHA-256 of the policy; null when it could not be had
		fallback  everything is hidden, because the site's own could not be had or read`,
		Sample: `{"digest":"7c89d7c7df586613463362366c0c47314afbeb78a2b94ba8fbb4a59e16d891da","fallback":false}`},
	{Type: event.MaskingCorrected, Title: "Masking corrected", Doc: "The relay found what the recorder should have hidden, and hid it. The text is kept nowhere.", keys: `
		of    the seq of the entry
		rule  what found it
		path  the key it stood in; * for one that the type does not have`,
		Sample: `{"of":7,"rule":"card","path":"details.label"}`},
	{Type: event.ConsentGiven, Title: "Consent given", Doc: "Someone agrees to be recorded.", keys: `
		text_id  which text was agreed to`,
		Sample: `{"text_id":"consent-en-3","by":0}`},
	{Type: event.ConsentWithdrawn, Title: "Consent withdrawn", Doc: "Someone no longer agrees to be recorded.", keys: `
		text_id  which text had been agreed to`,
		Sample: `{"text_id":"consent-en-3","by":0}`},
	{Type: event.ClipboardCopy, Title: "Copied", Doc: "Something is copied to the clipboard. What it was is never told.", keys: clipboard, Sample: clipboardSample, Masked: untoldSample},
	{Type: event.ClipboardCut, Title: "Cut", Doc: "Something is cut to the clipboard. What it was is never told.", keys: clipboard, Sample: clipboardSample, Masked: untoldSample},
	{Type: event.ClipboardPaste, Title: "Pasted", Doc: "Something is pasted from the clipboard. What it was is never told.", keys: clipboard, Sample: clipboardSample, Masked: untoldSample},
	{Type: event.Print, Title: "Printed", Doc: "A page is printed.", keys: `
		page  its address, scrubbed`,
		Sample: `{"page":"https://quote.example/cover?plan="}`},
	{Type: event.FileSelected, Title: "File selected", Doc: "Files are chosen in a field. Their names are never told.", keys: `
		sizes       bytes of each
		extensions  of each`,
		Sample: `{"count":2,"sizes":[182400,5120],"extensions":[".pdf",".png"]}`, Masked: untoldSample},
}
