// Pseudo labels of a run on disk, as the trainer leaves them, and the preprocessed grid that they lie on.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Case } from '../../../contract/case.ts'
import { GeometrySchema, ShapeSchema, type Geometry } from '../../../contract/geometry.ts'
import type { TrainJob } from '../../../contract/job.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import { readJsonFile } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { runFolder } from '../workspace/run-store.ts'
import type { PseudoRecipe } from './recipe.ts'
import { PROVENANCE } from './segments.ts'

const PseudoGroupSchema = z.object({
  attributes: z.object({
    format: z.literal('organ-mosaic-pseudo-labels-1'),
    shape: ShapeSchema,
    sets: z.array(z.array(z.int()).nullable()),
  }),
})

const PreprocessedGroupSchema = z.object({
  attributes: z.object({
    format: z.literal('organ-mosaic-preprocessed-1'),
    imageHash: z.string(),
    geometry: GeometrySchema,
  }),
})

/** A voxel of the trainer's provenance array that carries a true label. */
const TRUE_LABEL = 255

export const pseudoLabelFolder = (workspace: Workspace, run: string, dataset: string, caseId: string): string =>
  join(runFolder(workspace, run), 'pseudo-labels', dataset, `${encodeURIComponent(caseId)}.zarr`)

export const hasPseudoLabels = (workspace: Workspace, run: string, dataset: string, caseId: string): boolean =>
  existsSync(join(pseudoLabelFolder(workspace, run, dataset, caseId), 'zarr.json'))

/**
 * @param what pseudo: organs 1 .. n of the run and n + 1 for ignored; provenance: see provenanceSegments
 * @throws OrganMosaicError `not-found` when the preprocessed case is gone, `invalid-file`
 */
export function pseudoRecipe(
  workspace: Workspace,
  job: TrainJob,
  dataset: string,
  entry: Case,
  what: 'pseudo' | 'provenance',
): PseudoRecipe {
  const folder = pseudoLabelFolder(workspace, job.name, dataset, entry.id)
  const { shape, sets } = readJsonFile(join(folder, 'zarr.json'), PseudoGroupSchema).attributes
  const from = findPreprocessedGrid(workspace, dataset, entry, shape)
  if (from === null || entry.geometry === null) {
    throw new OrganMosaicError(
      'not-found',
      `The preprocessed image that the pseudo labels of run ${job.name} lie on is no longer in ${workspace.cache}; train or evaluate on ${dataset} with the same plan to make it again.`,
    )
  }
  const ignored = job.organs.length + 1
  // Where a true label lies there is no pseudo label, whatever the code says.
  const ofProvenance: number[] = []
  if (what === 'pseudo') {
    ofProvenance[TRUE_LABEL] = 0
    const ofCode = sets.map((set) => (set === null ? ignored : set.includes(0) ? 0 : set[0]))
    return { kind: 'pseudo', folder, from, grid: entry.geometry, ofCode, ofProvenance: filled(ofProvenance) }
  }
  ofProvenance[0] = PROVENANCE.ignored
  // The models, and after them the shared network.
  for (let teacher = 1; teacher <= job.datasets.length + 1; teacher++) ofProvenance[teacher] = teacher
  ofProvenance[TRUE_LABEL] = PROVENANCE.truth
  return { kind: 'pseudo', folder, from, grid: entry.geometry, ofCode: null, ofProvenance: filled(ofProvenance) }
}

/** -1 where nothing is said. */
const filled = (values: readonly number[]): number[] => Array.from({ length: 256 }, (_, at) => values[at] ?? -1)

/** The cache holds a folder a plan; the one of this image with this shape is the one. */
function findPreprocessedGrid(
  workspace: Workspace,
  dataset: string,
  entry: Case,
  shape: readonly number[],
): Geometry | null {
  const prefix = `${encodeURIComponent(entry.id)}-`
  for (const plan of readdirSync(workspace.cache)) {
    const folder = join(workspace.cache, plan, dataset)
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder).filter((each) => /^[0-9a-f]{16}\.zarr$/.test(each.slice(prefix.length)))) {
      const found = name.startsWith(prefix) ? readGrid(join(folder, name, 'zarr.json')) : null
      if (found?.imageHash !== entry.imageHash) continue
      if (found.geometry.shape.every((size, axis) => size === shape[axis])) return found.geometry
    }
  }
  return null
}

function readGrid(path: string): { imageHash: string; geometry: Geometry } | null {
  try {
    return PreprocessedGroupSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).attributes
  } catch {
    return null
  }
}
