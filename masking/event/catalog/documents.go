package catalog

import "github.com/cotrail/cotrail/masking/event"

var documents = []Type{
	{Type: event.DocumentShare, Title: "Document shared", Doc: "A file is put into the session.", keys: `
		pages      how many it has
		shared_by  the client_index of who shared it`,
		Sample: `{"document_id":"d-3","filename":"*.pdf","mime":"application/pdf","size":182400,"sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","pages":4,"shared_by":1}`},
	{Type: event.DocumentEdit, Title: "Document edited", Doc: "A document is annotated, filled or signed. What was written is never told.", keys: `
		page    of the document
		action  annotate, fill, sign, or what the app says
		tool    with what`,
		Sample: `{"document_id":"d-3","page":2,"action":"annotate","tool":"pen","by":0}`},
	{Type: event.FileDownload, Title: "File downloaded", Doc: "A download starts.", keys: `
		how      what started it
		blocked  it was not let through`,
		Sample: `{"url":"https://quote.example/files/summary.pdf","filename":"*.pdf","mime":"application/pdf","size":null,"how":"anchor","blocked":false}`},
}
