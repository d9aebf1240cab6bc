package document

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
	"github.com/cotrail/cotrail/relay/canonical"
)

var trained = flag.String("dictionary", "", "write a new dictionary to this file")

// trainedOn is how many of the recorded visits the dictionary knows; the others tell how well it fits what it does not.
const trainedOn = 2

// common are values that pages everywhere have.
const common = `inferred trusted claimed control host script customer agent checkbox radio text select-one select-multiple number
	range password email tel textarea button link option input summary div span label form body main section article header footer
	nav table tbody tr td ul li p h1 a img svg get post submit primary active card container wrapper item row col 0.5 0.49 0.51 0.48
	0.52 0.47 0.46 0.1.0 1280 800 1920 1080 desktop mobile tablet Next Back Continue Cancel Search Yes No Close Save default hard_deny`

// long are beginnings and forms of long values.
const long = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1
Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
/html/body/div/main/div[2]/section/ul/li[3]/a
/html/body/div[3]/form/div[2]/div/select/option[2]
/html/body/main/section[2]/form/fieldset/label[4]/input
https://www.
`

// TestTrain makes a dictionary, when it is asked for one.
func TestTrain(t *testing.T) {
	if *trained == "" {
		t.Skip("-dictionary FILE makes a new one")
	}
	shapes, sentences, words := map[string]int{}, map[string]int{}, map[string]int{}
	var contents [][]byte
	learn := func(id string, lines []byte) {
		s := newSplitter(id, 1)
		for line := range bytes.Lines(lines) {
			s.line(line[:len(line)-1])
			shapes[string(s.shape)]++
		}
		for sentence := range strings.Lines(string(s.columns.of("message").texts)) {
			sentences[strings.TrimSuffix(sentence, "\n")]++
		}
		contents = append(contents, split(id, 1, lines))
	}
	for _, v := range visits(t)[:trainedOn] {
		learn(v.id, v.lines)
	}
	quote, err := os.ReadFile(filepath.Join("..", "..", "testdata", "sessions", "quote.log.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	learn(gjson.GetBytes(quote, "session_id").Str, quote)
	for _, word := range strings.Fields(common) {
		words[word]++
	}
	for _, typ := range catalog.Types {
		words[string(typ.Type)]++
		vocabulary(typ.Spec().Keys, words)
		for _, sample := range []string{typ.Sample, typ.Masked} {
			if sample != "" {
				shapes[sampleShape(t, string(typ.Type), sample)]++
			}
		}
	}
	history := strings.Join(rising(words), "\n") + "\n" + long + strings.Join(rising(sentences), "\n") + "\n" + strings.Join(rising(shapes), "\n") + "\n"
	made, err := zstd.BuildDict(zstd.BuildDictOptions{
		ID: 1, Contents: contents, History: []byte(history), Offsets: [3]int{1, 4, 8}, Level: zstd.SpeedBestCompression,
	})
	if err == nil {
		err = os.WriteFile(*trained, made, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// vocabulary gathers the words that keys may have.
func vocabulary(keys []event.Key, words map[string]int) {
	for _, k := range keys {
		for _, word := range k.Enum {
			words[word]++
		}
		vocabulary(k.Keys, words)
	}
}

// sampleShape is the shape of an entry that the app signals with such details.
func sampleShape(t *testing.T, typ, sample string) string {
	details, err := canonical.Append(nil, []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	s := newSplitter("s", 1)
	s.line([]byte(`{"actor":{"basis":"host","client_index":0,"role":"host","username":"x"},"details":` + string(details) +
		`,"message":"x","received":"2026-11-22T12:00:00.000Z","seq":1,"session_id":"s","source":"host","tab_id":"x","time":"2026-11-22T12:00:00.000Z","type":"` + typ + `"}`))
	return string(s.shape)
}

// rising lists what was counted, the most frequent last: what is near costs least.
func rising(counts map[string]int) []string {
	list := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(list, func(a, b string) int { return counts[a] - counts[b] })
	return list
}
