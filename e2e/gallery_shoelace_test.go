package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// shoelaceActs are on components of divs as well: what a person changes with them is no field's value, and the log has
// the click alone.
var shoelaceActs = []told{
	types("#name >> input", "Ada"),
	types("#town >> input", "Porto"),
	tells(chrome.Click("#town >> [part=clear-button]"), "click {#town >> [part=clear-button]} Clear entry", "input_change {#town >> input} =  by script"),
	types("#count >> input", "12"),
	tells(chromedp.Steps(chrome.Type("#word >> input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicks("#word >> [part=password-toggle-button]", "Show password"),
	tells(chromedp.Steps(chrome.Focus("#start >> input"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change {#start >> input} = 2027-03-15"),
	types("#notes >> textarea", "few"),
	clicks("#country >> [part=display-input]", ""),
	tells(chrome.Click("#country sl-option[value=pt]"), "click {#country sl-option[value=pt]} Portugal", "input_change {#country >> [part=display-input]} = Portugal by script"),
	ticks("#agree >> [part=label]", "I agree", "#agree >> input", "on"),
	clicks("#plan sl-radio[value=plus]", ""),
	clicks("#size sl-radio-button[value=large] >> button", ""),
	ticks("#news >> [part=label]", "News", "#news >> input", "on"),
	tells(chromedp.Steps(chrome.Click("#volume >> input"), chrome.Press(kb.Tab)), "click {#volume >> input}", "input_change {#volume >> input} = 50"),
	clicks("#stars >> [part=base]", ""),
	tells(chrome.Click("#colour >> [part=grid]"), "click {#colour >> [part=base]}", "input_change {#colour >> sl-input >> input} = #804040 by script"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicks("#plain >> button", "Plain"),
	follows("#away >> a", "Away", "#/away"),
	clicks("#right >> button", "Right"),
	clicks("#cross >> button", "Cross"),
	clicks("#copy >> button", "Copy"),
	clicks("#alert >> sl-icon-button >> button", "Close"),
	clicks("#details >> summary", "Details"),
	clicks("#ask >> button", "Ask"),
	closes("#yes >> button", "Yes", "#yes"),
	clicks("#side >> button", "Basket"),
	closes("sl-drawer >> sl-icon-button >> button", "Close", "sl-drawer >> [part=body]"),
	clicks("#open >> button", "Menu"),
	closes("sl-menu-item[value=cut]", "", "sl-menu-item"),
	clicks("#open >> button", "Menu"),
	closes("sl-menu-item[value=wrap]", "", "sl-menu-item"),
	clicks("#two", ""),
	clicks("#carousel >> [part~=navigation-button--next]", "Next slide"),
	follows("#home >> a", "Home", "#/home"),
	clicks("sl-tag >> sl-icon-button >> button", "Remove"),
	clicks("#tip >> button", "Tip"),
	clicks("#oak", ""),
	clicks("#split >> [part=divider]", ""),
	clicks("#compare >> [part=handle]", ""),
}
