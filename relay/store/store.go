// Package store keeps what the relay may not lose. One interface, one conformance suite, one implementation for
// each engine. What Open, Append and Number have returned without error is on disk.
package store

import (
	"context"
	"errors"
	"math"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/words"
)

// Errors that tell the caller what to do.
var (
	ErrNotFound   = errors.New("no such session")                       // answer 404
	ErrNotAllowed = errors.New("the session belongs to somebody else")  // refuse: wrong secret, token, ticket or site
	ErrExpired    = errors.New("the ticket has expired")                // refuse for now: the frame gets another
	ErrTooLate    = errors.New("the token has expired")                 // refuse: the stream was not opened before
	ErrEnded      = errors.New("the session has ended")                 // Open again: a new session goes on
	ErrOutOfOrder = errors.New("events before these are missing")       // refuse: the recorder sends from the last durable one
	ErrConflict   = errors.New("the session was numbered by another")   // read the work again
	ErrTooMany    = errors.New("the session has too many streams")      // refuse
	ErrFull       = errors.New("the store cannot take more at present") // refuse for now: disk full or queue full
	ErrCursor     = errors.New("the cursor is not one of this list")    // answer 400
	ErrReused     = errors.New("the key was used for another request")  // answer 422
)

// MaxStreams bounds the streams of a session: a page load each; more is no session that
// anybody could read. ErrTooMany beyond.
const MaxStreams = 1024

// Opening is a stream that wants to send.
type Opening struct {
	Site       string
	Session    string
	SecretHash [32]byte // SHA-256 of the resume secret; not looked at when Frame is set
	Frame      string   // the origin of a frame, which opens by Ticket; empty for a page
	Ticket     event.Ticket
	// Person is who a participant's token says is at the page, nil for a page that opens by the secret. A page with a
	// token has a secret as well, by which it makes the tickets of its frames.
	Person   *Person
	Expired  bool   // the token was good until a moment ago: only a stream that is there may go on
	Stream   string // 16 hexadecimal digits
	Tab      string
	Received int64 // the relay's clock, milliseconds since 1970
	Offset   int64 // what to add to the page's clock to get the relay's, milliseconds, as measured now
	URL      string
	IP       string // as it may be stored: hashed by the caller
	Agent    string
	Width    int64
	Height   int64
	Device   string
	Policy   string
	Release  string
	// Connected tells that a connection opens the stream, and not a request. It holds until the connection has ended in
	// order, which Left notes; so it still holds of a stream whose connection was lost.
	Connected bool
}

// Opened is the stream as the store has it.
type Opened struct {
	Session     string // another than asked for when that one had ended
	Last        uint64 // the last durable event of the stream
	ClientIndex int64
	Offset      int64 // in force: the one of the browser's earlier streams while it still fits
}

// Batch is consecutive events of a stream, already checked and masked.
type Batch struct {
	Session  string
	Stream   string
	First    uint64
	Count    int
	Received int64
	Lines    []byte // Count lines of JSON
}

// Stream is a recorder instance of a session.
type Stream struct {
	Opening
	ClientIndex int64
	Ordinal     int64 // order of opening within the session, from 1
	Live        bool  // a connection is open
	Seen        int64 // when it was last heard of; the time from which on some relay was always there when that is later
}

// Lost tells that the stream's connection is over and has not ended in order.
func (s *Stream) Lost() bool { return s.Connected && !s.Live }

// Work is what the sequencer needs of one session.
type Work struct {
	ID        string
	Site      string
	Created   int64
	LastSeq   uint64
	Hash      [32]byte // chain hash of entry LastSeq
	Salt      [32]byte // made with the session
	State     []byte   // what the sequencer saved last, nil at first
	Ended     bool
	Continues string    // the ended session whose late events this one holds
	Streams   []Stream  // by Ordinal
	Pending   []Pending // in the order in which they became durable
	Rest      int64     // when the first pending batch was received that is not in Pending; 0 when all are
}

// AllEvents asks Work for everything that is pending.
const AllEvents = math.MaxInt

// Pending is a durable batch that has no numbers in the log yet.
type Pending struct {
	ID int64
	Batch
}

// Numbered is what one run of the sequencer has made of a session's work. It is stored as a whole or not at all.
type Numbered struct {
	ID       string
	After    uint64 // LastSeq of the Work; ErrConflict when it is no longer that
	LastSeq  uint64
	Hash     [32]byte
	State    []byte
	Entries  []byte  // canonical JSON lines of entries After+1 to LastSeq, each with its line feed; may be empty
	Done     []int64 // IDs of the Pending that are in Entries
	Ended    bool
	LastTime int64 // of the last entry, milliseconds since 1970
	Summary  Summary
}

