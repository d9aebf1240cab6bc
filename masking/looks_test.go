package masking

import (
	"math/rand/v2"
	"testing"
)

// TestRandomTokens: of random tokens in a path hardly one stands. Each share is in thousandths, about twice of what was
// measured; a token without digits and of one case is the hardest to tell from a word.
func TestRandomTokens(t *testing.T) {
	const (
		tries  = 5000
		digits = "0123456789"
		small  = "abcdefghijklmnopqrstuvwxyz"
		large  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	)
	for _, tt := range []struct {
		name, alphabet string
		length, most   int
	}{
		{"base64url", large + small + digits + "-_", 16, 15},
		{"base64url", large + small + digits + "-_", 20, 9},
		{"base64url", large + small + digits + "-_", 22, 9},
		{"base64url", large + small + digits + "-_", 27, 9},
		{"base64url", large + small + digits + "-_", 32, 9},
		{"base64url", large + small + digits + "-_", 43, 9},
		{"base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 16, 15},
		{"base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 20, 9},
		{"base32", large + "234567", 16, 50},
		{"base32", large + "234567", 20, 9},
		{"base32", large + "234567", 32, 9},
		{"small base32", small + "234567", 20, 9},
		{"letters and digits", small + digits, 16, 15},
		{"hex", "0123456789abcdef", 16, 15},
		{"hex", "0123456789abcdef", 20, 9},
		{"letters", large + small, 22, 9},
		{"small letters", small, 32, 20},
	} {
		random := rand.New(rand.NewPCG(1, uint64(tt.length)))
		p := New()
		stand := 0
		for range tries {
			token := make([]byte, tt.length)
			for i := range token {
				token[i] = tt.alphabet[random.IntN(len(tt.alphabet))]
			}
			address := "https://a.example/reset/" + string(token)
			if p.URL(address).String() == address {
				stand++
			}
		}
		t.Logf("%s of %d: %.2f %%", tt.name, tt.length, 100*float64(stand)/tries)
		if stand*1000 > tt.most*tries {
			t.Errorf("%s of %d: %d of %d stand", tt.name, tt.length, stand, tries)
		}
	}
}

// TestWordsOfPaths: what an author writes into a path stays, however long.
func TestWordsOfPaths(t *testing.T) {
	p := New()
	for _, word := range []string{
		"how-to-cancel-my-life-insurance", "what-to-do-if-i-am-in-a-car-crash", "internationalization-i18n-guide", "terms_and_conditions_of_use",
		"getCustomerAddressForInvoice", "XMLHttpRequestUpload", "jquery-3.7.1.min.js", "bootstrap.bundle.min.css",
		"Kraftfahrzeughaftpflichtversicherung", "krankenversicherungsnachweis", "schadensfreiheitsrabatt-uebersicht", "Rechtsschutzversicherung",
		"MAX_NUMBER_OF_CUSTOMER_ORDERS", "iphone-15-pro-max", "samsung-galaxy-s24-ultra", "arbeidsongeschiktheidsverzekering", "sjukvardsforsakring",
		"ubezpieczenie-na-zycie-i-zdrowie", "assurance-habitation-proprietaire", "preguntas-frecuentes-sobre-seguros", "%C3%BCbersicht-der-vertr%C3%A4ge",
	} {
		address := "https://a.example/help/" + word
		if got := p.URL(address).String(); got != address {
			t.Errorf("%s gives %s", address, got)
		}
	}
}
