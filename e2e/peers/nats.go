package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// natsReady bounds the server's start.
const natsReady = 10 * time.Second

// startNATS starts a server within this process. Each writer has a connection and a subject of its own.
func startNATS(ctx context.Context, dir string) (func(int) (func([]byte) error, error), func() error, error) {
	s, err := server.NewServer(&server.Options{JetStream: true, StoreDir: dir, SyncAlways: true, DontListen: true, NoLog: true, NoSigs: true})
	if err != nil {
		return nil, nil, err
	}
	s.Start()
	var conns []*nats.Conn
	stop := func() error {
		for _, c := range conns {
			c.Close()
		}
		s.Shutdown()
		s.WaitForShutdown()
		return nil
	}
	connect := func() (jetstream.JetStream, error) {
		c, err := nats.Connect("", nats.InProcessServer(s))
		if err != nil {
			return nil, err
		}
		conns = append(conns, c)
		return jetstream.New(c)
	}
	if !s.ReadyForConnections(natsReady) {
		return nil, nil, errors.Join(errors.New("the NATS server does not start"), stop())
	}
	js, err := connect()
	if err == nil {
		_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "batches", Subjects: []string{"batches.*"}, Storage: jetstream.FileStorage})
	}
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	put := func(writer int) (func([]byte) error, error) {
		js, err := connect()
		subject := fmt.Sprintf("batches.%d", writer)
		return func(batch []byte) error {
			_, err := js.Publish(ctx, subject, batch)
			return err
		}, err
	}
	return put, stop, nil
}
