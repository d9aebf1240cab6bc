package document

import "testing"

// BenchmarkEncode tells what sealing a visit costs.
func BenchmarkEncode(b *testing.B) {
	v := visits(b)[trainedOn]
	for b.Loop() {
		if _, err := Encode(v.id, 1, v.lines); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(v.count), "events/op")
}
