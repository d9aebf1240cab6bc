package masking

import "strings"

// DenyWords are the names of secrets in common languages. A field whose name, id or label has one of them is
// denied. A word in the first list must stand alone ("pin" is in "PIN code", not in "shipping"); those of the
// second count wherever they occur. The sensor gets both lists at build time, so the fact stands once.
var DenyWords = struct{ Whole, Part []string }{
	Whole: []string{
		"pin", "pass", "pwd", "cvv", "cvc", "cvv2", "cvc2", "cvn", "csc", "cid", "otp", "tan", "ssn", "nip", "mdp", "puk", "totp", "2fa", "mfa", "nino",
	},
	Part: []string{
		"password", "passwd", "passwort", "kennwort", "passphrase", "passcode", "motdepasse", "contrasena", "contraseña", "clave", "senha", "palavrapasse",
		"wachtwoord", "lösenord", "losenord", "passord", "adgangskode", "kodeord", "salasana", "hasło", "haslo", "heslo", "jelszó", "jelszo", "parola", "пароль", "κωδικ", "şifre", "sifre",
		"密码", "密碼", "パスワード", "暗証番号", "비밀번호", "كلمةالمرور", "סיסמה",
		"secret", "geheim", "cardnumber", "cardno", "ccnumber", "ccnum", "creditcard", "debitcard", "kartennummer", "kreditkarte", "numerodecarte", "numerodetarjeta", "numerodicarta", "kaartnummer",
		"pincode", "pinnumber", "securitycode", "securityanswer", "sicherheitscode", "prüfziffer", "prufziffer", "kartenprüfnummer", "cryptogramme", "codigodeseguridad", "verificationcode", "cardverification",
		"onetime", "einmalpasswort", "einmalcode", "socialsecurity", "sozialversicherung", "nationalinsurance", "numerodesecuritesociale", "seguridadsocial",
		"apikey", "accesstoken", "privatekey", "authtoken",
	},
}

// deniedTokens are the autocomplete tokens of secrets, beside every one that begins with "cc-" or ends in "-password".
const deniedToken = "one-time-code"

// Denied tells whether an element holds a secret by its nature. No policy and no markup opens it.
func Denied(e Element) bool {
	if e.NodeName == "input" {
		switch strings.ToLower(e.Type) {
		case "password", "hidden":
			return true
		}
	}
	if !e.FormValue {
		return false
	}
	for _, token := range strings.Fields(strings.ToLower(e.Autocomplete)) {
		if token == deniedToken || strings.HasPrefix(token, "cc-") || strings.HasSuffix(token, "-password") {
			return true
		}
	}
	if deniedName(e.Name) || deniedName(e.ID) {
		return true
	}
	for _, label := range e.Labels {
		if deniedName(label) {
			return true
		}
	}
	return false
}

// deniedName looks for a denied word in a name or label: as a whole word, or anywhere once everything but
// letters and digits is left out ("Card number", "card_number" and "cardNumber" are one).
func deniedName(name string) bool {
	if name == "" {
		return false
	}
	words, joined := split(name)
	for _, w := range words {
		for _, d := range DenyWords.Whole {
			if w == d {
				return true
			}
		}
	}
	for _, d := range DenyWords.Part {
		if strings.Contains(joined, d) {
			return true
		}
	}
	return false
}

// split cuts a name into lower-case words at everything that is no letter or digit and where a capital follows
// a small letter, and gives the same words joined.
func split(name string) (words []string, joined string) {
	var all strings.Builder
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = word[:0]
		}
	}
	var last rune
	for _, r := range name {
		upper := r >= 'A' && r <= 'Z'
		letter := upper || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x80 && r != 0xA0
		if !letter || upper && last >= 'a' && last <= 'z' {
			end()
		}
		last = r
		if !letter {
			continue
		}
		low := []rune(strings.ToLower(string(r)))
		word = append(word, low...)
		all.WriteString(string(low))
	}
	end()
	return words, all.String()
}
