package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits of a connection. None of them holds for a recorder's socket: once a connection is one, net/http takes its
// deadlines off and package ingest sets its own.
const (
	// headWithin bounds the time for a request's head: some hundred bytes, also on a bad line.
	headWithin = 10 * time.Second
	// requestWithin bounds the time for a whole request. The largest is a page's last batches, 64 KiB.
	requestWithin = time.Minute
	// answerWithin bounds the time for an answer. The largest of known size is the recorder's module, which a phone
	// on a bad line should get too: 640 KB in two minutes are 5 KB a second. A log gets new time for every chunk.
	answerWithin = 2 * time.Minute
	// idleWithin is how long a connection is kept for the next request.
	idleWithin = 2 * time.Minute
	// maxHead bounds a request's head. Browsers and proxies send some 2 KB; a key and a cursor are short.
	maxHead = 16 << 10
)

// front is an address and what answers there.
type front struct {
	listener net.Listener
	server   *http.Server
}

// open listens, so that a taken address is known before anything is said to work.
func open(ctx context.Context, address string, h http.Handler, log *slog.Logger) (front, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return front{}, fmt.Errorf("listen: %w", err)
	}
	return front{listener, &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headWithin,
		ReadTimeout:       requestWithin,
		WriteTimeout:      answerWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}, nil
}

// address is what a browser on this machine opens.
func (f front) address() string { return "http://" + f.listener.Addr().String() }

// serve answers until stop or close. It gives nil then, and an error when it ended by itself.
func (f front) serve() error {
	if err := f.server.Serve(f.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", f.listener.Addr(), err)
	}
	return nil
}

// stop takes no more requests, waits for those that are being answered, and cuts them off when ctx ends.
func (f front) stop(ctx context.Context) error {
	if err := f.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests on %s were cut off: %w", f.listener.Addr(), errors.Join(err, f.server.Close()))
	}
	return nil
}
