package email

import (
	"strings"

	"usulan/intake"
)

// reportKind tells what a report is (RFC 6522): about delivery (RFC 3464),
// reading (RFC 8098) or abuse (RFC 5965). It is empty for what is no report.
func (m *evidence) reportKind(root *part) intake.Kind {
	report := root.mediaType == "multipart/report"
	if !report && !root.isMultipart() && !isStatus(root.mediaType) {
		return ""
	}
	var status strings.Builder
	about := ""
	collectStatus(root, 0, &about, &status)
	switch {
	case about == "message/feedback-report" || report && strings.EqualFold(root.params["report-type"], "feedback-report"):
		return intake.Report
	case about == "message/disposition-notification" || report && strings.EqualFold(root.params["report-type"], "disposition-notification"):
		return intake.Report
	case about == "" && !report:
		return ""
	case !report && !m.server && !m.nullPath:
		return "" // somebody sends us the report of a mail of theirs
	}
	// Some filters answer as if they had refused the mail, but ask who sent it.
	if hasAny(m.subject+" "+m.text(), challengeWords, 1) {
		return intake.Report
	}
	if about == "" && !strings.EqualFold(root.params["report-type"], "delivery-status") && !m.server && !m.nullPath {
		return intake.Report
	}
	return m.deliveryKind(strings.ToLower(status.String()))
}

func isStatus(mediaType string) bool {
	switch mediaType {
	case "message/delivery-status", "message/global-delivery-status", "message/disposition-notification", "message/global-disposition-notification", "message/feedback-report":
		return true
	}
	return false
}

// collectStatus gathers the parts that machines read, but not those inside of
// the mail that is reported about.
func collectStatus(p *part, depth int, about *string, status *strings.Builder) {
	if isStatus(p.mediaType) {
		if *about == "" {
			*about = strings.Replace(p.mediaType, "/global-", "/", 1)
		}
		status.WriteString(p.text)
		status.WriteByte('\n')
		return
	}
	if !p.isMultipart() || depth > 4 {
		return
	}
	for _, c := range p.children {
		collectStatus(c, depth+1, about, status)
	}
}

// deliveryKind tells a failure from a delay and a success by the fields of a
// delivery status in lower case, and by the words where those are missing.
func (m *evidence) deliveryKind(status string) intake.Kind {
	failed, other := false, false
	permanent, passing := false, false
	for line := range strings.Lines(status) {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(name) {
		case "action":
			failed = failed || strings.HasPrefix(value, "fail")
			other = other || hasAnyPrefix(value, []string{"delayed", "delivered", "relayed", "expanded"})
		case "status":
			permanent = permanent || strings.HasPrefix(value, "5")
			passing = passing || strings.HasPrefix(value, "4") || strings.HasPrefix(value, "2")
		}
	}
	switch {
	case failed && (m.server || m.nullPath || hasAny(m.subject, bounceSubjects, 1) || hasAny(m.text(), bounceWords, 1)):
		return intake.Bounce
	case failed || other:
		return intake.Report
	case permanent:
		return intake.Bounce
	case passing || m.delayed():
		return intake.Report
	}
	return intake.Bounce
}

// delayed tells whether words say that a mail is late, or that it has arrived.
func (m *evidence) delayed() bool {
	return hasAny(m.subject, []string{"(delay)", "delayed", "warning:", "still being retried", "tertunda", "delivered:", "relayed:", "expanded:", "(success)", "(relay)"}, 1) ||
		hasAny(m.text(), []string{"warning message only", "has been delayed", "still being retried", "will be retried", "will keep trying", "will continue trying", "you do not need to resend", "akan dicoba lagi", "akan terus dicoba", "successfully delivered", "delivered successfully", "no action is required"}, 1)
}

