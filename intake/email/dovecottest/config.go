package dovecottest

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

func (s *Server) config() string { return filepath.Join(s.dir, "dovecot.conf") }

// writeConfig writes the configuration of Dovecot 2.3.
func (s *Server) writeConfig() {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("base_dir = %s/run", s.dir)
	line("state_dir = %s/state", s.dir)
	line("log_path = %s/dovecot.log", s.dir)
	line("instance_name = %s", filepath.Base(s.dir))
	line("protocols = imap")
	line("listen = 127.0.0.1")
	line("ssl = yes")
	line("ssl_cert = <%s/cert.pem", s.dir)
	line("ssl_key = <%s/key.pem", s.dir)
	line("disable_plaintext_auth = no")
	line("mail_location = maildir:~/Maildir")
	line("mail_fsync = never")
	line("mail_max_userip_connections = 100")
	line("first_valid_uid = 1")
	line("first_valid_gid = 1")
	line("imap_capability = %s", s.capabilities())
	if os.Getuid() != 0 {
		line("default_internal_user = %s", s.owner)
		line("default_login_user = %s", s.owner)
		line("default_internal_group = %s", group(s.owner))
	}
	mechanisms := "plain login"
	if s.opts.TokenCheck != "" {
		token := s.opts.TokenMechanism
		if token == "" {
			token = "xoauth2 oauthbearer"
		}
		mechanisms += " " + token
		args := s.write("oauth2.conf", "introspection_mode = auth\nintrospection_url = "+s.opts.TokenCheck+
			"\nusername_attribute = email\nactive_attribute = active\nactive_value = true\n")
		line("passdb {\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = %s\n}", args)
	}
	line("auth_mechanisms = %s", mechanisms)
	line("passdb {\n driver = static\n mechanisms = plain login\n args = password=%s\n}", Password)
	line("userdb {\n driver = static\n args = uid=%s gid=%s home=%s/mail/%%u allow_all_users=yes\n}", s.owner, group(s.owner), s.dir)
	line("service imap-login {\n chroot =\n service_count = 0\n process_min_avail = 1")
	line(" inet_listener imap {\n  address = 127.0.0.1\n  port = %d\n }", s.Port)
	line(" inet_listener imaps {\n  address = 127.0.0.1\n  port = %d\n  ssl = yes\n }\n}", s.TLSPort)
	// Failed logins of one test must not slow down the next.
	line("auth_failure_delay = 0")
	line("service anvil {\n chroot =\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}")
	line("service stats {\n chroot =\n}")
	line("%s", s.opts.Settings)
	s.write("dovecot.conf", b.String())
}

// capabilities are what Dovecot 2.3 offers after the login, less what a test
// wants to be without.
func (s *Server) capabilities() string {
	all := "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ CHILDREN NAMESPACE UIDPLUS ESEARCH SEARCHRES UNSELECT"
	if !s.opts.NoIdle {
		all += " IDLE"
	}
	if !s.opts.NoMove {
		all += " MOVE"
	}
	return all
}

// group is the name of a user's first group.
func group(name string) string {
	u, err := user.Lookup(name)
	if err != nil {
		return name
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		return u.Gid
	}
	return g.Name
}
