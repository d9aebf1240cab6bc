package e2e

import (
	"slices"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// waiting waits for a tag that was told to wait.
var waiting = chrome.WaitFor(`window.cotrail && cotrail.status === "waiting"`)

// manual is a tag that waits for the page's word.
const manual = `<script async src="{relay}/cotrail.js" data-site=shows data-start=manual></script>`

// stub is the line of docs/integrate.md.
const stub = `<script>window.cotrail = window.cotrail || {q: [], log(...a) { this.q.push(["log", ...a]) }, identify(...a) { this.q.push(["identify", ...a]) }}</script>`

// told says an event that the page tells of, by which the log has it as it was told.
func appTells(kind, details string) situation {
	return situation{name: "tells of " + kind,
		do:   acts(chrome.Script(`cotrail.event("` + kind + `", ` + details + `)`)),
		want: says(kind + " " + details)}
}

// refused is an event that the log cannot have: a line says so, and what is wrong.
func refused(name, call string, words ...string) situation {
	return situation{name: name, do: acts(chrome.Script(call)), warns: words}
}

// api: what a page says and asks through window.cotrail.
var apiSituations = []situation{
	{name: "a line", do: acts(chrome.Script(`cotrail.log("The offer was shown")`)), want: says("client_log The offer was shown")},
	{name: "lines of each level", do: acts(chrome.Script(`for (const level of ["debug", "info", "warn", "error", "fatal"]) cotrail.log("a line", {level})`)),
		want: says("client_log a line debug", "client_log a line", "client_log a line warn", "client_log a line error", "client_log a line")},
	{name: "a line with data", do: acts(chrome.Script(`cotrail.log({message: "Paid", plan: "plus"}, {level: "warn"})`)), want: says("client_log Paid warn")},
	{name: "many lines in a row", do: acts(chrome.Script(`for (const n of ["one", "two", "three"]) cotrail.log(n)`)), want: says("client_log one", "client_log two", "client_log three")},
	{name: "who is there", want: says("participant_joined Ada Miller"), tabs: func(v *scene) {
		v.await(len(v.expected()) - 1) // a join that is not numbered yet would take the name in
		v.page.Do(v.t, chrome.Script(`cotrail.identify({username: "Ada Miller", role: "customer"})`))
	}},
	{name: "a line with what is being typed", key: "hides", body: `<input id=a><input id=b>`,
		do: acts(chrome.Focus("#a"), chrome.Press("Tuberculosis"), chrome.Script(`cotrail.log("searching Tuberculosis")`),
			chrome.Script(`new Promise(done => setTimeout(done, 1500))`), chrome.Script(`cotrail.event("x_search", {q: "tuberculosis"})`), chrome.Script(`b.value = "Syphilis"; cotrail.log("for Syphilis")`)),
		want: says("client_log **********", `x_search {"q":"**********"}`, "client_log **********", "input_change masked default input filled", "input_change masked default input filled by script")},
	{name: "what makes no sense is no error", do: acts(chrome.Script(`(() => {
			const loop = {message: "a loop"}; loop.loop = loop;
			cotrail.log(loop); cotrail.event(); cotrail.event("chat", loop); cotrail.on("nothing", 1); cotrail.on("status"); cotrail.pause({}); cotrail.resume(1); cotrail.flush(1);
			cotrail.log({get message() { throw new Error("thrown by the page"); }});
			cotrail.event("x_broken", {get n() { throw new Error("thrown by the page"); }});
		})()`)), loose: true},

	appTells("invitation_sent", `{"channel":"link"}`),
	appTells("participant_left", `{"client_index":1}`),
	appTells("document_share", `{"document_id":"d1"}`),
	appTells("document_edit", `{"action":"sign","document_id":"d1"}`),
	appTells("file_download", `{"how":"host","url":"/report.pdf"}`),
	appTells("host_request", `{"requested_by":1}`),
	appTells("host_change", `{"from":0,"to":1}`),
	appTells("control_switch_request", `{"requested_by":1}`),
	appTells("control_switch", `{"from":0,"to":1}`),
	appTells("control_gained", `{"client_index":1}`),
	appTells("tab_control", `{"action":"granted","tab_id":"all"}`),
	appTells("tab_control_request", `{"requested_by":1,"tab_id":"all"}`),
	appTells("chat", `{"from":0,"length":5}`),
	appTells("video_chat_enabled", `{"by":0}`),
	appTells("video_chat_archiving_started", `{"archive_id":"a1"}`),
	appTells("webrtc_stream_exception", `{"name":"NotFoundError","stream":"s1"}`),
	appTells("webrtc_stream_ended_by_user", `{"stream":"s1"}`),
	appTells("screenshot_generated", `{"screenshot_id":"s1"}`),
	appTells("feature_upgrade_request", `{"feature":"video","requested_by":0}`),
	{name: "tells of client_log", do: acts(chrome.Script(`cotrail.event("client_log", {level: "warn", message: "told as an event"})`)), want: says("client_log told as an event warn")},
	appTells("consent_given", `{"text_id":"v1"}`),
	appTells("consent_withdrawn", `{"text_id":"v1"}`),
	appTells("x_offer", `{"plan":"plus","step":2}`),
	refused("tells of an unknown type", `cotrail.event("telepathy", {to: 1})`, "telepathy"),
	refused("tells without a key that must be there", `cotrail.event("chat", {length: 5})`, "chat", "from"),
	refused("tells with details that are none", `cotrail.event("chat", "hello")`, "chat"),
	refused("tells without details", `cotrail.event("chat")`, "chat"),

	{name: "stops", body: `<button id=b>Go</button><input id=a>`, ends: true,
		do:   acts(chrome.Type("#a", "x"), chrome.Script(`cotrail.stop("enough")`), chrome.Click("#b"), chrome.Script(`cotrail.log("unheard")`)),
		want: says("click #a", "input_change #a = x", "recorder_stopped enough")},
	{name: "stops with much to say", ends: true,
		do:   acts(chrome.Script(`for (let n = 0; n < 300; n++) cotrail.log({message: "a line", text: "so many words ".repeat(30)}); cotrail.stop()`), chrome.WaitFor(`cotrail.flush().then(() => true)`)),
		want: append(slices.Repeat(says("client_log a line"), 300), "recorder_stopped")},
	{name: "stops twice", ends: true,
		do:   acts(chrome.Script(`cotrail.stop("once"); cotrail.stop("twice")`)),
		want: says("recorder_stopped once")},
	{name: "stops, and starts again", body: `<button id=b>Go</button>`,
		do:   acts(chrome.Script(`cotrail.stop()`), chrome.Click("#b"), chrome.Script(`cotrail.start()`), recording, chrome.Click("#b")),
		want: says("recorder_stopped", "load /", "click #b Go")},
	{name: "starts what runs", body: `<button id=b>Go</button>`,
		do:   acts(chrome.Script(`cotrail.start()`), chrome.Click("#b")),
		want: says("click #b Go")},
	{name: "starts after consent", head: manual, body: `<button id=b>Go</button><input id=a>`, ready: waiting,
		do: acts(chrome.Click("#b"), chrome.Type("#a", "x"), leave, chrome.Script(`a.value = "set"; history.pushState({}, "", "/new"); history.back()`), chrome.WaitFor(`location.pathname === "/"`),
			chrome.Script(`cotrail.start()`), recording, chrome.Click("#b")),
		want: says("click #b Go")},
	{name: "tells of the consent before it starts", head: manual, ready: waiting,
		do:   acts(chrome.Script(`cotrail.event("consent_given", {text_id: "v1"}); cotrail.log("and a line"); cotrail.start()`), recording),
		want: says(`consent_given {"text_id":"v1"}`, "client_log and a line")},

	{name: "is told how it goes", head: `{sync}<script>const seen = []; cotrail.on("status", s => seen.push(s)); cotrail.on("status", () => { throw new Error("the page's own") })</script>`,
		do:   acts(chrome.WaitFor(`seen.join() === "recording"`), chrome.Script(`cotrail.stop()`), chrome.WaitFor(`seen.join() === "recording,stopped"`)),
		want: says("recorder_stopped"), ends: true},
	{name: "waits for what is durable", body: `<button id=b>Go</button>`,
		do:   acts(chrome.Click("#b"), chrome.WaitFor(`cotrail.flush().then(r => r === undefined)`), chrome.WaitFor(`Promise.all([cotrail.flush(), cotrail.flush()])`)),
		want: says("click #b Go")},
	{name: "speaks before the tag has run", head: stub + `<script>cotrail.log("early"); cotrail.log("and again")</script>{tag}`,
		want: says("client_log early", "client_log and again")},
	{name: "speaks before the recorder is up", head: `{sync}<script>cotrail.log("early"); cotrail.event("x_early", {n: 1})</script>`,
		want: says("client_log early", `x_early {"n":1}`)},
	{name: "speaks among acts before the recorder is up", head: `{sync}`, body: `<button id=b>Go</button><script>
			const wait = () => { for (const until = performance.now() + 5; performance.now() < until;); };
			b.click(); wait(); cotrail.log("between"); wait(); b.click(); cotrail.pause(); b.click(); cotrail.resume(); cotrail.event("x_last"); cotrail.flush()</script>`,
		want: says("click #b Go by script", "client_log between", "click #b Go by script", "tab_pause", "tab_resume", "x_last {}"),
		tabs: func(v *scene) {
			v.page.Do(v.t, flushed)
			entries := v.relay.settledLog(v.session, "the last of it is in the log", has(1, "x_last"))
			var times []string
			for _, e := range ofType(entries, "click", "client_log", "tab_pause") {
				times = append(times, e.text("time"))
			}
			if !slices.IsSorted(times) || times[0] == times[1] || times[1] == times[2] {
				v.t.Errorf("the times of what was done and said are %q", times)
			}
		}},
	{name: "stops before the recorder is up", head: `{sync}`, body: `<button id=b>Go</button><script>b.click(); cotrail.stop("early"); b.click()</script>`, ends: true,
		ready: chrome.WaitFor(`cotrail.status === "stopped"`),
		want:  says("click #b Go by script", "recorder_stopped early")},
	{name: "acts before the recorder is up", head: `{sync}`, body: `<button id=b>Go</button><script>b.click()</script>`,
		want: says("click #b Go by script")},
	{name: "takes marks off before the recorder is up", key: "shows", head: `{sync}`, body: `<p id=p class=ph-mask><button id=b>Secret</button><a id=a href=#secret target=_blank onclick="event.preventDefault()">Secret</a></p>
		<p id=q data-cotrail-block><button id=c>Secret</button></p><script>b.click(); a.click(); c.click(); p.className = ""; q.removeAttribute("data-cotrail-block"); b.click()</script>`,
		want: says("click masked mask:markup button by script", "click masked mask:markup a by script", "click #b Secret by script")},
	{name: "has two tags", head: `{sync}{sync}`, body: `<button id=b>Go</button>`,
		do:   acts(chrome.Click("#b")),
		want: says("click #b Go")},
	{name: "goes on after the machine slept", head: `<script>const clock = Date.now; let slept = 0; Date.now = () => clock() + slept</script>{tag}`, body: `<button id=b>Go</button>`,
		do:   acts(flushed, chrome.Script(`slept = 3600e3`), chrome.Click("#b"), flushed, recording, chrome.Script(`slept = 0`), chrome.Click("#b")),
		want: says("click #b Go", "gap 0 clock", "click #b Go", "gap 0 clock")},
	{name: "freezes and thaws", wild: true, body: `<button id=b>Go</button>`,
		do:   acts(chrome.Freeze(), chrome.Thaw(), chrome.Click("#b")),
		want: says("tab_pause frozen", "tab_resume", "click #b Go")},
}
