package server

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/deliver/dir"
	"github.com/cotrail/cotrail/relay/deliver/kafka"
	"github.com/cotrail/cotrail/relay/deliver/nats"
	"github.com/cotrail/cotrail/relay/deliver/s3"
	"github.com/cotrail/cotrail/relay/deliver/stdout"
	"github.com/cotrail/cotrail/relay/deliver/webhook"
	"github.com/cotrail/cotrail/relay/store"
)

// streamPoll is how long an entry may wait that another relay numbered.
const streamPoll = time.Second

// delivery is all that brings sessions to the sites' destinations.
type delivery struct {
	deliverer *deliver.Deliverer
	streamer  *deliver.Streamer
	links     *deliver.Links
	closers   []func() // of publishers' connections
}

// newDelivery makes a lane for each destination of the configuration. The key is that of links.
func (s *Server) newDelivery(conf *config.Config, key [sha256.Size]byte, metrics *metrics) (_ *delivery, err error) {
	d, o := &delivery{}, s.options
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	source := archive{s.store, s.trail}
	d.links = &deliver.Links{Key: key, Source: source, Now: time.Now, Used: s.noteUse, Log: o.Log}
	maker := &laneMaker{delivery: d, source: source, agent: "cotrail/" + cmp.Or(o.Assets.Version(), "0"), secretKey: filepath.Join(o.Data, webhook.KeyFile),
		log: o.Log, stdout: stdout.New(o.Stdout)}
	for _, site := range conf.Sites {
		for _, to := range site.Deliver {
			if err := maker.add(site.Key, to); err != nil {
				return d, fmt.Errorf("site %s, destination %s: %w", site.Key, to.Name, err)
			}
		}
	}
	d.deliverer = deliver.New(deliver.Config{
		Outbox: s.store, Source: source, Lanes: maker.lanes, Poll: deliver.DefaultPoll, Now: time.Now, Metrics: metrics, Log: o.Log,
	})
	d.streamer = deliver.NewStreamer(deliver.StreamConfig{
		Store: s.store, Lanes: maker.streams, Poll: streamPoll, Now: time.Now, Metrics: metrics, Log: o.Log,
	})
	return d, nil
}

// tells gives what tells a site's destinations of one of its sessions.
func (d *delivery) tells(kind string) func(site, id string, began int64) ([]store.Delivery, error) {
	return func(site, id string, began int64) ([]store.Delivery, error) {
		return d.deliverer.Deliveries(site, id, began, kind)
	}
}

// run delivers and streams until the context ends.
func (d *delivery) run(ctx context.Context) error {
	defer d.close()
	var group sync.WaitGroup
	group.Go(func() { _ = d.streamer.Run(ctx) }) // it ends with its context only
	defer group.Wait()
	return d.deliverer.Run(ctx)
}

func (d *delivery) close() {
	for _, closing := range d.closers {
		closing()
	}
}

// laneMaker makes of the configuration's words what they stand for.
type laneMaker struct {
	*delivery
	source    deliver.Source
	agent     string
	secretKey string // path of the key of webhooks' secrets
	log       *slog.Logger
	stdout    *stdout.Stdout // one for all, so that their lines are not mixed
	lanes     []deliver.Lane
	streams   []deliver.StreamLane
}

func (m *laneMaker) add(site string, c *config.Destination) error {
	lane := deliver.Lane{Site: site, Name: c.Name, Concurrency: c.Concurrency}
	switch c.Type {
	case config.DestWebhook:
		hook, err := m.webhook(site, c)
		if err != nil {
			return err
		}
		lane.Destination, lane.Timeout = hook, webhook.Timeout
	case config.DestS3:
		bucket, err := s3.New(s3.Config{
			Endpoint: c.Endpoint, Bucket: c.Bucket, Region: c.Region, Prefix: c.Prefix, Lock: c.ObjectLock, Governance: c.LockMode == "governance",
			Encryption: c.Encryption, KMSKey: c.KMSKey, Credentials: c.Credentials, Roots: c.Roots, Now: time.Now,
		})
		if err != nil {
			return err
		}
		lane.Destination, lane.Timeout = bucket, s3.Timeout
	case config.DestDir:
		lane.Destination, lane.Timeout = dir.New(c.Path), dir.Timeout
	case config.DestStdout:
		lane.Destination, lane.Timeout = m.stdout, stdout.Timeout
	case config.DestNATS:
		stream, err := nats.New(nats.Config{URL: c.URL, Name: c.Stream, Replicas: c.Replicas, Credentials: c.Credentials, Roots: c.Roots, Log: m.log})
		if err != nil {
			return err
		}
		lane.Destination, lane.Timeout = stream, nats.Timeout
		m.publish(&lane, stream, stream.Close)
	case config.DestKafka:
		topic, err := kafka.New(kafka.Config{Brokers: c.Brokers, Topic: c.Topic, TLS: c.TLS, Roots: c.Roots, User: c.User, Password: c.Password.Reveal()})
		if err != nil {
			return err
		}
		lane.Destination, lane.Timeout = topic, kafka.Timeout
		m.publish(&lane, topic, topic.Close)
	default:
		panic("the configuration has a type of destination that nobody makes: " + c.Type)
	}
	m.lanes = append(m.lanes, lane)
	return nil
}

// publish makes a stream of a lane.
func (m *laneMaker) publish(lane *deliver.Lane, p deliver.Publisher, closing func()) {
	lane.Streams = true
	m.streams = append(m.streams, deliver.StreamLane{Site: lane.Site, Name: lane.Name, Publisher: p})
	m.closers = append(m.closers, closing)
}

// webhook makes a webhook as the configuration has it, and decrypts its secrets.
func (m *laneMaker) webhook(site string, c *config.Destination) (*webhook.Webhook, error) {
	secrets, err := c.Secrets.Open(m.secretKey, site, c.Name)
	if err != nil {
		return nil, fmt.Errorf("secret_file %s: %w", c.Secrets.Path, err)
	}
	if c.Secrets.Plain() {
		m.log.Warn("a webhook's secret is not encrypted in its file; cotrail webhook secret --encrypt does that", "site", site, "destination", c.Name, "file", c.Secrets.Path)
	}
	return webhook.New(webhook.Config{
		Name: c.Name, URL: c.URL, Secrets: secrets, Gzip: c.Gzip, Networks: c.AllowNetworks, Roots: c.Roots, Agent: m.agent, Now: time.Now,
		Link: m.links.Make, Checkpoint: m.source.Checkpoint,
	}), nil
}

// numbering tells the streams of every entry.
type numbering struct {
	store.Sequence
	numbered func()
}

// Number implements store.Sequence.
func (n numbering) Number(ctx context.Context, m store.Numbered) error {
	err := n.Sequence.Number(ctx, m)
	if err == nil && m.LastSeq > m.After {
		n.numbered()
	}
	return err
}
