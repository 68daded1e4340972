module usulan

go 1.26

require (
	github.com/labstack/echo/v4 v4.16.0
	modernc.org/sqlite v1.62.0
)
