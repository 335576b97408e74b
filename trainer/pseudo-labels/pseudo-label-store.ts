// Pseudo labels on disk, beside nothing else: one Zarr group a case on the preprocessed grid, with the provenance
// of every voxel (true label, which model and how sure, or ignored).
import { z } from 'zod'
import { OrganMosaicError } from '../../contract/errors.ts'
import { ShapeSchema, type Shape } from '../../contract/geometry.ts'
import { readZarrArray, readZarrAttributes, storeZarrGroup } from '../imaging/zarr-group.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Disagreement } from './measure-disagreement.ts'

/** Provenance of voxels that carry a true label; models are 1 to N, the shared network N + 1; 0 is ignored. */
export const TRUE_LABEL = 255

const MetaSchema = z.object({
  format: z.literal('organ-mosaic-pseudo-labels-1'),
  shape: ShapeSchema,
  sets: z.array(z.array(z.int()).nullable()).describe('Code -> classes of the union; code 0 is null: ignored'),
  acceptedClasses: z.array(z.int()).describe('Classes with at least one accepted voxel'),
  disagreement: z
    .object({
      claimed: z.int(),
      disputed: z.int(),
      organs: z.array(z.object({ unionClass: z.int(), claimed: z.int(), disputed: z.int() })),
    })
    .optional()
    .describe('In voxels; absent in runs of earlier versions'),
})

export interface PseudoLabels {
  readonly shape: Shape
  /** [V] index into sets */
  readonly codes: Uint8Array
  readonly sets: readonly (ClassSet | null)[]
  readonly acceptedClasses: ClassSet
}

export interface PseudoLabelsWithProvenance extends PseudoLabels {
  /** [V] 0 ignored, 1.. the model, 255 true label */
  readonly provenance: Uint8Array
  /** [V] calibrated probability x 255 of what was accepted */
  readonly confidence: Uint8Array
}

export async function storePseudoLabels(
  folder: string,
  labels: PseudoLabelsWithProvenance,
  disagreement?: Disagreement,
): Promise<void> {
  const { shape, sets, acceptedClasses, codes, provenance, confidence } = labels
  const meta = {
    format: 'organ-mosaic-pseudo-labels-1',
    shape,
    sets: sets.map((set) => set && [...set]),
    acceptedClasses: [...acceptedClasses],
    disagreement,
  }
  await storeZarrGroup(folder, shape, { codes, provenance, confidence }, MetaSchema.parse(meta))
}

/** @throws OrganMosaicError invalid-file when the folder is not a complete set of pseudo labels */
export async function openPseudoLabels(folder: string): Promise<PseudoLabels> {
  try {
    const { shape, sets, acceptedClasses } = MetaSchema.parse(await readZarrAttributes(folder))
    return { shape, sets, acceptedClasses, codes: await readZarrArray(folder, 'codes', Uint8Array, shape) }
  } catch (cause) {
    throw new OrganMosaicError(
      'invalid-file',
      `${folder} is not a complete set of pseudo labels. Delete it and resume the run.`,
      { cause },
    )
  }
}

/** Which organs of one case were accepted, and which the models claimed somewhere, whether or not that was accepted. */
export async function readAcceptance(folder: string): Promise<{ accepted: ClassSet; claimed: ClassSet }> {
  const { acceptedClasses, disagreement } = MetaSchema.parse(await readZarrAttributes(folder))
  const organs = disagreement?.organs.filter(({ claimed }) => claimed > 0) ?? []
  return { accepted: acceptedClasses, claimed: organs.map(({ unionClass }) => unionClass) }
}
