package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// ionicActs: boxes and switches are ticked by their component, not by the browser.
var ionicActs = []told{
	typing("#name input", "Ada"),
	typing("#town input", "Porto"),
	tells(chrome.Click("#town button"), "click {#town button} reset", "input_change {#town input} =  by script"),
	tells(chromedp.Steps(chrome.Type("#word input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	typing("#notes textarea", "few"),
	typing("#search input", "tea"),
	tells(chromedp.Steps(chrome.Type("#digits input", "abc"), chrome.Press(kb.Tab)),
		"click masked hard_deny input", "input_change masked hard_deny input filled", "input_change masked hard_deny input filled", "input_change masked hard_deny input filled"),
	tells(chromedp.Steps(chrome.Click("#country >> label"), chrome.WaitFor(chrome.Find("ion-select-popover ion-item + ion-item ion-radio >> label"))), "click {#country >> label} Country Country"), // the label, and the name of its button
	clicking("ion-select-popover ion-item + ion-item ion-radio >> label", "Portugal"),
	tells(chrome.Click("#agree >> label"), "click {#agree >> label} I agree", "input_change {#agree >> input} = on checked by script"),
	clicking("#plus >> label", "Plus"),
	tells(chrome.Click("#news >> label"), "click {#news >> label} News", "input_change {#news >> input} = on checked by script"),
	clicking("#volume >> label", ""),
	clicking("#start >> button.calendar-day[data-day='20'][data-month='3']", "Saturday, March 20"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicking("#plain >> button", "Plain"),
	following("#away >> a", "Away", "#/away"),
	clicking("#chip", ""),
	tells(chrome.Click("#two >> button"), "click {#two}"), // its button lets the pointer through
	clicking("#terms >> button", "Terms"),
	clicking("#listed >> button", "Listed"),
	following("#linked >> a", "Linked", "#/linked"),
	following("#home >> a", "Home", "#/home"),
	clicking("#ask >> button", "Ask"),
	closing("#yes >> button", "Yes", "#yes"),
	clicking("#open >> button", "Menu"),
	closing("#cut >> button", "Cut it", "#cut"),
	clicking("#warn >> button", "Warn"),
	closing("ion-alert button", "Understood", "ion-alert"),
	clicking("#act >> button", "Act"),
	closing("ion-action-sheet button", "Delete it", "ion-action-sheet"),
	clicking("#write >> button", "W"),
}
