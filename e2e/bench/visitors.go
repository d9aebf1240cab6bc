package main

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// A visitor is an invented person who takes out the demonstration's insurance.
type visitor struct {
	name, birth, email, phone, address, occupation, password string
	postcode, years, start                                   string
	country, extras                                          int      // how often the arrow key goes down
	cover                                                    int      // how often it goes to the right
	choices                                                  []string // selectors of what is ticked, page by page
	height, weight, note                                     string
	card, expiry, code                                       string
	asks                                                     string // what is searched for in the help, if anything
	unsure                                                   bool   // goes back and changes what was entered
}

var visitors = []visitor{
	{
		name: "Ada Miller", birth: "03141979", email: "ada.miller@larkmail.example", phone: "+31 20 555 0199", address: "12 Rook Lane\nHavenby",
		occupation: "Piano tuner", password: "slow-brown-otter", postcode: "1234 AB", years: "25", start: "01012027", country: 3, extras: 1, cover: 4,
		choices: []string{"#contact-by-email", "#rhythm-yearly"}, height: "171", weight: "64", note: "Please write in large letters.",
		card: "4111 1111 1111 1111", expiry: "09/29", code: "123", asks: "smoking",
	},
	{
		name: "Bruno Vale", birth: "11021988", email: "bruno@vale.example", phone: "+353 1 555 0142", address: "Flat 4, 9 Heron Quay\nDunmere",
		occupation: "Baker", password: "three blue geese", postcode: "D99 X4Y2", years: "10", start: "15022027", country: 2, cover: 9,
		choices: []string{"#contact-by-phone", "#contact-by-post", "#rhythm-quarterly"}, height: "186", weight: "91", note: "Mornings are best.",
		card: "5500 0000 0000 0004", expiry: "01/28", code: "907", unsure: true,
	},
	{
		name: "Cleo Tamm-Ortega", birth: "07301965", email: "c.tamm@fjordpost.example", phone: "+47 21 55 01 07", address: "Skarvveien 3\n0042 Nordvik",
		occupation: "Boat builder", password: "Anker+Tau+7", postcode: "0042", years: "8", start: "01032027", country: 4, extras: 3, cover: 2,
		choices: []string{"#contact-by-email", "#contact-by-phone"}, height: "158", weight: "55", note: "I am at sea until April.",
		card: "3400 0000 0000 009", expiry: "12/30", code: "4321", asks: "abroad", unsure: true,
	},
	{
		name: "Dov Quill", birth: "05051994", email: "dov.quill@papermail.example", phone: "+45 55 50 01 23", address: "Mosevej 17\n9999 Tjornby",
		occupation: "Teacher", password: "chalk&cheese", postcode: "9999", years: "30", start: "01122026", country: 1, extras: 2, cover: 1,
		choices: []string{"#contact-by-post", "#rhythm-yearly", "#folder-colour"}, height: "178", weight: "80", note: "None.",
		card: "6011 0000 0000 0004", expiry: "06/27", code: "555", asks: "claim",
	},
}

// quote is the way of a visitor through the demonstration at base.
func (v visitor) quote(base string) []chrome.Step {
	return join(
		v.open(base+"/demo/"), v.coverPage(),
		v.aboutPage(), v.healthPage(), v.paymentPage(), v.afterwards(),
	)
}

// records waits until the recorder of the page with a selector runs, so that the times it tells are of that page.
func records(selector string) chrome.Step {
	return chrome.WaitFor(`document.querySelector("` + selector + `") && window.cotrail?.status === "recording"`)
}

func (v visitor) open(url string) []chrome.Step {
	return []chrome.Step{chromedp.Navigate(url), records("#cover-form"), chrome.Click("#cookie-essential"), chrome.Click("#seen-markup summary")}
}

func (v visitor) coverPage() []chrome.Step {
	steps := join(
		down("#country", v.country),
		[]chrome.Step{chrome.Type("#postcode", v.postcode), chrome.Focus("#cover-amount"), chrome.Press(times(kb.ArrowRight, v.cover))},
		retype("#term-years", v.years),
		[]chrome.Step{chrome.Focus("#start-date"), chrome.Press(v.start)},
		down("#extras", v.extras),
	)
	if v.unsure {
		steps = append(steps, join([]chrome.Step{chrome.Click("#smoker-yes"), chrome.Click("#smoker-no"), chrome.Click("#cover-reset")},
			down("#country", v.country+1), retype("#postcode", v.postcode), retype("#term-years", v.years))...)
	}
	return append(steps, chrome.Click("#cover-continue"), records("#about-you-form"))
}

