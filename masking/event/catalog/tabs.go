package catalog

import "github.com/cotrail/cotrail/masking/event"

var tabs = []Type{
	{Type: event.TabCreated, Title: "Tab created", Doc: "A tab joins the session.", keys: `
		opener_tab_id  the tab it was opened from
		opened_by      the client_index of who opened it
		how            how it was opened`,
		Sample: `{"tab_id":"9d2c1f0a77b3e645","opener_tab_id":null,"url":"https://quote.example/","how":"initial"}`},
	{Type: event.TabClosed, Title: "Tab closed", Doc: "A tab leaves the session.", keys: `
		how      how it left: nothing more was heard of it, when the relay concluded it
		open_ms  since it joined`,
		Sample: `{"tab_id":"51aa03c9f2e4d786","by":null,"how":"left","open_ms":61200,"synthesized":true}`},
	{Type: event.SwitchActiveTab, Title: "Active tab switched", Doc: "The session's active tab changes.", keys: `
		from_tab  the tab that was active
		to_tab    the tab that is active now
		basis     how we know`,
		Sample: `{"from_tab":"9d2c1f0a77b3e645","to_tab":"51aa03c9f2e4d786","basis":"visibility"}`},
	{Type: event.TabPause, Title: "Tab paused", Doc: "Sharing of a tab is paused, or the browser freezes it. While it is paused nothing of its content is recorded.", keys: `
		reason  what the page said; frozen, when it was the browser`,
		Sample: `{"tab_id":"9d2c1f0a77b3e645","by":0,"reason":"looking for a document"}`},
	{Type: event.TabResume, Title: "Tab resumed", Doc: "Sharing of a tab goes on.", keys: `
		paused_ms  since the pause`,
		Sample: `{"tab_id":"9d2c1f0a77b3e645","by":0,"paused_ms":42000}`},
}
