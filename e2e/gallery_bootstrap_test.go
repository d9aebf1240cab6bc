package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var bootstrapActs = []told{
	types("#name", "Ada"),
	types("#town", "Porto"),
	types("#sum", "12"),
	clicks("#count", "Count"),
	types("#notes", "few"),
	tells(chromedp.Steps(chrome.Focus("#country"), chrome.Press("P")), "input_change {#country option:nth-child(2)} = Portugal selected"),
	types("#boat", "Ketch"),
	ticks("label[for=agree]", "I agree", "#agree", "on"),
	ticks("label[for=basic]", "Basic", "#basic", "basic"),
	ticks("#plus", "", "#plus", "plus"),
	ticks("#news", "", "#news", "on"),
	ticks("label[for=loud]", "Loud", "#loud", "on"),
	ticks("label[for=large]", "Large", "#large", "large"),
	tells(chromedp.Steps(chrome.Click("#volume"), chrome.Press(kb.Tab)), "click {#volume}", "input_change {#volume} = 50"),
	tells(chromedp.Steps(chrome.Focus("#start"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change {#start} = 2027-03-15"),
	tells(chrome.Click("#send"), "click {#send} Send", "submit {#form}"),
	clicks("#toggle", "Hold"),
	clicks("#more", "Terms"),
	clicks("#fold", "Unfold"),
	clicks("#dismiss", "Dismiss"),
	clicks("#menu", "Menu"),
	clicks("#copy", "Copy it"),
	clicks("#menu", "Menu"),
	follows("#paste", "Paste it", "#/paste"),
	clicks("#ask", "Ask"),
	types("#why", "so"),
	clicks("#yes", "Yes"),
	clicks("#side", "Basket"),
	clicks("#back", "Back"),
	clicks("#two-tab", ""),
	clicks("#next", "Next"),
	follows("#listed", "Listed", "#/listed"),
	clicks("#pressed", "Pressed"),
	follows("#home", "Home", "#/home"),
	follows("#page-2", "2", "#/page-2"),
	clicks("#tip", "Tip"),
	clicks("#hint", "Hint"),
	clicks("#hint", "Hint"), // to close it
	clicks("#toast-show", "Toast"),
	clicks("#toast-close", "Close"),
	clicks("#details", "Details"),
}
