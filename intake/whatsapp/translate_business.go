package whatsapp

import (
	"math/big"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"usulan/intake"
)

// business takes what programs of firms send and what people answer to it:
// buttons, lists, forms, goods, orders and payments.
func (c *content) business(m *waE2E.Message) bool {
	return c.choice(m) || c.form(m) || c.goods(m)
}

// choice takes what somebody picked.
func (c *content) choice(m *waE2E.Message) bool {
	switch {
	case m.GetButtonsResponseMessage() != nil:
		b := m.GetButtonsResponseMessage()
		c.text = clean(b.GetSelectedDisplayText())
		c.context(b.GetContextInfo())
	case m.GetTemplateButtonReplyMessage() != nil:
		b := m.GetTemplateButtonReplyMessage()
		c.text = clean(b.GetSelectedDisplayText())
		c.context(b.GetContextInfo())
	case m.GetListResponseMessage() != nil:
		l := m.GetListResponseMessage()
		c.text = lines(clean(l.GetTitle()), clean(l.GetDescription()))
		c.context(l.GetContextInfo())
	case m.GetInteractiveResponseMessage() != nil:
		r := m.GetInteractiveResponseMessage()
		c.text = lines(clean(r.GetBody().GetText()))
		if c.text == "" {
			c.text = clean(r.GetNativeFlowResponseMessage().GetParamsJSON())
		}
		c.context(r.GetContextInfo())
	default:
		return false
	}
	return true
}

// form takes texts with buttons.
func (c *content) form(m *waE2E.Message) bool {
	switch {
	case m.GetButtonsMessage() != nil:
		b := m.GetButtonsMessage()
		c.head(b.GetDocumentMessage(), b.GetImageMessage(), b.GetVideoMessage(), b.GetLocationMessage())
		text := []string{clean(b.GetText()), clean(b.GetContentText()), clean(b.GetFooterText())}
		for _, one := range b.GetButtons() {
			text = append(text, option(one.GetButtonText().GetDisplayText()))
		}
		c.text = lines(text...)
		c.context(b.GetContextInfo())
	case m.GetListMessage() != nil:
		l := m.GetListMessage()
		text := []string{clean(l.GetTitle()), clean(l.GetDescription()), clean(l.GetFooterText())}
		for _, s := range l.GetSections() {
			text = append(text, clean(s.GetTitle()))
			for _, row := range s.GetRows() {
				text = append(text, option(row.GetTitle()), clean(row.GetDescription()))
			}
		}
		c.text = lines(text...)
		c.context(l.GetContextInfo())
	case m.GetTemplateMessage() != nil:
		c.template(m.GetTemplateMessage())
	case m.GetHighlyStructuredMessage() != nil:
		h := m.GetHighlyStructuredMessage()
		if h.GetHydratedHsm() != nil {
			c.template(h.GetHydratedHsm())
		} else {
			c.text = structured(h)
		}
	case m.GetInteractiveMessage() != nil:
		c.interactive(m.GetInteractiveMessage())
	default:
		return false
	}
	return true
}

func (c *content) template(t *waE2E.TemplateMessage) {
	h := t.GetHydratedFourRowTemplate()
	if h == nil {
		h = t.GetHydratedTemplate()
	}
	switch f := t.GetFourRowTemplate(); {
	case h != nil:
		c.head(h.GetDocumentMessage(), h.GetImageMessage(), h.GetVideoMessage(), h.GetLocationMessage())
		c.text = lines(clean(h.GetHydratedTitleText()), clean(h.GetHydratedContentText()), clean(h.GetHydratedFooterText()))
	case f != nil:
		c.head(f.GetDocumentMessage(), f.GetImageMessage(), f.GetVideoMessage(), f.GetLocationMessage())
		c.text = lines(structured(f.GetHighlyStructuredMessage()), structured(f.GetContent()), structured(f.GetFooter()))
	case t.GetInteractiveMessageTemplate() != nil:
		c.interactive(t.GetInteractiveMessageTemplate())
	}
	c.context(t.GetContextInfo())
}

// structured is what can be read of a text that only its parameters are sent of.
func structured(h *waE2E.HighlyStructuredMessage) string {
	params := make([]string, len(h.GetParams()))
	for i, p := range h.GetParams() {
		params[i] = clean(p)
	}
	return lines(params...)
}

