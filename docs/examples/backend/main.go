// Command backend does what the back end of a co-browsing app does with Cotrail: it makes a session, tokens for its
// participants, tells who has control, and ends it. docs/integrate.md shows it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	var session struct {
		ID string `json:"session_id"`
	}
	call("/v1/sessions", "", map[string]any{"site": os.Getenv("COTRAIL_SITE"), "start_url": "https://shop.example/"}, &session)

	var ada, bob struct {
		Token string `json:"token"` // for data-token in the participant's page
		Index int    `json:"client_index"`
	}
	tokens := "/v1/sessions/" + session.ID + "/tokens"
	call(tokens, "", map[string]any{"name": "Ada Miller", "user_id": "u-17", "role": "customer"}, &ada)
	call(tokens, "", map[string]any{"name": "Bob Reed", "user_id": "u-4", "role": "host"}, &bob)

	events := "/v1/sessions/" + session.ID + "/events"
	call(events, "request-1", []map[string]any{
		{"type": "control_switch_request", "details": map[string]any{"requested_by": bob.Index, "owner": ada.Index}},
		{"type": "control_switch", "details": map[string]any{"from": ada.Index, "to": bob.Index, "cause": "granted"}},
	}, nil)

	call("/v1/sessions/"+session.ID+"/end", "", map[string]any{"ended_by": bob.Index, "message": "Thank you for your call"}, nil)
	fmt.Println(session.ID)
}

// call asks the relay. With a key the same call may be made again, after a time-out for example, and is done once.
func call(path, idempotencyKey string, body, answer any) {
	content, err := json.Marshal(body)
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, os.Getenv("COTRAIL_RELAY")+path, bytes.NewReader(content))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("COTRAIL_KEY"))
	request.Header.Set("Content-Type", "application/json")
	if idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		var problem struct{ Detail string }
		_ = json.NewDecoder(response.Body).Decode(&problem) // the status alone says enough
		log.Fatalf("%s: %s: %s", path, response.Status, problem.Detail)
	}
	if answer != nil {
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
			log.Fatal(err)
		}
	}
}
