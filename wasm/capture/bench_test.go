package capture

import (
	"strconv"
	"testing"

	"github.com/cotrail/cotrail/masking"
)

// BenchmarkEvent: what one event costs from its row to its line, under 50 selectors and all patterns, after 20 values
// were hidden.
func BenchmarkEvent(b *testing.B) {
	policy := masking.New()
	for i := range 50 {
		list := []*[]string{&policy.Block, &policy.Mask, &policy.Allow}[i%3]
		*list = append(*list, "#field"+strconv.Itoa(i)+" .part")
	}
	policy.Titles = true
	for i := range 3 {
		c, err := masking.NewCustom("own"+strconv.Itoa(i), `K`+strconv.Itoa(i)+`-\d{8}`)
		if err != nil {
			b.Fatal(err)
		}
		policy.Custom = append(policy.Custom, c)
	}
	for name, r := range map[string]Row{
		"masked input": with(field, "value", "raw=ada@mail.example"),
		"open input":   with(field, "allow=7"),
		"click":        row(button...),
		"navigate":     row("t=navigate", "kind=push", "url=https://a.example/orders/82173?page=2&coupon=x", "from=https://a.example/cart", "title=Order 82173"),
		"log":          row("t=log", "message=offer shown in 12 ms", `data={"plan":"basic","months":12}`),
	} {
		b.Run(name, func(b *testing.B) {
			c := Capture{Policy: policy.At("https://a.example/")}
			for i := range 20 {
				c.Policy.Hide("value " + strconv.Itoa(i) + " of a field")
			}
			var line []byte
			b.ReportAllocs()
			for b.Loop() {
				e, ok := c.Event(r)
				if !ok {
					b.Fatal("no event")
				}
				line = e.AppendLine(line[:0])
			}
		})
	}
}
