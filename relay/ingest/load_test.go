package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
)

// others are pages that record while somebody else does harm: each batch of theirs is acknowledged.
func (r *relay) others(t *testing.T, harm func()) {
	t.Helper()
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		p := r.record(t, someHello())
		all.Go(func() {
			last := uint64(0)
			for {
				select {
				case <-done:
					r.wantLog(t, p, last)
					return
				default:
				}
				if p.pen.streamed > event.RenewAfter {
					p.pen = pen{}
				}
				if err := p.ws.Write(context.Background(), websocket.MessageBinary, p.batch(3)); err != nil {
					t.Errorf("another page: %v", err)
					return
				}
				last += 3
				if frame, err := p.receive(); err != nil {
					t.Errorf("another page: %v", err)
					return
				} else if got, err := event.ReadAck(frame); err != nil || got != last {
					t.Errorf("another page: %q, %v; want the acknowledgement of %d", frame, err, last)
					return
				}
			}
		})
	}
	harm()
	close(done)
	all.Wait()
}

// raw opens a socket by hand, for pages that do what the library would not, and says hello.
func raw(t *testing.T, with net.Dialer, relay net.Addr, hello event.Hello) *net.TCPConn {
	t.Helper()
	c, err := with.Dial("tcp", relay.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: relay\r\nOrigin: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: %s\r\n\r\n", origin, event.Subprotocol)
	if _, err := c.Write(fragment(hello.Append(nil), true, true)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// fragment is a piece of a message as the WebSocket carries it, masked with zeros.
func fragment(payload []byte, first, last bool) (b []byte) {
	head := byte(0)
	if first {
		head = 2 // binary
	}
	if last {
		head |= 0x80
	}
	if b = append(b, head); len(payload) < 126 {
		b = append(b, 0x80|byte(len(payload)))
	} else {
		b = append(b, 0x80|126, byte(len(payload)>>8), byte(len(payload)))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// ended reads until the relay ends the connection, and gives what it had said.
func ended(t *testing.T, c net.Conn) string {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	said, err := io.ReadAll(c)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Fatalf("the relay keeps the connection; it said %q", said)
	}
	return string(said)
}

// smallBuffers is a listener whose connections hold little of what is not read.
type smallBuffers struct{ net.Listener }

func (l smallBuffers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(1)
	}
	return c, err
}

// holdsLittle makes a socket that lets the other end send it little before it reads; when it is connected it has said
// already how much it lets it.
func holdsLittle(_, _ string, socket syscall.RawConn) (err error) {
	failed := socket.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1) })
	return errors.Join(err, failed)
}

// A page that sends and never reads is given up once its answers do not fit into its connection any more.
func TestPageThatDoesNotRead(t *testing.T) {
	r := newRelay(t, func(c *Config) { c.Limits.WriteTimeout, c.Limits.Burst = 100*time.Millisecond, 1e9 })
	server := httptest.NewUnstartedServer(r.Handler)
	server.Listener = smallBuffers{server.Listener}
	server.Start()
	defer server.Close()
	r.others(t, func() {
		hello := someHello()
		c := raw(t, net.Dialer{Control: holdsLittle}, server.Listener.Addr(), hello)
		p := &page{hello: hello, next: 1}
		_ = c.SetWriteDeadline(time.Now().Add(5 * time.Minute)) // some hundred answers fill the connection, each after a commit
		for {
			lines := p.next
			_, err := c.Write(fragment(p.plain(lines, string(p.lines(1))), true, true))
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("the relay keeps a page that reads none of its answers")
			}
			if err != nil {
				break
			}
		}
		eventually(t, "the connection is given up", func() bool { return r.value("cotrail_connections") == 3 })
	})
}

