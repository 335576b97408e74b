// What the pseudo labels of one case come to: volume and confidence of each organ, and how much stayed undecided.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ShapeSchema } from '../../../contract/geometry.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { readJsonFile } from '../workspace/json-file.ts'

export interface PseudoMeasure {
  /** Voxels without a true label that are neither an organ nor background. */
  readonly undecided: number
  /** Organ class (from 1) -> its voxels and mean calibrated probability; classes that some model can tell. */
  readonly classes: ReadonlyMap<number, { voxels: number; confidence: number | null }>
  /** Share of what some model sees on which the models contradict each other; null in runs of earlier versions. */
  readonly disputedShare: number | null
  /** The same by organ class; classes that no model sees are not there. */
  readonly disputedShares: ReadonlyMap<number, number>
}

const CountSchema = z.object({ claimed: z.int(), disputed: z.int() })
const DisagreementSchema = CountSchema.extend({ organs: z.array(CountSchema.extend({ unionClass: z.int() })) })
const GroupSchema = z.object({
  attributes: z.object({
    format: z.literal('organ-mosaic-pseudo-labels-1'),
    shape: ShapeSchema,
    sets: z.array(z.array(z.int()).nullable()),
    disagreement: DisagreementSchema.optional(),
  }),
})

const IGNORED = 0
/** Codes 0 and 1 are ignored and background; organs follow, one class each. */
const FIRST_ORGAN = 2

/** Pseudo labels are written once: a folder that is there does not change. */
const known = new Map<string, PseudoMeasure>()

/** @throws OrganMosaicError `invalid-file` when the folder is not a complete set of pseudo labels */
export async function measurePseudoLabels(folder: string): Promise<PseudoMeasure> {
  const key = `${folder} ${statSync(join(folder, 'zarr.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0}`
  const before = known.get(key)
  if (before) return before
  const measure = await readMeasure(folder)
  known.set(key, measure)
  return measure
}

async function readMeasure(folder: string): Promise<PseudoMeasure> {
  const { shape, sets, disagreement } = readJsonFile(join(folder, 'zarr.json'), GroupSchema).attributes
  // Only here: every command would pay for loading Zarr.
  const { readZarrArray } = await import('../../../trainer/imaging/zarr-group.ts')
  const read = (name: string): Promise<Uint8Array> => readZarrArray(folder, name, Uint8Array, shape)
  try {
    const [codes, provenance, confidence] = await Promise.all([read('codes'), read('provenance'), read('confidence')])
    return { ...count(codes, provenance, confidence, sets), ...sharesOf(disagreement) }
  } catch (cause) {
    throw new OrganMosaicError(
      'invalid-file',
      `${folder} is not a complete set of pseudo labels; delete it and resume the run, which makes it again.`,
      { cause },
    )
  }
}

function sharesOf(counts: z.infer<typeof DisagreementSchema> | undefined) {
  const share = ({ claimed, disputed }: z.infer<typeof CountSchema>): number => (claimed === 0 ? 0 : disputed / claimed)
  return {
    disputedShare: counts ? share(counts) : null,
    disputedShares: new Map(counts?.organs.map((organ) => [organ.unionClass, share(organ)])),
  }
}

function count(
  codes: Uint8Array,
  provenance: Uint8Array,
  confidence: Uint8Array,
  sets: readonly (readonly number[] | null)[],
): Pick<PseudoMeasure, 'undecided' | 'classes'> {
  const voxels = new Array<number>(sets.length).fill(0)
  const sums = new Array<number>(sets.length).fill(0)
  let undecided = 0
  for (const [v, code] of codes.entries()) {
    if (code === IGNORED && provenance[v] === 0) undecided += 1
    voxels[code] = (voxels[code] ?? 0) + 1
    sums[code] = (sums[code] ?? 0) + (confidence[v] ?? 0)
  }
  const classes = new Map<number, { voxels: number; confidence: number | null }>()
  sets.forEach((set, code) => {
    const [unionClass] = set ?? []
    if (code < FIRST_ORGAN || unionClass === undefined) return
    const [size, sum] = [voxels[code] ?? 0, sums[code] ?? 0]
    classes.set(unionClass, { voxels: size, confidence: size > 0 ? sum / size / 255 : null })
  })
  return { undecided, classes }
}
