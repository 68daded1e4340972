package intake

// Problem is something wrong in a channel's configuration.
type Problem struct {
	Key     string // of the value, within the channel's own table: "oauth.client_id"
	Message string // what is wrong and what to do about it
}

func (p Problem) Error() string { return p.Key + ": " + p.Message }
