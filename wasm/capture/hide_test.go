package capture

import (
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
)

// capturing gives a capture under a policy that records all texts.
func capturing(change func(*masking.Policy)) *Capture {
	p := masking.New()
	p.Titles, p.KeepQuery, p.Allow = true, []string{"q"}, []string{"#open"}
	if change != nil {
		change(&p)
	}
	return &Capture{Policy: p.At("https://a.example/")}
}

// line makes the event of a row, "" for none.
func line(c *Capture, r Row) string {
	e, ok := c.Event(r)
	if !ok {
		return ""
	}
	return string(e.AppendLine(nil))
}

// TestHiddenValues: what was masked is withheld in every row that comes later, and in its own.
func TestHiddenValues(t *testing.T) {
	const canary = "Sunflower"
	later := map[string]Row{
		"a label":                row("t=click", "node=button", "shown_node=button", "block=-1", "mask=-1", "allow=-1", "label=Offer for sunflower", "shown_id=sunflower", "path=#sunflower\x1d", "href=/x/sunflower?q=sunflower"),
		"an address, by a form":  row("t=navigate", "url=https://a.example/search?q=sunflower", "from=https://a.example/Sun%66lower", "title=Results for SUNFLOWER"),
		"an address that begins": row("t=relocate", "to=https://a.example/?sunflower=1", "from=https://a.example/"),
		"a log line":             row("t=log", "message=got sunflower", `data={"a":["sunflower"],"sunflower":1}`),
		"what the app signals":   row("t=said", "type=x_sale", `data={"to":"sunflower"}`),
		"a wrong signal":         row("t=said", "type=sunflower", `data={}`),
		"another field's value":  with(field, "allow=0", "value=sunflower", "label=sunflower", "id=sunflower", "class=a sunflower", "name=sunflower"),
		"a form":                 row("t=submit", "node=form", "block=-1", "mask=-1", "allow=-1", "id=sunflower", "action=/sunflower", "submitter_node=button", "submitter_label=Send sunflower"),
		"a failed stream":        row("t=media_failed", "stream=s", "name=E", "message=no sunflower"),
		"a download":             row("t=download", "url=https://a.example/sunflower.pdf?x=1", "filename=sunflower.pdf"),
	}
	for name, r := range later {
		c := capturing(nil)
		if got := line(c, r); !strings.Contains(strings.ToLower(got), "sunflower") && name != "a download" {
			t.Errorf("%s: nothing to hide: %s", name, got)
		}
		masked := line(c, with(field, "value", "raw="+canary))
		if !strings.Contains(masked, "is_masked") {
			t.Fatalf("%s", masked)
		}
		if got := line(c, r); strings.Contains(strings.ToLower(masked+got), "sunflower") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestHiddenInItsOwnRow: a masked row shows nothing of its raw value, whatever else it has.
func TestHiddenInItsOwnRow(t *testing.T) {
	for name, r := range map[string]Row{
		"masked":  with(field, "value", "raw=sunflower", "identity=sunflower"),
		"denied":  with(field, "allow=0", "type=password", "value=sunflower"),
		"blocked": with(field, "block=0", "raw=sunflower"),
		"chosen":  with(field, "node=option", "type=select-one", "value", "raw=A plant"+ItemEnd+"sunflower"),
		"named":   with(field, "node=option", "type=select-one", "value=p1", "label=sunflower", "shown_node=option"),
		"checked": with(field, "type=checkbox", "value=sunflower", "checked=1"),
		"a radio": with(field, "type=radio", "value=sunflower", "checked=1"),
	} {
		c := capturing(nil)
		if got := line(c, r); strings.Contains(got, "sunflower") {
			t.Errorf("%s: %s", name, got)
		}
		if got := line(c, row("t=log", "message=sunflower")); strings.Contains(got, "sunflower") {
			t.Errorf("after a %s one: %s", name, got)
		}
	}
	for name, r := range map[string]Row{
		"an open field": with(field, "allow=0", "value=sunflower"),
		"a checkbox":    with(field, "type=checkbox", "value=sunflower", "checked=0"),
		"a radio":       with(field, "type=radio", "value=sunflower", "checked=0"),
		"no word":       with(field, "type=checkbox", "value=true", "checked=1"),
		"a short value": with(field, "raw=sun"),
	} {
		c := capturing(nil)
		line(c, r)
		if got := line(c, row("t=log", "message=true sunflower sun")); !strings.Contains(got, "true sunflower sun") {
			t.Errorf("after %s: %s", name, got)
		}
	}
}

// TestHiddenAhead: a value counts for the rows before its own of the same text.
func TestHiddenAhead(t *testing.T) {
	c := capturing(nil)
	for _, r := range []Row{with(field, "raw=sunflower"), with(field, "mask=0", "value=sunflower")} {
		got := ""
		for e := range c.Events(text(row("t=log", "message=sunflower"), r)) {
			got += string(e.AppendLine(nil))
		}
		if strings.Contains(got, "sunflower") || strings.Count(got, "\n") != 2 {
			t.Error(got)
		}
	}
}

// text is rows as the sensor sends them.
func text(rows ...Row) string {
	var texts []string
	for _, r := range rows {
		texts = append(texts, strings.Join(r, FieldEnd))
	}
	return strings.Join(texts, RowEnd)
}

// TestHiddenInAForm: what the masked fields of a form hold that is sent is withheld, also by the policy's word alone.
func TestHiddenInAForm(t *testing.T) {
	item := func(mask, allow, value string) string {
		return strings.Join([]string{"input", "text", "a", "", "", "", "0", "-1", mask, allow, "1", "f", value}, PartEnd)
	}
	sent := row("t=submit", "node=form", "block=-1", "mask=-1", "allow=-1", "fields="+item("-1", "-1", "sunflower")+ItemEnd+item("-1", "0", "Lisbon")+ItemEnd+item("0", "-1", "tulip"))
	c := capturing(nil)
	got := ""
	for e := range c.Events(text(row("t=log", "message=sunflower"), sent, row("t=log", "message=a tulip"), row("t=log", "message=Lisbon"))) {
		got += string(e.AppendLine(nil))
	}
	if strings.Contains(got, "sunflower") || strings.Contains(got, "tulip") || strings.Count(got, "Lisbon") != 1 || strings.Count(got, `"filled":true`) != 3 {
		t.Error(got)
	}
}

// TestChoices: where the policy says so, nothing tells that a masked choice was made.
func TestChoices(t *testing.T) {
	quiet := func(p *masking.Policy) { p.Choices = masking.ChoicesNothing }
	for name, r := range map[string]Row{
		"checkbox": with(field, "type=checkbox"), "radio": with(field, "type=radio"), "select": with(field, "node=select", "type=select-one"), "option": with(field, "node=option", "type="),
		"a click on one": row("t=click", "node=input", "type=radio", "shown_node=label", "form_value=1", "block=-1", "mask=-1", "allow=-1"),
	} {
		if got := line(capturing(quiet), r); got != "" {
			t.Errorf("%s: %s", name, got)
		}
		if got := line(capturing(nil), r); !strings.Contains(got, "is_masked") {
			t.Errorf("%s that is told: %s", name, got)
		}
	}
	if got := line(capturing(quiet), with(field, "type=checkbox", "allow=0")); !strings.Contains(got, "attributes") {
		t.Errorf("an open one: %s", got)
	}
	if got := line(capturing(quiet), with(field)); !strings.Contains(got, "is_masked") {
		t.Errorf("a text: %s", got)
	}
}

// TestPages: rules change with the address; until the sensor has learnt those of the new one, what it matched is not
// believed.
func TestPages(t *testing.T) {
	pay := row("t=navigate", "kind=push", "url=https://a.example/pay/")
	home := row("t=navigate", "kind=push", "url=https://a.example/")
	open := with(field, "allow=0", "value=Lisbon")
	label := row("t=click", "node=button", "shown_node=button", "block=-1", "mask=-1", "allow=-1", "label=Next")
	page := func(closes ...masking.Closing) *Capture {
		return capturing(func(p *masking.Policy) { p.Pages = []masking.Page{{Match: "*/pay/*", Closes: closes}} })
	}

	c := page(masking.Closing{Key: "labels", Value: "off"})
	line(c, pay)
	if got := line(c, label); c.Stale() || strings.Contains(got, "Next") || !strings.Contains(got, `"trusted"`) {
		t.Errorf("stale %v: %s", c.Stale(), got)
	}
	line(c, home)
	if got := line(c, label); !strings.Contains(got, "Next") {
		t.Errorf("back again: %s", got)
	}

	c = page(masking.Closing{Key: "mask", Value: "#x"})
	line(c, pay)
	if got := line(c, open); !c.Stale() || !strings.Contains(got, `"rule":"moved"`) || strings.Contains(got, "Lisbon") {
		t.Errorf("stale %v: %s", c.Stale(), got)
	}
	c.Learnt(c.Policy)
	if got := line(c, with(field, "allow=0", "value=Porto")); c.Stale() || !strings.Contains(got, "Porto") {
		t.Errorf("learnt: %s", got)
	}
	line(c, home)
	line(c, pay)
	if c.Stale() {
		t.Error("what the sensor knows holds again, and it is stale")
	}

	c = page(masking.Closing{Key: "mask", Value: "#x"})
	var got []string
	for e := range c.Events(text(open, pay, open, label)) {
		got = append(got, string(e.AppendLine(nil)))
	}
	if len(got) != 4 || !strings.Contains(got[0], "Lisbon") || !strings.Contains(got[2], `"rule":"moved"`) || strings.Contains(got[2], "Lisbon") {
		t.Errorf("in one text: %s", got)
	}

	c = page(masking.Closing{Key: "block", Value: "#x"})
	line(c, pay)
	if got := line(c, open); got != "" {
		t.Errorf("perhaps it is blocked: %s", got)
	}
}
