// Everything the viewer asks for: a case with its layers, and the voxels of one of them.
import type { CaseView } from '../../../contract/api/volumes.ts'
import type { Case } from '../../../contract/case.ts'
import type { Dataset } from '../../../contract/dataset.ts'
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Vocabulary } from '../../../contract/organ.ts'
import { readDataset } from '../workspace/dataset-store.ts'
import { nearestName } from '../workspace/nearest-name.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { startOf } from './describe-image.ts'
import { encodeVolume } from './encode-volume.ts'
import { findLayers, type FoundLayer } from './find-layers.ts'
import type { FirstPlanes } from './first-planes.ts'
import type { ImageRecipe } from './recipe.ts'
import { createPredictionFinder } from './saved-predictions.ts'
import { createVolumeCache } from './volume-cache.ts'
import { createVolumeDecoder, type DecodedVolume } from './volume-decoder.ts'

export interface Volumes {
  /** @throws OrganMosaicError `not-found` */
  readonly viewCase: (dataset: string, caseId: string) => CaseView
  /** The bytes of contract/api/volumes.ts. @throws OrganMosaicError `not-found`, and of the files */
  readonly openVolume: (dataset: string, caseId: string, layer: string) => Promise<ReadableStream<Uint8Array>>
  readonly close: () => Promise<void>
}

export function createVolumes(workspace: Workspace, vocabulary: () => Vocabulary, firstPlanes: FirstPlanes): Volumes {
  const decoder = createVolumeDecoder()
  const cache = createVolumeCache(decoder)
  const findPredictions = createPredictionFinder(workspace)

  function open(name: string, caseId: string): { dataset: Dataset; entry: Case; layers: () => FoundLayer[] } {
    const dataset = readDataset(workspace, name)
    const entry = dataset.cases.find(({ id }) => id === caseId)
    if (!entry) {
      const ids = dataset.cases.map(({ id }) => id)
      throw new OrganMosaicError('not-found', `Dataset ${name} has no case ${caseId}${nearestName(caseId, ids)}.`)
    }
    const context = { workspace, vocabulary: vocabulary(), findPredictions }
    return { dataset, entry, layers: () => findLayers(context, dataset, entry) }
  }

  /** Kept planes answer before the file is read; without them, what is decoded is kept for the next time. */
  async function openImage(recipe: ImageRecipe): Promise<DecodedVolume> {
    const kept = await firstPlanes(recipe.path)
    const volume = cache.get(recipe)
    const planes = await kept.read()
    if (planes) return { ...volume, start: Promise.resolve(startOf(planes, recipe.modality)) }
    await kept.save(await volume.start)
    return volume
  }

  return {
    viewCase(name, caseId) {
      const { dataset, entry, layers } = open(name, caseId)
      decoder.prepare()
      return { ...describe(dataset, entry), layers: layers().map(({ layer }) => layer) }
    },
    async openVolume(name, caseId, id) {
      const { layers } = open(name, caseId)
      const found = layers().find(({ layer }) => layer.id === id)
      if (!found) {
        throw new OrganMosaicError(
          'not-found',
          `Case ${caseId} of ${name} has no layer ${id}; it may have been removed with its run. Reload the case.`,
        )
      }
      const recipe = found.recipe()
      return encodeVolume(recipe.kind === 'image' ? await openImage(recipe) : cache.get(recipe))
    },
    close: () => decoder.close(),
  }
}

function describe(dataset: Dataset, entry: Case): Omit<CaseView, 'layers'> {
  const at = dataset.cases.indexOf(entry)
  const { id, patient, status, excludedReason, images, geometry, availability } = entry
  return {
    dataset: dataset.name,
    role: dataset.role,
    channels: dataset.channels,
    case: { id, patient, status, excludedReason, images, geometry, availability },
    findings: dataset.findings.filter(({ caseId, cases }) => caseId === id || cases?.includes(id)),
    position: at + 1,
    total: dataset.cases.length,
    previous: dataset.cases[at - 1]?.id ?? null,
    next: dataset.cases[at + 1]?.id ?? null,
  }
}
