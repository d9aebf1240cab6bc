package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// ionicActs change boxes and switches whose inputs stay as they are: the component keeps the value itself, and the log
// has the click alone.
var ionicActs = []told{
	types("#name input", "Ada"),
	types("#town input", "Porto"),
	clicks("#town button", "reset"),
	tells(chromedp.Steps(chrome.Type("#word input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	types("#notes textarea", "few"),
	types("#search input", "tea"),
	tells(chromedp.Steps(chrome.Type("#digits input", "abc"), chrome.Press(kb.Tab)),
		"click masked hard_deny input", "input_change masked hard_deny input filled", "input_change masked hard_deny input filled", "input_change masked hard_deny input filled"),
	tells(chromedp.Steps(chrome.Click("#country >> label"), chrome.WaitFor(chrome.Find("ion-select-popover ion-item + ion-item ion-radio >> label"))), "click {#country >> label} Country"),
	clicks("ion-select-popover ion-item + ion-item ion-radio >> label", "Portugal"),
	clicks("#agree >> label", "I agree"),
	clicks("#plus >> label", "Plus"),
	clicks("#news >> label", "News"),
	clicks("#volume >> label", ""),
	clicks("#start >> button.calendar-day[data-day='20'][data-month='3']", "Saturday, March 20"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicks("#plain >> button", "Plain"),
	follows("#away >> a", "Away", "#/away"),
	clicks("#chip", ""),
	tells(chrome.Click("#two >> button"), "click {#segment}"), // it captures the pointer: the browser names no other
	clicks("#terms >> button", "Terms"),
	clicks("#listed >> button", "Listed"),
	follows("#linked >> a", "Linked", "#/linked"),
	follows("#home >> a", "Home", "#/home"),
	clicks("#ask >> button", "Ask"),
	closes("#yes >> button", "Yes", "#yes"),
	clicks("#open >> button", "Menu"),
	closes("#cut >> button", "Cut it", "#cut"),
	clicks("#warn >> button", "Warn"),
	closes("ion-alert button", "Understood", "ion-alert"),
	clicks("#act >> button", "Act"),
	closes("ion-action-sheet button", "Delete it", "ion-action-sheet"),
	clicks("#write >> button", "W"),
}
