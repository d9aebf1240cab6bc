package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// webawesomeActs: a component without a field in it, or whose field only shows what it holds, has a value of its own
// and tells of its change itself, as a script can.
var webawesomeActs = []told{
	typing("#name >> input", "Ada"),
	typing("#town >> input", "Porto"),
	tells(chrome.Click("#town >> [part=clear-button]"), "click {#town >> [part=clear-button]} Clear entry", "input_change {#town} =  by script"),
	tells(chromedp.Steps(chrome.Type("#word >> input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	tells(chrome.Click("#word >> [part=password-toggle-button]"), "click masked hard_deny wa-input"),
	tells(chromedp.Steps(chrome.Focus("#start >> input"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change {#start >> input} = 2027-03-15"),
	typing("#count >> input", "12"),
	tells(chrome.Click("#count >> [part~=stepper-increment]"), "click {#count >> [part~=stepper-increment]} Increment", "input_change {#count} = 13 by script"),
	typing("#notes >> textarea", "few"),
	clicking("#country >> [part=display-input]", ""),
	tells(chrome.Click("#country wa-option[value=pt]"), "click {#country wa-option[value=pt]} Portugal", "input_change {#country} = pt by script"),
	ticking("#agree >> label", "I agree", "#agree >> input", "on"),
	ticking("#extra >> label", "Breakfast", "#extra >> input", "on"),
	tells(chrome.Click("#plan wa-radio[value=plus]"), "click {#plan wa-radio[value=plus]}", "input_change {#plan} = plus by script"),
	tells(chrome.Click("#size wa-radio[value=large]"), "click {#size wa-radio[value=large]}", "input_change {#size} = large by script"),
	ticking("#news >> label", "News", "#news >> input", "on"),
	tells(chrome.Click("#volume >> #track"), "click {#volume >> #slider}", "input_change {#volume} = 50 by script"),
	tells(chrome.Click("#stars"), "click {#stars}", "input_change {#stars} = 3 by script"),
	clicking("#colour >> [part~=trigger]", "Colour"),
	tells(chromedp.Steps(chrome.Click("#colour >> [part~=swatch]"), chrome.Press(kb.Escape)), "click {#colour >> [part~=swatch]} #804040", "input_change {#colour} = #804040 by script"),
	typing("#born >> .field-day input", "7"),
	clicking("#time >> .segment-hour", ""),
	tells(chromedp.Steps(chrome.Type("#tags >> input", "tea"), chrome.Press(kb.Tab)), "click {#tags >> input}", "input_change {#tags >> input} = tea"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicking("#plain >> button", "Plain"),
	following("#away >> a", "Away", "#/away"),
	clicking("#right >> button", "Right"),
	clicking("#copy >> button", "Copy"),
	tells(chromedp.Steps(chrome.Click("#terms >> [part=button]"), chrome.WaitFor("(e => e.expanded && !e.shadowRoot.getAnimations().length)("+chrome.Find("#terms")+")")), clicked("#terms >> [part=button]", "Terms")),
	opening("#details >> summary", "Details", "#details"),
	opening("#ask >> button", "Ask", "wa-dialog"),
	closing("#yes >> button", "Yes", "#yes"),
	opening("#side >> button", "Basket", "wa-drawer"),
	closing("wa-drawer >> [part=close-button] >> button", "Close", "wa-drawer >> [part=body]"),
	clicking("#open >> button", "Menu"),
	closing("wa-dropdown-item[value=cut]", "", "wa-dropdown-item"),
	clicking("#open >> button", "Menu"),
	closing("wa-dropdown-item[value=wrap]", "", "wa-dropdown-item"),
	clicking("#about >> button", "About"),
	clicking("#two", ""),
	clicking("#carousel >> [part~=navigation-button-next]", "Next slide"),
	following("#home >> a", "Home", "#/home"),
	clicking("wa-tag >> [part=remove-button] >> button", "Remove"),
	clicking("#tip >> button", "Tip"),
	clicking("#oak", ""),
	clicking("#split >> [part=divider]", ""),
	clicking("#compare >> [part=handle]", ""),
}
