package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// withDevices starts a browser with a camera, a microphone and a screen, which it gives to every page that asks.
func withDevices(t *testing.T) *chrome.Browser {
	return chrome.New(t, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true))
}

// noDevices takes camera and microphone from all pages, as a person does by the browser's own button.
func noDevices(t testing.TB, page *chrome.Page) {
	t.Helper()
	for _, name := range []string{"camera", "microphone"} {
		denied := browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingDenied}
		if _, err := chromedp.CallBrowser(page.Context(), browser.SetPermission, denied); err != nil {
			t.Fatal(err)
		}
	}
}

// call is a page that can call: capture() keeps what it gets, fails() connects two that do not trust each other.
const call = `<script>
	const streams = {}, ended = [];
	async function capture(name, asked, how = "getUserMedia") {
		streams[name] = await navigator.mediaDevices[how](asked);
		for (const track of streams[name].getTracks()) track.addEventListener("ended", () => ended.push(name + " " + track.kind));
	}
	async function fails() {
		const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
		a.onicecandidate = e => e.candidate && b.addIceCandidate(e.candidate);
		b.onicecandidate = e => e.candidate && a.addIceCandidate(e.candidate);
		a.createDataChannel("words");
		await a.setLocalDescription(await a.createOffer());
		const failed = [a, b].map(c => new Promise(done => c.onconnectionstatechange = () => c.connectionState === "failed" && done()));
		await b.setRemoteDescription({type: "offer", sdp: a.localDescription.sdp.replace(/(fingerprint:\S+) \S\S/, (_, of) => of + " 00")});
		await b.setLocalDescription(await b.createAnswer());
		await a.setRemoteDescription(b.localDescription);
		await Promise.all(failed);
	}
</script><iframe id=frame srcdoc="A frame"></iframe>`

// ofMedia says an entry of a call.
func ofMedia(e entry) string {
	d := e.details()
	switch e.text("type") {
	case "video_chat_enabled":
		return fmt.Sprint("enabled ", d["media"])
	case "video_chat_archiving_started":
		return "archiving to " + d.text("storage")
	case "webrtc_stream_exception":
		return "failed " + d.text("phase") + " " + d.text("name") + strings.TrimRight(" "+d.text("message"), " ")
	case "webrtc_stream_ended_by_user":
		return "ended"
	}
	return ""
}

// TestMedia calls with real connections and made-up devices.
func TestMedia(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("hides"), call)
	page := withDevices(t).OpenInProfile(t, site.url+"/")
	page.Do(t, recording,
		chrome.Script(`capture("both", {audio: true, video: true})`),
		chrome.Script(`capture("camera", {video: true})`),
		chrome.Script(`capture("screen", {audio: true, video: true}, "getDisplayMedia")`),
		chrome.Script(`capture("none", {video: {width: {exact: 100000}}}).catch(() => {})`),
		chrome.Script(`capture("none", {}).catch(() => {})`),
		chrome.Script(`frame.contentWindow.navigator.mediaDevices.getUserMedia({audio: true}).then(s => { streams.framed = s })`),
		chrome.Script(`const recorder = new MediaRecorder(streams.both); recorder.start(); try { recorder.start() } catch { recorder.stop() }`),
		chrome.Script(`streams.screen.getTracks().forEach(t => t.stop()); streams.framed.getTracks().forEach(t => t.stop())`),
		chrome.Script(`streams.camera.getTracks()[0].dispatchEvent(new Event("ended"))`),
		chrome.Script(`fails()`))
	noDevices(t, page)
	page.Do(t, chrome.WaitFor(`ended.length === 4`), flushed) // one of them said by the page
	entries := r.settledLog(session(t, page), "the ends are in the log", has(2, "webrtc_stream_ended_by_user"))
	var got, calls []string
	ends := map[string]int{}
	for _, e := range entries {
		if line := ofMedia(e); line != "" {
			got = append(got, line)
		}
		switch d := e.details(); e.text("type") {
		case "video_chat_enabled":
			calls = append(calls, d.text("call_id"))
		case "webrtc_stream_ended_by_user":
			ends[d.text("stream")]++
		}
	}
	want := []string{"enabled [audio video]", "enabled [video]", "enabled [audio screen]", "failed capture OverconstrainedError",
		"failed capture TypeError Failed to execute 'getUserMedia' on 'MediaDevices': At least one of audio and video must be requested",
		"enabled [audio]", "archiving to page", "failed peer failed", "failed peer failed", "ended", "ended"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log differs:\n%s", differ(got, want))
	}
	if len(calls) == 4 && (ends[calls[0]] != 1 || ends[calls[1]] != 1) {
		t.Errorf("the calls are %q, and these have ended: %v", calls, ends)
	}
	if log := strings.ToLower(show(entries)); strings.Contains(log, "fake") {
		t.Errorf("a device is named in the log:\n%s", log)
	}
	noErrors(t, page)
}

