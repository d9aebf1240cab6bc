package store

import "context"

// HostStream is the stream of a session's events that the app's back end signals. No recorder can have this id:
// ingest refuses it. Its ClientIndex is NoParticipant.
const HostStream = "0000000000000000"

// NoParticipant is the ClientIndex of a stream that is nobody's.
const NoParticipant = -1

// KeepRequests is how long a repeated request is known by its idempotency key, in milliseconds: whoever tries again
// for a day has other troubles.
const KeepRequests = 24 * 60 * 60 * 1000

// Person is who a participant's token says is at a page. Its texts are masked.
type Person struct {
	ClientIndex int64  `json:"client_index"`
	UserID      string `json:"user_id,omitempty"`
	Name        string `json:"name,omitempty"`
	Email       string `json:"email,omitempty"`
	Role        string `json:"role,omitempty"`
}

// Once names a request that may be repeated. The zero Once is one that may not.
type Once struct {
	Key    string   // the caller's; with the scope it names the request
	Scope  string   // the site and the call
	Digest [32]byte // SHA-256 of all that the request asks for
}

// Signal is events of the app's back end, all or none of them.
type Signal struct {
	Site     string // where Session is made when there is none
	Session  string
	Create   bool // makes the session; ErrNotAllowed when there is one
	End      bool // the last of the events ends the session when it is numbered; signals after that go to the one that goes on
	Received int64
	URL      string // of a session that is made
	Count    int
	Lines    []byte // Count lines of JSON; none is an error but for a session that is made
	Once     Once
}

// Signalled is where events went. A repeated request gets what the first one got.
type Signalled struct {
	Session string // another than asked for when that one had ended
	First   uint64 // number of the first event in HostStream
	At      int64  // Received of the request that did it
}

// Invited is the place of a participant who gets a token.
type Invited struct {
	ClientIndex int64
	At          int64 // when the request that made it was received
}

// Signals is what the app's back end needs.
type Signals interface {
	// Signal makes events durable as a batch of HostStream. ErrNotFound when there is no such session and none is to
	// be made, ErrEnded when one that is to be ended has been ended already, ErrReused when the key was used for
	// another request. Events for a session that has ended go into the one that continues it, made once.
	Signal(ctx context.Context, s Signal) (Signalled, error)
	// Invite gives a session's participant: the same one for the same who, a new one for a who that is empty. Indices
	// are those that no participant and no stream has yet.
	Invite(ctx context.Context, session, who string, at int64, once Once) (Invited, error)
}
