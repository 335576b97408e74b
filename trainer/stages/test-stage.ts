// Test helpers: a study of two sites, a network of some hundred weights and patches of 8 x 8 x 8 voxels.
import { PlanSchema, type Plan } from '../../contract/plan.ts'
import { RunConfigSchema, type RunConfig, type RunConfigInput } from '../../contract/run-config.ts'
import type { Shape } from '../../contract/geometry.ts'
import type { Patch } from '../data/patch.ts'
import { createRandom } from '../imaging/random.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import { describeStudy, type Study } from '../labels/study.ts'
import { label, organ, studyCase, studyDataset } from '../labels/test-study.ts'

/** Classes 1 cord, 2 stem (both of site a), 3 jaw, 4 larynx (both of site b). */
export const TINY_ORGANS = ['cord', 'stem', 'jaw', 'larynx'].map((id) => organ(id))

export const tinyJob = {
  organs: TINY_ORGANS.map(({ id }) => id),
  vocabulary: TINY_ORGANS,
  datasets: [
    studyDataset(
      'a',
      [label('1', 'cord'), label('2', 'stem')],
      ['a1', 'a2'].map((id) => studyCase(id, { cord: 'labelled', stem: 'labelled' })),
    ),
    studyDataset(
      'b',
      [label('1', 'jaw'), label('2', 'larynx')],
      ['b1', 'b2'].map((id) => studyCase(id, { jaw: 'labelled', larynx: 'labelled' })),
    ),
  ],
}
export const tinyStudy: Study = describeStudy(tinyJob)

export const TINY_PATCH: Shape = [8, 8, 8]

export const tinyPlan: Plan = PlanSchema.parse({
  spacingMm: [2, 2, 2],
  patch: TINY_PATCH,
  channels: [3, 4],
  strides: [
    [1, 1, 1],
    [2, 2, 2],
  ],
  normalisation: { kind: 'per-volume' },
  cropToBody: false,
  medianShape: TINY_PATCH,
  reasons: [],
})

export const tinyConfig = (config: RunConfigInput = {}): RunConfig =>
  RunConfigSchema.parse({ ...config, network: { convolutions: 1, ...config.network } })

/** A patch of noise with `voxels` of each organ class and the rest of `rest`; the last set is "outside the scan". */
export function patchWith(organs: readonly (readonly [classes: ClassSet, voxels: number])[], rest: ClassSet): Patch {
  const size = TINY_PATCH.reduce((product, length) => product * length, 1)
  const random = createRandom(1, 'tiny-patch')
  const codes = new Int32Array(size)
  let at = 0
  organs.forEach(([, voxels], i) => codes.fill(i + 1, at, (at += voxels)))
  const everything = Array.from({ length: tinyStudy.classCount }, (_, c) => c)
  return {
    image: Float32Array.from({ length: size }, () => random.normal()),
    codes,
    sets: [rest, ...organs.map(([classes]) => classes), everything],
    caseId: 'tiny',
  }
}
