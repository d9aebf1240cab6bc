package session

import (
	"strconv"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// Basis is how we know who did something.
type Basis string

// The bases that are concluded here. Control and the host's word come with the events that say so.
const (
	Trusted  Basis = "trusted"  // the browser vouches for a person's act, in this participant's page
	Claimed  Basis = "claimed"  // the page or an extension says so
	Inferred Basis = "inferred" // it happened in this participant's page
	Script   Basis = "script"   // no person did it
)

// Actor is who did what an entry tells. The zero Actor is none: the relay did it.
type Actor struct {
	Index int64
	Name  string // empty when unknown
	Role  string
	Basis Basis
}

// actor names who did an event in a participant's page.
func (p *Participant) actor(source string, f *facts) Actor {
	switch {
	case source == string(event.SourcePage) || source == string(event.SourceExtension):
		return p.as(Claimed)
	case f.trusted == yes:
		return p.as(Trusted)
	case f.trusted == no || f.cause == "script":
		return Actor{Basis: Script}
	}
	return p.as(Inferred)
}

func (p *Participant) as(basis Basis) Actor {
	return Actor{Index: p.Index, Name: p.Name, Role: p.Role, Basis: basis}
}

// shown is the participant's name, or what stands for it: Guest, Guest 2, Guest 3.
func (p *Participant) shown() string { return shown(p.Name, p.Index) }

func shown(name string, index int64) string {
	switch {
	case name != "":
		return name
	case index <= 0:
		return "Guest"
	}
	return "Guest " + strconv.FormatInt(index+1, 10)
}

// shown is the subject of a sentence about what the actor did.
func (a Actor) shown() string {
	if a.Basis == Script {
		return "A script"
	}
	return shown(a.Name, a.Index)
}

func (a Actor) append(b []byte) []byte {
	b = text(b, `{"basis":`, string(a.Basis))
	if a.Basis == Script {
		return append(b, `,"client_index":null}`...)
	}
	b = strconv.AppendInt(append(b, `,"client_index":`...), a.Index, 10)
	b = optional(b, `,"role":`, a.Role)
	return append(optional(b, `,"username":`, a.Name), '}')
}

// optional writes a text, or null when it is empty.
func optional(b []byte, before, s string) []byte {
	b = append(b, before...)
	if s == "" {
		return append(b, "null"...)
	}
	return masking.AppendQuote(b, s)
}
