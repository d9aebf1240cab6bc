package masking

import (
	"strings"
	"testing"
)

// BenchmarkFree: what a text costs that has nothing to hide, much to hide, or is as long as a text may be.
func BenchmarkFree(b *testing.B) {
	p := New()
	for name, text := range map[string]string{
		"label":    "Continue to payment",
		"numbers":  "Order 82173 of 2026-11-22 for 210,000.00 EUR",
		"secrets":  "call +351 912 345 678 or ada@mail.example, card 4111 1111 1111 1111",
		"accents":  "Größe über 18 für Ihren Vertrag wählen",
		"longest":  strings.Repeat("Order 82173 shown. ", maxTextBytes/19),
		"hardest":  strings.Repeat("1 2-3 4 ", maxTextBytes/8),
		"hardest2": strings.Repeat("a@b", maxTextBytes/3),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Free(text)
			}
		})
	}
}

// BenchmarkWithholds: what the cross-check adds to a text, by how many values are remembered.
func BenchmarkWithholds(b *testing.B) {
	for name, values := range map[string]int{"none": 0, "20 values": 20, "all values": maxHidden} {
		p := New()
		for i := range values {
			p.Hide("value number" + strings.Repeat("x", i) + " of a field")
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p.withholds("Continue to payment") {
					b.Fatal("withheld")
				}
			}
		})
	}
}

func BenchmarkURL(b *testing.B) {
	p := New()
	b.ReportAllocs()
	for b.Loop() {
		p.URL("https://shop.example/orders/82173/edit?page=2&coupon=SUMMER#/step")
	}
}