// bounceKind recognises the notices of servers that do not write reports: it
// asks for a server as the sender, or the empty return path, and for the words.
// It is empty for what is none.
func (m *evidence) bounceKind() intake.Kind {
	if m.failed {
		if m.delayed() {
			return intake.Report
		}
		return intake.Bounce
	}
	if !m.server && !m.nullPath || m.forward {
		return ""
	}
	if !m.daemon && !hasAny(m.subject, bounceSubjects, 1) && !hasAny(m.text(), bounceWords, 1) {
		return ""
	}
	if !m.server && automaticSubject(m.subject) {
		return ""
	}
	if m.delayed() {
		return intake.Report
	}
	return intake.Bounce
}

// The words of notices about delivery, in lower case.
var (
	bounceSubjects = []string{
		"failure notice", "failure notification", "failure delivery", "mail failure", "mail delivery", "message undeliverable", "not deliverable", "nondeliverable", "returned email", "error mail", "mail error", "delivery failure", "delivery failed", "delivery failure", "delivery problem", "delivery error", "delivery status notification", "delivery notification", "delivery report", "delivery has failed", "delivery incomplete",
		"mail delivery failed", "mail delivery failure", "mail delivery problem", "mail system error", "mail could not be", "message could not be delivered", "returned mail", "returned to sender", "return to sender", "undeliverable", "undelivered", "undeliverable mail", "non delivery", "non-delivery", "nondeliverable", "not delivered", "could not send", "unable to deliver", "user unknown", "unknown user", "bounced mail", "mail returned", "message status", "rejected mail", "message you sent blocked", "ndn:", "warning: could not send", "error sending", "email rejected", "quota exceeded", "mailbox full",
		"pengiriman gagal", "gagal terkirim", "gagal dikirim", "tidak terkirim", "pengiriman pesan gagal", "email dikembalikan", "pesan dikembalikan", "laporan pengiriman", "tidak dapat dikirim",
		"non remis", "échec de la remise", "échec de remise", "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "onbestelbaar", "no se puede entregar", "no entregado", "error de entrega", "mancato recapito", "impossibile recapitare", "não entregue", "falha na entrega", "olevererbart", "kan inte levereras", "kunne ikke leveres", "ikke leveret", "niedostarcz", "nie można dostarczyć", "nedoručitelné", "не доставлено", "недоставленное", "配信不能", "无法投递", "退信", "系统退信",
	}
	bounceWords = []string{
		"qmail-send program", "wasn't able to deliver", "was not able to deliver", "unable to deliver", "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "not be delivered", "was not delivered", "wasn't delivered", "has not been delivered", "could not deliver", "couldn't deliver", "did not reach the following", "was undeliverable", "is undeliverable", "undeliverable to", "delivery to the following recipient", "delivery has failed", "has failed due to", "permanent fatal errors", "fatal errors", "permanent error", "delivery problems", "message non-deliverable", "returned below", "returned to you", "your message was rejected", "was rejected by", "has been rejected", "user unknown", "unknown user", "no such user", "user not found", "not a valid user", "mailbox unavailable", "mailbox is full", "mailbox full", "over quota", "address not found", "does not exist", "unrouteable address", "not listed in domino", "recipient name is not recognized", "delivery failed permanently", "account has been disabled", "account that you tried to reach", "unable to send your message", "your message to",
		"tidak dapat dikirim", "gagal dikirim", "tidak terkirim", "alamat tidak ditemukan", "kotak surat penuh", "pengiriman gagal", "tidak berhasil dikirim", "kotak masuk penuh",
		"n'a pas pu être remis", "konnte nicht zugestellt", "konnte nicht zugestellt werden", "no se pudo entregar", "non può essere recapitato", "não pôde ser entregue", "kon niet worden bezorgd", "kunde inte levereras", "nie może zostać dostarczon", "не может быть доставлено",
	}
	challengeWords = []string{"requires confirmation", "confirm this mail server", "(action required)", "allowed list", "approved sender", "challenge/response", "verify your email address to", "click the link below to deliver", "to be added to my guest list", "sender verification"}
)
