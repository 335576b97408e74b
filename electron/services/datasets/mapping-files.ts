// The mapping of a dataset as a file to share, and such a file read and applied while another folder is registered.
import { readFile, stat } from 'node:fs/promises'
import type { Dataset } from '../../../contract/dataset.ts'
import type { Finding } from '../../../contract/finding.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { MappingFileSchema, type MappingFile, type MappingWord } from '../../../contract/mapping-file.ts'
import { describeIssues } from '../workspace/json-file.ts'
import { choicesOf } from './apply-choices.ts'
import { createFinding } from './create-finding.ts'

/** Far more than any vocabulary needs. */
const MOST_BYTES = 2 ** 22

/** What the labels of a registered dataset mean, and which are left out; nothing of its cases, files or folder. */
export function mappingOf(dataset: Dataset): MappingFile {
  const notDrawn = choicesOf(dataset).notDrawn ?? []
  const whole = Map.groupBy(dataset.labels, ({ key, split }) => split?.from ?? key)
  return {
    format: 'organ-mosaic-mapping',
    version: 1,
    dataset: dataset.name,
    labels: [
      ...[...whole].map(([key, same]) => ({
        key,
        name: same[0].sourceName,
        organs: same.flatMap(({ organs }) => organs),
        ...(same[0].split ? { split: true } : {}),
        ...(notDrawn.includes(key) ? { notDrawn: true } : {}),
      })),
      ...(dataset.leftOut ?? []).map(({ key, sourceName }) => ({ key, name: sourceName, organs: [] })),
    ],
  }
}

/** @throws OrganMosaicError not-found, invalid-file (no JSON, or not a mapping) */
export async function readMappingFile(path: string): Promise<MappingFile> {
  const file = await stat(path).catch(() => null)
  if (!file?.isFile()) {
    throw new OrganMosaicError('not-found', `The mapping file ${path} does not exist; organ-mosaic mapping makes one.`)
  }
  if (file.size > MOST_BYTES) throw notOne(path, `has ${file.size} bytes; expected at most ${MOST_BYTES}`)
  let content: unknown
  try {
    content = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
  } catch {
    throw notOne(path, 'cannot be read as JSON')
  }
  const parsed = MappingFileSchema.safeParse(content)
  if (parsed.success) return parsed.data
  throw notOne(path, describeIssues(parsed.error))
}

const notOne = (path: string, why: string): OrganMosaicError =>
  new OrganMosaicError('invalid-file', `${path} is no mapping file: ${why}. Save one with organ-mosaic mapping.`)

/** What a mapping did not name, or named in vain, among the findings of the dataset. */
export const mappingFindings = (words: readonly MappingWord[]): Finding[] =>
  words
    .filter(({ kind }) => kind !== 'applied')
    .map(({ kind, text }) => createFinding(kind === 'contradiction' ? 'warning' : 'info', 'mapping-file', text))
