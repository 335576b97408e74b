// The inference that is measured, the same here and in MONAI: a CT of 512 x 512 x 300 voxels, its voxels in memory before
// and its label map in memory after.
import { writeFileSync } from 'node:fs'
import { stepSetting } from './step-setting.ts'

export const inferenceSetting = {
  /** [depth, height, width] */
  shape: [300, 512, 512] as [number, number, number],
  spacingMm: [1.5, 0.8, 0.8] as [number, number, number],
  plannedMm: [3, 3, 3] as [number, number, number],
  patch: stepSetting.patch,
  channels: stepSetting.channels,
  /** Background and 13 organs. */
  classes: 14,
  overlap: 0.5,
  threads: stepSetting.threads,
}
export type InferenceSetting = typeof inferenceSetting

/** What measure-inference.ts and monai_inference.py print. */
export type InferenceTimes = {
  windows: number
  preprocessMs: number
  networkMs: number
  restoreMs: number
  peakMb: number
}

/** A body of water with denser and lighter organs in air, as int16 voxels, width fastest. */
export function writeSyntheticCt(path: string, [depth, height, width]: readonly number[]): void {
  const voxels = new Int16Array(depth! * height! * width!).fill(-1000)
  const inside = (z: number, y: number, x: number, [cz, cy, cx, rz, ry, rx]: readonly number[]) =>
    ((z - cz!) / rz!) ** 2 + ((y - cy!) / ry!) ** 2 + ((x - cx!) / rx!) ** 2 < 1
  // Centre and radius as shares of the volume, and Hounsfield units.
  const organs = Array.from({ length: 13 }, (_, i) => {
    const [z, y, x] = [0.15 + 0.06 * i, 0.35 + 0.1 * (i % 4), 0.3 + 0.13 * (i % 4)]
    return {
      place: [z * depth!, y * height!, x * width!, 0.06 * depth!, 0.07 * height!, 0.08 * width!],
      hu: 20 * i - 90,
    }
  })
  for (let z = 0, v = 0; z < depth!; z++) {
    const near = organs.filter(({ place }) => Math.abs(z - place[0]!) < place[3]!)
    for (let y = 0; y < height!; y++) {
      for (let x = 0; x < width!; x++, v++) {
        if (!inside(z, y, x, [z, 0.5 * height!, 0.5 * width!, 1, 0.36 * height!, 0.46 * width!])) continue
        const organ = near.find(({ place }) => inside(z, y, x, place))
        voxels[v] = (organ?.hu ?? 0) + 10 * Math.sin(x / 25) * Math.sin(y / 20) * Math.sin(z / 15)
      }
    }
  }
  writeFileSync(path, voxels)
}
