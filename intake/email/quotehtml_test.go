package email

import (
	"testing"
	"time"

	"usulan/intake"
)

// What programs write as HTML is found through the markup and the text together.
func TestQuotesOfHTML(t *testing.T) {
	const (
		outlookHeader = `<b>Dari:</b> Siti &lt;siti@contoh.id&gt;<br><b>Dikirim:</b> Selasa, 17 Maret 2020 10.15<br><b>Kepada:</b> Lurah<br><b>Subjek:</b> rapat`
		outlookWeb    = `<hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font>` + outlookHeader + `</font><div>&nbsp;</div></div><div>Hadir ya.</div>`
		outlookBox    = `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>` + outlookHeader + `</p></div></div><p class=MsoNormal>Hadir ya.</p>`
		gmailAttr     = `<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Pada Sel, 17 Mar 2020 pukul 10.15 Siti &lt;<a href="mailto:siti@contoh.id">siti@contoh.id</a>&gt; menulis:<br></div>`
		gmailQuote    = `<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">Hadir ya.</blockquote>`
		zimbra        = `<hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Siti" &lt;siti@contoh.id&gt;<br><b>To: </b>"Lurah" &lt;lurah@contoh.id&gt;<br><b>Sent: </b>Tuesday, March 17, 2020 10:15:00 AM<br><b>Subject: </b>rapat<br></div><div data-marker="__QUOTED_TEXT__">Hadir ya.</div>`
	)
	tests := []struct{ name, subject, html, want string }{
		{"Gmail", "Re: rapat", `<div dir="ltr">Siap.</div><br>` + gmailAttr + gmailQuote + `</div>`, "Siap."},
		{"Gmail, answers between", "Re: rapat", `<div>Lihat di bawah.</div>` + gmailAttr + gmailQuote + `<div>Saya hadir.</div>` + gmailQuote + `<div>Budi juga.</div></div>`, "Lihat di bawah. Saya hadir. Budi juga."},
		{"Gmail, set off by a button", "usulan", `<div>Isi surat edaran:</div><blockquote class="gmail_quote" style="border-left:1px #ccc solid">Lapak dipindah.</blockquote><div>Kami keberatan.</div>`, "Isi surat edaran: Lapak dipindah. Kami keberatan."},
		{"Gmail, forward", "Fwd: usulan", `<div>Mohon dibantu.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Siti &lt;siti@contoh.id&gt;<br>Date: Tue, Mar 17, 2020 at 10:15 AM<br>Subject: usulan<br>To: lurah@contoh.id<br></div><br>Kami minta lapak.</div>`, "Mohon dibantu. Kami minta lapak."},
		{"Outlook on the web", "Re: rapat", `<div>Siap.</div>` + outlookWeb, "Siap."},
		{"Outlook on the web, forward", "FW: rapat", `<div>Mohon dibaca.</div>` + outlookWeb, "Mohon dibaca. Hadir ya."},
		{"Outlook", "RE: rapat", `<p class=MsoNormal>Siap.</p>` + outlookBox, "Siap."},
		{"Outlook, forward", "TRS: rapat", `<p class=MsoNormal>Mohon dibaca.</p>` + outlookBox, "Mohon dibaca. Hadir ya."},
		{"Apple, answer below", "Re: rapat", `<blockquote type="cite"><div>On 17 Mar 2020, at 10.15, Siti &lt;siti@contoh.id&gt; wrote:</div><br>Hadir ya.</blockquote><div>Siap.</div>`, "Siap."},
		{"Apple, forward", "usulan warga", `FYI<br><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Siti &lt;siti@contoh.id&gt;</div><div><b>Subject: </b>usulan</div><div><b>Date: </b>17 March 2020 at 10.15.00 WIB</div><div><b>To: </b>lurah@contoh.id</div><br>Kami minta lapak.</blockquote>`, "FYI Kami minta lapak."},
		{"Thunderbird, answer below", "Re: rapat", `<div class="moz-cite-prefix">Pada 17/03/20 10.15, Siti menulis:<br></div><blockquote type="cite" cite="mid:1"><p>Hadir ya.</p></blockquote><p>Siap.</p><div class="moz-signature">-- <br>KSU Mawar</div>`, "Siap."},
		{"Thunderbird, forward", "Fwd: usulan", `<p>FYI</p><div class="moz-forward-container">-------- Pesan Terusan --------<table><tr><th>Perihal: </th><td>usulan</td></tr><tr><th>Tanggal: </th><td>Tue, 17 Mar 2020 10:15:00 +0700</td></tr><tr><th>Dari: </th><td>Siti &lt;siti@contoh.id&gt;</td></tr><tr><th>Ke: </th><td>lurah@contoh.id</td></tr></table><p>Kami minta lapak.</p></div>`, "FYI Kami minta lapak."},
		{"Yahoo", "Re: rapat", `<div>Siap.</div><div class="yahoo_quoted"><div>Pada Selasa, 17 Maret 2020 10.15.00 WIB, Siti &lt;siti@contoh.id&gt; menulis: </div><div>Hadir ya.</div></div>`, "Siap."},
		{"Yahoo, forward", "Fw: usulan", `<div>FYI</div><div class="yahoo_quoted"><div>----- Pesan yang Diteruskan -----</div><div><b>Dari:</b> Siti &lt;siti@contoh.id&gt;</div><div><b>Kepada:</b> Lurah</div><div><b>Terkirim:</b> Selasa, 17 Maret 2020 10.15.00 WIB</div><div><b>Judul:</b> usulan</div><br><div>Kami minta lapak.</div></div>`, "FYI Kami minta lapak."},
		{"Zimbra", "Re: rapat", `<div>Siap.</div>` + zimbra, "Siap."},
		{"Zimbra, forward", "Fwd: rapat", `<div>Mohon dibaca.</div>` + zimbra, "Mohon dibaca. Hadir ya."},
		{"Samsung", "Re: rapat", `<div>Siap.</div><div id="composer_signature">Dikirim dari perangkat Samsung Galaxy saya</div><div>-------- Pesan asli --------</div><div>Dari: Siti &lt;siti@contoh.id&gt; </div><div>Tanggal: 17/03/20  10.15  (GMT+07:00) </div><div>Ke: lurah@contoh.id </div><div>Subjek: rapat </div><div><br></div>Hadir ya.`, "Siap."},
		{"a bar at the left", "Re: rapat", `<p>Siap.</p>Tue, 17 Mar 2020 10:15:00 +0700 dari Siti &lt;siti@contoh.id&gt;:<br><blockquote style="border-left:1px solid #0857A6; margin:10px">Hadir ya.</blockquote>`, "Siap."},
		{"indented", "usulan", `<div>Usulan kami:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px">lapak di pasar</blockquote><div>Terima kasih</div>`, "Usulan kami: lapak di pasar Terima kasih"},
		{"bare blockquotes", "", `<p>Siap.</p><blockquote>Pasal satu.</blockquote><p>Dan:</p><blockquote>Hadir ya.</blockquote>`, "Siap. Pasal satu. Dan:"},
		{"all in one blockquote", "usulan", `<blockquote type="cite">Kami minta lapak.</blockquote>`, "Kami minta lapak."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mail := "From: Lurah <lurah@contoh.id>\r\nSubject: " + tt.subject + "\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + tt.html + "\r\n"
			s := new(Parser).Parse(intake.NewRaw([]byte(mail)), time.Unix(1584414900, 0))
			if got, _ := shown(s.Text, s.Ranges); got != tt.want {
				t.Errorf("shown: got %q, want %q; text %q", got, tt.want, s.Text)
			}
		})
	}
}