// Summary is what a list shows of a session.
type Summary struct {
	ID           string
	Site         string
	Created      int64 // milliseconds since 1970
	LastTime     int64 // of the last entry
	Ended        bool
	Sealed       bool  // the store's own to tell, not Number's, as are Erased and Held
	Erased       int64 // when, 0 while it is there
	Held         int64 // since when, 0 when it is not
	EndReason    string
	Entries      uint64
	StartURL     string
	Participants []string // names, as the log shows them
	Continues    string
	Policies     []string // digests that its streams ran under, in order; the store's own to tell, not Number's
}

// Policy is a policy as a site's pages were given it.
type Policy struct {
	Digest   string // SHA-256 of Compiled, hexadecimal
	Site     string
	Since    int64 // when it was first kept for the site, milliseconds since 1970
	Compiled []byte
}

// Query selects sessions, newest first.
type Query struct {
	Sites    []string // nil for all
	From, To int64    // created from then on and before then, milliseconds since 1970; 0 for any time
	Words    []Word   // the session has them all
	Limit    int
	After    string // cursor of the page before; ErrCursor when it is none
}

// Word is one by which a session is found, in the form of package words.
type Word struct {
	Kind words.Kind
	Text string
}

// Reader is what auditors need.
type Reader interface {
	Sessions(ctx context.Context, q Query) (page []Summary, next string, err error)
	Session(ctx context.Context, id string) (Summary, error)
	// Policy gives a policy once for each site that ever had it, by the sites' keys; ErrNotFound when none had.
	Policy(ctx context.Context, digest string) ([]Policy, error)
	// Entries calls fn with each entry after seq, in order, as a line of canonical JSON without its line feed. It
	// holds no lock while fn runs, so fn may be slow; an error of fn ends it and is returned.
	Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error
}

// Ingest is what receiving events needs.
type Ingest interface {
	// Open makes or goes on with a session and a stream of it. ErrNotAllowed when the session is of another site
	// or has another secret, or the stream was opened by another credential: by the secret, by a token of another
	// participant, or by tickets for another origin. For an ended session it opens the one that continues it, made
	// once, where the stream goes on from the same number. Everybody who has the secret of a session is its
	// participant 0; a token says which one its page is of, and a frame is of the page's around it.
	//
	// A frame makes no session: ErrNotFound when there is none yet, or none of its streams is of a page in the
	// frame's tab. CheckTicket tells what else is refused, by the clock of the newest such page.
	Open(ctx context.Context, o Opening) (Opened, error)
	// Append makes the events durable and gives the stream's last durable number. Events that are already there
	// are skipped, so the same batch may come again and again. ErrOutOfOrder when b.First is beyond the next one,
	// ErrEnded when the session has ended, ErrNotFound when session or stream were never opened.
	Append(ctx context.Context, b Batch) (last uint64, err error)
	// Seen notes that a stream was heard of, and whether its connection is open. ErrNotFound when this relay has
	// not opened it, or its session has ended: there is nothing to note then.
	Seen(ctx context.Context, session, stream string, at int64, live bool) error
	// Left makes it durable that a stream's connection has ended in order: the page was left, or the relay wanted no
	// more of it. It comes before the Seen that says that there is no connection. ErrNotFound and ErrEnded as with Append.
	Left(ctx context.Context, session, stream string) error
}

// Sequence is what numbering needs.
type Sequence interface {
	Leases
	// Live lists the sessions that have not ended or have pending batches, but for those that another relay numbers.
	Live(ctx context.Context) ([]string, error)
	// Work reads a session and, of its pending batches, the first with as many events. ErrLeased while another relay
	// numbers the session; otherwise this relay does from now on.
	Work(ctx context.Context, id string, events int) (Work, error)
	// Number stores what was made of the work. ErrConflict, and nothing is stored, when the log has grown, a batch
	// of Done is no longer pending, or n ends the session while a batch is pending that is not in Done: read the
	// work again. So an ended session never has pending batches.
	Number(ctx context.Context, n Numbered) error
}

// Policies is what serving policies needs.
type Policies interface {
	// KeepPolicies keeps policies for ever. One that is kept for its site already stays as it is.
	KeepPolicies(ctx context.Context, policies []Policy) error
}

// Store is all of it.
type Store interface {
	Reader
	Ingest
	Sequence
	Policies
	Recorders
	Keys
	Signals
	Sealing
	Tree
	Erasing
	Accesses
	Outbox
	Positions
	// Ready tells why the store would not take an event now, nil when it would.
	Ready(ctx context.Context) error
	Close() error
}
