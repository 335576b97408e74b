// The teachers of a distillation: the trained partial-organ models, asked about the very patch that the student learns from.
import type { Shape } from '../../contract/geometry.ts'
import type { Patch } from '../data/patch.ts'
import type { ClassSet } from '../labels/label-sets.ts'
import type { Study } from '../labels/study.ts'
import type { Lesson, Lessons } from '../losses/distillation.ts'
import { openOrgans } from '../losses/exclusion-loss.ts'
import { forward } from '../network/unet.ts'
import { networkInput } from '../tensor/network-input.ts'
import { tf, type Tensor, type Tensor5D } from '../tensor/tensorflow.ts'
import type { TrainedModel } from './stage-model.ts'

export interface Teachers {
  readonly models: readonly TrainedModel[]
  /** Calibration of each. */
  readonly temperatures: readonly number[]
}

/** @returns null when no teacher knows an organ that the patch's case leaves open */
export function askTeachers(
  { models, temperatures }: Teachers,
  study: Study,
  patch: Patch,
  shape: Shape,
): Lessons | null {
  const open = openOrgans(patch.sets, study.classCount)
  const taughtBy = (model: TrainedModel): ClassSet =>
    study.competentClasses[model.index]!.filter((c) => open.includes(c))
  const able = models.filter((model) => taughtBy(model).length > 0)
  if (able.length === 0) return null
  const x = networkInput(patch.image, shape)
  const lessons = able.map((model) => {
    const classes = taughtBy(model)
    return {
      classes,
      ...answer(model, temperatures[model.index]!, x, classes, openVoxels(patch, classes, study.classCount)),
    }
  })
  x.dispose()
  const agreedBackground = openVoxels(patch, [], study.classCount)
  for (const { organRegion, classes } of lessons) {
    const mayTeach = openVoxels(patch, classes, study.classCount)
    for (let v = 0; v < agreedBackground.length; v++) if (organRegion[v] || !mayTeach[v]) agreedBackground[v] = 0
  }
  return { lessons, agreedBackground }
}

/** [V] 1 where the labels leave background and these classes open; outside the scan nothing is taught. */
function openVoxels({ codes, sets }: Patch, classes: ClassSet, classCount: number): Uint8Array {
  const rule = sets.map((set) => set.includes(0) && set.length < classCount && classes.every((c) => set.includes(c)))
  return Uint8Array.from(codes, (code) => (rule[code] ? 1 : 0))
}

function answer(
  model: TrainedModel,
  temperature: number,
  x: Tensor5D,
  classes: ClassSet,
  open: Uint8Array,
): Omit<Lesson, 'classes'> {
  const [all, seen] = tf.tidy(() => {
    const { logits, features } = forward(model.spec, model.parameters, x)
    return [tf.softmax(logits[0]!.div(temperature)) as Tensor, features as Tensor] as const
  })
  const [believed, features] = [all.dataSync() as Float32Array, seen.dataSync() as Float32Array]
  tf.dispose([all, seen])
  const channels = classes.map((c) => model.classes.indexOf(c))
  const [known, stride] = [model.classes.length, classes.length + 1]
  const probabilities = new Float32Array(open.length * stride)
  const organRegion = new Uint8Array(open.length)
  for (let v = 0; v < open.length; v++) {
    let [rest, largest] = [1, 0]
    channels.forEach((channel, i) => {
      const p = believed[v * known + channel]!
      probabilities[v * stride + 1 + i] = p
      rest -= p
      largest = Math.max(largest, p)
    })
    probabilities[v * stride] = Math.max(0, rest)
    if (open[v] && largest > rest) organRegion[v] = 1
  }
  return { probabilities, organRegion, features }
}
