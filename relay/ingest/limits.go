package ingest

import "time"

// Limits bound what one connection, one site and all together may ask of the relay. Those of the wire itself
// (sizes of frames and batches) are the constants of masking/event.
type Limits struct {
	HelloTimeout     time.Duration // for the first frame: until then nobody has said who it is
	FrameTimeout     time.Duration // for one frame, once it has begun: a page that sends a byte a second is not waited for
	WriteTimeout     time.Duration // for one frame to a page that does not read
	Beat             time.Duration // how often a connection is looked after: presence noted, idle memory freed
	PingEvery        time.Duration // below the idle time-outs of common proxies, 60 s
	PingTimeout      time.Duration // for its answer; then the connection is given up
	DecoderIdle      time.Duration // silence after which the brotli window is forgotten; the recorder renews after 20 s
	Events           float64       // a second, of one connection: far more than a person makes
	Burst            int           // events at once: the queue of a recorder that was offline
	Connections      int           // open at once, of all sites: the relay's memory
	SiteConnections  int           // open at once, of one site: one site's rush leaves room for the others
	Bytes            int64         // of frames being read and batches waiting, of all connections: the relay's memory
	Hellos           float64       // connections and requests a second, of one address: a thousand people may share one
	HellosAtOnce     int           // … at once: all of them come back after the relay was away
	SiteHellos       float64       // … of one site
	SiteHellosAtOnce int
}

// DefaultLimits are those of a relay in service.
var DefaultLimits = Limits{
	HelloTimeout:    5 * time.Second,
	FrameTimeout:    30 * time.Second, // the largest frame over a line of 4 KB a second
	WriteTimeout:    10 * time.Second,
	Beat:            10 * time.Second,
	PingEvery:       30 * time.Second,
	PingTimeout:     20 * time.Second,
	DecoderIdle:     30 * time.Second,
	Events:          5_000,
	Burst:           40_000,
	Connections:     40_000,
	SiteConnections: 20_000,
	Bytes:           256 << 20, // 2,000 of the largest frames; the store's own queue has 64 MB beside it
	Hellos:          100, HellosAtOnce: 2_000, SiteHellos: 2_000, SiteHellosAtOnce: 20_000,
}

const (
	// maxWaiting is how many batches of a connection may wait for the store while the next is read: enough to
	// hide its latency, few enough that the page, not the relay, holds the rest.
	maxWaiting = 8
	// returnEvery is after how many connections that fell idle the memory of their decoders, some 70 KB each, is
	// given back to the system: the runtime of a relay without much to do would keep it for minutes.
	returnEvery = 1000
	// maxJoined is the size, in plain bytes, from which a row of the store takes no more batches.
	maxJoined = 64 << 10
	// maxParts bounds the frames of a POST body: a hello and the batches of a page that is being left.
	maxParts = 16
	// maxDepth bounds how deep an event nests: what masking lets through, 16 under details and data, and some.
	maxDepth = 24
	// maxKeys bounds the keys of one object, since repeats are looked for by comparing all with all: what masking
	// lets through, 128, and some that are made.
	maxKeys = 160
	// maxPast and maxAhead bound an event's corrected time against the relay's clock. A tail kept for the tab's
	// next page may be old; an event from the future comes from a clock that was set while the page was open.
	maxPast  = 366 * 24 * time.Hour
	maxAhead = 24 * time.Hour
	// maxClock bounds a page's clock: what JavaScript's Date can hold, in milliseconds since 1970.
	maxClock = 8_640_000_000_000_000
	// maxAgent bounds a user agent; real ones have some 120 bytes, those of apps up to 300.
	maxAgent = 512
	// maxScreen bounds a screen's side: more than a wall of displays has.
	maxScreen = 100_000
	// maxRelease bounds the name of a recorder's version.
	maxRelease = 64
	// maxWindow bounds the window of a brotli stream, in bytes: twice what MaxStreamed needs.
	maxWindow = 1 << 20
)
