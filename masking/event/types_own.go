package event

// Cotrail's own: an audit log also tells of itself, and of what the reference does not know.
const (
	RecorderStarted  Word = "recorder_started"
	RecorderStopped  Word = "recorder_stopped"
	RecorderFailed   Word = "recorder_failed"
	Gap              Word = "gap"
	PolicyLoaded     Word = "policy_loaded"
	MaskingCorrected Word = "masking_corrected"
	ConsentGiven     Word = "consent_given"
	ConsentWithdrawn Word = "consent_withdrawn"
	ClipboardCopy    Word = "clipboard_copy"
	ClipboardCut     Word = "clipboard_cut"
	ClipboardPaste   Word = "clipboard_paste"
	Print            Word = "print"
	FileSelected     Word = "file_selected"
)

var recorderStarted = Spec{Type: RecorderStarted, By: ByRecorder, Keys: []Key{
	{Name: "version"}, {Name: "engine"}, {Name: "screen"}, {Name: "started_by", Shape: OneOf, Enum: []string{"auto", "api"}}, {Name: "loaded_ms", Shape: Int},
	{Name: "clock_offset_ms", Shape: Int},
}}

var recorderStopped = Spec{Type: RecorderStopped, By: ByRecorder, Keys: []Key{{Name: "reason", Nullable: true}}}

var recorderFailed = Spec{Type: RecorderFailed, By: ByRecorder | ByRelay, Keys: []Key{
	{Name: "what", Shape: OneOf, Required: true, Enum: Failures}, {Name: "restarted", Shape: Bool},
}}

var gap = Spec{Type: Gap, By: ByRecorder | ByRelay, Keys: []Key{
	{Name: "count", Shape: Int, Required: true}, {Name: "first", Shape: Int, Nullable: true}, {Name: "last", Shape: Int, Nullable: true},
	{Name: "reason", Shape: OneOf, Required: true, Enum: []string{"overflow", "not_ready", "crash", "too_large", "unreadable", "forgotten", "clock"}},
}}

var policyLoaded = Spec{Type: PolicyLoaded, By: ByRecorder, Keys: []Key{{Name: "digest", Treat: Digest, Nullable: true}, {Name: "fallback", Shape: Bool}}}

var maskingCorrected = Spec{Type: MaskingCorrected, By: ByRelay, Keys: []Key{
	{Name: "of", Shape: Int, Required: true}, {Name: "rule"}, {Name: "path"},
}}

var textID = Key{Name: "text_id", Shape: ID, Treat: Ident, Nullable: true}

var (
	consentGiven     = Spec{Type: ConsentGiven, By: ByApp, Keys: []Key{textID, by}}
	consentWithdrawn = Spec{Type: ConsentWithdrawn, By: ByApp, Keys: []Key{textID, by}}
)

var (
	clipboard = []Key{{Name: "node_name"}, xpath, {Name: "length", Shape: Int}}
	untold    = []Key{isMasked, nodeName, rule, field}

	clipboardCopy  = Spec{Type: ClipboardCopy, By: ByRecorder, Keys: clipboard, Masked: untold}
	clipboardCut   = Spec{Type: ClipboardCut, By: ByRecorder, Keys: clipboard, Masked: untold}
	clipboardPaste = Spec{Type: ClipboardPaste, By: ByRecorder, Keys: clipboard, Masked: untold}
)

var printed = Spec{Type: Print, By: ByRecorder, Keys: []Key{{Name: "page"}}}

var fileSelected = Spec{Type: FileSelected, By: ByRecorder,
	Keys:   []Key{{Name: "count", Shape: Int}, {Name: "sizes", Shape: Ints}, {Name: "extensions", Shape: Texts}},
	Masked: untold,
}
