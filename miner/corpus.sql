-- The tables of a corpus. `key` columns are numbers within one corpus; identities are the UNIQUE columns.

CREATE TABLE queries (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    page INTEGER NOT NULL,
    model TEXT,
    form TEXT,
    outcome TEXT,               -- NULL: not answered yet
    total INTEGER,
    etag TEXT,
    reason TEXT,
    answered_at REAL,           -- seconds since 1970
    UNIQUE (source, kind, text, page)
);
CREATE INDEX queries_by_outcome ON queries (source, outcome);

CREATE TABLE repositories (
    key INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    "commit" TEXT,
    branch TEXT,
    stars INTEGER,
    forks INTEGER,
    fork INTEGER,
    parent TEXT,
    archived INTEGER,
    template INTEGER,
    licence TEXT,
    size INTEGER,
    files INTEGER,
    commits INTEGER,
    created TEXT,
    pushed TEXT,
    topics TEXT,                -- a JSON list
    description TEXT,
    url TEXT,
    seen_at REAL,               -- NULL: only its name is known
    UNIQUE (host, name)
);

CREATE TABLE files (
    key INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories,
    path TEXT NOT NULL,
    version TEXT NOT NULL,
    "commit" TEXT,
    url TEXT,
    blob TEXT,                  -- NULL: not fetched
    reason TEXT,                -- why it cannot be fetched
    stored_at REAL,
    UNIQUE (repository, path, version)
);
CREATE INDEX files_to_fetch ON files (key) WHERE blob IS NULL AND reason IS NULL;
CREATE INDEX files_by_blob ON files (blob);
CREATE INDEX files_by_version ON files (version);

CREATE TABLE hits (
    "query" INTEGER NOT NULL REFERENCES queries,
    file INTEGER NOT NULL REFERENCES files,
    PRIMARY KEY ("query", file)
) WITHOUT ROWID;
CREATE INDEX hits_by_file ON hits (file);

CREATE TABLE contents (
    blob TEXT PRIMARY KEY,      -- the git hash of the content
    size INTEGER NOT NULL,
    packed BLOB NOT NULL        -- zlib
);

CREATE TABLE models (           -- of the catalog, those that are asked for
    id TEXT PRIMARY KEY,
    downloads INTEGER,
    likes INTEGER,
    pipeline_tag TEXT,
    library TEXT,
    licence TEXT,
    gated INTEGER,
    has_card INTEGER,
    tags TEXT,                  -- a JSON list
    created TEXT,
    modified TEXT,
    sha TEXT,
    hub_key TEXT,
    seen_at REAL NOT NULL
);

CREATE TABLE funnels (          -- how the models were chosen: each run, step by step
    run INTEGER NOT NULL,
    step INTEGER NOT NULL,
    rule TEXT NOT NULL,
    entered INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    PRIMARY KEY (run, step)
);

CREATE TABLE verdicts (         -- what the analysis makes of a hit
    file INTEGER NOT NULL REFERENCES files,
    model TEXT NOT NULL,        -- '': whatever model
    verdict TEXT NOT NULL,
    line INTEGER,
    PRIMARY KEY (file, model)
) WITHOUT ROWID;

CREATE TABLE rules (            -- by which the decisions were made
    place INTEGER NOT NULL,
    name TEXT PRIMARY KEY,
    leaves_out INTEGER NOT NULL
);

CREATE TABLE decisions (        -- reasons to leave a file out
    file INTEGER NOT NULL REFERENCES files,
    rule TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (file, rule)
) WITHOUT ROWID;

CREATE TABLE clusters (         -- files with the same or nearly the same content
    file INTEGER PRIMARY KEY REFERENCES files,
    representative INTEGER NOT NULL REFERENCES files
);

-- The tables by identities: what two corpora can be compared by. The last column is left out of that.

CREATE VIEW asked AS
SELECT source, kind, text, page, model, form, outcome, total, etag, reason, answered_at FROM queries;

CREATE VIEW facts AS
SELECT host, name, "commit", branch, stars, forks, fork, parent, archived, template, licence, size, files, commits,
    created, pushed, topics, description, url, seen_at FROM repositories;

CREATE VIEW found AS
SELECT host, name, path, version, files."commit", files.url, blob, reason, stored_at
FROM files JOIN repositories ON repositories.key = repository;

CREATE VIEW led AS
SELECT source, kind, text, page, host, name, path, version, file
FROM hits JOIN queries ON queries.key = "query" JOIN files ON files.key = file
    JOIN repositories ON repositories.key = repository;

CREATE VIEW held AS
SELECT blob, size, rowid FROM contents;

CREATE VIEW chosen AS
SELECT id, downloads, likes, pipeline_tag, library, licence, gated, has_card, tags, created, modified, sha, hub_key,
    seen_at FROM models;

CREATE VIEW judged AS
SELECT host, name, path, version, model, verdict, line, file
FROM verdicts JOIN files ON files.key = file JOIN repositories ON repositories.key = repository;

CREATE VIEW decided AS
SELECT host, name, path, version, rule, detail, file
FROM decisions JOIN files ON files.key = file JOIN repositories ON repositories.key = repository;
