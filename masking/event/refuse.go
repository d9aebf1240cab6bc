package event

// Code says why the relay refused something, and by Codes what the recorder does then.
type Code string

// The reasons of a refusal.
const (
	BadFrame      Code = "bad_frame"
	BadChecksum   Code = "bad_checksum"
	BadEvent      Code = "bad_event"
	OutOfOrder    Code = "out_of_order"
	BadVersion    Code = "bad_version"
	BadHello      Code = "bad_hello"
	UnknownSite   Code = "unknown_site"
	ForeignOrigin Code = "foreign_origin"
	NotAllowed    Code = "not_allowed"
	TicketExpired Code = "ticket_expired"
	TokenExpired  Code = "token_expired"
	TooLarge      Code = "too_large"
	TooFast       Code = "too_fast"
	TooMany       Code = "too_many_streams"
	Unavailable   Code = "unavailable"
	TooSlow       Code = "too_slow"
)

// Reaction is what the recorder does about a refusal.
type Reaction byte

// The reactions.
const (
	Stop   Reaction = iota // nothing that this recorder could send would be taken
	Resend                 // connect again and send from the last acknowledged event, uncompressed
	Later                  // connect again after the back-off
)

// Codes is the one table of refusals: the HTTP status of the fallback, and the recorder's reaction.
var Codes = map[Code]struct {
	Status   int
	Reaction Reaction
}{
	BadFrame:      {400, Resend},
	BadChecksum:   {400, Resend},
	BadEvent:      {422, Stop},
	OutOfOrder:    {409, Resend},
	BadVersion:    {400, Stop},
	BadHello:      {400, Stop},
	UnknownSite:   {404, Stop},
	ForeignOrigin: {403, Stop},
	NotAllowed:    {403, Stop},
	TicketExpired: {403, Later},
	TokenExpired:  {403, Stop},
	TooLarge:      {413, Stop},
	TooFast:       {429, Later},
	TooMany:       {429, Later},
	Unavailable:   {503, Later},
	TooSlow:       {408, Later},
}

// Refusal is the relay's answer to a frame it does not take. The connection ends with it.
type Refusal struct {
	Code   string // a Code
	Reason string // a sentence a person can act on
}

func (r *Refusal) lines() []line {
	return []line{{"code", &r.Code, false}, {"reason", &r.Reason, false}}
}

// Append writes the frame.
func (r *Refusal) Append(dst []byte) []byte { return appendLines(dst, KindRefuse, r.lines()) }

// ReadRefusal reads the frame.
func ReadRefusal(frame []byte) (Refusal, error) {
	var r Refusal
	err := readLines(frame, KindRefuse, r.lines())
	return r, err
}
