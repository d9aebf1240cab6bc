// Package statistics tells a session in the shape of the reference's session log: who took part and when, who had
// control, which pages were seen in which window, what was written in the chat, and how it ended.
//
// The promise: it is a function of the log and of nothing else, and never kept beside it. Every key of every type is
// always there; what the log does not tell is null.
package statistics

// Session is the main type. All times are RFC 3339, as in the log.
type Session struct {
	TerminatorName    *string         `json:"terminator_name"`
	TerminatorMessage *string         `json:"terminator_message"`
	ID                string          `json:"id"`
	AccountID         string          `json:"account_id"` // the site's key
	OwnerID           *string         `json:"owner_id"`   // user_id of the first host
	Start             *string         `json:"start"`
	End               *string         `json:"end"`
	TerminatorID      *string         `json:"terminator_id"`
	TerminationReason *string         `json:"termination_reason"`
	Participants      []*Participant  `json:"participants"`
	Windows           []*Window       `json:"windows"`
	ChatProtocols     []*ChatProtocol `json:"chat_protocols"`
}

// Participant is one stay of one person: who leaves and comes back is there twice.
type Participant struct {
	RemoteIP                *string          `json:"remote_ip"`
	RuntimeSystem           *string          `json:"runtime_system"`
	ID                      string           `json:"id"`
	Type                    string           `json:"type"`
	Start                   *string          `json:"start"`
	End                     *string          `json:"end"`
	NavigationControlPeriod []*ControlPeriod `json:"navigation_control_period"`
	WebSessionID            *string          `json:"web_session_id"` // the first stream of the participant's own pages
	RemoteIPHash            *string          `json:"remote_ip_hash"`
	ParticipantID           string           `json:"participant_id"` // client_index
	SessionID               string           `json:"session_id"`
	UserID                  *string          `json:"user_id"`
	UserDisplayName         *string          `json:"user_display_name"`
	FirstName               *string          `json:"first_name"`
	LastName                *string          `json:"last_name"`
	UserName                *string          `json:"user_name"`
	AuthorizationRole       *string          `json:"authorization_role"`
	SessionRating           *string          `json:"session_rating"`
	TeamID                  *string          `json:"team_id"`
	TeamName                *string          `json:"team_name"`
	AdditionalInfo          *string          `json:"additional_info"`

	index int64
	seq   uint64 // of the join
}

// The types of a participant.
const (
	Owner = "OWNER" // the first host
	Guest = "GUEST"
)

// ControlPeriod is a time in which a participant was in control: of the session, or of a tab of it.
type ControlPeriod struct {
	ID    string  `json:"id"`
	Start *string `json:"start"`
	End   *string `json:"end"`
}

// Window is a tab.
type Window struct {
	ID              string            `json:"id"`        // tab_id
	OpenerID        *string           `json:"opener_id"` // user_id of who opened it
	Start           *string           `json:"start"`
	End             *string           `json:"end"`
	PageImpressions []*PageImpression `json:"page_impressions"`
}

// PageImpression is a page seen in a window.
type PageImpression struct {
	URL   *string `json:"url"`
	ID    string  `json:"id"`
	Start *string `json:"start"`
	End   *string `json:"end"`
}

// ChatProtocol is a chat message. Its text is there when the site's policy records it.
type ChatProtocol struct {
	MessageNumber   int64   `json:"message_number"`
	SenderName      *string `json:"sender_name"`
	SessionID       string  `json:"session_id"`
	SenderFirstName *string `json:"sender_first_name"`
	SenderLastName  *string `json:"sender_last_name"`
	Message         *string `json:"message"`
	ID              string  `json:"id"`
	SenderID        *string `json:"sender_id"`
	Time            *string `json:"time"`
}

// SystemID is the terminator_id of a session that nobody ended: it timed out, or its last page was closed.
const SystemID = "system"
