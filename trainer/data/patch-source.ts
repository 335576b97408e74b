// Draws one patch: which case, which centre, which augmentation, all from (seed, stage, step, model, slot).
import type { Shape } from '../../contract/geometry.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { mirrorClasses } from '../labels/label-sets.ts'
import { describeStudy, type Study } from '../labels/study.ts'
import { joinPlanes, planesOf } from '../imaging/planes.ts'
import { createRandom, type Random } from '../imaging/random.ts'
import { cutPatch, drawOffsetMatrix, IDENTITY, narrowFieldOfView } from './augment.ts'
import { CaseCache, type TrainingCase } from './case-cache.ts'
import { changeBrightness, changeIntensities } from './change-intensities.ts'
import { blur, lowerResolution } from './change-resolution.ts'
import { drawElasticField } from './elastic-field.ts'
import type { Patch, PatchRequest, PatchSetup, TrainingCaseEntry } from './patch.ts'

export class PatchSource {
  readonly #setup: PatchSetup
  readonly #study: Study
  readonly #cache: CaseCache

  constructor(setup: PatchSetup) {
    this.#setup = setup
    this.#study = describeStudy(setup.job)
    this.#cache = new CaseCache(this.#study, setup.cacheMb)
  }

  async draw(request: PatchRequest): Promise<Patch> {
    const { seed, stage, step, model, slot } = { seed: this.#setup.seed, ...request }
    const random = createRandom(seed, 'patch', stage, step, model, slot)
    // A stream of their own: switching one of these off leaves everything else of a patch as it is.
    const more = createRandom(seed, 'patch-more', stage, step, model, slot)
    const { own } = request
    const { entry, organ } = this.#chooseCase(random, request.dataset, own)
    const source = await this.#cache.get(request.dataset, entry)
    const centre = chooseCentre(random, source, own ? source.allCentres : source.trueCentres, organ)
    return { ...this.#cut(random, more, source, centre, own ? source.allSets : source.trueSets), caseId: entry.caseId }
  }

  /** Organs are drawn evenly, small ones no less; then one of the cases that have the organ. */
  #chooseCase(random: Random, dataset: number, own: boolean): { entry: TrainingCaseEntry; organ: number | null } {
    const entries = this.#setup.cases[dataset]!
    const classesOf = (entry: TrainingCaseEntry): ClassSet => (own ? entry.allClasses : entry.trueClasses)
    const organs = [...new Set(entries.flatMap(classesOf))].sort((a, b) => a - b)
    const centred = organs.length > 0 && (!own || random.next() < this.#setup.foreground)
    if (!centred) return { entry: entries[random.integer(entries.length)]!, organ: null }
    const organ = organs[random.integer(organs.length)]!
    const holders = entries.filter((entry) => classesOf(entry).includes(organ))
    return { entry: holders[random.integer(holders.length)]!, organ }
  }

  #cut(
    random: Random,
    more: Random,
    source: TrainingCase,
    centre: [number, number, number],
    sets: readonly ClassSet[],
  ): Omit<Patch, 'caseId'> {
    const { augmentation, shape, spacingMm } = this.#setup
    // Voxels outside the scan may be anything: they teach nothing.
    const everything = Array.from({ length: this.#study.classCount }, (_, c) => c)
    const allSets = [...sets, everything]
    const outside = { values: source.outside, code: sets.length }
    const place = (shifts: readonly number[]) => placePatch(source.shape, shape, centre, shifts)
    if (!augmentation.enabled) {
      return { ...cutPatch(source, shape, place([0, 0, 0]), IDENTITY, outside.code), sets: allSets }
    }
    const counterpart = augmentation.mirror === 'auto' ? this.#study.counterpart : null
    const mirror = counterpart !== null && random.next() < 0.5
    const matrix = drawOffsetMatrix(random, augmentation, spacingMm, mirror)
    const shifts = shape.map((size) => random.between(-1, 1) * augmentation.shift * size)
    const bend = drawElasticField(more, shape, augmentation)
    const { image: cut, codes } = cutPatch(source, shape, place(shifts), matrix, outside.code, bend)
    // Each channel is an image of its own making. In the order of their causes: what the scanner resolves, how it is shown,
    // and noise over all.
    const channels = planesOf(cut, source.channels.length).map((plane) => {
      const channel = lowerResolution(blur(plane, shape, more, augmentation), shape, spacingMm, more, augmentation)
      changeBrightness(channel, more, augmentation)
      changeIntensities(channel, random, augmentation)
      return channel
    })
    if (random.next() < augmentation.narrowFov) narrowFieldOfView(shape, channels, codes, random, outside)
    return {
      image: joinPlanes(channels),
      codes,
      sets: mirror ? allSets.map((set) => mirrorClasses(set, counterpart)) : allSets,
    }
  }
}

/**
 * The centre of a patch near a voxel, such that the patch lies on the case's voxels and inside the case where it fits,
 * in its middle where it does not: the windows that prediction will use. On the voxels, cutting a patch that is
 * neither turned nor scaled is a plain copy. Inside the case, an organ is not always in the middle of its patch, which
 * a network learns before it learns what the organ looks like.
 */
function placePatch(
  caseShape: Shape,
  shape: Shape,
  centre: readonly number[],
  shifts: readonly number[],
): [number, number, number] {
  const [z, y, x] = shape.map((size, axis) => {
    const room = caseShape[axis]! - size
    const start = Math.round(centre[axis]! + shifts[axis]! - (size - 1) / 2)
    const inside = room > 0 ? Math.min(Math.max(start, 0), room) : -Math.floor(-room / 2)
    return inside + (size - 1) / 2
  })
  return [z!, y!, x!]
}

function chooseCentre(
  random: Random,
  source: TrainingCase,
  centres: ReadonlyMap<number, Uint32Array>,
  organ: number | null,
): [number, number, number] {
  const candidates = organ === null ? undefined : centres.get(organ)
  const voxel = candidates ? candidates[random.integer(candidates.length)]! : random.integer(source.codes.length)
  const [, height, width] = source.shape
  return [Math.floor(voxel / (height * width)), Math.floor(voxel / width) % height, voxel % width]
}
