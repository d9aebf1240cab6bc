package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// desk is a page to copy from and to paste into.
const desk = `
<p id=text>Terms of the offer</p>
<p id=half>Shown <b id=part data-cotrail-mask>secretly</b></p>
<p id=mixed>Written <span role=option>option</span></p>
<p id=masked data-cotrail-mask>Covered</p>
<p id=blocked data-cotrail-block>Unheard of</p>
<input id=name value="Ada Miller"> <input id=mail type=email value="ada@mail.example"> <input id=pw type=password>
<textarea id=notes></textarea> <div id=editor contenteditable>Written <i id=word>here</i></div>
<div id=host></div><iframe id=frame srcdoc="<input id=inner value=framed>"></iframe>
<script>host.attachShadow({mode: "open"}).innerHTML = "<input id=within value=shaded>"</script>`

// selectAll selects all of the field, or of what is in the element, that an expression gives.
func selectAll(of string) chrome.Step {
	return chrome.Script(fmt.Sprintf(`(el => {
		const root = el.getRootNode();
		if (root.activeElement) root.activeElement.blur();
		if (el.select) { el.ownerDocument.defaultView.focus(); el.focus(); el.select(); } else getSelection().selectAllChildren(el);
	})(%s)`, of))
}

func ctrl(key string) chrome.Step { return chrome.Press(key, chromedp.ModifierCtrl) }

// ofClipboard says an entry of the clipboard.
func ofClipboard(e entry) string {
	kind, ok := strings.CutPrefix(e.text("type"), "clipboard_")
	if !ok {
		return ""
	}
	d := e.details()
	if d["is_masked"] == true {
		if _, told := d["length"]; told {
			return kind + " masked, with its length"
		}
		return kind + " masked " + d.text("rule") + " " + d.text("node_name")
	}
	var steps []string
	for _, step := range strings.Split(d.text("xpath"), " >> ") {
		steps = append(steps, where(step))
	}
	kind += " " + strings.Join(steps, " >> ")
	if length, told := d["length"]; told {
		kind += fmt.Sprint(" ", length)
	}
	return kind
}

// TestClipboard copies, cuts and pastes with the keyboard, on a site that shows and on one that hides.
func TestClipboard(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	browser := chrome.New(t)
	deeds := []deed{
		{"copy a text of the page", acts(selectAll("text"), ctrl("c")), "copy #text 18", "copy #text 18"},
		{"paste it into a field", acts(chrome.Focus("#notes"), ctrl("v")), "paste #notes 18", "paste masked default textarea"},
		{"paste it into a password", acts(chrome.Focus("#pw"), ctrl("v")), "paste masked hard_deny input", "paste masked hard_deny input"},
		{"copy what is masked in part", acts(selectAll("half"), ctrl("c")), "copy #half", "copy #half"},
		{"copy what holds a form value", acts(selectAll("mixed"), ctrl("c")), "copy #mixed", "copy #mixed"},
		{"copy what is masked", acts(selectAll("masked"), ctrl("c")), "copy masked mask:markup p", "copy masked mask:markup p"},
		{"paste it where everything is open", acts(chrome.Focus("#notes"), ctrl("v")), "paste #notes", "paste masked default textarea"},
		{"copy what is blocked", acts(selectAll("blocked"), ctrl("c")), "", ""},
		{"copy a part of a field", acts(selectAll(`document.querySelector("#name")`), chrome.Script(`document.querySelector("#name").setSelectionRange(0, 3)`), ctrl("c")), "copy #name 3", "copy masked default input"},
		{"copy a field that does not tell what is selected", acts(selectAll("mail"), ctrl("c")), "copy #mail", "copy masked default input"},
		{"cut a field", acts(selectAll(`document.querySelector("#name")`), ctrl("x")), "cut #name 10", "cut masked default input"},
		{"copy from an editor", acts(chrome.Focus("#editor"), chrome.Script(`getSelection().selectAllChildren(word)`), ctrl("c")), "copy #editor 4", "copy masked default div"},
		{"copy in a shadow root", acts(selectAll(`host.shadowRoot.querySelector("input")`), ctrl("c")), "copy #host >> #within 6", "copy masked default input"},
		{"cut in a frame", acts(selectAll(`frame.contentDocument.querySelector("input")`), ctrl("x")), "cut #frame >> #inner 6", "cut masked default input"},
		{"say by a script that something was copied", acts(chrome.Script(`text.dispatchEvent(new ClipboardEvent("copy", {bubbles: true, composed: true}))`)), "", ""},
	}
	for _, key := range []string{"shows", "hides"} {
		t.Run(key, func(t *testing.T) { doAll(t, r, browser, key, "", desk, deeds, ofClipboard) })
	}
}

// TestPrint prints a page, a frame of it, and a page with frames, which is one print.
func TestPrint(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	printed := func(e entry) string {
		if e.text("type") != "print" {
			return ""
		}
		return "print " + e.details().text("page")
	}
	deeds := []deed{
		{"print the page", acts(chrome.Script(`print()`)), "print SITE/", "print SITE/"},
		{"print a frame of it", acts(chrome.Script(`frames[0].print()`)), "print SITE/", "print SITE/"},
		{"only say so", acts(chrome.Script(`dispatchEvent(new Event("beforeprint"))`)), "", ""},
	}
	doAll(t, r, chrome.New(t), "hides", "", `<iframe srcdoc="A receipt"></iframe>`, deeds, printed)
}
