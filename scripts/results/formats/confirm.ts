// Whether other people's readers find the same in a file: same shape, same place, same sum of values.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import type { Geometry } from '../../../contract/geometry.ts'
import type { FileOutcome, Outcome } from './read-every-file.ts'

const AnswerSchema = z.object({
  by: z.string(),
  shape: z.array(z.number()).optional(),
  affine: z.array(z.array(z.number())).optional(),
  sum: z.number().nullable().optional(),
  voxels: z.array(z.number()).optional(),
})
const AnswersSchema = z.record(z.string(), z.object({ answers: z.array(AnswerSchema), problems: z.array(z.string()) }))
type Answer = z.output<typeof AnswerSchema>

const PLACE_MM = 1e-3
const SHARE = 1e-5

/** @param python that has nibabel, SimpleITK, pydicom and highdicom @returns path -> what is said of it */
export function confirm(files: readonly FileOutcome[], python: string): Map<string, string> {
  const read = files.filter(({ outcome }) => outcome.kind !== 'error')
  const asked = read.map(({ path, outcome }) => ({ path, kind: outcome.kind }))
  const output = execFileSync(python, [join(import.meta.dirname, 'independent_readers.py')], {
    input: JSON.stringify(asked),
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const found = AnswersSchema.parse(JSON.parse(output))
  return new Map(read.map(({ path, outcome }) => [path, wordOn(outcome, found[path]?.answers ?? [])]))
}

function wordOn(outcome: Outcome, answers: readonly Answer[]): string {
  if (outcome.kind === 'segments' && outcome.voxels.includes(null))
    return 'not compared: it has no grid without its image'
  if (answers.length === 0) return 'no other reader reads it'
  const same = answers.filter((answer) => agrees(outcome, answer))
  if (same.length > 0) return `same as ${same.map(({ by }) => by).join(' and ')}`
  return `differs from ${answers.map(({ by }) => by).join(' and ')}`
}

function agrees(outcome: Outcome, { shape, affine, sum, voxels }: Answer): boolean {
  if (outcome.kind === 'segments') return voxels !== undefined && voxels.join() === outcome.voxels.join()
  if (outcome.kind !== 'image') return false
  const sameSum = sum === null || sum === undefined ? Number.isNaN(outcome.sum) : isClose(outcome.sum, sum)
  if (shape === undefined || affine === undefined) return sameSum
  return sameSum && sameShape(outcome.geometry, shape) && samePlace(outcome.geometry, affine)
}

const isClose = (value: number, other: number): boolean =>
  Math.abs(value - other) <= SHARE * Math.max(1, Math.abs(other))

/** A single slice may be given as a plane. */
function sameShape({ shape }: Geometry, other: readonly number[]): boolean {
  const [depth, height, width] = shape
  const own = depth === 1 && other.length === 2 ? [width, height] : [width, height, depth]
  return own.join() === other.slice(0, own.length).join()
}

/** The depth of a single slice is left out: one slice has none. */
function samePlace(geometry: Geometry, affine: readonly (readonly number[])[]): boolean {
  const { direction, spacingMm, origin, shape } = geometry
  const column = (axis: number): number[] => [0, 1, 2].map((row) => direction[row * 3 + axis] * spacingMm[2 - axis])
  const columns = [column(0), column(1), ...(shape[0] === 1 ? [] : [column(2)])]
  const same = (own: readonly number[], at: number): boolean =>
    own.every((value, row) => Math.abs(value - (affine[row]?.[at] ?? Number.NaN)) <= PLACE_MM)
  return columns.every(same) && same(origin, 3)
}
