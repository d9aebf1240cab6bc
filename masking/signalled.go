package masking

import (
	"strings"

	"github.com/cotrail/cotrail/masking/internal/sealed"
)

// Texts that the app signals, beside those that are read from a page.

const (
	// minDigest and maxDigest bound a digest, in hexadecimal digits: 64 to 512 bits. Shorter ones may be words.
	minDigest = 16
	maxDigest = 128
	// maxExtension bounds a file's extension; what is longer is a part of its name.
	maxExtension = 8
	// maxMediaType bounds a MIME type (RFC 6838 section 4.2 allows 127 characters on each side; none has so many).
	maxMediaType = 127
)

// Said passes free text of the app: an address is scrubbed as one, all else goes through the patterns.
func (p *Policy) Said(raw string) Text { return sealed.New(p.said(raw, maxTextBytes)) }

func (p *Policy) said(s string, n int) string {
	if isAddress(s) {
		return p.scrubURL(s)
	}
	return p.free(s, n)
}

// isAddress tells whether a whole text is an address.
func isAddress(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsAny(s, " \t\r\n") {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ws", "wss", "ftp", "file", "blob", "data", "javascript":
		return true
	}
	return false
}

// Ident passes an id or a participant's name as the app gives it. An id may be random.
func (p *Policy) Ident(raw string) Text {
	switch {
	case isAddress(raw):
		return p.URL(raw)
	case p.broken || p.withholds(raw):
		return p.Hidden(raw)
	}
	return sealed.New(p.scrubBy(cut(raw, maxNameBytes), &p.Shown, true))
}

// Person passes a person's name, or a keyed hash of it, as the policy says.
func (p *Policy) Person(key FieldKey, raw string) Text {
	if p.IdentityName == Plain || raw == "" {
		return p.Said(raw)
	}
	return key.Field(raw)
}

// Mail passes a person's e-mail address, or a keyed hash of it, as the policy says.
func (p *Policy) Mail(key FieldKey, raw string) Text {
	switch {
	case raw == "":
		return Text{}
	case p.IdentityEmail != Plain || p.broken:
		return key.Field(raw)
	}
	known := *p
	known.Shown[Email] = true
	return known.Free(raw)
}

// ChatText passes the text of a chat message, where the policy records more than its length.
func (p *Policy) ChatText(raw string) Text {
	if p.Chat != ChatText {
		return Text{}
	}
	return p.Said(raw)
}

// Hidden says that there is a text, and no more.
func (p *Policy) Hidden(raw string) Text {
	if raw == "" {
		return Text{}
	}
	return sealed.New(Stars)
}

// Extension passes a file's extension with its point, in lower case; "" when it is none.
func (p *Policy) Extension(raw string) Text {
	ext, ok := strings.CutPrefix(strings.ToLower(raw), ".")
	if !ok || ext == "" || len(ext) > maxExtension || LooksLikeData(ext) {
		return Text{}
	}
	for i := range len(ext) {
		if !digit(ext[i]) && (ext[i] < 'a' || ext[i] > 'z') {
			return Text{}
		}
	}
	return sealed.New("." + ext)
}

// Filename tells of a file's name its extension: "*.pdf"; where the policy says so, the name, after the patterns.
func (p *Policy) Filename(raw string) Text {
	switch {
	case raw == "":
		return Text{}
	case p.Filenames == Plain:
		return sealed.New(p.free(raw, maxNameBytes))
	}
	if dot := strings.LastIndexByte(raw, '.'); dot >= 0 {
		return sealed.New("*" + p.Extension(raw[dot:]).String())
	}
	return sealed.New("*")
}

// MediaType passes a MIME type without its parameters; "" when it is none.
func (p *Policy) MediaType(raw string) Text {
	raw, _, _ = strings.Cut(strings.ToLower(raw), ";")
	raw = strings.TrimSpace(raw)
	kind, sub, ok := strings.Cut(raw, "/")
	if !ok || kind == "" || sub == "" || len(raw) > maxMediaType || LooksLikeData(raw) {
		return Text{}
	}
	for _, c := range []byte(kind + sub) {
		if !digit(c) && (c < 'a' || c > 'z') && c != '.' && c != '+' && c != '-' && c != '_' {
			return Text{}
		}
	}
	return sealed.New(raw)
}

// Digest passes hexadecimal digits, as many as a digest has; "" for anything else, also for a card's number, of decimal
// digits alone.
func (p *Policy) Digest(raw string) Text {
	if len(raw) < minDigest || len(raw) > maxDigest {
		return Text{}
	}
	for i := range len(raw) {
		if unhex(raw[i]) < 0 {
			return Text{}
		}
	}
	if _, rest := digits(raw); rest == "" && p.found(raw) {
		return Text{}
	}
	return sealed.New(raw)
}
