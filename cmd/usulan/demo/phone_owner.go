package demo

import (
	"context"
	"net/http"
	"strings"
	"time"

	"usulan/intake"
)

// linkTime bounds linking by the page.
const linkTime = 20 * time.Second

// scan is the owner who points the phone at the code on the screen for staff.
func (p *Phone) scan(w http.ResponseWriter, r *http.Request) {
	if p.o.Shown().QR == "" {
		http.Error(w, "Di layar petugas belum ada kode QR. Buka Saluran, lalu Tautkan.", http.StatusUnprocessableEntity)
		return
	}
	p.link(w, r, func(context.Context) error { return p.chats.scan(p.o.Shown()) })
}

// code is the owner who types the code into the phone.
func (p *Phone) code(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	code := strings.ToUpper(strings.TrimSpace(r.PostFormValue("code")))
	if len(strings.ReplaceAll(code, "-", "")) != 8 || p.o.Shown().Step != intake.Waiting || p.o.Shown().Code == "" {
		http.Error(w, "Ketik delapan huruf yang tampil di layar petugas.", http.StatusUnprocessableEntity)
		return
	}
	p.link(w, r, func(ctx context.Context) error { return p.chats.server.EnterCode(ctx, code) })
}

func (p *Phone) link(w http.ResponseWriter, r *http.Request, how func(context.Context) error) {
	ctx, cancel := context.WithTimeout(r.Context(), linkTime)
	defer cancel()
	err := how(ctx)
	if err == nil {
		err = p.chats.Begin(ctx)
	}
	if err != nil {
		p.log.Warn("simulated linking did not succeed", "error", err)
		http.Error(w, "Penautan tidak berhasil. Muat kode baru di layar petugas, lalu coba lagi.", http.StatusUnprocessableEntity)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
