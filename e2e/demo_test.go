package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// picture is where TestDemonstration puts what it sees of the payment page: the README's picture.
var picture = flag.String("picture", "", "PNG file to write the demonstration's picture to, relative to e2e/")

// The picture's size, that of a laptop's browser.
const pictureWidth, pictureHeight = 1400, 900

// visit is an act in the demonstration, and what the log says of it, in the words of brief.
type visit struct {
	name string
	act  []chrome.Step
	said []string
}

// does is an act with what is said of it.
func does(name string, act []chrome.Step, said ...string) visit { return visit{name, act, said} }

// hides types into a field that the log tells of by rule only.
func hides(rule, id, keys string) visit {
	node := "input"
	if id == "address" {
		node = "textarea"
	}
	return does("type into "+id, acts(chrome.Type("#"+id, keys), chrome.Press(kb.Tab)),
		"click masked "+rule+" "+node, "input_change masked "+rule+" "+node+" filled")
}

// reaches waits for a page of the demonstration and its recorder.
func reaches(path string) chrome.Step {
	return chromedp.Steps(chrome.WaitFor(`location.pathname === "`+path+`" && document.readyState === "complete"`), recording)
}

// letter is a file that the visitor hands in.
const letter = "letter-of-doctor-quill.pdf"

// quoteVisit goes through the four pages and their controls in the order of the demonstration. The colour is left out: its picker is a window that no key of the page opens.
func quoteVisit(file string) []visit {
	return []visit{
		does("accept the cookies", acts(chrome.Click("#cookie-accept")), "click #cookie-accept Accept all"),
		does("choose a country", acts(chrome.Focus("#country"), chrome.Press("P")), "input_change /div/main/form/div/div/select/option[6] = pt selected"),
		hides("default", "postcode", "1249-075"),
		does("move the slider", acts(chrome.Focus("#cover-amount"), chrome.Press(kb.ArrowRight), chrome.Press(kb.Tab)), "input_change #cover-amount = 210000"),
		does("set the years", acts(chrome.Type("#term-years", kb.End+kb.Backspace+"5"), chrome.Press(kb.Tab)), "click #term-years", "input_change #term-years = 25"),
		does("set a date", acts(chrome.Focus("#start-date"), chrome.Press("03152027"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change masked default input filled"),
		does("choose by a label", acts(chrome.Click("label:has(#smoker-yes)")), "click /div/main/form/fieldset/div/label[2] Yes", "input_change #smoker-yes = yes checked"),
		does("choose two of many", acts(chrome.Click("#extras option:nth-child(2)"), chrome.Focus("#extras"), chrome.Press(kb.ArrowDown)),
			"input_change /div/main/form/div[4]/select/option[2] = accident selected", "click /div/main/form/div[4]/select/option[2] Accident pays double",
			"input_change /div/main/form/div[4]/select/option[2] = accident unselected", "input_change /div/main/form/div[4]/select/option[3] = income selected"),
		does("go on", acts(chrome.Click("#cover-continue"), reaches("/demo/about-you")), "click #cover-continue Continue", "submit #cover-form",
			"relocate_start", "navigate SITE/demo/about-you?country=&postcode=&cover=&years=&start=&smoker=&extras= load", "recorder_started", "policy_loaded"),

		hides("default", "full-name", "Josephine Larkin"),
		does("set a birthday", acts(chrome.Focus("#birth-date"), chrome.Press("07041979"), chrome.Press(kb.Tab), chrome.Press(kb.Tab)), "input_change masked default input filled"),
		hides("default", "email", "jo@larkin.example"),
		hides("default", "phone", "+351 912 345 678"),
		hides("default", "address", "Rua do Farol 9"),
		hides("default", "occupation", "Lighthouse keeper"),
		does("tick a box", acts(chrome.Click("label:has(#contact-by-email)")), "click /div/main/form/fieldset/div/label By e-mail", "input_change #contact-by-email = email checked"),
		hides("hard_deny", "account-password", "sesame"),
		does("show the password", acts(chrome.Click("#show-password")), "click #show-password Show password"),
		hides("hard_deny", "account-password", "-opens"),
		does("go on", acts(chrome.Click("#about-you-continue"), reaches("/demo/health")), "click #about-you-continue Continue", "submit #about-you-form",
			"relocate_start", "navigate SITE/demo/health load", "recorder_started", "policy_loaded"),

		does("choose by keyboard", acts(chrome.Focus("#exercise"), chrome.Press(kb.ArrowDown)), "input_change /div/main/form/section/div/select/option[2] = weekly selected"),
		hides("default", "height", "183"),
		hides("default", "weight", "77"),
		does("move a masked slider", acts(chrome.Focus("#drinks"), chrome.Press(kb.ArrowRight), chrome.Press(kb.Tab)), "input_change masked default input filled"),
		does("go on within the page", acts(chrome.Click("#habits-next"), chrome.WaitFor(`location.pathname === "/demo/health/history"`)),
			"click #habits-next Next", "navigate SITE/demo/health/history push"),
		does("follow a link within the page", acts(chrome.Click("#why-link"), chrome.WaitFor(`location.hash`)), "click #why-link Why do we ask?", "navigate SITE/demo/health/history hash"),
		does("touch what is blocked", acts(chrome.Click("label:has(#condition-asthma)"), chrome.Type("#doctor-name", "Quill"), chrome.Type("#medical-notes", "wheezes at night"), chrome.Press(kb.Tab))),
		does("go on within the page", acts(chrome.Click("#history-next"), chrome.WaitFor(`location.pathname === "/demo/health/message"`)),
			"click #history-next Next", "navigate SITE/demo/health/message push"),
		does("go back", acts(chrome.Script(`history.back()`), chrome.WaitFor(`location.pathname === "/demo/health/history"`)), "navigate SITE/demo/health/history traverse"),
		does("and on again", acts(chrome.Click("#history-next"), chrome.WaitFor(`location.pathname === "/demo/health/message"`)),
			"click #history-next Next", "navigate SITE/demo/health/message push"),
		does("write into a rich-text field", acts(chrome.Type("#underwriter-note", "be kind"), chrome.Press(kb.Tab)), "click masked default div", "input_change masked default div filled"),
		does("hand in a file", acts(chromedp.SetUploadFiles("#letter-file", []string{file})), "input_change masked default input filled", "file_selected"),
		does("go on", acts(chrome.Click("#health-continue"), reaches("/demo/payment")), "click #health-continue Continue", "submit #health-form", "relocate_start", "navigate SITE/demo/payment load", "recorder_started", "policy_loaded"),

		does("choose a rhythm", acts(chrome.Click("label:has(#rhythm-yearly)")), "click /div/main/form/fieldset/div/label[3] Yearly", "input_change #rhythm-yearly = yearly checked"),
		does("choose a kind of card", acts(chrome.Focus("#card-kind"), chrome.Press("C")), "input_change /div/main/form/fieldset[2]/div/div/select/option[2] = credit selected"),
		hides("hard_deny", "card-holder", "JO LARKIN"),
		hides("hard_deny", "card-number", "4111 1111 1111 1111"),
		hides("hard_deny", "card-expiry", "11/31"),
		hides("hard_deny", "card-code", "987"),
		does("accept the terms", acts(chrome.Click("#accept-terms")), "click #accept-terms I have read the conditions", "input_change #accept-terms = yes checked"),
		does("look into the log", acts(chrome.Click("#log-toggle"), chrome.Click("#log-toggle"), chrome.Click("#log-entries li:last-child summary"), chrome.WaitFor(`document.querySelector("#log-entries pre:not(:empty)")`))),
		does("pay", acts(chrome.Click("#payment-submit"), reaches("/demo/thank-you")), "click #payment-submit Take out the policy", "submit #payment-form",
			"relocate_start", "navigate SITE/demo/thank-you load", "recorder_started", "policy_loaded"),
	}
}

// typedSecrets is what was typed and must not be in the log, in pieces that are not there by chance: the ids of a log
// are hexadecimal.
var typedSecrets = []string{
	"1249-075", "Josephine", "Larkin", "LARKIN", "jo@", "912 345", "912345", "Farol", "Lighthouse", "sesame", "-opens", "lark-and-haven",
	`"183"`, `"77"`, "asthma", "Quill", "quill", "wheezes", "be kind", "4111 1111", "41111111", "11/31", `"987"`,
}

// TestDemonstration walks through the demonstration as a visitor would, with every kind of control, and compares the
// log with what was done: each act once, in order, shown, masked or left out as the page's markup says. The panel
// beside the page shows the same entries and is in none of them.
func TestDemonstration(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	file := filepath.Join(t.TempDir(), letter)
	if err := os.WriteFile(file, []byte("%PDF-1.4 invented"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := chrome.New(t, chrome.Whole).Open(t, "about:blank")
	page.Do(t, chromedp.EmulateViewport(pictureWidth, pictureHeight), chromedp.Navigate(r.url+"/demo/"), reaches("/demo/"))
	want := []string{"session_created", "participant_joined", "tab_created", "navigate SITE/demo/ load", "recorder_started", "policy_loaded"}
	paths := map[string]string{}
	for _, v := range quoteVisit(file) {
		if v.name == "type into card-expiry" && *picture != "" {
			takePicture(t, page, len(want))
		}
		if err := page.Run(v.act...); err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		want = append(want, v.said...)
		collectPaths(t, page, paths)
	}
	page.Do(t, flushed)
	id := session(t, page)
	entries := r.settledLog(id, "the last act is in the log", func(e []entry) bool { return len(e) >= len(want) })

	var got []string
	for _, e := range entries {
		got = append(got, brief(e, r.url))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs from what was done:\n%s", differ(got, want))
	}
	checkShapes(t, entries)
	checkPaths(t, entries, paths)
	checkSubmits(t, entries)
	shown := checkPanel(t, page, entries)
	for name, text := range map[string]string{"log": string(r.get("/v1/sessions/" + id + "/log")), "panel": shown} {
		for _, secret := range typedSecrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in the %s", secret, name)
			}
		}
	}
	noErrors(t, page)
}

// checkSubmits holds the fields of each form against its markup: those that may be shown by name, those that are
// hidden only as filled or not, those that are blocked not at all.
func checkSubmits(t *testing.T, entries []entry) {
	t.Helper()
	want := map[string][]string{
		"cover-form":     {"country", "masked", "cover", "years", "masked", "smoker", "extras"},
		"about-you-form": {"masked", "masked", "masked", "masked", "masked", "masked", "masked", "contact", "contact", "contact", "masked"},
		"health-form":    {"exercise", "masked", "masked", "masked", "masked"},
		"payment-form":   {"rhythm", "card_kind", "masked", "masked", "masked", "masked", "folder_colour", "terms"},
	}
	for _, e := range ofType(entries, "submit") {
		id := entry(object(e.details()["form"])).text("id")
		var got []string
		list, _ := e.details()["fields"].([]any)
		for _, item := range list {
			field := entry(object(item))
			if field["is_masked"] == true {
				got = append(got, "masked")
			} else {
				got = append(got, field.text("name"))
			}
		}
		if !slices.Equal(got, want[id]) {
			t.Errorf("the fields of %s are %q, want %q", id, got, want[id])
		}
	}
}

// checkPanel holds what the page's own panel shows against the log: one sentence an entry, in order, with the rule
// where something was masked. It gives all that the panel shows.
func checkPanel(t *testing.T, page *chrome.Page, entries []entry) string {
	t.Helper()
	page.Do(t, chrome.WaitFor(fmt.Sprintf(`document.querySelectorAll("#log-entries .entry").length >= %d`, len(entries))))
	type line struct{ Type, Message, Mark string }
	got := chrome.MustEval[[]line](t, page, `[...document.querySelectorAll("#log-entries .entry")].map(e => ({
		Type: e.querySelector(".entry-type").textContent,
		Message: e.querySelector(".entry-message").textContent,
		Mark: e.querySelector(".mark-masked")?.textContent ?? ""}))`)
	var want []line
	masked := 0
	for _, e := range entries {
		l := line{Type: e.text("type"), Message: e.text("message")}
		if rule := entry(object(e["masked_by"])).text("rule"); rule != "" {
			l.Mark = "masked: " + rule
			masked++
		}
		want = append(want, l)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the panel shows\n%v\nand the log has\n%v", got, want)
	}
	if masked == 0 {
		t.Error("nothing in the panel is marked as masked")
	}
	return chrome.MustEval[string](t, page, `document.getElementById("log-panel").textContent`)
}

// takePicture writes what the browser shows to the file of the flag, once the panel stands still with so many entries.
func takePicture(t *testing.T, page *chrome.Page, entries int) {
	t.Helper()
	page.Do(t, chrome.Script(`document.activeElement.blur(); document.querySelector("nav.steps").scrollIntoView()`), flushed,
		chrome.WaitFor(fmt.Sprintf(`document.querySelectorAll("#log-entries .entry").length === %d`, entries)),
		chrome.WaitFor(`Promise.all(document.getAnimations().map(a => a.finished)).then(() => true)`))
	png, err := chromedp.Run(page.Context(), chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*picture, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSecondTab opens a tab from the page by a link, and goes back to the first: both tabs are of one session, the log
// tells when each came to be, which one was looked at, and what was done in which.
func TestSecondTab(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	first := chrome.New(t, chrome.Whole).Open(t, r.url+"/demo/thank-you")
	first.Do(t, recording)
	second, err := first.Popup(chrome.Click("#open-help-tab"))
	if err != nil {
		t.Fatal(err)
	}
	second.Do(t, recording, chrome.Click("#question-claim"), flushed)
	if a, b := session(t, first), session(t, second); a != b {
		t.Fatalf("the tabs are of two sessions, %s and %s", a, b)
	}
	tab := []string{chrome.MustEval[string](t, first, `cotrail.tabId`), chrome.MustEval[string](t, second, `cotrail.tabId`)}
	first.Do(t, comeToFront, chrome.Click("#site-search"), flushed)

	entries := r.settledLog(session(t, first), "the act in the first tab is in the log", func(e []entry) bool {
		return slices.ContainsFunc(ofType(e, "click"), func(e entry) bool { return e.details()["is_masked"] == true })
	})
	named := map[string]string{tab[0]: "FIRST", tab[1]: "SECOND"}
	var got []string
	for _, e := range ofType(entries, "tab_created", "navigate", "switch_active_tab", "click") {
		d, said := e.details(), brief(e, r.url)
		switch e.text("type") {
		case "tab_created":
			said = strings.TrimSpace(fmt.Sprintf("tab_created %s %s %s", named[d.text("tab_id")], d.text("how"), named[d.text("opener_tab_id")]))
		case "switch_active_tab":
			said = fmt.Sprintf("switch_active_tab %s to %s", named[d.text("from_tab")], named[d.text("to_tab")])
		}
		got = append(got, named[e.text("tab_id")]+": "+said)
	}
	want := []string{
		"FIRST: tab_created FIRST initial", "FIRST: navigate SITE/demo/thank-you load", "FIRST: click #open-help-tab Open help in a new tab",
		"SECOND: tab_created SECOND window_open FIRST", "SECOND: switch_active_tab FIRST to SECOND", "SECOND: navigate SITE/demo/help load", "SECOND: click #question-claim How is a claim paid?",
		"FIRST: switch_active_tab SECOND to FIRST", "FIRST: click masked default input",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs from what was done:\n%s", differ(got, want))
	}
	noErrors(t, first)
	noErrors(t, second)
}

// comeToFront makes a tab the one that is looked at.
var comeToFront = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, devtools.BringToFront, cdp.Empty{})
	return err
})
