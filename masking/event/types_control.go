package event

// Who leads, and who may act.
const (
	HostRequest           Word = "host_request"
	HostChange            Word = "host_change"
	ControlSwitchRequest  Word = "control_switch_request"
	ControlSwitch         Word = "control_switch"
	ControlGained         Word = "control_gained"
	TabControl            Word = "tab_control"
	TabControlRequest     Word = "tab_control_request"
	FeatureUpgradeRequest Word = "feature_upgrade_request"
)

// passed is how control comes to somebody, or does not.
var passed = []string{"given", "taken", "granted", "revoked", "denied"}

var hostRequest = Spec{Type: HostRequest, By: ByApp, Keys: []Key{
	requestedBy, {Name: "current_host", Shape: ID, Treat: Ident, Nullable: true},
}}

var hostChange = Spec{Type: HostChange, By: ByApp, Keys: []Key{
	from, {Name: "to", Shape: ID, Treat: Ident, Required: true}, {Name: "cause", Treat: Free},
}}

var controlSwitchRequest = Spec{Type: ControlSwitchRequest, By: ByApp, Keys: []Key{requestedBy, owner, requestID}}

var controlSwitch = Spec{Type: ControlSwitch, By: ByApp, Keys: []Key{
	{Name: "from", Shape: ID, Treat: Ident, Required: true, Nullable: true},
	{Name: "to", Shape: ID, Treat: Ident, Required: true, Nullable: true},
	{Name: "cause", Shape: OneOf, Enum: passed}, requestID,
}}

var controlGained = Spec{Type: ControlGained, By: ByApp, Keys: []Key{
	clientIndex, username, from, {Name: "tab_id", Shape: ID, Treat: Ident, Nullable: true},
}}

var tabControl = Spec{Type: TabControl, By: ByApp, Keys: []Key{
	tabID, owner, to, {Name: "action", Shape: OneOf, Required: true, Enum: passed},
}}

var tabControlRequest = Spec{Type: TabControlRequest, By: ByApp, Keys: []Key{tabID, requestedBy, owner, requestID}}

var featureUpgradeRequest = Spec{Type: FeatureUpgradeRequest, By: ByApp, Keys: []Key{
	{Name: "feature", Treat: Free, Required: true},
	{Name: "requested_by", Shape: ID, Treat: Ident, Nullable: true},
	from, to, {Name: "outcome", Treat: Free, Nullable: true},
}}
