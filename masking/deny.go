package masking

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// DenyWords are the names of secrets in common languages, in small letters without accents. A field whose name, id or
// label has one of them is denied. A word in the first list must stand alone ("pin" is in "PIN code", not in
// "shipping"), but for digits behind it, which boxes for one digit each have; those of the second count wherever they
// occur. The sensor gets both lists at build time, so the fact stands once.
var DenyWords = struct{ Whole, Part []string }{
	Whole: []string{
		"pin", "pass", "pwd", "pw", "psw", "pswd", "cvv", "cvc", "cvn", "csc", "cid", "otp", "tan", "ssn", "nip", "mdp", "puk", "totp", "2fa", "mfa", "nino", "пин", "pesel",
		"newpin", "oldpin", "userpin", "mypin", "cardpin", "repeatpin", "confirmpin", "pinfield", "pininput", "newpw", "oldpw", "userpw", "newpass", "oldpass", "userpass",
		"otpfield", "otpinput", "ssnfield", "ssninput", "userssn",
	},
	Part: []string{
		"password", "passwd", "passwort", "kennwort", "passphrase", "passcode", "motdepasse", "contrasena", "clave", "senha", "palavrapasse",
		"wachtwoord", "losenord", "passord", "adgangskode", "kodeord", "salasana", "haslo", "heslo", "jelszo", "parola", "пароль", "κωδικ", "sifre", "lozinka",
		"密码", "密碼", "パスワード", "暗証番号", "비밀번호", "كلمةالمرور", "סיסמה",
		"secret", "секрет", "geheim", "cardnumber", "cardno", "ccnumber", "ccnum", "creditcard", "debitcard", "kartennummer", "kartennr", "kreditkarte", "numerodecarte", "numerodetarjeta", "numerodelatarjeta", "numerodocartao", "numerodecartao", "numerodicarta", "numerodellacarta", "kaartnummer",
		"kortnummer", "numerkarty", "kartnumarasi", "номеркарты", "卡号", "卡號", "カード番号", "카드번호",
		"pincode", "pinnumber", "securitycode", "securityanswer", "sicherheitscode", "prufziffer", "kartenprufnummer", "cryptogramme", "codigodeseguridad", "codigodeseguranca", "codicedisicurezza", "beveiligingscode", "verificationcode", "cardverification",
		"codedesecurite", "codeconfidentiel", "sakerhetskod", "пинкод", "кодбезопасности", "セキュリティコード", "安全码", "安全碼", "보안코드",
		"cvvcode", "cvccode", "cardcvv", "cardcvc", "otpcode", "codedeverification", "codeausageunique", "bestatigungscode", "bestaetigungscode", "codigodeverificacion", "codigodeverificacao", "codicediverifica", "verificatiecode", "кодподтверждения", "验证码", "驗證碼", "認証コード", "인증번호",
		"onetime", "einmalpasswort", "einmalcode", "socialsecurity", "sozialversicherung", "nationalinsurance", "numerodesecuritesociale", "seguridadsocial", "segurosocial", "personnummer", "numerpesel", "주민등록번호",
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
		stem := strings.TrimRight(word, "0123456789")
		for _, d := range DenyWords.Whole {
			if word == d || stem == d {
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

// spell writes a name as lower-case words with spaces between: it cuts at everything that is no letter or digit,
// where a capital follows a small letter, and before the last of several capitals that a small letter follows.
func spell(name string) string {
	name = unaccented(name)
	out := make([]byte, 0, len(name)+8)
	var last byte // class of the character before
	for i := 0; i < len(name); i++ {
		c := name[i]
		kind := class(c)
		if kind == 'A' && (last == 'a' || last == 'A' && i+1 < len(name) && class(name[i+1]) == 'a') {
			out = append(out, ' ')
		}
		if kind == 0 && c < utf8.RuneSelf {
			c = ' '
		}
		out = append(out, c)
		last = kind
	}
	return strings.ToLower(string(out))
}

// unaccented writes a name without accents and what is invisible, full-width letters as plain ones, and other signs
// than ASCII as one of it.
func unaccented(name string) string {
	if isASCII(name) {
		return name
	}
	out := make([]byte, 0, len(name))
	for _, r := range name {
		c := byte(r)
		if r >= utf8.RuneSelf {
			c = foldRune(r)
		}
		switch {
		case c == otherLetter:
			out = utf8.AppendRune(out, withoutAccent(unicode.ToLower(r)))
		case c != 0:
			out = append(out, c)
		}
	}
	return string(out)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
