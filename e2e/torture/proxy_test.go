package torture

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands between pages and relays, sends each connection to any relay that takes it, and cuts connections at random bytes, in either direction.
type proxy struct {
	listener net.Listener
	relays   []string
	cuts     atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool
	open  sync.WaitGroup
}

const (
	// cutShare is how many of ten connections are cut.
	cutShare = 5
	// cutWithin bounds the bytes after which: a frame or two up to what a page sends between two kills.
	cutWithin = 100_000
)

func startProxy(t *testing.T, relays []string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, relays: relays, conns: map[net.Conn]bool{}}
	p.open.Go(p.accept)
	t.Cleanup(func() {
		listener.Close()
		p.mu.Lock()
		for c := range p.conns {
			c.Close()
		}
		p.mu.Unlock()
		p.open.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		page, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.open.Go(func() { p.carry(page) })
	}
}

// carry takes bytes both ways until either side ends or the connection is cut.
func (p *proxy) carry(page net.Conn) {
	relay, err := p.dial()
	if err != nil {
		page.Close()
		return
	}
	p.note(page, true)
	p.note(relay, true)
	defer p.note(page, false)
	defer p.note(relay, false)
	left := new(atomic.Int64)
	left.Store(1 << 60)
	if rand.IntN(10) < cutShare {
		left.Store(rand.Int64N(cutWithin))
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{page, relay}, {relay, page}} {
		both.Go(func() {
			p.pipe(way[1], way[0], left)
			page.Close()
			relay.Close()
		})
	}
	both.Wait()
}

// dial connects to a relay.
func (p *proxy) dial() (relay net.Conn, err error) {
	for _, i := range rand.Perm(len(p.relays)) {
		if relay, err = net.Dial("tcp", p.relays[i]); err == nil {
			break
		}
	}
	return relay, err
}

var errCut = errors.New("the connection is cut")

// pipe copies until left bytes have passed in both directions together.
func (p *proxy) pipe(to io.Writer, from io.Reader, left *atomic.Int64) {
	buffer := make([]byte, 8<<10)
	for {
		n, err := from.Read(buffer)
		rest := left.Add(int64(-n))
		if rest < 0 {
			n, err = max(n+int(rest), 0), errCut
			p.cuts.Add(1)
		}
		if _, failed := to.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
	}
}

func (p *proxy) note(c net.Conn, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if open {
		p.conns[c] = true
	} else {
		c.Close()
		delete(p.conns, c)
	}
}
