package event

// The session and who is in it.
const (
	SessionCreated    Word = "session_created"
	SessionEnd        Word = "session_end"
	InvitationSent    Word = "invitation_sent"
	ParticipantJoined Word = "participant_joined"
	ParticipantLeft   Word = "participant_left"
)

var sessionCreated = Spec{Type: SessionCreated, By: ByApp | ByRelay, Keys: []Key{
	{Name: "session_id", Shape: ID, Treat: Ident},
	{Name: "start_url", Treat: Address},
	{Name: "ip", Treat: Hashed, Nullable: true},
	{Name: "created_from", Treat: Free},
	{Name: "options", Shape: Object, Treat: Secrets},
	{Name: "server_region", Treat: Free, Nullable: true},
	{Name: "versions", Shape: Object, Keys: []Key{{Name: "relay", Treat: Free}, {Name: "recorder", Treat: Free}}},
	{Name: "continues", Treat: Ident},
}}

var sessionEnd = Spec{Type: SessionEnd, By: ByApp | ByRelay, Keys: []Key{
	{Name: "reason", Shape: OneOf, Enum: []string{"ended_by_host", "ended_by_participant", "timeout", "connection_lost", "page_closed", "limit"}},
	{Name: "ended_by", Shape: ID, Treat: Ident, Nullable: true},
	{Name: "ended_message", Treat: Free, Nullable: true},
	{Name: "started", Treat: Free}, {Name: "ended", Treat: Free},
	{Name: "duration_ms", Shape: Int}, {Name: "event_count", Shape: Int}, synthesized,
}}

var invitationSent = Spec{Type: InvitationSent, By: ByApp, Keys: []Key{
	{Name: "channel", Shape: OneOf, Required: true, Enum: []string{"email", "sms", "link", "pin"}},
	{Name: "recipient", Treat: Recipient}, {Name: "recipient_hash", Treat: Derived},
	{Name: "invited_by", Shape: ID, Treat: Ident, Nullable: true},
	{Name: "role", Treat: Free}, {Name: "expires_at", Treat: Free, Nullable: true},
}}

var participantJoined = Spec{Type: ParticipantJoined, By: ByApp | ByRelay, Keys: []Key{
	clientIndex,
	{Name: "name", Treat: Person, Nullable: true}, {Name: "email", Treat: Mail, Nullable: true},
	{Name: "user_id", Shape: ID, Treat: Ident, Nullable: true}, {Name: "authenticated", Shape: Bool},
	{Name: "role", Treat: Free, Nullable: true},
	{Name: "deviceType", Treat: Free, Nullable: true}, {Name: "user_agent", Treat: Free, Nullable: true},
	{Name: "screenWidth", Shape: Int, Nullable: true}, {Name: "screenHeight", Shape: Int, Nullable: true},
	{Name: "country_code", Treat: Free, Nullable: true}, {Name: "ip", Treat: Hashed, Nullable: true},
	{Name: "access_allowed", Shape: Bool}, {Name: "agent_passed", Shape: Bool}, {Name: "first_agent", Shape: Bool},
	{Name: "password_passed", Shape: Bool}, {Name: "index", Shape: Int},
	{Name: "participant_num", Shape: Int}, {Name: "participant_prefix", Treat: Free},
	{Name: "queue_index", Shape: ID, Treat: Ident, Nullable: true},
	{Name: "online", Shape: Bool}, {Name: "webrtcEnabled", Shape: Bool},
	{Name: "color", Treat: Free}, {Name: "colorCode", Treat: Free},
	{Name: "drawingSettings", Shape: Object, Keys: []Key{{Name: "enabled", Shape: Bool}, {Name: "timeout", Shape: Num}, {Name: "width", Shape: Num}}},
	{Name: "avatar", Treat: Never, Nullable: true}, {Name: "continuation_token", Treat: Hidden}, {Name: "apply_url", Treat: Address},
	{Name: "user_params", Shape: Object},
	{Name: "count", Shape: Int},
}}

var participantLeft = Spec{Type: ParticipantLeft, By: ByApp | ByRelay, Keys: []Key{
	clientIndex, username,
	{Name: "reason", Shape: OneOf, Enum: []string{"left", "removed", "connection_lost"}},
	{Name: "present_ms", Shape: Int}, {Name: "count", Shape: Int}, synthesized,
}}
