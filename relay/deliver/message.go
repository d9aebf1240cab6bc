package deliver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// The types of a message, as receivers know them.
const (
	TypeCreated = "space.session.audit_logs_created"
	TypeErased  = "space.session.audit_logs_erased"
)

// Source gives what is delivered.
type Source interface {
	// Document gives a sealed session; store.ErrNotFound when it has been erased.
	Document(ctx context.Context, session string) (Document, error)
	// Checkpoint gives the newest signed checkpoint, empty when there is none.
	Checkpoint(ctx context.Context) (string, error)
}

// Document is a finished session.
type Document struct {
	Lines    []byte // the entries, one a line of canonical JSON with its line feed
	Count    int
	FirstSeq uint64
	LastSeq  uint64
	// Export is the document with all that an offline check needs, for what is kept outside: a bucket, a directory.
	// Without it they get the log.
	Export []byte
}

// Log is the document as GET /v1/sessions/{id}/log answers it. It is the same at every time, so a hash can stand for it.
func (d Document) Log() []byte {
	var out bytes.Buffer
	out.Grow(len(d.Lines) + d.Count + 32)
	out.WriteString("{\"session_logs\":[\n")
	out.Write(bytes.ReplaceAll(bytes.TrimSuffix(d.Lines, []byte{'\n'}), []byte{'\n'}, []byte(",\n")))
	out.WriteString("\n]}\n")
	return out.Bytes()
}

// Kept is what is kept outside.
func (d Document) Kept() []byte {
	if d.Export != nil {
		return d.Export
	}
	return d.Log()
}

// LinesSum is the SHA-256 of the entries: it tells whether two documents have the same log, whatever else is in them.
func (d Document) LinesSum() [sha256.Size]byte { return sha256.Sum256(d.Lines) }

// SameLog tells whether two documents have the same entries, whatever proves them: a proof is another one each time.
func SameLog(a, b []byte) bool {
	of := func(document []byte) []byte {
		var d struct {
			Logs json.RawMessage `json:"session_logs"`
		}
		var log bytes.Buffer
		if json.Unmarshal(document, &d) != nil || json.Compact(&log, d.Logs) != nil {
			return nil
		}
		return log.Bytes()
	}
	log := of(a)
	return log != nil && bytes.Equal(log, of(b))
}

// Message is what a destination gets.
type Message struct {
	ID       string // the same at each attempt
	Kind     string // store.KindCreated or store.KindErased
	Site     string
	Session  string
	Began    time.Time // when the session was created
	Made     time.Time // when what it tells of happened
	Document Document  // of a created one
}

// Type is the message's type, as receivers know it.
func (m Message) Type() string {
	if m.Kind == store.KindErased {
		return TypeErased
	}
	return TypeCreated
}

// Name is where a bucket or a directory keeps the session: by site, day and session.
func (m Message) Name() string { return m.stem() + ".json" }

// ErasedName is where it keeps the word that the session was erased.
func (m Message) ErasedName() string { return m.stem() + ".erased.json" }

func (m Message) stem() string { return m.Site + "/" + m.Began.Format("2006/01/02") + "/" + m.Session }

// Timestamp writes a time as entries have it.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
