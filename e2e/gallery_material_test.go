package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var materialActs = []told{
	types("#name >> input", "Ada"),
	types("#count >> input", "12"),
	types("#notes >> textarea", "few"),
	tells(chromedp.Steps(chrome.Type("#word >> input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicks("#country >> #field", ""),
	closes("#pt >> li", "Portugal", "#pt"),
	tells(chrome.Click("#agreed span"), "click {#agreed} I agree", "input_change {#agree >> input} = on checked"),
	clicks("#plus", ""), // made of divs
	ticks("#news >> input", "", "#news >> input", "on"),
	tells(chromedp.Steps(chrome.Click("#volume >> input"), chrome.Press(kb.Tab)), "click {#volume >> input}", "input_change {#volume >> input} = 50"),
	tells(chromedp.Steps(chrome.Focus("#range >> input.start"), chrome.Press(kb.ArrowRight), chrome.Press(kb.Tab)), "input_change {#range >> input.start} = 21"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicks("#elevated >> button", "Elevated"),
	clicks("#tonal >> button", "Tonal"),
	clicks("#outlined >> button", "Outlined"),
	clicks("#text >> button", "Text"),
	follows("#away >> a", "Away", "#/away"),
	clicks("#icon >> button", "Icon"),
	clicks("#pin-it >> button", "Keep"),
	follows("#out >> a", "Out", "#/out"),
	clicks("#fab >> button", "Write"),
	clicks("#branded >> button", "Draw"),
	clicks("#assist >> button", "Help"),
	clicks("#filter >> button", "New"),
	clicks("#suggestion >> button", "Maybe"),
	clicks("#token >> button.trailing", "Remove Tea"),
	clicks("#listed >> button", "Listed"),
	follows("#linked >> a", "Linked", "#/linked"),
	clicks("#two", ""),
	clicks("#four", ""),
	clicks("#ask >> button", "Ask"),
	tells(chromedp.Steps(chrome.Click("#yes >> button"), gone("#yes")), "click {#yes >> button} Yes", "submit {#asked}"),
	clicks("#open >> button", "Menu"),
	closes("#cut >> li", "", "#cut"),
}
