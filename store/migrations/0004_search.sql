-- rowid is the proposal's id. The text is stemmed before it comes here, so the
-- tokenizer only has to cut at blanks.
CREATE VIRTUAL TABLE search USING fts5 (
    body, content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- Every stem that was ever indexed, to complete the beginning of a word.
CREATE TABLE word (
    stem TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
