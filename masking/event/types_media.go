package event

// What people say and show to one another.
const (
	Chat                      Word = "chat"
	VideoChatEnabled          Word = "video_chat_enabled"
	VideoChatArchivingStarted Word = "video_chat_archiving_started"
	WebRTCStreamException     Word = "webrtc_stream_exception"
	WebRTCStreamEndedByUser   Word = "webrtc_stream_ended_by_user"
)

var stream = Key{Name: "stream", Shape: ID, Treat: Ident, Required: true}

var chat = Spec{Type: Chat, By: ByApp, Private: true, Keys: []Key{
	{Name: "message_number", Shape: Int}, {Name: "from", Shape: ID, Treat: Ident, Required: true}, to,
	{Name: "length", Shape: Int}, {Name: "text", Treat: Length},
}}

// The recorder does not know who it is that calls: it says null, and the relay who it was.
var videoChatEnabled = Spec{Type: VideoChatEnabled, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "by", Shape: ID, Treat: Ident, Required: true, Nullable: true},
	{Name: "media", Shape: Texts, Enum: []string{"audio", "video", "screen"}},
	{Name: "call_id", Shape: ID, Treat: Ident, Nullable: true},
}}

var videoChatArchivingStarted = Spec{Type: VideoChatArchivingStarted, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "archive_id", Shape: ID, Treat: Ident, Required: true}, {Name: "storage", Treat: Free, Nullable: true}, by,
}}

var webrtcStreamException = Spec{Type: WebRTCStreamException, By: ByRecorder | ByApp, Keys: []Key{
	stream, {Name: "name", Treat: Free}, {Name: "phase", Shape: OneOf, Enum: []string{"capture", "peer", "ice"}}, {Name: "message", Treat: Free},
}}

var webrtcStreamEndedByUser = Spec{Type: WebRTCStreamEndedByUser, By: ByRecorder | ByApp, Keys: []Key{
	stream, by, {Name: "duration_ms", Shape: Int},
}}
