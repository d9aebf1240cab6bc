package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var webawesomeActs = []told{
	types("#name >> input", "Ada"),
	types("#town >> input", "Porto"),
	tells(chrome.Click("#town >> [part=clear-button]"), "click {#town >> [part=clear-button]} Clear entry", "input_change {#town >> input} =  by script"),
	tells(chromedp.Steps(chrome.Type("#word >> input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicks("#word >> [part=password-toggle-button]", "Show password"),
	tells(chromedp.Steps(chrome.Focus("#start >> input"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change {#start >> input} = 2027-03-15"),
	types("#count >> input", "12"),
	tells(chrome.Click("#count >> [part~=stepper-increment]"), "click {#count >> [part~=stepper-increment]} Increment", "input_change {#count >> input} = 13 by script"),
	types("#notes >> textarea", "few"),
	clicks("#country >> [part=display-input]", ""),
	tells(chrome.Click("#country wa-option[value=pt]"), "click {#country wa-option[value=pt]} Portugal", "input_change {#country >> [part=display-input]} = Portugal by script"),
	ticks("#agree >> [part~=label]", "I agree", "#agree >> input", "on"),
	ticks("#extra >> [part~=label]", "Breakfast", "#extra >> input", "on"),
	clicks("#plan wa-radio[value=plus]", ""),
	clicks("#size wa-radio[value=large]", ""),
	ticks("#news >> [part~=label]", "News", "#news >> input", "on"),
	tells(chrome.Click("#volume >> #track"), "click {#volume >> #slider}"),
	tells(chrome.Click("#stars"), "click {#stars}", "input_change {#stars} = 3 by script"), // the component says so itself
	clicks("#colour >> [part~=trigger]", "Colour"),
	tells(chromedp.Steps(chrome.Click("#colour >> [part~=grid]"), chrome.Press(kb.Escape)), "click {#colour >> [part~=grid]}", "input_change {#colour >> wa-input >> input} = #804040 by script"),
	types("#born >> .field-day input", "7"),
	clicks("#time >> .segment-hour", ""),
	tells(chromedp.Steps(chrome.Type("#tags >> input", "tea"), chrome.Press(kb.Tab)), "click {#tags >> input}", "input_change {#tags >> input} = tea", "input_change {#tags >> input} =  by script"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicks("#plain >> button", "Plain"),
	follows("#away >> a", "Away", "#/away"),
	clicks("#right >> button", "Right"),
	clicks("#copy >> button", "Copy"),
	clicks("#terms >> [part=button]", "Terms"),
	clicks("#details >> summary", "Details"),
	clicks("#ask >> button", "Ask"),
	closes("#yes >> button", "Yes", "#yes"),
	clicks("#side >> button", "Basket"),
	closes("wa-drawer >> [part=close-button] >> button", "Close", "wa-drawer >> [part=body]"),
	clicks("#open >> button", "Menu"),
	closes("wa-dropdown-item[value=cut]", "", "wa-dropdown-item"),
	clicks("#open >> button", "Menu"),
	closes("wa-dropdown-item[value=wrap]", "", "wa-dropdown-item"),
	clicks("#about >> button", "About"),
	clicks("#two", ""),
	clicks("#carousel >> [part~=navigation-button-next]", "Next slide"),
	follows("#home >> a", "Home", "#/home"),
	clicks("wa-tag >> [part=remove-button] >> button", "Remove"),
	clicks("#tip >> button", "Tip"),
	clicks("#oak", ""),
	clicks("#split >> [part=divider]", ""),
	clicks("#compare >> [part=handle]", ""),
}
