// Mutants of every format, one after the other: each must be answered with an import or an error that a person
// understands, in time and within the memory.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../trainer/imaging/random.ts'
import { openFuzzProcess } from './fuzz-process.ts'
import { collectSources, writeMutant, type FuzzSource } from './fuzz-sources.ts'
import { mutate } from './mutate.ts'

/** 'imported' and codes of errors -> how often */
export type Outcomes = Readonly<Record<string, number>>

export interface FuzzReport {
  readonly mutants: number
  readonly outcomes: Outcomes
  /** The same, by format */
  readonly formats: Readonly<Record<string, Outcomes>>
  /** Of the mutant that took longest */
  readonly longestMs: number
  /** One sentence a mutant that did harm, with where it is kept */
  readonly failures: readonly string[]
  readonly peakBytes: number
}

/** @param keep a folder for mutants that did harm */
export async function fuzz(seed: string, count: number, keep: string | null = null): Promise<FuzzReport> {
  const folder = mkdtempSync(join(tmpdir(), 'organ-mosaic-fuzz-'))
  const sources = await collectSources(join(folder, 'sources'))
  const reader = openFuzzProcess()
  const outcomes: Record<string, number> = {}
  const formats: Record<string, Record<string, number>> = {}
  const failures: string[] = []
  let peakBytes = 0
  let longestMs = 0
  try {
    for (let index = 0; index < count; index++) {
      const source = sources[index % sources.length]
      const place = join(folder, 'mutant')
      rmSync(place, { recursive: true, force: true })
      const address = writeMutant(source, place, changeOf(source, seed, index))
      const original = join(source.folder, source.address).replace(/\/(?=#)/, '')
      const began = performance.now()
      const answer = await reader.run({ kind: source.kind, address, original, image: source.image })
      longestMs = Math.max(longestMs, performance.now() - began)
      countOutcome(outcomes, answer.outcome)
      countOutcome((formats[formatOf(source)] ??= {}), answer.outcome)
      peakBytes = Math.max(peakBytes, answer.peakBytes)
      if (answer.problem === null) continue
      failures.push(`mutant ${index} of ${seed}, ${source.name}: ${answer.problem}${kept(place, keep, index)}`)
    }
  } finally {
    reader.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { mutants: count, outcomes, formats, failures, peakBytes, longestMs }
}

function countOutcome(outcomes: Record<string, number>, outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}

/** As a table of results names it. */
function formatOf({ kind, name }: FuzzSource): string {
  if (kind === 'label') return name.includes('structures') ? 'RTSTRUCT' : 'DICOM SEG'
  if (kind === 'dataset') return /\.(zip|gz)$/.test(name) ? 'archive of a dataset' : 'folder of a dataset'
  if (name.startsWith('dicom')) return 'DICOM image'
  if (/\.(mha|mhd)$/.test(name)) return 'MetaImage'
  if (/\.(nrrd|nhdr)$/.test(name)) return 'NRRD'
  return 'NIfTI and Analyze'
}

/** One file of several, now and then all of them. */
function changeOf(source: FuzzSource, seed: string, index: number): (bytes: Buffer, at: number) => Buffer {
  const random = createRandom(seed, index)
  const all = random.next() < 0.1
  const chosen = random.integer(source.files.size)
  return (bytes, at) => (all || at === chosen ? mutate(bytes, random) : bytes)
}

function kept(place: string, keep: string | null, index: number): string {
  if (keep === null) return ''
  const target = join(keep, String(index))
  mkdirSync(keep, { recursive: true })
  cpSync(place, target, { recursive: true })
  return ` (kept in ${target})`
}
