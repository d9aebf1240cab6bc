package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// govukActs leave out the skip link, which is only shown to who comes by the keyboard.
var govukActs = []told{
	clicking("#cookies", "Accept cookies"),
	following("#services", "Services", "#/services"),
	following("#back", "Back", "#/before"),
	following("#home", "Home", "#/home"),
	following("#feedback", "what you think", "#/feedback"),
	tells(chrome.Click("#error"), "click {#error} Enter a name"), // the library moves the focus, not the address
	following("#notice", "Read on", "#/notice"),
	typing("#name", "Ada"),
	typing("#notes", "few"),
	tells(chromedp.Steps(chrome.Focus("#country"), chrome.Press("P")), "input_change {#country option:nth-child(2)} = Portugal selected"),
	typing("#born-day", "7"),
	typing("#born-month", "4"),
	typing("#born-year", "1979"),
	ticking("#by-post", "By post", "#by-post", "post"),
	typing("#street", "Pier"),
	tells(chrome.Click("label[for=by-none]"), "click {label[for=by-none]} Not at all", "input_change {#by-post} = post unchecked by script", "input_change {#by-none} = none checked"),
	ticking("#yes", "", "#yes", "yes"),
	ticking("label[for=no]", "No", "#no", "no"),
	tells(chromedp.Steps(chrome.Type("#word", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicking("#reveal", "Show password"),
	tells(chrome.Click("#send"), "click {#send} Continue", "submit {#form}"),
	following("#start", "Start now", "#/start"),
	clicking("#help", "Help with this"),
	clicking(".govuk-accordion__show-all", "Show all sections"),
	clicking("button.govuk-accordion__section-button", "Writing well , Hide this section"),
	tells(chrome.Click("a[href='#past-week']"), "click {a[href='#past-week']}", "navigate SITE/ hash"),
	following("#change", "Change name", "#/change"),
	following("#errand", "Company details", "#/errand"),
	following("#next", "Next page", "#/next"),
}
