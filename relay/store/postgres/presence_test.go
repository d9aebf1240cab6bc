package postgres

import (
	"testing"
	"time"
)

// What is not connected is forgotten once the database knows of it; what is connected is not.
func TestForget(t *testing.T) {
	p := newPresence()
	p.opened("s1", "open", 1)
	p.change("s1", "open", 2, true)
	p.opened("s1", "closed", 1)
	p.opened("s2", "closed", 1)
	later := time.Now().Add(time.Hour)
	p.forget(later)
	if _, known := p.of("s2", "closed"); !known {
		t.Error("forgot what the database does not know")
	}
	if n := len(p.take()); n != 3 {
		t.Errorf("%d to note, want 3", n)
	}
	p.forget(time.Now().Add(-time.Hour))
	if _, known := p.of("s1", "closed"); !known {
		t.Error("forgot what has just come")
	}
	p.forget(later)
	_, open := p.of("s1", "open")
	if _, closed := p.of("s1", "closed"); !open || closed || len(p.sessions) != 1 {
		t.Errorf("remembers %v", p.sessions)
	}
}
