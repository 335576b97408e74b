// Draws one patch: which case, which centre, which augmentation, all from (seed, stage, step, model, slot).
import type { ClassSet } from '../labels/label-sets.ts'
import { mirrorClasses } from '../labels/label-sets.ts'
import { describeStudy, type Study } from '../labels/study.ts'
import { createRandom, type Random } from '../imaging/random.ts'
import { changeIntensities, cutPatch, drawOffsetMatrix, IDENTITY, narrowFieldOfView } from './augment.ts'
import { CaseCache, type TrainingCase } from './case-cache.ts'
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
    const own = request.slot === 0
    const { entry, organ } = this.#chooseCase(random, request.dataset, own)
    const source = await this.#cache.get(request.dataset, entry)
    const centre = chooseCentre(random, source, own ? source.allCentres : source.trueCentres, organ)
    return { ...this.#cut(random, source, centre, own ? source.allSets : source.trueSets), caseId: entry.caseId }
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
    source: TrainingCase,
    centre: [number, number, number],
    sets: readonly ClassSet[],
  ): Omit<Patch, 'caseId'> {
    const { augmentation, shape, spacingMm } = this.#setup
    // Voxels outside the scan may be anything: they teach nothing.
    const everything = Array.from({ length: this.#study.classCount }, (_, c) => c)
    const allSets = [...sets, everything]
    const outside = { value: source.outside, code: sets.length }
    const aligned = (shifts: readonly number[]) => alignedCentre(shape, centre, shifts)
    if (!augmentation.enabled) {
      return { ...cutPatch(source, shape, aligned([0, 0, 0]), IDENTITY, outside.code), sets: allSets }
    }
    const counterpart = augmentation.mirror === 'auto' ? this.#study.counterpart : null
    const mirror = counterpart !== null && random.next() < 0.5
    const matrix = drawOffsetMatrix(random, augmentation, spacingMm, mirror)
    const shifts = shape.map((size) => random.between(-1, 1) * augmentation.shift * size)
    const patch = cutPatch(source, shape, aligned(shifts), matrix, outside.code)
    changeIntensities(patch.image, random, augmentation)
    if (random.next() < augmentation.narrowFov) narrowFieldOfView(shape, patch.image, patch.codes, random, outside)
    return { ...patch, sets: mirror ? allSets.map((set) => mirrorClasses(set, counterpart)) : allSets }
  }
}

/**
 * The patch's centre such that its voxels lie on the case's: cutting a patch that is neither turned nor scaled is then
 * a plain copy. Between voxels it would be blurred, and a network trained on blurred patches fails on sharp images.
 */
function alignedCentre(
  shape: readonly number[],
  centre: readonly number[],
  shifts: readonly number[],
): [number, number, number] {
  const [z, y, x] = centre.map((at, axis) => Math.round(at + shifts[axis]!) - (shape[axis]! % 2 === 0 ? 0.5 : 0))
  return [z!, y!, x!]
}

function chooseCentre(
  random: Random,
  source: TrainingCase,
  centres: ReadonlyMap<number, Uint32Array>,
  organ: number | null,
): [number, number, number] {
  const candidates = organ === null ? undefined : centres.get(organ)
  const voxel = candidates ? candidates[random.integer(candidates.length)]! : random.integer(source.image.length)
  const [, height, width] = source.shape
  return [Math.floor(voxel / (height * width)), Math.floor(voxel / width) % height, voxel % width]
}
