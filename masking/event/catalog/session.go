package catalog

import "github.com/cotrail/cotrail/masking/event"

var session = []Type{
	{Type: event.SessionCreated, Title: "Session created", Doc: "A session comes to be.", keys: `
		session_id     the session
		start_url      the first page, scrubbed
		ip             keyed hash of the first address
		created_from   page, or what the app says
		options        what the app runs with; secrets in it are stars
		server_region  where the app says it runs
		versions       of relay and recorder
		versions.relay     of the relay
		versions.recorder  of the recorder
		continues      the ended session whose late events this one holds`,
		Sample: `{"session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","start_url":"https://quote.example/","ip":null,"created_from":"page","options":{"chat_enabled":true,"s3_access_secret":"**********"},"server_region":null,"versions":{"relay":"1.0.0","recorder":"1.0.0"}}`},
	{Type: event.SessionEnd, Title: "Session ended", Doc: "It is over, however it ended. Every session has exactly one that the relay or the app's back end says.", keys: `
		reason         why; page_closed when the last participant left, connection_lost when that one was lost
		ended_by       the client_index of who ended it
		ended_message  what was said
		started        RFC 3339
		ended          RFC 3339
		duration_ms    from started to ended
		event_count    entries before this one`,
		Sample: `{"reason":"ended_by_host","ended_by":1,"ended_message":"Thank you for your call","started":"2026-11-22T10:04:33.343Z","ended":"2026-11-22T10:09:33.343Z","duration_ms":300000,"event_count":41}`},
	{Type: event.InvitationSent, Title: "Invitation sent", Doc: "Someone is invited.", keys: `
		channel         how
		recipient       stars: that there is one
		recipient_hash  keyed hash of the recipient, made by Cotrail
		invited_by      the client_index of who invited
		role            what the guest is to be
		expires_at      RFC 3339`,
		Sample: `{"channel":"email","recipient":"**********","recipient_hash":"90a4e1c7d52b6f38","invited_by":1,"role":"customer","expires_at":"2026-11-22T11:04:33.343Z"}`},
	{Type: event.ParticipantJoined, Title: "Participant joined", Doc: "Someone enters. The reference calls it follower_joined when they are not the host.", keys: `
		name            the participant's name
		email           keyed hash of the address
		user_id         who it is for the app
		authenticated   whether a token says who it is
		role            host, or what the app says
		deviceType      desktop, tablet or mobile
		user_agent      the browser's
		screenWidth     CSS pixels
		screenHeight    CSS pixels
		country_code    as the app says
		ip              keyed hash of the address
		access_allowed  the participant may enter
		agent_passed    as the app says
		first_agent     nobody else of the agents came before
		password_passed the session's password was given
		index           as the app says
		participant_num how many have been here so far
		participant_prefix  what stands for a name that is not known
		queue_index     as the app says
		online          the participant is connected
		webrtcEnabled   the browser can hold a video call
		color           in which the app shows the participant
		colorCode       the same, as a CSS color
		drawingSettings how the participant draws on the page
		drawingSettings.enabled  drawing is on
		drawingSettings.timeout  seconds until a drawing goes
		drawingSettings.width    of the line, pixels
		avatar          always null: it is a hash of the address
		continuation_token  stars
		apply_url       scrubbed
		user_params     what the app knows of the participant; secrets in it are stars
		count           how many are here now`,
		Sample: `{"client_index":1,"name":"Ada Miller","email":"5be1d24c7c8e6f00","user_id":"u-17","authenticated":true,"role":"agent","deviceType":"desktop","user_agent":"Mozilla/5.0 (X11; Linux x86_64)","screenWidth":1280,"screenHeight":800,"country_code":"PT","ip":null,"access_allowed":true,"agent_passed":false,"first_agent":false,"password_passed":false,"index":1,"participant_num":2,"participant_prefix":"Participant","queue_index":"","online":true,"webrtcEnabled":true,"color":"green","colorCode":"#66aa33","drawingSettings":{"enabled":false,"timeout":3,"width":15},"avatar":null,"continuation_token":"**********","apply_url":"","user_params":{"team":"Lisbon"},"count":2}`},
	{Type: event.ParticipantLeft, Title: "Participant left", Doc: "Someone leaves, is removed, or is lost: nobody of them was connected for as long as the site's leave_after says.", keys: `
		reason      left when the last page was left; connection_lost when its connection broke off or fell silent, because the browser, the machine, the network or the relay failed; removed when the app says so
		present_ms  from the join
		count       how many are still here`,
		Sample: `{"client_index":0,"username":null,"reason":"left","present_ms":300000,"count":0,"synthesized":true}`},
}
