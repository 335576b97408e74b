// patients.csv (case,patient): which cases are scans of one person. Without it every case is a patient of its own.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderListing } from './list-folder.ts'
import { parseTable } from './parse-table.ts'

const FILE = 'patients.csv'

/** Case id -> patient. The first two columns count; a row that names no case, such as a header, is without effect. */
export async function readPatients(folder: FolderListing): Promise<Map<string, string>> {
  if (!folder.files.includes(FILE)) return new Map()
  const rows = parseTable(await readFile(join(folder.root, FILE), 'utf8'))
  return new Map(rows.flatMap(([caseId, patient]) => (caseId && patient ? [[caseId, patient]] : [])))
}
