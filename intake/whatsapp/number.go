package whatsapp

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"go.mau.fi/whatsmeow/types"

	"usulan/intake"
)

// region is where numbers without a country are from.
const region = "ID"

// address names the person behind a WhatsApp id. An id that hides the number is
// shown as nothing: it means nothing to people.
func address(id types.JID) intake.Address {
	switch id.Server {
	case "":
		return intake.Address{}
	case types.DefaultUserServer, types.LegacyUserServer, types.HostedServer:
		if isDigits(id.User) {
			value := "+" + id.User
			return intake.Address{Kind: intake.Phone, Value: value, Shown: shownNumber(value)}
		}
	case types.HiddenUserServer, types.HostedLIDServer:
		if id.User != "" {
			return intake.Address{Kind: intake.LID, Value: cleanName(id.User)}
		}
	}
	return intake.Address{Kind: intake.LID, Value: cleanName(id.ToNonAD().String())}
}

// international brings a number as people write it to the form of E.164, such
// as +6281200000101. ok tells whether it can be a number.
func international(s string) (number string, ok bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), ";") // parameters of a vCard
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return "", false
	}
	if abroad, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + abroad
	}
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// shownNumber writes a number of E.164 as Indonesians do: 0812-0000-0101; those
// of other countries with their code in front.
func shownNumber(e164 string) string {
	n, err := phonenumbers.Parse(e164, region)
	switch {
	case err != nil || !phonenumbers.IsPossibleNumber(n):
		return e164
	case n.GetCountryCode() != 62:
		return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	}
	national := phonenumbers.GetNationalSignificantNumber(n)
	if !strings.HasPrefix(national, "8") {
		return phonenumbers.Format(n, phonenumbers.NATIONAL) // (021) 7654321
	}
	national = "0" + national
	if len(national) <= 8 {
		return national
	}
	return national[:4] + "-" + national[4:8] + "-" + national[8:]
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
