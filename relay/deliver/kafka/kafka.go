// Package kafka publishes entries to a topic of Kafka as they are numbered.
//
// The promise: an entry counts as published when all in-sync replicas have it; the entries of a session are in one
// partition, in their order. What a relay that died could not note is published again: the header id tells it.
package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/cotrail/cotrail/relay/deliver"
)

const (
	// Timeout bounds an attempt to tell of an erasure.
	Timeout = 30 * time.Second
	// recordWithin bounds the time for one record, within that for a batch of them.
	recordWithin = 25 * time.Second
)

// idHeader is the header by which a consumer knows a repeated entry.
const idHeader = "id"

// Config is what a Topic needs.
type Config struct {
	Brokers  []string
	Topic    string
	TLS      bool
	Roots    *x509.CertPool
	User     string // with Password, by SCRAM-SHA-512; empty for none
	Password string
}

// Topic is a deliver.Publisher, and a deliver.Destination for the word of an erasure.
type Topic struct {
	topic  string
	client *kgo.Client
}

// New makes a publisher. It connects when there is something to publish.
func New(c Config) (*Topic, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(c.Brokers...), kgo.DefaultProduceTopic(c.Topic), kgo.ClientID("cotrail"),
		kgo.RequiredAcks(kgo.AllISRAcks()), kgo.RecordDeliveryTimeout(recordWithin),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), // a key's records are in one partition
	}
	if c.TLS || c.Roots != nil {
		options = append(options, kgo.DialTLSConfig(&tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12}))
	}
	if c.User != "" {
		options = append(options, kgo.SASL(scram.Auth{User: c.User, Pass: c.Password}.AsSha512Mechanism()))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("making the client of Kafka: %w", err)
	}
	return &Topic{c.Topic, client}, nil
}

// Close ends the connections.
func (t *Topic) Close() { t.client.Close() }

// Last implements deliver.Publisher: Kafka cannot be asked for a key.
func (t *Topic) Last(context.Context, string, string) (uint64, error) { return 0, nil }

// Publish implements deliver.Publisher.
func (t *Topic) Publish(ctx context.Context, site, session string, entries []deliver.Entry) error {
	records := make([]*kgo.Record, len(entries))
	for i, e := range entries {
		records[i] = record(site, session, e.ID(session), e.Line)
	}
	if err := t.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	return nil
}

func record(site, session, id string, content []byte) *kgo.Record {
	return &kgo.Record{
		Key: []byte(session), Value: content,
		Headers: []kgo.RecordHeader{{Key: idHeader, Value: []byte(id)}, {Key: "site", Value: []byte(site)}},
	}
}

// Deliver implements deliver.Destination for the word of an erasure. What is in a topic stays until its retention ends.
func (t *Topic) Deliver(ctx context.Context, m deliver.Message) error {
	notice, err := json.Marshal(map[string]any{"type": m.Type(), "session_id": m.Session, "site": m.Site, "timestamp": deliver.Timestamp(m.Made), "removed": false})
	if err != nil {
		return err
	}
	if err := t.client.ProduceSync(ctx, record(m.Site, m.Session, m.ID, notice)).FirstErr(); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	return nil
}
