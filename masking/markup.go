package masking

// Marks are the marks in a page's own markup that count, as CSS selectors. Other tools' mask and block marks
// count as ours, so that a page prepared for one of them is protected at once; their allow marks never do.
var Marks = struct{ Block, Mask, Allow []string }{
	Block: []string{
		"[data-cotrail-block]",
		".rr-block", ".rr-ignore", "[data-openreplay-hidden]", `[data-dd-privacy="hidden"]`, "[data-sentry-block]", ".ph-no-capture", ".fs-exclude",
	},
	Mask: []string{
		"[data-cotrail-mask]",
		"[surfly_private]", "[data-cobrowse-mask]", "[glance_masked]", ".no-upscope", "[data-cb-mask]", ".cb-mask", ".fvRedact", "[data-coview-private-content]",
		"[data-openreplay-masked]", "[data-openreplay-obscured]", "[data-openreplay-htmlmasked]", ".rr-mask",
		`[data-dd-privacy="mask"]`, `[data-dd-privacy="mask-user-input"]`, `[data-dd-privacy="mask-unless-allowlisted"]`,
		"[data-clarity-mask]", "[data-sentry-mask]", ".sentry-mask", ".ph-mask", ".fs-mask", "[data-private]", "[data-hj-suppress]", "[data-recording-sensitive]",
	},
	Allow: []string{"[data-cotrail-allow]"},
}
