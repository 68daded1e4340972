package intake

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxFileName bounds a file name in bytes; file systems take 255.
const MaxFileName = 200

// SafeName makes a file name harmless: no path, no control characters, nothing
// that turns the direction of writing or hides, not a name that systems treat
// specially, of bounded length with its extension. Empty stays empty.
func SafeName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if isPath(name) {
		name = strings.TrimPrefix(path.Base(strings.ReplaceAll(name, `\`, "/")), "/")
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '/' || r == '\\':
			return '-'
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimSpace(name), ". ")
	switch trimmed := strings.TrimLeft(name, ". "); {
	case trimmed == "":
		return ""
	case trimmed != name && !strings.Contains(trimmed, "."):
		name = "lampiran." + trimmed
	default:
		name = trimmed
	}
	if isDevice(name) {
		name = "_" + name
	}
	return shortName(name)
}

// isPath tells a path, as some programs put it where a name belongs, from a name
// with a slash in it ("RAB 12/2019.pdf").
func isPath(name string) bool {
	return strings.HasPrefix(name, "/") || strings.Contains(name, `\`) || strings.Contains(name, "../") ||
		strings.HasPrefix(name, "./") || strings.HasPrefix(name, "~/") || strings.HasPrefix(name, "file:")
}

// isDevice recognises the names that Windows keeps for devices.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch stem {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] >= '0' && stem[3] <= '9'
}

// shortName cuts a long name before its extension.
func shortName(name string) string {
	if len(name) <= MaxFileName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 16 {
		ext = ""
	}
	cut := MaxFileName - len(ext)
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + ext
}
