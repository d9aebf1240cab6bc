package statistics

import (
	"strconv"

	"github.com/tidwall/gjson"
)

// pass gives control of a tab, or of the session, to whom a value names; to nobody when it names none.
func (s *scene) pass(control string, to gjson.Result, at string) {
	before, held := s.control[control]
	if to.Type != gjson.Number {
		delete(s.control, control)
	} else {
		s.control[control] = to.Int()
	}
	if held && (to.Type != gjson.Number || before != to.Int()) {
		s.release(before, at)
	}
	if to.Type == gjson.Number {
		s.gain(to.Int(), at)
	}
}

// tabControl follows the control of a tab, or of all of them.
func (s *scene) tabControl(d gjson.Result, at string) {
	tab := d.Get("tab_id").String()
	if tab == wholeSession {
		tab = ""
	}
	switch d.Get("action").Str {
	case "given", "taken", "granted":
		s.pass(tab, d.Get("to"), at)
	case "revoked":
		s.pass(tab, gjson.Result{}, at)
	}
}

// gain begins a period, unless the participant has one.
func (s *scene) gain(index int64, at string) {
	p := s.here(index)
	if p == nil || p.period() != nil {
		return
	}
	n := strconv.Itoa(len(p.NavigationControlPeriod) + 1)
	p.NavigationControlPeriod = append(p.NavigationControlPeriod, &ControlPeriod{ID: p.ID + "/navigation_control_period/" + n, Start: text(at)})
}

// release ends the participant's period, unless there is something that they still have control of.
func (s *scene) release(index int64, at string) {
	for _, holder := range s.control {
		if holder == index {
			return
		}
	}
	if p := s.here(index); p != nil && p.period() != nil {
		p.period().End = text(at)
	}
}

// period is the one that has not ended.
func (p *Participant) period() *ControlPeriod {
	if n := len(p.NavigationControlPeriod); n > 0 && p.NavigationControlPeriod[n-1].End == nil {
		return p.NavigationControlPeriod[n-1]
	}
	return nil
}
