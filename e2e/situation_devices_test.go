package e2e

import "github.com/cotrail/cotrail/e2e/chrome"

// clipboard: what is copied, cut and pasted, and what is printed.
var clipboard = []situation{
	{name: "copies from a field", body: `<input id=a value=Ada>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy")),
		want: says("clipboard_copy #a 3")},
	{name: "cuts from a field", body: `<input id=a value=Ada>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('x', "cut"), leave),
		want: says("clipboard_cut #a 3", "input_change #a = ")},
	{name: "copies and pastes", body: `<input id=a value=Ada><input id=b>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), leave, chrome.Edit('v', "paste"), leave),
		want: says("clipboard_copy #a 3", "clipboard_paste #b 3", "input_change #b = Ada")},
	{name: "copies and pastes, masked", key: "hides", body: `<input id=a value=Ada><input id=b>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), leave, chrome.Edit('v', "paste"), leave),
		want: says("clipboard_copy masked default input", "clipboard_paste masked default input", "input_change masked default input filled")},
	{name: "pastes into an editor", body: `<input id=a value=Ada><div id=b contenteditable></div>`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), leave, chrome.Edit('v', "paste"), leave),
		want: says("clipboard_copy #a 3", "clipboard_paste #b 3", "input_change #b = Ada")},
	{name: "pastes where the page takes it over", body: `<input id=a value=Ada><input id=b onpaste="event.preventDefault(); this.value = event.clipboardData.getData('text').toUpperCase()">`,
		do:   acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), leave, chrome.Edit('v', "paste"), leave),
		want: says("clipboard_copy #a 3", "clipboard_paste #b 3", "input_change #b = ADA by script")},
	{name: "copies from the page's text", body: `<p id=p>Hello</p>`,
		do:   acts(chrome.Script(`getSelection().selectAllChildren(p)`), chrome.Edit('c', "copy")),
		want: says("clipboard_copy #p 5")},
	{name: "pastes into a password", body: `<input id=a type=password value=horse><input id=b>`,
		do:   acts(chrome.Focus("#b"), chrome.Press("x"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), chrome.Focus("#a"), chrome.Edit('v', "paste"), leave),
		want: says("clipboard_copy #b 1", "input_change #b = x", "clipboard_paste masked hard_deny input", "input_change masked hard_deny input filled")},
	{name: "copies from what is blocked", body: `<div data-cotrail-block><input id=a value=Ada></div>`,
		do: acts(chrome.Focus("#a"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"))},

	{name: "prints", do: acts(chrome.Script(`print()`)), want: says("print SITE/")},
	{name: "prints by a button", body: `<button id=b onclick="print()">Print</button>`, do: acts(chrome.Click("#b")), want: says("click #b Print", "print SITE/")},
}

// media: cameras, microphones and screens. All is granted, and nothing is real.
var media = []situation{
	{name: "uses camera and microphone", do: acts(chrome.Script(`navigator.mediaDevices.getUserMedia({audio: true, video: true}).then(() => {})`)),
		want: says("video_chat_enabled audio,video")},
	{name: "uses the microphone", do: acts(chrome.Script(`navigator.mediaDevices.getUserMedia({audio: true}).then(() => {})`)),
		want: says("video_chat_enabled audio")},
	{name: "shows the screen", body: `<button id=b onclick="navigator.mediaDevices.getDisplayMedia({video: true}).then(s => window.shared = s)">Share</button>`,
		do:   acts(chrome.Click("#b"), chrome.WaitFor(`window.shared`)),
		want: says("click #b Share", "video_chat_enabled screen")},
	{name: "may not use the camera", headers: map[string]string{"Permissions-Policy": "camera=()"}, wild: true,
		do:   acts(chrome.Script(`navigator.mediaDevices.getUserMedia({video: true}).catch(e => e.name)`)),
		want: says("webrtc_stream_exception capture NotAllowedError")},
	{name: "asks for a camera that is not there", do: acts(chrome.Script(`navigator.mediaDevices.getUserMedia({video: {deviceId: {exact: "none"}}}).catch(() => {})`)),
		want: says("webrtc_stream_exception capture OverconstrainedError")},
	{name: "records the call", do: acts(chrome.Script(`navigator.mediaDevices.getUserMedia({video: true}).then(s => { const r = new MediaRecorder(s); r.start(); r.stop(); })`)),
		want: says("video_chat_enabled video", "video_chat_archiving_started page")},
	{name: "lets go of the camera itself", do: acts(chrome.Script(`navigator.mediaDevices.getUserMedia({video: true}).then(s => s.getTracks().forEach(t => t.stop()))`)),
		want: says("video_chat_enabled video")},
	{name: "says itself that it has lost the camera", do: acts(chrome.Script(`navigator.mediaDevices.getUserMedia({video: true}).then(s => s.getTracks()[0].dispatchEvent(new Event("ended")))`)),
		want: says("video_chat_enabled video")}, // the browser has not said it
}