// A page that sends its frame a byte at a time is refused when its time is over, whatever it goes on sending.
func TestByteByByte(t *testing.T) {
	r := newRelay(t, func(c *Config) { c.Limits.FrameTimeout = 200 * time.Millisecond })
	r.others(t, func() {
		hello := someHello()
		c := raw(t, net.Dialer{}, r.server.Listener.Addr(), hello)
		whole := fragment((&page{hello: hello, next: 1}).batch(20), true, true)
		gone := make(chan struct{})
		go func() {
			for i := range whole[:len(whole)-1] {
				if _, err := c.Write(whole[i : i+1]); err != nil {
					return
				}
				select {
				case <-gone:
					return
				case <-time.After(20 * time.Millisecond): // so slow is this page
				}
			}
		}()
		if said := ended(t, c); !strings.Contains(said, string(event.TooSlow)) {
			t.Errorf("the relay said %q", said)
		}
		close(gone)
	})
	if n := r.value("cotrail_refusals_total"); n != 1 {
		t.Errorf("%g refusals were counted, want 1", n)
	}
}

// A message in tiny fragments, also empty ones, without end is refused by its size or its time.
func TestFragmentFlood(t *testing.T) {
	for what, row := range map[string]struct {
		payload []byte
		want    event.Code
	}{"of one byte": {[]byte{7}, event.TooLarge}, "of none": {nil, event.TooSlow}} {
		t.Run(what, func(t *testing.T) {
			r := newRelay(t, func(c *Config) { c.Limits.FrameTimeout = 2 * time.Second })
			if row.want == event.TooLarge {
				r = newRelay(t, func(c *Config) { c.Limits.FrameTimeout = time.Minute })
			}
			r.others(t, func() {
				c := raw(t, net.Dialer{}, r.server.Listener.Addr(), someHello())
				go func() {
					flood := fragment(row.payload, true, false)
					for {
						if _, err := c.Write(flood); err != nil {
							return
						}
						flood = []byte(strings.Repeat(string(fragment(row.payload, false, false)), 500))
					}
				}()
				if said := ended(t, c); !strings.Contains(said, string(row.want)) {
					t.Errorf("the relay said %q, want %s", said, row.want)
				}
			})
		})
	}
}

// What all pages together make the relay hold is bounded: who would need more is refused for now, and counted.
func TestRoom(t *testing.T) {
	r := newRelay(t, func(c *Config) { c.Limits.Bytes = 200 << 10 })
	r.others(t, func() {
		var held []*net.TCPConn
		for range 4 { // each leaves a frame of 48 KB without its end
			c := raw(t, net.Dialer{}, r.server.Listener.Addr(), someHello())
			held = append(held, c)
			if _, err := c.Write(fragment(make([]byte, 48<<10), true, false)); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "all four frames take their room", func() bool { return r.room.left.Load() <= (200-4*48)<<10 })
		c := raw(t, net.Dialer{}, r.server.Listener.Addr(), someHello())
		if _, err := c.Write(fragment(make([]byte, 60<<10), true, false)); err != nil {
			t.Fatal(err)
		}
		if said := ended(t, c); !strings.Contains(said, string(event.Unavailable)) {
			t.Errorf("the relay said %q", said)
		}
		answer, content := r.post(t, origin, "text/plain", make([]byte, 60<<10))
		if answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("by request: %d %q", answer.StatusCode, content)
		}
		for _, c := range held {
			c.Close()
		}
		eventually(t, "the room is there again", func() bool { return r.room.left.Load() > 150<<10 })
	})
	if n := r.value("cotrail_refusals_total"); n != 2 {
		t.Errorf("%g refusals were counted, want 2", n)
	}
}

// A site that has all the connections it may have, and pages of it that send too fast, are refused and counted; the
// pages that are there, and another site's, do not notice.
func TestCrowdedSite(t *testing.T) {
	const crowd = 50
	r := newRelay(t, func(c *Config) { c.Limits.SiteConnections, c.Limits.Events, c.Limits.Burst = 3+crowd, 100, 10_000 })
	r.others(t, func() {
		for range crowd {
			r.record(t, someHello())
		}
		for range crowd {
			p := r.connect(t, someHello())
			p.send(p.hello.Append(nil))
			if code := p.refused(); code != event.TooMany {
				t.Fatalf("one page too many: %s", code)
			}
		}
	})
	if n := r.value("cotrail_refusals_total"); n != crowd {
		t.Errorf("%g refusals were counted, want %d", n, crowd)
	}
}
