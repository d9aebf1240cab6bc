package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var bootstrapActs = []told{
	typing("#name", "Ada"),
	typing("#town", "Porto"),
	typing("#sum", "12"),
	clicking("#count", "Count"),
	typing("#notes", "few"),
	tells(chromedp.Steps(chrome.Focus("#country"), chrome.Press("P")), "input_change {#country option:nth-child(2)} = Portugal selected"),
	typing("#boat", "Ketch"),
	ticking("label[for=agree]", "I agree", "#agree", "on"),
	ticking("label[for=basic]", "Basic", "#basic", "basic"),
	ticking("#plus", "", "#plus", "plus"),
	ticking("#news", "", "#news", "on"),
	ticking("label[for=loud]", "Loud", "#loud", "on"),
	ticking("label[for=large]", "Large", "#large", "large"),
	tells(chromedp.Steps(chrome.Click("#volume"), chrome.Press(kb.Tab)), "click {#volume}", "input_change {#volume} = 50"),
	tells(chromedp.Steps(chrome.Focus("#start"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change {#start} = 2027-03-15"),
	tells(chrome.Click("#send"), "click {#send} Send", "submit {#form}"),
	clicking("#toggle", "Hold"),
	clicking("#more", "Terms"),
	clicking("#fold", "Unfold"),
	clicking("#dismiss", "Dismiss"),
	clicking("#menu", "Menu"),
	clicking("#copy", "Copy it"),
	clicking("#menu", "Menu"),
	following("#paste", "Paste it", "#/paste"),
	clicking("#ask", "Ask"),
	typing("#why", "so"),
	clicking("#yes", "Yes"),
	clicking("#side", "Basket"),
	clicking("#back", "Back"),
	clicking("#two-tab", ""),
	clicking("#next", "Next"),
	following("#listed", "Listed", "#/listed"),
	clicking("#pressed", "Pressed"),
	following("#home", "Home", "#/home"),
	following("#page-2", "2", "#/page-2"),
	clicking("#tip", "Tip"),
	clicking("#hint", "Hint"),
	clicking("#hint", "Hint"), // to close it
	clicking("#toast-show", "Toast"),
	clicking("#toast-close", "Close"),
	clicking("#details", "Details"),
}
