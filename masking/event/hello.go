package event

// Hello opens a stream. It is the first frame of every connection and of every POST body.
type Hello struct {
	Site    string   // the site's public key
	Session string   // 32 hexadecimal digits, made by the page, or the one that the token is for
	Secret  string   // 32 hexadecimal digits: who has it may go on with the session
	Ticket  string   // instead of the secret, a Ticket: the stream is of a frame of another origin
	Token   string   // a participant's token; the secret beside it makes the tickets of the page's frames
	Stream  StreamID // this recorder
	Tab     string   // 16 hexadecimal digits
	Time    int64    // the page's clock when this was sent, milliseconds since 1970
	URL     string   // the page, scrubbed
	Agent   string   // the browser's user agent
	Width   int64    // of the screen, CSS pixels
	Height  int64
	Device  string // desktop, tablet or mobile
	Policy  string // digest of the policy in force, empty when it could not be had
	Release string // version of the recorder
}

func (h *Hello) lines() []line {
	return []line{
		{"site", &h.Site, false}, {"session", &h.Session, false}, {"secret", &h.Secret, true}, {"ticket", &h.Ticket, true}, {"token", &h.Token, true},
		{"stream", &h.Stream, false}, {"tab", &h.Tab, false}, {"time", &h.Time, false},
		{"url", &h.URL, true}, {"agent", &h.Agent, true}, {"width", &h.Width, true}, {"height", &h.Height, true},
		{"device", &h.Device, true}, {"policy", &h.Policy, true}, {"release", &h.Release, true},
	}
}

// Append writes the frame.
func (h *Hello) Append(dst []byte) []byte { return appendLines(dst, KindHello, h.lines()) }

// ReadHello reads the frame. It checks the form only; whether to believe it is the relay's to decide.
func ReadHello(frame []byte) (Hello, error) {
	var h Hello
	err := readLines(frame, KindHello, h.lines())
	return h, err
}

// Welcome is the relay's answer to a Hello that it accepts.
type Welcome struct {
	Session     string // the session that will hold the events: another than asked for when that one had ended
	Last        uint64 // the stream's last durable event
	ClientIndex int64  // the participant this stream belongs to
	Time        int64  // the relay's clock, milliseconds since 1970
}

func (w *Welcome) lines() []line {
	return []line{{"session", &w.Session, false}, {"last", &w.Last, false}, {"client_index", &w.ClientIndex, false}, {"time", &w.Time, false}}
}

// Append writes the frame.
func (w *Welcome) Append(dst []byte) []byte { return appendLines(dst, KindWelcome, w.lines()) }

// ReadWelcome reads the frame.
func ReadWelcome(frame []byte) (Welcome, error) {
	var w Welcome
	err := readLines(frame, KindWelcome, w.lines())
	return w, err
}

// Failure tells the relay why nothing is recorded in a page. The loader writes it when the module cannot run.
type Failure struct {
	What string // one of Failures
	Time int64  // by the page's clock
}

// Failures are the known reasons: what is not among them is refused, so that no text of a page gets in this way.
var Failures = []string{"csp", "unsupported", "module", "integrity", "crash"}

func (f *Failure) lines() []line {
	return []line{{"what", &f.What, false}, {"time", &f.Time, false}}
}

// Append writes the frame.
func (f *Failure) Append(dst []byte) []byte { return appendLines(dst, KindFailure, f.lines()) }

// ReadFailure reads the frame.
func ReadFailure(frame []byte) (Failure, error) {
	var f Failure
	err := readLines(frame, KindFailure, f.lines())
	return f, err
}
