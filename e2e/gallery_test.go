package e2e

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// gallery is a page with every control of a component library, and what is done with each of them.
type gallery struct {
	name  string
	ready string // true when the components are up
	acts  []told
}

var galleries = []gallery{
	{"bootstrap", `true`, bootstrapActs},
	{"shoelace", `[...document.querySelectorAll("*")].every(e => !e.updateComplete || e.hasUpdated)`, shoelaceActs},
	{"webawesome", `[...document.querySelectorAll("*")].every(e => !e.updateComplete || e.hasUpdated)`, webawesomeActs},
	{"material", `[...document.querySelectorAll("*")].every(e => !e.updateComplete || e.hasUpdated)`, materialActs},
	{"ionic", `document.querySelector("html.hydrated, .hydrated") && !document.querySelector(":not(:defined)")`, ionicActs},
	{"govuk", `document.querySelector("button.govuk-accordion__section-button")`, govukActs},
}

// TestGalleries acts on every control of each library.
func TestGalleries(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	browser := chrome.New(t)
	for _, g := range galleries {
		t.Run(g.name, func(t *testing.T) {
			site := newSite(t)
			g.serve(t, site, r)
			t.Parallel() // most of the time the pages wait
			page := browser.Open(t, "about:blank")
			page.Do(t, calm, chromedp.Navigate(site.url+"/"), recording, chrome.WaitFor(g.ready))
			checkTold(t, r, page, site.url, g.acts)
		})
	}
}

// calm asks the libraries to move nothing about, as people can in their system: what moves is hard to hit.
var calm = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	return err
})

// serve puts the page on a site.
func (g gallery) serve(t *testing.T, s *site, r *relay) {
	t.Helper()
	s.page("/", r.tag("shows"), readFile(t, "e2e/"+frameworks+"/gallery/"+g.name+".html")+bundled(t, "gallery/"+g.name+".js"))
	s.mux.Handle("/assets/", http.FileServer(http.Dir(filepath.Join(frameworks, "node_modules", "govuk-frontend", "dist", "govuk"))))
}

// clicking is a click, with the name that the log gives to buttons, links, options, labels and boxes.
func clicking(selector, name string) told {
	return tells(chrome.Click(selector), clicked(selector, name))
}

func clicked(selector, name string) string {
	if name != "" {
		name = " " + name
	}
	return "click {" + selector + "}" + name
}

// following is a click on a link within the page.
func following(selector, name, to string) told {
	return tells(chrome.Click(selector), clicked(selector, name), "navigate SITE/"+to+" hash")
}

// typing is a click into a field and a text, committed by leaving it.
func typing(selector, keys string) told {
	return tells(chromedp.Steps(chrome.Type(selector, keys), chrome.Press(kb.Tab)), clicked(selector, ""), "input_change {"+selector+"} = "+keys)
}

// ticking is a click on what belongs to a box, a radio or a switch, which changes it.
func ticking(selector, name, box, value string) told {
	return tells(chrome.Click(selector), clicked(selector, name), "input_change {"+box+"} = "+value+" checked")
}

// closing is a click that makes something go away; the next act waits until it is gone.
func closing(selector, name, thing string) told {
	return tells(chromedp.Steps(chrome.Click(selector), gone(thing)), clicked(selector, name))
}

// opening is a click that makes something come; the next act waits until it has come to rest.
func opening(selector, name, thing string) told {
	return tells(chromedp.Steps(chrome.Click(selector), open(thing)), clicked(selector, name))
}

func open(selector string) chrome.Step {
	return chrome.WaitFor(`(e => e && e.open && !e.shadowRoot.getAnimations().length)(` + chrome.Find(selector) + `)`)
}

func gone(selector string) chrome.Step {
	return chrome.WaitFor(`!` + chrome.Find(selector) + `?.checkVisibility({visibilityProperty: true})`)
}
