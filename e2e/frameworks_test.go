package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// todo is the application made with one framework. Selectors begin with list or order: that of Lit is in shadow roots.
type todo struct{ name, source, list, order string }

var todos = []todo{
	{"react", "todo/react.jsx", "", ""},
	{"vue", "todo/vue.js", "", ""},
	{"angular", "todo/angular.ts", "", ""},
	{"svelte", "todo/svelte.js", "", ""},
	{"lit", "todo/lit.js", "todo-list >> ", "order-form >> "},
}

// TestFrameworks uses an application of each framework. A framework sets values itself, empties a field that was
// typed into and takes away a field while its change is being committed: the log has each act once all the same.
func TestFrameworks(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	browser := chrome.New(t)
	for _, app := range todos {
		t.Run(app.name, func(t *testing.T) {
			site := newSite(t)
			app.serve(t, site, r)
			t.Parallel()
			page := browser.Open(t, site.url+"/")
			page.Do(t, recording)
			checkTold(t, r, page, site.url, todoActs(app.list, app.order))
			const sent = `{"shout":"ADA","fruit":"pear","gift":true}`
			if said := chrome.MustEval[string](t, page, chrome.Find(app.order+"output")+".textContent"); said != sent {
				t.Errorf("the application has %s, want %s", said, sent)
			}
		})
	}
}

// serve puts the application on a site.
func (app todo) serve(t *testing.T, s *site, r *relay) {
	t.Helper()
	s.page("/", r.tag("shows"), "<div id=app></div>"+bundled(t, app.source))
}

// todoActs are what is done in the application; each waits until what the next one aims at stands still. Where it empties a field the recorder is made to notice: of what a
// script does again and again in a short while the log has the last.
func todoActs(list, order string) []told {
	in := func(prefix string, rows []told) []told {
		for i := range rows {
			for j := range rows[i].said {
				rows[i].said[j] = strings.Replace(rows[i].said[j], "{", "{"+prefix, 1)
			}
		}
		return rows
	}
	lists := in(list, []told{
		tells(chromedp.Steps(chrome.Type(list+"#new", "milk"), chrome.Press(kb.Enter), rendered(list+"#new", ""), chrome.WaitFor(chrome.Find(list+"li")), flushed),
			"click {#new}", "input_change {#new} = milk", "input_change {#new} =  by script"),
		tells(chromedp.Steps(chrome.Press("bread"), chrome.Press(kb.Enter), rendered(list+"#new", ""), chrome.WaitFor(chrome.Find(list+"li + li")), flushed),
			"input_change {#new} = bread", "input_change {#new} =  by script"),
		tells(chrome.Click(list+"li:nth-child(1) .toggle"),
			"click {li:nth-child(1) .toggle} Done", "input_change {li:nth-child(1) .toggle} = on checked"),
		tells(chromedp.Steps(chrome.Click(list+"li:nth-child(2) .text"), chrome.Click(list+"li:nth-child(2) .text", chromedp.ClickCount(2)), chrome.WaitFor(chrome.Find(list+".edit:focus"))),
			"click {li:nth-child(2) .text}", "click {li:nth-child(2) .text}"),
		tells(chromedp.Steps(chrome.Press(kb.End), chrome.Press(" and butter"), chrome.Press(kb.Enter), chrome.WaitFor("!"+chrome.Find(list+".edit"))),
			"input_change {.edit} = bread and butter"),
		tells(chromedp.Steps(chrome.Click(list+"a[href='#/active']"), chrome.WaitFor("!"+chrome.Find(list+"li + li"))),
			"click {a[href='#/active']} Active", "navigate SITE/#/active hash"),
		tells(chromedp.Steps(chrome.Click(list+"a[href='#/completed']"), chrome.WaitFor(chrome.Find(list+"li .toggle:checked"))),
			"click {a[href='#/completed']} Completed", "navigate SITE/#/completed hash"),
		tells(chromedp.Steps(chrome.Click(list+"a[href='#/']"), chrome.WaitFor(chrome.Find(list+"li + li"))),
			"click {a[href='#/']} All", "navigate SITE/#/ hash"),
		tells(chromedp.Steps(chrome.Click(list+"li:nth-child(2) .remove"), chrome.WaitFor("!"+chrome.Find(list+"li + li"))),
			"click {li:nth-child(2) .remove} Remove"),
		tells(chromedp.Steps(chrome.Click(list+"#clear"), chrome.WaitFor("!"+chrome.Find(list+"li"))),
			"click {#clear} Clear completed"),
	})
	orders := in(order, []told{
		tells(chromedp.Steps(chrome.Type(order+"#shout", "ada"), rendered(order+"#shout", "ADA"), chrome.Press(kb.Tab)),
			"click {#shout}", "input_change {#shout} = ADA"),
		tells(chromedp.Steps(chrome.Focus(order+"#fruit"), chrome.Press("p")),
			"input_change {#fruit option:nth-child(2)} = pear selected"),
		tells(chrome.Click(order+"label:has(#gift)"),
			"click {label:has(#gift)} Gift", "input_change {#gift} = on checked"),
		tells(chromedp.Steps(chrome.Click(order+"#send"), chrome.WaitFor(chrome.Find(order+"output")+".textContent")),
			"click {#send} Order", "submit {#order}"),
	})
	return append(lists, orders...)
}

// rendered waits until the framework has set a field.
func rendered(selector, value string) chrome.Step {
	return chrome.WaitFor(chrome.Find(selector) + `.value === "` + value + `"`)
}
