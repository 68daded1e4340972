package review

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// forwardedHeaders are what proxies say about who is behind them. Anybody can
// write them, so they are taken off every request; what a trusted proxy says
// is put into the request itself.
var forwardedHeaders = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Protocol", "X-Forwarded-Ssl",
	"X-Forwarded-Host", "X-Forwarded-Port", "X-Url-Scheme", "X-Real-Ip", "Front-End-Https",
}

// proxies are the addresses whose word about a request counts.
type proxies []netip.Prefix

func (p proxies) trust(a netip.Addr) bool {
	a = a.Unmap()
	for _, net := range p {
		if net.Contains(a) {
			return true
		}
	}
	return false
}

// settle makes a request say who sent it and whether TLS protects it, whatever
// came between: afterwards RemoteAddr is the client's and, where a trusted
// proxy received it over TLS, the one header X-Forwarded-Proto says https. It
// tells whether the request went through any proxy at all.
func (p proxies) settle(r *http.Request) (proxied bool) {
	peer := peerOf(r)
	chain := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	proto := r.Header.Get("X-Forwarded-Proto")
	for _, h := range forwardedHeaders {
		proxied = proxied || len(r.Header.Values(h)) > 0
		r.Header.Del(h)
	}
	if !p.trust(peer) {
		return proxied
	}
	if client := p.client(peer, chain); client != peer {
		r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
	}
	if strings.EqualFold(strings.TrimSpace(proto), "https") {
		r.Header.Set("X-Forwarded-Proto", "https")
	}
	return proxied
}

// client walks the chain from its end, where each hop was written by the one
// after it, and stops at the first that is no proxy of ours: all before it is hearsay.
func (p proxies) client(peer netip.Addr, chain string) netip.Addr {
	hops := strings.Split(chain, ",")
	for i := len(hops) - 1; i >= 0 && p.trust(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap().WithZone("")
	}
	return peer
}

// peerOf is the address a request came from; the zero address when it came
// over something that has none.
func peerOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}
