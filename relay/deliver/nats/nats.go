// Package nats publishes entries to NATS JetStream as they are numbered, for a pipeline of one's own.
//
// The promise: an entry counts as published when the stream has acknowledged it, with all its replicas; an entry is
// published only after the one before it, so what the stream has of a session is without holes; a repeated entry is
// known by its Nats-Msg-Id, and what the stream has is asked before anything is published again.
//
// The subject is STREAM.SITE.SESSION, so that a consumer can choose, and each session has its order.
package nats

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/cotrail/cotrail/relay/deliver"
)

const (
	// Timeout bounds an attempt to tell of an erasure.
	Timeout = 30 * time.Second
	// duplicates is how long a stream that is made here knows the IDs of its messages: much longer than a publisher that
	// hangs may still have one on its way.
	duplicates = 10 * time.Minute
	// reconnectEvery is the pause between attempts to connect again.
	reconnectEvery = 500 * time.Millisecond
)

// Config is what a Stream needs.
type Config struct {
	URL         string // of one or more servers, comma-separated
	Name        string // of the stream
	Replicas    int    // of a stream that is made here
	Credentials string // file; empty for none
	Roots       *x509.CertPool
	Log         *slog.Logger
}

// Stream is a deliver.Publisher, and a deliver.Destination for the word of an erasure.
type Stream struct {
	Config
	conn *nats.Conn
	js   jetstream.JetStream

	mu     sync.Mutex
	stream jetstream.Stream // nil until it was found or made
}

// New makes a publisher. It connects by itself, now or when there is a server.
func New(c Config) (*Stream, error) {
	options := []nats.Option{
		nats.Name("cotrail"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(reconnectEvery),
		nats.ReconnectBufSize(-1), // nothing is kept for later: the position says what has to be sent
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.Log.Warn("NATS", "stream", c.Name, "error", err)
		}),
	}
	if c.Roots != nil {
		options = append(options, nats.Secure(&tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12}))
	}
	if c.Credentials != "" {
		options = append(options, nats.UserCredentials(c.Credentials))
	}
	conn, err := nats.Connect(c.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("connecting to NATS: %w", err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connecting to JetStream: %w", err)
	}
	return &Stream{Config: c, conn: conn, js: js}, nil
}

// Close ends the connection.
func (s *Stream) Close() { s.conn.Close() }

// open finds the stream, and makes it when there is none: what it keeps and for how long is then its operator's to say.
func (s *Stream) open(ctx context.Context) (jetstream.Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream != nil {
		return s.stream, nil
	}
	found, err := s.js.Stream(ctx, s.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		found, err = s.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: s.Name, Description: "Entries of audit logs, by Cotrail", Subjects: []string{s.Name + ".>"}, Replicas: s.Replicas,
			Storage: jetstream.FileStorage, Duplicates: duplicates,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("opening the stream: %w", err)
	}
	s.stream = found
	return found, nil
}

func (s *Stream) subject(site, session string) string { return s.Name + "." + site + "." + session }

// Last implements deliver.Publisher: the ID of the session's last message tells it.
func (s *Stream) Last(ctx context.Context, site, session string) (uint64, error) {
	stream, err := s.open(ctx)
	if err != nil {
		return 0, err
	}
	m, err := stream.GetLastMsgForSubject(ctx, s.subject(site, session))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("asking the stream: %w", err)
	}
	_, text, _ := strings.Cut(m.Header.Get(nats.MsgIdHdr), ":")
	seq, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, nil // no entry of ours: the stored position counts
	}
	return seq, nil
}

// Publish implements deliver.Publisher.
func (s *Stream) Publish(ctx context.Context, site, session string, entries []deliver.Entry) error {
	if _, err := s.open(ctx); err != nil {
		return err
	}
	for _, e := range entries {
		if err := s.publish(ctx, s.subject(site, session), e.ID(session), e.Line); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stream) publish(ctx context.Context, subject, id string, content []byte) error {
	m := nats.NewMsg(subject)
	m.Data = content
	_, err := s.js.PublishMsg(ctx, m, jetstream.WithMsgID(id), jetstream.WithExpectStream(s.Name))
	if err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	return nil
}

// Deliver implements deliver.Destination for the word of an erasure: the session's messages go, where the stream lets
// them, and one stays that says so.
func (s *Stream) Deliver(ctx context.Context, m deliver.Message) error {
	stream, err := s.open(ctx)
	if err != nil {
		return err
	}
	subject := s.subject(m.Site, m.Session)
	removed := stream.Purge(ctx, jetstream.WithPurgeSubject(subject)) == nil
	if ctx.Err() != nil {
		return ctx.Err()
	}
	notice, err := json.Marshal(map[string]any{"type": m.Type(), "session_id": m.Session, "site": m.Site, "timestamp": deliver.Timestamp(m.Made), "removed": removed})
	if err != nil {
		return err
	}
	return s.publish(ctx, subject, m.ID, notice)
}
