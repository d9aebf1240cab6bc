package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/cotrail/cotrail/e2e/chrome"
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/wasm/capture"
)

const (
	// maskSelectors and maskCustom make a policy larger than most: a site names some fields, and a number or two.
	maskSelectors, maskCustom = 50, 4

	// maskEvents are taken in at once: the meter's own call is not to count.
	maskEvents = 500

	// maskSamples are taken of each kind of event.
	maskSamples = 11
)

//go:embed mask.html
var maskSource []byte

// maskedKinds are the events that are measured: the one that has most to be masked, and the two that are most frequent.
var maskedKinds = []struct{ what, row string }{
	{"a change, shown", "t=input;trusted=1;node=input;type=text;name=remarks;id=remarks;names=Remarks;form_value=1;denied=0;block=-1;mask=-1;allow=3;identity=x;path=#remarks\x1dhtml/body/main/form/div@2/input;" +
		"shown_node=input;class=field wide;value=Please call Ada on 0151 23456789 about order 20391, ada@mail.example or 4111 1111 1111 1111;filled=1;label=Remarks of the customer;in_form=1;form_id=order;form_class=card"},
	{"a change, hidden", "t=input;trusted=1;node=input;type=text;form_value=1;denied=0;block=-1;mask=7;allow=-1;identity=https://shop.example/order\norder\ninput\ntext\nname;filled=1;raw=Ada Miller of Lisbon NUMBER"},
	{"a click", "t=click;trusted=1;button=0;via=pointer;node=a;block=-1;mask=-1;allow=-1;form_value=0;shown_node=a;shown_id=next;shown_class=button primary;path=#next\x1d;role=link;" +
		"label=Go on to the payment;href=https://shop.example/orders/4711221/pay?page=2&token=abc#top;x=50;y=50"},
}

// maskCost gives the recorder, in Chromium, rows of one kind and takes the processor time until each is an event in its
// queue: read, decided, masked, written.
func maskCost(ctx context.Context, _ config) (_ []Row, err error) {
	modules, err := filepath.Glob("relay/assets/dist/*.wasm")
	if err != nil || len(modules) != 1 {
		return nil, fmt.Errorf("want one module in relay/assets/dist, as make assets builds it: %q, %v", modules, err)
	}
	input, err := maskInput()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for path, content := range map[string][]byte{"/{$}": maskSource, "/input.json": input} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { w.Write(content) })
	}
	for path, file := range map[string]string{"/host.js": "js/host.js", "/module.wasm": modules[0]} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) })
	}
	site := httptest.NewServer(mux)
	defer site.Close()
	browser, err := chrome.Start(ctx, chrome.Whole)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, browser.Close()) }()
	page, err := browser.NewPage()
	if err != nil {
		return nil, err
	}
	defer page.Close()
	if err := page.Run(chromedp.Navigate(site.URL+"/"), chrome.WaitFor("window.ready || window.crashed")); err != nil {
		return nil, err
	}
	m, err := startMeter(page, false)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for i, kind := range maskedKinds {
		var micros []float64
		for range maskSamples {
			cost, err := maskSample(page, m, i)
			if err != nil {
				return nil, err
			}
			micros = append(micros, cost)
		}
		row := newRow(fmt.Sprintf("an event masked, %d selectors, all patterns", maskSelectors), kind.what, "us", micros)
		row.Limit = &Limit{Must: 100, Aim: 50}
		rows = append(rows, row)
	}
	if crashed, err := chrome.Eval[bool](page, "window.crashed === true"); err != nil || crashed {
		return nil, fmt.Errorf("the recorder has crashed: %v, %v", crashed, err)
	}
	return rows, nil
}

// maskSample gives the processor time of one event of a kind, in microseconds.
func maskSample(page *chrome.Page, m *meter, kind int) (float64, error) {
	if err := page.Run(chrome.Script("prepare()")); err != nil {
		return 0, err
	}
	if _, err := m.read(); err != nil {
		return 0, err
	}
	// In a timer, for the meter does not count what the bench evaluates.
	if err := page.Run(chrome.Script(fmt.Sprintf("new Promise((done) => setTimeout(() => done(take(%d))))", kind))); err != nil {
		return 0, err
	}
	cost, err := m.read()
	return cost.script * 1000 / maskEvents, err
}

// maskInput is what the page reads: the policy as the relay serves it, the facts of a recording, and the rows.
func maskInput() ([]byte, error) {
	p := masking.New()
	for i := range maskSelectors {
		list := []*[]string{&p.Block, &p.Mask, &p.Allow}[i%3]
		*list = append(*list, fmt.Sprintf("form.quote > .field-%d [data-kind=k%d]", i, i))
	}
	for i := range maskCustom {
		custom, err := masking.NewCustom(fmt.Sprintf("number_%d", i), fmt.Sprintf(`[A-Z]%d-?\d{6,8}`, i))
		if err != nil {
			return nil, err
		}
		p.Custom = append(p.Custom, custom)
	}
	p.Titles = true
	var texts []string
	for _, kind := range maskedKinds {
		var rows []string
		for i := range maskEvents {
			row := strings.ReplaceAll(strings.ReplaceAll(kind.row, ";", capture.FieldEnd), "NUMBER", fmt.Sprint(i))
			rows = append(rows, row+capture.FieldEnd+fmt.Sprint("at=", 1795341873343+i))
		}
		texts = append(texts, strings.Join(rows, capture.RowEnd))
	}
	facts := strings.Join([]string{"site=demo", "session=s", "secret=x", "tab=t", "url=https://shop.example/order", "field_key=00", "stream=0102030405060708"}, capture.FieldEnd)
	return json.Marshal(map[string]any{"policy": string(p.Compile()), "facts": facts, "rows": texts})
}
