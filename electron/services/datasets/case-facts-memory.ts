// What was read of a folder's cases, kept in the workspace's cache: a case whose files did not change is not read again,
// so that registering after inspecting, mapping labels anew and looking for new cases take no time.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { BorderSchema, IntensitySchema, LabelSourceSchema, MisfitSchema } from '../../../contract/case.ts'
import { FindingSchema } from '../../../contract/finding.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { GeometrySchema, PointSchema } from '../../../contract/geometry.ts'
import { writeJsonFile } from '../workspace/json-file.ts'
import type { CaseFacts } from './inspect-case.ts'
import type { FoundCase } from './layouts/layout.ts'
import type { CaseReading } from './read-changed-case.ts'

/** Counts up whenever inspectCase finds something else in the same files. */
const VERSION = 7

const StructureSchema = z.object({
  voxels: z.number(),
  centre: PointSchema.nullable(),
  borders: z.array(BorderSchema),
})

const FactsSchema = z.object({
  id: z.string(),
  images: z.array(z.string()),
  labels: z.array(LabelSourceSchema),
  geometry: GeometrySchema.nullable(),
  imageHash: z.string().nullable(),
  fileHash: z.string().nullable(),
  intensities: z.array(IntensitySchema),
  structures: z.array(z.tuple([z.string(), StructureSchema])),
  leftOut: z.array(z.string()),
  shared: z.array(z.object({ keys: z.array(z.string()), voxels: z.number() })),
  midlineMm: z.number().nullable(),
  misfits: z.array(MisfitSchema),
  identifiers: z.object({ fields: z.array(z.string()), inPath: z.boolean() }),
  findings: z.array(FindingSchema),
  volumes: z.number(),
})
const EntrySchema = z.object({ signature: z.string(), facts: FactsSchema })

export interface CaseFactsMemory {
  readonly inspectCase: (root: string, found: FoundCase) => Promise<CaseFacts>
  /** Writes what was read; the cases that were not asked for are forgotten unless `all` is false. */
  readonly save: (all: boolean) => void
}

/** @param read how a case is read, unless its files are as known */
export function openCaseFactsMemory(
  cacheFolder: string,
  root: string,
  read: (root: string, found: FoundCase, known: string | null) => Promise<CaseReading>,
): CaseFactsMemory {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const file = join(cacheFolder, 'inspections', `${name}.json`)
  const known = load(file)
  const used = new Map<string, { signature: string; facts: CaseFacts }>()
  return {
    async inspectCase(folder, found) {
      const before = known.get(found.id)
      const reading = await read(folder, found, before?.signature ?? null)
      const facts = reading.facts ?? before?.facts
      if (!facts) throw new OrganMosaicError('internal', `Case ${found.id} was not read; register the dataset again.`)
      if (reading.signature !== null) used.set(found.id, { signature: reading.signature, facts })
      return facts
    },
    save(all) {
      const kept = all ? used : new Map([...known, ...used])
      const entries = [...kept.values()].map(({ signature, facts }) => ({
        signature,
        facts: { ...facts, structures: [...facts.structures] },
      }))
      writeJsonFile(file, { version: VERSION, root, entries })
    },
  }
}

/** Whatever cannot be used is read again. */
function load(file: string): Map<string, { signature: string; facts: CaseFacts }> {
  try {
    const content = z
      .object({ version: z.literal(VERSION), entries: z.array(z.unknown()) })
      .parse(JSON.parse(readFileSync(file, 'utf8')))
    return new Map(
      content.entries.flatMap((entry) => {
        const parsed = EntrySchema.safeParse(entry)
        if (!parsed.success) return []
        const { signature, facts } = parsed.data
        return [[facts.id, { signature, facts: { ...facts, structures: new Map(facts.structures) } }] as const]
      }),
    )
  } catch {
    return new Map()
  }
}
