package webhook

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

// maxInline bounds a body with the log itself in it, as Standard Webhooks advises: receivers bound theirs.
const maxInline = 20 << 10

// envelope is every body.
type envelope struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"` // when what it tells of happened: the same at each attempt
	Data      any    `json:"data"`
}

// whole is the log itself.
type whole struct {
	SessionID  string            `json:"session_id"`
	Site       string            `json:"site"`
	Logs       []json.RawMessage `json:"session_logs"`
	Checkpoint *string           `json:"checkpoint"` // null when the relay has none
}

// notice says where the log is, and what it must be.
type notice struct {
	SessionID  string  `json:"session_id"`
	Site       string  `json:"site"`
	URL        string  `json:"url"`
	Expires    string  `json:"expires"`
	SHA256     string  `json:"sha256"` // of what the link answers
	Count      int     `json:"count"`
	FirstSeq   uint64  `json:"first_seq"`
	LastSeq    uint64  `json:"last_seq"`
	Checkpoint *string `json:"checkpoint"` // null when the relay has none
}

// erased is the word that a log was erased.
type erased struct {
	SessionID string `json:"session_id"`
	Site      string `json:"site"`
}

// body writes what a message says.
func (w *Webhook) body(ctx context.Context, m deliver.Message) ([]byte, error) {
	e := envelope{Type: m.Type(), Timestamp: deliver.Timestamp(m.Made)}
	if m.Kind == store.KindErased {
		e.Data = erased{m.Session, m.Site}
		return encode(e)
	}
	checkpoint, err := w.checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	if len(m.Document.Lines) < maxInline {
		data := whole{SessionID: m.Session, Site: m.Site, Checkpoint: checkpoint}
		for line := range bytes.Lines(m.Document.Lines) {
			data.Logs = append(data.Logs, line)
		}
		e.Data = data
		if content, err := encode(e); err != nil || len(content) <= maxInline {
			return content, err
		}
	}
	e.Data = w.notice(m, checkpoint)
	return encode(e)
}

// checkpoint is the relay's newest, which every delivery of a log takes to where the relay cannot write.
func (w *Webhook) checkpoint(ctx context.Context) (*string, error) {
	newest, err := w.Checkpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the checkpoint: %w", err)
	}
	if newest == "" {
		return nil, nil
	}
	return &newest, nil
}

func (w *Webhook) notice(m deliver.Message, checkpoint *string) notice {
	link, expires := w.Link(m.Site, m.Session, w.Name)
	sum := sha256.Sum256(m.Document.Log())
	return notice{
		SessionID: m.Session, Site: m.Site, URL: link, Expires: deliver.Timestamp(expires), SHA256: hex.EncodeToString(sum[:]),
		Count: m.Document.Count, FirstSeq: m.Document.FirstSeq, LastSeq: m.Document.LastSeq, Checkpoint: checkpoint,
	}
}

// encode leaves < > & as they are: the entries are canonical JSON and stay so.
func encode(e envelope) ([]byte, error) {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(e); err != nil {
		return nil, fmt.Errorf("writing the body: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'}), nil
}

func zip(content []byte) []byte {
	var out bytes.Buffer
	to := gzip.NewWriter(&out)
	to.Write(content) // a buffer takes all
	to.Close()
	return out.Bytes()
}
