package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// shoelaceActs: what a component of divs holds is no field's value, and of a choice made there the log has the click
// alone, and the change of a field that the component shows it in.
var shoelaceActs = []told{
	typing("#name >> input", "Ada"),
	typing("#town >> input", "Porto"),
	tells(chrome.Click("#town >> [part=clear-button]"), "click {#town >> [part=clear-button]} Clear entry", "input_change {#town >> input} =  by script"),
	typing("#count >> input", "12"),
	tells(chromedp.Steps(chrome.Type("#word >> input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicking("#word >> [part=password-toggle-button]", "Show password"),
	tells(chromedp.Steps(chrome.Focus("#start >> input"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change {#start >> input} = 2027-03-15"),
	typing("#notes >> textarea", "few"),
	clicking("#country >> [part=display-input]", ""),
	tells(chrome.Click("#country sl-option[value=pt]"), "click {#country sl-option[value=pt]} Portugal", "input_change {#country >> [part=display-input]} = Portugal by script"),
	ticking("#agree >> label", "I agree", "#agree >> input", "on"),
	clicking("#plan sl-radio[value=plus]", ""),
	clicking("#size sl-radio-button[value=large] >> button", ""),
	ticking("#news >> label", "News", "#news >> input", "on"),
	tells(chromedp.Steps(chrome.Click("#volume >> input"), chrome.Press(kb.Tab)), "click {#volume >> input}", "input_change {#volume >> input} = 50"),
	clicking("#stars >> [part=base]", ""),
	tells(chrome.Click("#colour >> [part=grid]"), "click {#colour >> [part=base]}", "input_change {#colour >> sl-input >> input} = #804040 by script"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicking("#plain >> button", "Plain"),
	following("#away >> a", "Away", "#/away"),
	clicking("#right >> button", "Right"),
	clicking("#cross >> button", "Cross"),
	clicking("#copy >> button", ""),
	clicking("#alert >> sl-icon-button >> button", "Close"),
	opening("#details >> summary", "Details", "#details"),
	clicking("#ask >> button", "Ask"),
	closing("#yes >> button", "Yes", "#yes"),
	clicking("#side >> button", "Basket"),
	closing("sl-drawer >> sl-icon-button >> button", "Close", "sl-drawer >> [part=body]"),
	clicking("#open >> button", "Menu"),
	closing("sl-menu-item[value=cut]", "", "sl-menu-item"),
	clicking("#open >> button", "Menu"),
	closing("sl-menu-item[value=wrap]", "", "sl-menu-item"),
	clicking("#two", ""),
	clicking("#carousel >> [part~=navigation-button--next]", "Next slide"),
	following("#home >> a", "Home", "#/home"),
	clicking("sl-tag >> sl-icon-button >> button", "Remove"),
	clicking("#tip >> button", "Tip"),
	clicking("#oak", ""),
	clicking("#split >> [part=divider]", ""),
	clicking("#compare >> [part=handle]", ""),
}
