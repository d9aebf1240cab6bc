package api

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStatistics asks for those of a call of three people; asDescribed holds every key of them to the description.
func TestStatistics(t *testing.T) {
	r := start(t)
	log, err := os.ReadFile(filepath.Join("..", "..", "testdata", "sessions", "call.log.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	r.entries["in-shop"] = strings.Split(strings.TrimSpace(string(log)), "\n")
	_, body := r.get(t, "/v1/sessions/in-shop/statistics", "shop-reader")
	var told struct {
		ID            string `json:"id"`
		Site          string `json:"account_id"`
		Participants  []any  `json:"participants"`
		Windows       []any  `json:"windows"`
		ChatProtocols []any  `json:"chat_protocols"`
	}
	if err := json.Unmarshal([]byte(body), &told); err != nil || told.ID != "in-shop" || told.Site != "shop" || len(told.Participants) != 4 || len(told.Windows) != 2 || len(told.ChatProtocols) != 2 {
		t.Errorf("%v, %s", err, body)
	}
}
