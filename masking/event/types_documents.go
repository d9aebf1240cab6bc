package event

// Files and pictures.
const (
	DocumentShare       Word = "document_share"
	DocumentEdit        Word = "document_edit"
	FileDownload        Word = "file_download"
	ScreenshotGenerated Word = "screenshot_generated"
)

var documentID = Key{Name: "document_id", Shape: ID, Treat: Ident, Required: true}

var documentShare = Spec{Type: DocumentShare, By: ByApp, Keys: []Key{
	documentID, filename, mime, size, sha256, {Name: "pages", Shape: Int},
	{Name: "shared_by", Shape: ID, Treat: Ident, Nullable: true},
}}

var documentEdit = Spec{Type: DocumentEdit, By: ByApp, Private: true, Keys: []Key{
	documentID, {Name: "page", Shape: Int}, {Name: "action", Treat: Free}, {Name: "tool", Treat: Free, Nullable: true}, by,
}}

var fileDownload = Spec{Type: FileDownload, By: ByRecorder | ByApp, Keys: []Key{
	{Name: "url", Treat: Address, Required: true}, filename, mime, size,
	{Name: "how", Shape: OneOf, Enum: []string{"anchor", "navigation", "blob", "host"}}, {Name: "blocked", Shape: Bool},
}}

var screenshotGenerated = Spec{Type: ScreenshotGenerated, By: ByApp, Keys: []Key{
	{Name: "screenshot_id", Shape: ID, Treat: Ident, Required: true}, {Name: "trigger", Treat: Free}, {Name: "ref", Treat: Free, Nullable: true},
	{Name: "width", Shape: Int}, {Name: "height", Shape: Int}, sha256,
}}
