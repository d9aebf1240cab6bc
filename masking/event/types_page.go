package event

// What happens in a page.
const (
	Navigate      Word = "navigate"
	RelocateStart Word = "relocate_start"
	InputChange   Word = "input_change"
	Submit        Word = "submit"
	Click         Word = "click"
	ClientLog     Word = "client_log"
)

var navigate = Spec{Type: Navigate, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "url", Treat: Address, Required: true}, username, {Name: "from_url", Treat: Address, Nullable: true},
	{Name: "title", Treat: Title},
	{Name: "kind", Shape: OneOf, Enum: []string{"load", "reload", "push", "replace", "traverse", "hash", "restore"}},
	{Name: "user_initiated", Shape: Bool, Nullable: true}, {Name: "previous_page_ms", Shape: Int, Nullable: true},
}}

var relocateStart = Spec{Type: RelocateStart, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "to_url", Treat: Address, Required: true, Nullable: true}, {Name: "from_url", Treat: Address, Nullable: true},
	{Name: "cause", Shape: OneOf, Enum: []string{"link", "form", "script", "reload", "traverse", "host"}},
	{Name: "user_initiated", Shape: Bool, Nullable: true}, {Name: "new_tab", Shape: Bool},
	{Name: "requested_by", Shape: ID, Treat: Ident, Nullable: true},
}}

// The value and the texts of an input_change that the app signals are not told: nobody has judged the field.
var inputChange = Spec{Type: InputChange, By: ByRecorder | ByApp,
	Keys: []Key{
		nodeName, ofElement, {Name: "value"}, xpath,
		{Name: "parent_form_attributes", Shape: Object, Keys: attributes},
		{Name: "input_type", Treat: Name}, {Name: "label", Treat: Label},
		{Name: "checked", Shape: Bool}, {Name: "selected", Shape: Bool}, cause, trusted,
	},
	Masked: []Key{isMasked, nodeName, rule, field, filled, cause, trusted},
}

var submit = Spec{Type: Submit, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "form", Shape: Object, Required: true, Keys: []Key{
		{Name: "id", Treat: Attribute}, {Name: "name", Treat: Attribute}, {Name: "class", Treat: Attribute},
		{Name: "method", Treat: Name}, {Name: "action", Treat: Address},
	}},
	xpath,
	{Name: "fields", Shape: List, Keys: []Key{
		{Name: "name", Treat: Attribute}, {Name: "type", Treat: Name}, filled, {Name: "is_masked", Shape: Bool}, field,
	}},
	{Name: "submitter", Shape: Object, Nullable: true, Keys: []Key{
		{Name: "node_name", Treat: Name}, {Name: "label", Treat: Label}, ofElement,
	}},
	{Name: "valid", Shape: Bool}, {Name: "via", Shape: OneOf, Enum: []string{"user", "request_submit", "submit"}},
	trusted, cause, {Name: "is_masked", Shape: Bool}, {Name: "rule", Treat: Free},
}}

var click = Spec{Type: Click, By: ByRecorder | ByApp,
	Keys: []Key{
		nodeName, ofElement, xpath, {Name: "role", Treat: Name}, {Name: "label", Treat: Label}, {Name: "href", Treat: Address},
		button, {Name: "x", Shape: Num}, {Name: "y", Shape: Num}, trusted, via,
	},
	Masked: []Key{isMasked, nodeName, rule, field, button, trusted, via},
}

var clientLog = Spec{Type: ClientLog, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "message", Treat: Free, Required: true},
	{Name: "level", Shape: OneOf, Enum: []string{"debug", "info", "warn", "error"}},
	{Name: "data", Shape: Any, Nullable: true},
}}
