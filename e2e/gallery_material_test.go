package e2e

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var materialActs = []told{
	typing("#name >> input", "Ada"),
	typing("#count >> input", "12"),
	typing("#notes >> textarea", "few"),
	tells(chromedp.Steps(chrome.Type("#word >> input", "sesame"), chrome.Press(kb.Tab)), "click masked hard_deny input", "input_change masked hard_deny input filled"),
	clicking("#country >> #field", ""),
	tells(chromedp.Steps(chrome.Click("#pt >> li"), gone("#pt")), "click {#pt >> li} Portugal", "input_change {#country} = pt by script"),
	tells(chrome.Click("#agreed span"), "click {#agreed} I agree", "input_change {#agree >> input} = on checked"),
	tells(chrome.Click("#plus"), "click {#plus}", "input_change {#plus} = plus by script"), // it has no field in it
	ticking("#news >> input", "", "#news >> input", "on"),
	tells(chromedp.Steps(chrome.Click("#volume >> input"), chrome.Press(kb.Tab)), "click {#volume >> input}", "input_change {#volume >> input} = 50"),
	tells(chromedp.Steps(chrome.Focus("#range >> input.start"), chrome.Press(kb.ArrowRight), chrome.Press(kb.Tab)), "input_change {#range >> input.start} = 21"),
	tells(chrome.Click("#send >> button"), "click {#send >> button} Send", "submit {#form}"),
	clicking("#elevated >> button", "Elevated"),
	clicking("#tonal >> button", "Tonal"),
	clicking("#outlined >> button", "Outlined"),
	clicking("#text >> button", "Text"),
	following("#away >> a", "Away", "#/away"),
	clicking("#icon >> button", "Icon"),
	clicking("#keep >> button", "Keep"),
	following("#out >> a", "Out", "#/out"),
	clicking("#fab >> button", "Write"),
	clicking("#branded >> button", "Draw"),
	clicking("#assist >> button", "Help"),
	clicking("#filter >> button", "New"),
	clicking("#suggestion >> button", "Maybe"),
	clicking("#token >> button.trailing", "Remove Tea"),
	clicking("#listed >> button", "Listed"),
	following("#linked >> a", "Linked", "#/linked"),
	clicking("#two", ""),
	clicking("#four", ""),
	clicking("#ask >> button", "Ask"),
	tells(chromedp.Steps(chrome.Click("#yes >> button"), gone("#yes")), "click {#yes >> button} Yes", "submit {#asked}"),
	clicking("#open >> button", "Menu"),
	closing("#cut >> li", "", "#cut"),
}
