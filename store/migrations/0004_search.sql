-- rowid is the proposal's id. The text is stemmed before it comes here, so the
-- tokenizer only has to cut at blanks.
CREATE VIRTUAL TABLE search USING fts5 (
    body, content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- Each transaction leaves a segment. Sixteen of a size are merged into one, a
-- little with every transaction: merging sooner costs intake more than it saves
-- a search, and merging all at once would make somebody wait.
INSERT INTO search (search, rank) VALUES ('automerge', 16);
INSERT INTO search (search, rank) VALUES ('crisismerge', 64);

-- Every stem that was ever indexed, to complete the beginning of a word.
CREATE TABLE word (
    stem TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
