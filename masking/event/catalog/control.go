package catalog

import "github.com/cotrail/cotrail/masking/event"

var control = []Type{
	{Type: event.HostRequest, Title: "Host requested", Doc: "Someone asks to be host.", keys: `
		current_host  the client_index of the host`,
		Sample: `{"requested_by":1,"current_host":0}`},
	{Type: event.HostChange, Title: "Host changed", Doc: "Another is host now.", keys: `
		from  the client_index of who was host
		to    the client_index of who is host now
		cause what led to it`,
		Sample: `{"from":0,"to":1,"cause":"requested"}`},
	{Type: event.ControlSwitchRequest, Title: "Control requested", Doc: "Someone asks for control of the session.",
		Sample: `{"requested_by":1,"owner":0,"request_id":"r-1"}`},
	{Type: event.ControlSwitch, Title: "Control switched", Doc: "Control of the session passes on, or is refused.", keys: `
		cause  how`,
		Sample: `{"from":0,"to":1,"cause":"granted","request_id":"r-1"}`},
	{Type: event.ControlGained, Title: "Control gained", Doc: "This participant has control now.", keys: `
		tab_id  of which tab, when it is not the whole session`,
		Sample: `{"client_index":1,"username":"Ada Miller","from":0}`},
	{Type: event.TabControl, Title: "Tab control changed", Doc: "Control of a tab is given, taken, granted, revoked or denied.", keys: `
		tab_id  the tab, or all
		action  what came of it`,
		Sample: `{"tab_id":"9d2c1f0a77b3e645","owner":0,"to":1,"action":"granted"}`},
	{Type: event.TabControlRequest, Title: "Tab control requested", Doc: "Someone asks to act in a tab.",
		Sample: `{"tab_id":"9d2c1f0a77b3e645","requested_by":1,"owner":0,"request_id":"r-2"}`},
}
