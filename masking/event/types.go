package event

// Shape is the JSON shape of a value.
type Shape byte

// The shapes.
const (
	Text   Shape = iota // a string
	OneOf               // one of Enum
	Int                 // a whole number
	Num                 // a number
	Bool                // true or false
	ID                  // names something or somebody: a string or a whole number
	Object              // of Keys and no others; of anything where it has none
	List                // a list of objects of Keys
	Ints                // a list of whole numbers
	Texts               // a list of strings, each one of Enum when there is one
	Any                 // any JSON
)

// Treatment is what is done to a text that the app signals, before it may leave the page.
type Treatment byte

// The treatments. The zero Treatment hides, so that a forgotten one shows nothing.
const (
	Hidden    Treatment = iota // stars
	Free                       // through the patterns, or as an address when it is one
	Ident                      // an id: through the patterns, short
	Address                    // scrubbed as an address
	Name                       // a word of the HTML vocabulary, nothing else
	Attribute                  // an element's id, name or class
	Label                      // an accessible name, where the policy records them
	Title                      // a page's title, where the policy records them
	Path                       // an xpath
	Filename                   // its extension
	MediaType                  // a MIME type
	Digest                     // hexadecimal digits
	Hashed                     // a keyed hash of it
	Person                     // a person's name, or a keyed hash of it, as the policy says
	Mail                       // a person's e-mail address, or a keyed hash of it, as the policy says
	Recipient                  // stars, and a keyed hash of it under recipient_hash
	Length                     // its length under length, where the app has not given it; itself where the policy says so
	Never                      // null
	Derived                    // never taken: Cotrail makes it of another key
	Secrets                    // of an Object: the values under the names of secrets become stars, but flags and numbers stay
)

// Key is one key of a type's details.
type Key struct {
	Name     string
	Shape    Shape
	Treat    Treatment // of a text that the app signals
	Required bool
	Nullable bool
	Enum     []string
	Keys     []Key // of an Object, or of the objects of a List
}

// Element describes the elements of a list.
func (k *Key) Element() Key {
	e := Key{Name: k.Name, Treat: k.Treat, Enum: k.Enum, Keys: k.Keys}
	switch {
	case k.Shape == List:
		e.Shape = Object
	case k.Shape == Ints:
		e.Shape = Int
	case k.Enum != nil:
		e.Shape = OneOf
	}
	return e
}

// Sources are those who may say that something happened.
type Sources byte

// Who may say it.
const (
	ByRecorder Sources = 1 << iota // senses it
	ByApp                          // signals it: the page, an extension, the app's back end
	ByRelay                        // concludes it
)

// Spec describes one type. The recorder masks by it what the app signals, the relay checks by it what comes, and
// the JSON Schema and the documentation are made of it. What it is in words stands in package catalog, apart from
// here, so that no page loads it.
type Spec struct {
	Type   Word
	By     Sources
	Keys   []Key
	Masked []Key // the exact keys when is_masked, nil when the type has no masked form
	// Private says that keys of the app's own may hold what the type never tells: their texts become stars.
	Private bool
}

// Keys that several types have.
var (
	attributes = []Key{{Name: "id", Treat: Attribute}, {Name: "name", Treat: Attribute}, {Name: "class", Treat: Attribute}}
	causes     = []string{"user", "script", "autofill", "remote"}

	isMasked    = Key{Name: "is_masked", Shape: Bool, Required: true}
	nodeName    = Key{Name: "node_name", Treat: Name, Required: true}
	ofElement   = Key{Name: "attributes", Shape: Object, Keys: attributes}
	rule        = Key{Name: "rule", Treat: Free, Required: true}
	field       = Key{Name: "field", Treat: Digest}
	filled      = Key{Name: "filled", Shape: Bool}
	cause       = Key{Name: "cause", Shape: OneOf, Enum: causes}
	trusted     = Key{Name: "trusted", Shape: Bool}
	button      = Key{Name: "button", Shape: Int}
	via         = Key{Name: "via", Shape: OneOf, Enum: []string{"pointer", "keyboard", "script"}}
	xpath       = Key{Name: "xpath", Treat: Path}
	by          = Key{Name: "by", Shape: ID, Treat: Ident, Nullable: true}
	tabID       = Key{Name: "tab_id", Shape: ID, Treat: Ident, Required: true}
	clientIndex = Key{Name: "client_index", Shape: Int, Required: true}
	username    = Key{Name: "username", Treat: Person, Nullable: true}
	requestedBy = Key{Name: "requested_by", Shape: ID, Treat: Ident, Required: true}
	owner       = Key{Name: "owner", Shape: ID, Treat: Ident, Nullable: true}
	requestID   = Key{Name: "request_id", Shape: ID, Treat: Ident, Nullable: true}
	from        = Key{Name: "from", Shape: ID, Treat: Ident, Nullable: true}
	to          = Key{Name: "to", Shape: ID, Treat: Ident, Nullable: true}
	size        = Key{Name: "size", Shape: Int, Nullable: true}
	filename    = Key{Name: "filename", Treat: Filename, Nullable: true}
	mime        = Key{Name: "mime", Treat: MediaType, Nullable: true}
	sha256      = Key{Name: "sha256", Treat: Digest, Nullable: true}
	synthesized = Key{Name: "synthesized", Shape: Bool}
)

// Specs lists the types in the order of the documentation.
var Specs = []*Spec{
	&sessionCreated, &sessionEnd, &invitationSent, &participantJoined, &participantLeft,
	&tabCreated, &tabClosed, &switchActiveTab, &tabPause, &tabResume,
	&documentShare, &documentEdit, &fileDownload,
	&navigate, &relocateStart, &inputChange, &submit, &click,
	&hostRequest, &hostChange, &controlSwitchRequest, &controlSwitch, &controlGained, &tabControl, &tabControlRequest,
	&chat, &videoChatEnabled, &videoChatArchivingStarted, &webrtcStreamException, &webrtcStreamEndedByUser,
	&screenshotGenerated, &featureUpgradeRequest, &clientLog,
	&recorderStarted, &recorderStopped, &recorderFailed, &gap, &policyLoaded, &maskingCorrected,
	&consentGiven, &consentWithdrawn, &clipboardCopy, &clipboardCut, &clipboardPaste, &printed, &fileSelected,
}

// followerJoined is what the reference calls the join of somebody who is not host.
const followerJoined = "follower_joined"

// Find gives the description of a type. follower_joined is taken for participant_joined.
func Find(t string) (*Spec, bool) {
	if t == followerJoined {
		return &participantJoined, true
	}
	for _, s := range Specs {
		if string(s.Type) == t {
			return s, true
		}
	}
	return nil, false
}
