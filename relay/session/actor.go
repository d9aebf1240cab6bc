package session

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

// Basis is how we know who did something.
type Basis string

// The bases, from what the browser vouches for to what nobody does.
const (
	Trusted  Basis = "trusted"  // the browser vouches for a person's act, in this participant's page
	Control  Basis = "control"  // it happened in a page in which this participant may act
	Said     Basis = "host"     // the app's back end says so, or a page of the host
	Claimed  Basis = "claimed"  // any other page or an extension says so
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

// actor names who did an event of a page. What the browser vouches for, its own visitor did, whoever may act there;
// what it does not vouch for, another participant did by remote control, where one may act in the tab.
func (s *Session) actor(e *Event, p *Participant, f *facts) Actor {
	switch {
	case e.Source != string(event.SourceRecorder) && s.believes(e):
		return p.as(Said)
	case e.Source != string(event.SourceRecorder):
		return p.as(Claimed)
	case f.trusted == yes:
		return p.as(Trusted)
	}
	may, controlled := s.controller(e.Stream.Info.Tab)
	unvouched := f.trusted == no || f.cause == "script"
	switch {
	case controlled && acts[event.Word(e.Type)] && may != p.Index && !unvouched && p.led(e):
		return p.as(Inferred)
	case controlled && acts[event.Word(e.Type)] && (may != p.Index || !unvouched):
		return s.someone(may).as(Control)
	case unvouched:
		return Actor{Basis: Script}
	}
	return p.as(Inferred)
}

// led tells whether an event that says nothing of trust comes of the visitor's own act, the last in the page.
func (p *Participant) led(e *Event) bool {
	return leads[event.Word(e.Type)] && p.Hand != 0 && e.Time >= p.Hand && e.Time-p.Hand <= leadsWithin
}

// leads are what an act in a page leads to, such as a click on a link.
var leads = map[event.Word]bool{event.Navigate: true, event.RelocateStart: true, event.FileDownload: true, event.FileSelected: true, event.Print: true}

// leadsWithin is how long after an act in milliseconds: a page that comes later does so by itself, as far as can be told.
const leadsWithin = 5000

// acts are what somebody does in a page, and another one may do there by remote control.
var acts = map[event.Word]bool{
	event.Navigate: true, event.RelocateStart: true, event.InputChange: true, event.Submit: true, event.Click: true,
	event.FileDownload: true, event.FileSelected: true, event.Print: true,
	event.ClipboardCopy: true, event.ClipboardCut: true, event.ClipboardPaste: true,
}

// doer is, by type, the key of who did what the back end tells of. Where there is none, nobody can be concluded.
var doer = map[event.Word]string{
	event.SessionEnd: "ended_by", event.InvitationSent: "invited_by", event.ParticipantJoined: "client_index", event.ParticipantLeft: "client_index",
	event.TabCreated: "opened_by", event.TabClosed: "by", event.SwitchActiveTab: "by", event.TabPause: "by", event.TabResume: "by",
	event.DocumentShare: "shared_by", event.DocumentEdit: "by", event.RelocateStart: "requested_by",
	event.HostRequest: "requested_by", event.ControlSwitchRequest: "requested_by", event.TabControlRequest: "requested_by",
	event.FeatureUpgradeRequest: "requested_by", event.ControlGained: "client_index", event.Chat: "from",
	event.VideoChatEnabled: "by", event.VideoChatArchivingStarted: "by", event.WebRTCStreamEndedByUser: "by",
	event.ConsentGiven: "by", event.ConsentWithdrawn: "by",
}

// signaller names who did what the back end tells of: whom it names, else whom the details name; else nobody.
func (s *Session) signaller(e *Event, f *facts) Actor {
	if e.Index != nil {
		return s.someone(*e.Index).as(Said)
	}
	if key := doer[event.Word(e.Type)]; key != "" && f.reason != "removed" { // whoever is removed does not do it
		if index, ok := s.who(f.get(key)); ok {
			return s.someone(index).as(Said)
		}
	}
	return Actor{}
}

// someone gives a participant, also one of whom no more than the number is known.
func (s *Session) someone(index int64) *Participant {
	if p := s.participant(index); p != nil {
		return p
	}
	return &Participant{Index: index}
}

// called tells whether the app has this id for the participant, unless the policy hides it: what is hidden looks alike.
func (p *Participant) called(id string) bool {
	return id != "" && p.UserID == id && !strings.ContainsAny(id, "[*")
}

// who reads whom a key names: by the number, or by the id that the app has for a participant.
func (s *Session) who(v gjson.Result) (index int64, ok bool) {
	if v.Type == gjson.Number {
		return v.Int(), true
	}
	for i := range s.Participants {
		if p := &s.Participants[i]; p.called(v.Str) {
			return p.Index, true
		}
	}
	index, err := strconv.ParseInt(v.Str, 10, 32)
	return index, err == nil
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

// theApp is the subject where the app's back end does not say who it was.
const theApp = "The app"

// shown is the subject of a sentence about what the actor did.
func (a Actor) shown() string {
	switch a.Basis {
	case Script:
		return "A script"
	case "":
		return theApp
	}
	return shown(a.Name, a.Index)
}

// index is the participant's number, nil where there is none.
func (a Actor) index() *int64 {
	if a.Basis == "" || a.Basis == Script {
		return nil
	}
	return &a.Index
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
