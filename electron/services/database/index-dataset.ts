// Puts a registered dataset into the index: its row, its cases, labels, availability and findings.
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import type { Database } from './open-database.ts'

/** Replaces whatever the index held of the dataset of that name; all or nothing. */
export function indexDataset(database: Database, dataset: Dataset): void {
  database.transaction(() => {
    forgetDataset(database, dataset.name)
    database
      .prepare('INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        dataset.name,
        dataset.role,
        dataset.modality,
        dataset.layout,
        dataset.root,
        dataset.registeredAt,
        dataset.fingerprint,
      )
    for (const item of dataset.cases) insertCase(database, dataset.name, item)
    const insertOrgan = database.prepare('INSERT OR IGNORE INTO organs VALUES (?, ?, ?, ?, ?)')
    for (const label of dataset.labels) {
      for (const organ of label.organs) insertOrgan.run(dataset.name, label.key, organ, label.sourceName, label.mapped)
    }
    const insertFinding = database.prepare('INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?)')
    dataset.findings.forEach((finding, position) => {
      const { severity, code, caseId, organ, message } = finding
      insertFinding.run(dataset.name, position, severity, code, caseId, organ, message)
    })
  })()
}

export function forgetDataset(database: Database, name: string): void {
  database.prepare('DELETE FROM datasets WHERE name = ?').run(name)
}

function insertCase(database: Database, dataset: string, item: Case): void {
  const shape = item.geometry?.shape ?? [null, null, null]
  const spacing = item.geometry?.spacingMm ?? [null, null, null]
  database
    .prepare('INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      dataset,
      item.id,
      item.patient,
      item.images[0],
      item.status,
      item.excludedReason,
      item.imageHash,
      item.fileHash,
      ...shape,
      ...spacing,
    )
  const insertAvailability = database.prepare('INSERT INTO availability VALUES (?, ?, ?, ?, ?, ?)')
  for (const [organ, { state, voxels, volumeMl }] of Object.entries(item.availability)) {
    insertAvailability.run(dataset, item.id, organ, state, voxels, volumeMl)
  }
}