func (c *content) interactive(i *waE2E.InteractiveMessage) {
	h := i.GetHeader()
	c.head(h.GetDocumentMessage(), h.GetImageMessage(), h.GetVideoMessage(), h.GetLocationMessage())
	text := []string{clean(h.GetTitle()), clean(h.GetSubtitle()), clean(i.GetBody().GetText()), clean(i.GetFooter().GetText())}
	for _, card := range i.GetCarouselMessage().GetCards() {
		text = append(text, clean(card.GetHeader().GetTitle()), clean(card.GetBody().GetText()), clean(card.GetFooter().GetText()))
	}
	c.text = lines(text...)
	c.context(i.GetContextInfo())
}

// head takes the file or place above a text with buttons.
func (c *content) head(d *waE2E.DocumentMessage, i *waE2E.ImageMessage, v *waE2E.VideoMessage, l *waE2E.LocationMessage) {
	switch {
	case d != nil:
		c.document(d)
	case i != nil:
		c.image(i)
	case v != nil:
		c.video(v)
	case l != nil:
		c.located(l)
	}
	if c.file != nil {
		c.as = intake.MediaMessage
	}
}

func option(s string) string {
	if s = strings.TrimSpace(clean(s)); s == "" {
		return ""
	}
	return "- " + s
}

// goods takes things for sale, orders and payments.
func (c *content) goods(m *waE2E.Message) bool {
	switch {
	case m.GetProductMessage() != nil:
		p := m.GetProductMessage()
		one := p.GetProduct()
		if one.GetProductImage() != nil {
			c.image(one.GetProductImage())
			c.as = intake.MediaMessage
		}
		c.text = lines(clean(p.GetBody()), clean(one.GetTitle()), money(one.GetPriceAmount1000(), 1000, one.GetCurrencyCode()), clean(one.GetDescription()),
			clean(one.GetURL()), clean(p.GetCatalog().GetTitle()), clean(p.GetCatalog().GetDescription()), clean(p.GetFooter()))
		c.context(p.GetContextInfo())
	case m.GetOrderMessage() != nil:
		o := m.GetOrderMessage()
		c.text = lines(clean(o.GetOrderTitle()), clean(o.GetMessage()), money(o.GetTotalAmount1000(), 1000, o.GetTotalCurrencyCode()))
		c.context(o.GetContextInfo())
	case m.GetRequestPaymentMessage() != nil:
		p := m.GetRequestPaymentMessage()
		c.note(p.GetNoteMessage(), p.GetAmount())
	case m.GetSendPaymentMessage() != nil:
		c.note(m.GetSendPaymentMessage().GetNoteMessage(), nil)
	case m.GetPaymentReminderMessage() != nil:
		p := m.GetPaymentReminderMessage()
		c.text = lines(clean(p.GetDescription()), sum(p.GetAmount()))
	case m.GetSplitPaymentMessage() != nil:
		p := m.GetSplitPaymentMessage()
		c.text = lines(clean(p.GetDescription()), sum(p.GetTotalAmount()))
		c.context(p.GetContextInfo())
	case m.GetInvoiceMessage() != nil:
		c.text = clean(m.GetInvoiceMessage().GetNote())
	default:
		return false
	}
	return true
}

// note takes the text that goes with a payment.
func (c *content) note(m *waE2E.Message, amount *waE2E.Money) {
	m, _ = unwrap(m)
	switch {
	case m.GetExtendedTextMessage() != nil:
		c.text = clean(m.GetExtendedTextMessage().GetText())
		c.context(m.GetExtendedTextMessage().GetContextInfo())
	default:
		c.text = clean(m.GetConversation())
	}
	c.text = lines(c.text, sum(amount))
}

func sum(m *waE2E.Money) string {
	return money(m.GetValue(), m.GetOffset(), m.GetCurrencyCode())
}

// money writes an amount that is given in parts of a unit; empty for none.
func money(amount int64, parts uint32, currency string) string {
	if amount == 0 || parts == 0 {
		return ""
	}
	s := big.NewRat(amount, int64(parts)).FloatString(2)
	return strings.TrimSpace(clean(currency) + " " + strings.TrimSuffix(s, ".00"))
}
