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
		"secret", "geheim", "cardnumber", "cardno", "ccnumber", "ccnum", "creditcard", "debitcard", "kartennummer", "kreditkarte", "numerodecarte", "numérodecarte", "numerodetarjeta", "númerodetarjeta", "numerodocartao", "númerodocartão", "numerodicarta", "kaartnummer",
		"pincode", "pinnumber", "securitycode", "securityanswer", "sicherheitscode", "prüfziffer", "prufziffer", "kartenprüfnummer", "cryptogramme", "codigodeseguridad", "códigodeseguridad", "codigodeseguranca", "códigodesegurança", "codicedisicurezza", "beveiligingscode", "verificationcode", "cardverification",
		"onetime", "einmalpasswort", "einmalcode", "socialsecurity", "sozialversicherung", "nationalinsurance", "numerodesecuritesociale", "numérodesécuritésociale", "seguridadsocial",
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
	words := spell(name)
	for word := range strings.FieldsSeq(words) {
		for _, d := range DenyWords.Whole {
			if word == d {
				return true
			}
		}
	}
	joined := strings.ReplaceAll(words, " ", "")
	for i := range len(joined) {
		for _, d := range denyParts[joined[i]] {
			if strings.HasPrefix(joined[i:], d) {
				return true
			}
		}
	}
	return false
}

// denyParts has the second list by the first bytes of its words: every field is asked for all of them.
var denyParts = func() (by [256][]string) {
	for _, d := range DenyWords.Part {
		by[d[0]] = append(by[d[0]], d)
	}
	return by
}()

// spell writes a name as lower-case words with spaces between: it cuts at everything that is no letter or digit
// and where a capital follows a small letter.
func spell(name string) string {
	out := make([]byte, 0, len(name)+8)
	var last byte
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			if last >= 'a' && last <= 'z' {
				out = append(out, ' ')
			}
			out = append(out, c)
		case c >= 'a' && c <= 'z', digit(c), c >= 0x80:
			out = append(out, c)
		default:
			out = append(out, ' ')
		}
		last = c
	}
	return strings.ReplaceAll(strings.ToLower(string(out)), "\u00a0", " ")
}
