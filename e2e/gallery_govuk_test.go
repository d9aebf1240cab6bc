package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// govukActs leave out the skip link, which is only shown to who comes by the keyboard.
var govukActs = []told{
	clicks("#cookies", "Accept cookies"),
	follows("#services", "Services", "#/services"),
	follows("#back", "Back", "#/before"),
	follows("#home", "Home", "#/home"),
	follows("#feedback", "what you think", "#/feedback"),
	tells(chrome.Click("#error"), "click {#error} Enter a name"), // the library moves the focus, not the address
	follows("#notice", "Read on", "#/notice"),
	types("#name", "Ada"),
	types("#notes", "few"),
	tells(chromedp.Steps(chrome.Focus("#country"), chrome.Press("P")), "input_change {#country option:nth-child(2)} = Portugal selected"),
	types("#born-day", "7"),
	types("#born-month", "4"),
	types("#born-year", "1979"),
	ticks("#by-post", "By post", "#by-post", "post"),
	types("#street", "Pier"),
	tells(chrome.Click("label[for=by-none]"), "click {label[for=by-none]} Not at all", "input_change {#by-post} = post unchecked by script", "input_change {#by-none} = none checked"),
	ticks("#yes", "", "#yes", "yes"),
	ticks("label[for=no]", "No", "#no", "no"),
	tells(chromedp.Steps(chrome.Type("#word", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicks("#reveal", "Show password"),
	tells(chrome.Click("#send"), "click {#send} Continue", "submit {#form}"),
	follows("#start", "Start now", "#/start"),
	clicks("#help", "Help with this"),
	clicks(".govuk-accordion__show-all", "Show all sections"),
	clicks("button.govuk-accordion__section-button", "Writing well , Hide this section"),
	tells(chrome.Click("a[href='#past-week']"), "click {a[href='#past-week']}", "navigate SITE/ hash"),
	follows("#change", "Change name", "#/change"),
	follows("#errand", "Company details", "#/errand"),
	follows("#next", "Next page", "#/next"),
}
