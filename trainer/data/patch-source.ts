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
    if (!augmentation.enabled) {
      // The middle of an even patch lies between two voxels: half a voxel back, cutting is a plain copy.
      const aligned = centre.map((at, axis) => at - (shape[axis]! % 2 === 0 ? 0.5 : 0)) as [number, number, number]
      return { ...cutPatch(source, shape, aligned, IDENTITY, outside.code), sets: allSets }
    }
    const counterpart = augmentation.mirror === 'auto' ? this.#study.counterpart : null
    const mirror = counterpart !== null && random.next() < 0.5
    const matrix = drawOffsetMatrix(random, augmentation, spacingMm, mirror)
    const shifted = centre.map((at, axis) => at + random.between(-1, 1) * augmentation.shift * shape[axis]!)
    const patch = cutPatch(source, shape, shifted as [number, number, number], matrix, outside.code)
    changeIntensities(patch.image, random, augmentation)
    if (random.next() < augmentation.narrowFov) narrowFieldOfView(shape, patch.image, patch.codes, random, outside)
    return { ...patch, sets: mirror ? allSets.map((set) => mirrorClasses(set, counterpart)) : allSets }
  }
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
