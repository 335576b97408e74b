// The database schema as a list of steps. user_version counts the steps already taken; a step is never edited
// after a release, only followed by another. Every row derives from the folders, so a step may also empty tables.

export const TABLES = [
  'datasets',
  'cases',
  'organs',
  'availability',
  'findings',
  'runs',
  'events',
  'metrics',
  'checkpoints',
] as const

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE datasets (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, modality TEXT NOT NULL, layout TEXT NOT NULL, root TEXT NOT NULL,
    registered_at TEXT NOT NULL, fingerprint TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE cases (
    dataset TEXT NOT NULL REFERENCES datasets ON DELETE CASCADE, id TEXT NOT NULL, patient TEXT NOT NULL,
    image TEXT NOT NULL, status TEXT NOT NULL, excluded_reason TEXT, image_hash TEXT, file_hash TEXT,
    depth INTEGER, height INTEGER, width INTEGER, spacing_z_mm REAL, spacing_y_mm REAL, spacing_x_mm REAL,
    PRIMARY KEY (dataset, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cases_by_image ON cases (image_hash);
  CREATE INDEX cases_by_patient ON cases (patient);
  CREATE TABLE organs (
    dataset TEXT NOT NULL REFERENCES datasets ON DELETE CASCADE, label_key TEXT NOT NULL, organ TEXT NOT NULL,
    source_name TEXT NOT NULL, mapped TEXT NOT NULL,
    PRIMARY KEY (dataset, label_key, organ)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE availability (
    dataset TEXT NOT NULL, case_id TEXT NOT NULL, organ TEXT NOT NULL, state TEXT NOT NULL,
    voxels INTEGER NOT NULL, volume_ml REAL NOT NULL,
    PRIMARY KEY (dataset, case_id, organ),
    FOREIGN KEY (dataset, case_id) REFERENCES cases ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE findings (
    dataset TEXT NOT NULL REFERENCES datasets ON DELETE CASCADE, position INTEGER NOT NULL, severity TEXT NOT NULL,
    code TEXT NOT NULL, case_id TEXT, organ TEXT, message TEXT NOT NULL,
    PRIMARY KEY (dataset, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    name TEXT PRIMARY KEY, created_at TEXT NOT NULL, preset TEXT NOT NULL, stages TEXT NOT NULL,
    state TEXT NOT NULL, updated_at TEXT,
    journal_bytes INTEGER NOT NULL, journal_tail TEXT NOT NULL, damaged_lines INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, seq INTEGER NOT NULL, time TEXT NOT NULL, type TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE metrics (
    run TEXT NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
    step INTEGER NOT NULL, stage INTEGER, model INTEGER, dataset TEXT, organ TEXT,
    PRIMARY KEY (run, seq, position),
    FOREIGN KEY (run, seq) REFERENCES events ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX metrics_by_name ON metrics (run, name, step);
  CREATE TABLE checkpoints (
    run TEXT NOT NULL, seq INTEGER NOT NULL, stage INTEGER NOT NULL, model INTEGER, kind TEXT NOT NULL,
    step INTEGER NOT NULL, path TEXT NOT NULL, score REAL,
    PRIMARY KEY (run, seq),
    FOREIGN KEY (run, seq) REFERENCES events ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  `,
  // A list of runs is answered from their rows alone: folders are only asked whether they changed since.
  `
  DELETE FROM runs;
  ALTER TABLE runs ADD COLUMN datasets TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE runs ADD COLUMN organs TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE runs ADD COLUMN validation_dice REAL;
  ALTER TABLE runs ADD COLUMN job_stamp TEXT NOT NULL DEFAULT '';
  ALTER TABLE runs ADD COLUMN journal_stamp TEXT NOT NULL DEFAULT '';
  CREATE INDEX events_by_type ON events (run, type, seq);
  `,
  // Nobody asks for metrics by name alone: the key finds those of a run, and the index cost a tenth of all indexing.
  'DROP INDEX metrics_by_name;',
]