// untouched tells, on a page with the tag and one without, how functions look, and what becomes of their promises.
const untouched = `(async () => {
	// A proxy is written as native code without its name: the one thing that is not as it was.
	const text = (source) => source.replace(/^function [\w ]*\(/, "function (");
	const out = [], told = [], functions = {
		getUserMedia: MediaDevices.prototype, getDisplayMedia: MediaDevices.prototype, start: MediaRecorder.prototype,
		createOffer: RTCPeerConnection.prototype, setLocalDescription: RTCPeerConnection.prototype,
	};
	for (const [name, owner] of Object.entries(functions)) {
		const property = Object.getOwnPropertyDescriptor(owner, name), f = property.value;
		out.push([f.name, f.length, text(f.toString()), text(Function.prototype.toString.call(f)), Object.keys(property), property.writable, property.enumerable, property.configurable, "prototype" in f].join());
		try { f.call({}) instanceof Promise ? out.push("a promise") : 0 } catch (e) { out.push(e.name + ": " + e.message) }
	}
	const tell = (where) => (e) => { told.push([where, e.reason.name, promises.indexOf(e.promise)].join(" ")); e.preventDefault() };
	const promises = [];
	addEventListener("unhandledrejection", tell("page"));
	const inner = document.querySelector("iframe").contentWindow;
	inner.addEventListener("unhandledrejection", tell("frame"));
	promises.push(navigator.mediaDevices.getUserMedia({}), navigator.mediaDevices.getUserMedia({}), inner.navigator.mediaDevices.getUserMedia({}));
	out.push(promises.map(p => [p instanceof Promise, p instanceof inner.Promise, Object.prototype.toString.call(p), Object.keys(p).length]).join());
	promises[1].catch(() => {});
	await navigator.mediaDevices.getUserMedia({}).catch(e => out.push(e.name));
	const last = [window, inner].map(w => new Promise(done => w.addEventListener("unhandledrejection", e => e.reason.name === "last" && done())));
	for (const w of [window, inner]) w.eval("Promise.reject({name: 'last'})");
	await Promise.all(last); // what is not told before these is told by nobody
	return [...out, ...told.sort()].join("\n");
})()`

// TestMediaUntouched: to the page its functions look as without us, and it hears of the rejections that it does not
// handle, and of no other.
func TestMediaUntouched(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	site := newSite(t)
	b := withDevices(t)
	body := `<iframe srcdoc="A frame"></iframe>`
	keep := `<script>const original = MediaDevices.prototype.getUserMedia</script>`
	site.page("/without", "", body)
	site.page("/with", keep+r.tag("hides"), body)
	without, with := b.OpenInProfile(t, site.url+"/without"), b.OpenInProfile(t, site.url+"/with")
	with.Do(t, recording)
	if chrome.MustEval[bool](t, with, `MediaDevices.prototype.getUserMedia === original`) {
		t.Fatal("there is no hook")
	}
	want := chrome.MustEval[string](t, without, untouched)
	if !strings.Contains(want, "page TypeError 0") || !strings.Contains(want, "frame TypeError 2") {
		t.Fatalf("without us the page is told\n%s", want)
	}
	same := func(when string) {
		t.Helper()
		if got := chrome.MustEval[string](t, with, untouched); got != want {
			t.Errorf("%s the page is told\n%s\nand without us\n%s", when, got, want)
		}
	}
	same("while it is recorded")

	with.Do(t, chrome.Script(`const ours = MediaDevices.prototype.getDisplayMedia; let calls = 0; MediaDevices.prototype.getDisplayMedia = function (...a) { calls++; return ours.apply(this, a) }; 0`), chrome.Script(`cotrail.stop()`))
	if !chrome.MustEval[bool](t, with, `MediaDevices.prototype.getUserMedia === original && MediaDevices.prototype.getDisplayMedia !== ours`) {
		t.Error("stop() has not put back what was ours, or what was the page's")
	}
	if got := chrome.MustEval[string](t, with, `navigator.mediaDevices.getDisplayMedia({video: true}).then(s => s.getTracks()[0].kind + calls)`); got != "video1" {
		t.Errorf("what the page has wrapped gives %s", got)
	}
	with.Do(t, chrome.Script(`delete MediaDevices.prototype.getDisplayMedia; Object.defineProperty(MediaDevices.prototype, "getDisplayMedia", {value: ours, writable: true, enumerable: true, configurable: true}); 0`))
	same("when the recording is over")
	if entries := r.settledLog(session(t, with), "the recording is over", has(1, "recorder_stopped")); entries[len(entries)-1].text("type") != "recorder_stopped" {
		t.Errorf("something is told after the end:\n%s", show(entries))
	}
	noErrors(t, with)
}
