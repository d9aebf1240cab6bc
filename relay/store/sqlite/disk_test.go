package sqlite

import (
	"io"
	"math/rand/v2"
	"sync"
)

// sector is what the disk writes as a whole or not at all.
const sector = 512

// disk is a disk with its cache, in memory. What was not synced may be lost in a crash: all of it, or any of its
// sectors. It can be full, a sync can fail, and it can lose its power at any of its operations.
type disk struct {
	mu     sync.Mutex
	random *rand.Rand
	files  map[string]*file
	epoch  int // counts the crashes; what was opened before a crash is dead

	left     int  // operations until the power goes, when it is over 0
	off      bool // it has gone
	full     bool // no file grows
	failSync int  // syncs until one fails, when it is over 0
	synced   int  // syncs so far, for tests to tell that there were any
}

// file is what the disk has of a file, and what its cache has.
type file struct {
	durable []byte
	cached  []byte
	pending []change
	named   bool // its name is durable
}

// change is a write that was not synced, or a truncation.
type change struct {
	at     int64
	bytes  []byte // nil for a truncation to at
	doomed bool   // a sync of it has failed: the cache has thrown it away and will not try again
}

func newDisk(seed uint64) *disk {
	return &disk{random: rand.New(rand.NewPCG(seed, 1)), files: map[string]*file{}}
}

// operate counts an operation of a handle that was opened in an epoch, and tells whether the disk still does it.
func (d *disk) operate(epoch int) bool {
	if d.left > 0 {
		if d.left--; d.left == 0 {
			d.off = true
		}
	}
	return !d.off && epoch == d.epoch
}

func (f *file) read(b []byte, at int64) (int, error) {
	if at >= int64(len(f.cached)) {
		return 0, io.EOF
	}
	n := copy(b, f.cached[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) write(b []byte, at int64) {
	c := change{at: at, bytes: append([]byte(nil), b...)}
	f.pending = append(f.pending, c)
	f.cached = c.apply(f.cached)
}

func (f *file) truncate(size int64) {
	c := change{at: size}
	f.pending = append(f.pending, c)
	f.cached = c.apply(f.cached)
}

// sync makes durable what was written, but for what an earlier sync has failed to.
func (f *file) sync() {
	for _, c := range f.pending {
		if !c.doomed {
			f.durable = c.apply(f.durable)
		}
	}
	kept := f.pending[:0]
	for _, c := range f.pending {
		if c.doomed {
			kept = append(kept, c)
		}
	}
	f.pending, f.named = kept, true
}

// doom is a sync that fails: what was pending may have come to the disk, and no later sync will bring it there.
func (f *file) doom() {
	for i := range f.pending {
		f.pending[i].doomed = true
	}
}

// apply gives content with the change.
func (c change) apply(content []byte) []byte {
	if c.bytes == nil {
		return content[:min(c.at, int64(len(content)))]
	}
	if end := c.at + int64(len(c.bytes)); end > int64(len(content)) {
		content = append(content, make([]byte, end-int64(len(content)))...)
	}
	copy(content[c.at:], c.bytes)
	return content
}

// crash takes the power away and gives it back. share is how much of what was not synced came to the disk all the
// same, from 0 to 1, sector by sector and in any order.
func (d *disk) crash(share float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch++
	d.off, d.full, d.left, d.failSync = false, false, 0, 0
	for name, f := range d.files {
		if !f.named && d.random.Float64() >= share {
			delete(d.files, name)
			continue
		}
		for _, c := range f.pending {
			for _, part := range c.sectors() {
				if d.random.Float64() < share {
					f.durable = part.apply(f.durable)
				}
			}
		}
		f.pending, f.named = nil, true
		f.cached = append([]byte(nil), f.durable...)
	}
}

// sectors takes a change apart into what the disk writes at once.
func (c change) sectors() (parts []change) {
	if c.bytes == nil {
		return []change{c}
	}
	for at, rest := c.at, c.bytes; len(rest) > 0; {
		n := min(int64(len(rest)), sector-at%sector)
		parts = append(parts, change{at: at, bytes: rest[:n]})
		at, rest = at+n, rest[n:]
	}
	return parts
}