func (v visitor) aboutPage() []chrome.Step {
	steps := []chrome.Step{
		chrome.Type("#full-name", v.name), chrome.Press(kb.Tab + v.birth), chrome.Type("#email", v.email), chrome.Press(kb.Tab + v.phone),
		chrome.Type("#address", v.address), chrome.Press(kb.Tab + v.occupation),
	}
	for _, c := range v.choices {
		if c[:8] == "#contact" {
			steps = append(steps, chrome.Click(c))
		}
	}
	steps = append(steps, chrome.Type("#account-password", v.password), chrome.Click("#show-password"))
	if v.unsure {
		steps = append(steps, chrome.Click("#about-you-back"), records("#cover-form"), chrome.Click("#cover-continue"), records("#about-you-form"),
			chrome.Type("#full-name", v.name), chrome.Type("#email", v.email), chrome.Click("#contact-by-email"), chrome.Click("#contact-by-email"))
	}
	return append(steps, chrome.Click("#about-you-continue"), records("#health-form"))
}

func (v visitor) healthPage() []chrome.Step {
	steps := join(down("#exercise", 1+v.country%2), []chrome.Step{
		chrome.Type("#height", v.height), chrome.Press(kb.Tab + v.weight), chrome.Focus("#drinks"), chrome.Press(times(kb.ArrowRight, 3)),
		chrome.Click("#habits-next"), chrome.Click("#why-link"), chrome.Click("#condition-asthma"), chrome.Type("#doctor-name", "Dr Finch"),
	})
	if v.unsure {
		steps = append(steps, chrome.Click("#history-back"), chrome.Click("#habits-next"))
	}
	return append(steps, chrome.Click("#history-next"), chrome.Type("#underwriter-note", v.note),
		chrome.Click("#health-continue"), records("#payment-form"))
}

func (v visitor) paymentPage() []chrome.Step {
	var steps []chrome.Step
	for _, c := range v.choices {
		if c[:7] == "#rhythm" {
			steps = append(steps, chrome.Click(c))
		}
	}
	return append(steps, chrome.Focus("#card-kind"), chrome.Press(kb.ArrowDown), chrome.Type("#card-holder", v.name), chrome.Press(kb.Tab+v.card),
		chrome.Type("#card-expiry", v.expiry), chrome.Type("#card-code", v.code), chrome.Click("#accept-terms"),
		chrome.Click("#payment-submit"), records("#open-help-tab"))
}

func (v visitor) afterwards() []chrome.Step {
	steps := []chrome.Step{
		chrome.Script(`cotrail.log("Policy issued", {level: "info", data: {plan: "basic", months: 12, paid: true}})`),
		chrome.Click("#nav-help"), records("#answers"), chrome.Click("#question-claim"), chrome.Click("#question-cancel"),
	}
	if v.asks != "" {
		steps = append(steps, chrome.Type("#site-search", v.asks), chrome.Press(kb.Enter),
			chrome.WaitFor("location.search"), records("#answers"), chrome.Click("#call-back"))
	}
	return append(steps, chrome.Click("#brand-link"), records("#cover-form"), chrome.Script("cotrail.flush()"))
}

// down chooses in a select with the keyboard.
func down(selector string, keys int) []chrome.Step {
	return []chrome.Step{chrome.Focus(selector), chrome.Press(times(kb.ArrowDown, keys))}
}

// retype replaces what a field holds.
func retype(selector, text string) []chrome.Step {
	return []chrome.Step{chrome.Click(selector), chrome.Press("a", chromedp.ModifierCtrl), chrome.Press(text)}
}

func times(key string, n int) (keys string) {
	for range n {
		keys += key
	}
	return keys
}

func join(parts ...[]chrome.Step) (steps []chrome.Step) {
	for _, p := range parts {
		steps = append(steps, p...)
	}
	return steps
}
