// The CT scan of a phantom patient and its complete label map, on one scanner's grid; on demand an MR on the same grid.
// Structures are painted in order; at a surface a voxel holds both sides in proportion (partial volume).
import type { Geometry, Shape, Spacing } from '../../../../contract/geometry.ts'
import { createRandom, type Random } from '../../../../trainer/imaging/random.ts'
import { voxelCount, type Volume } from '../../../../trainer/imaging/volume.ts'
import type { Patient, PatientStructure } from './create-patient.ts'
import type { Scanner } from './phantom-description.ts'
import { addScannerLook } from './scanner-look.ts'
import { sumOfWaves, waveAt } from './waves.ts'

export interface Scan {
  /** One a channel, [depth, height, width]: HU, then where it is asked for the signal of an MR. */
  readonly images: readonly Volume<Int16Array>[]
  /** An organ's value is its place in `organs`, counted from 1. */
  readonly labels: Volume<Uint8Array>
}

const AIR_HU = -1000
const MR_WAVE_HU = 30
const MR_NOISE_SD = 20
const SIZE_JITTER = 0.05
/** How far the deformation may carry a structure out of its box. */
const MARGIN_MM = 22

/**
 * @param resolution voxels along an axis relative to the scanner's; 0.5 has half as many, twice as large
 * @param channels 1 for the CT alone, 2 for an MR beside it
 * @param key identifies the scan: its noise and the exact grid are a pure function of it
 */
export function scanPatient(
  patient: Patient,
  scanner: Scanner,
  organs: readonly string[],
  resolution: number,
  channels: 1 | 2,
  key: readonly (number | string)[],
): Scan {
  const geometry = drawGrid(scanner, resolution, key)
  const points = bodyPoints(patient, geometry)
  const hu = new Float32Array(voxelCount(geometry.shape)).fill(AIR_HU)
  const labels = new Uint8Array(hu.length)
  for (const structure of patient.structures) {
    const value = structure.organ === null ? 0 : organs.indexOf(structure.organ) + 1
    paint(structure, value, patient, geometry, points, hu, labels)
  }
  const ct = addScannerLook(hu, geometry.shape, points.fromAxis, scanner, createRandom(...key, 'noise'))
  const all = channels === 1 ? [ct] : [ct, mrOf(hu, createRandom(...key, 'mr'))]
  return { images: all.map((data) => ({ data, geometry })), labels: { data: labels, geometry } }
}

/** What is alike in CT may differ in MR: the signal does not rise with the density, and air has none. @param hu without noise */
function mrOf(hu: Float32Array, random: Random): Int16Array {
  return Int16Array.from(hu, (value) => {
    const tissue = Math.min(1, Math.max(0, (value - AIR_HU) / -AIR_HU))
    const signal = tissue * (400 + 250 * Math.sin(value / MR_WAVE_HU))
    return Math.max(0, Math.round(signal + MR_NOISE_SD * random.normal()))
  })
}

/** Spacing and number of voxels vary from scan to scan; the body's origin lies near the middle of the grid. */
function drawGrid(scanner: Scanner, resolution: number, key: readonly (number | string)[]): Geometry {
  const random = createRandom(...key, 'grid')
  const around = (value: number): number => value * (1 + random.between(-SIZE_JITTER, SIZE_JITTER))
  const round = (value: number): number => Math.round(value * 1000) / 1000
  const inPlane = around(1)
  const [depth, height, width] = scanner.shape.map((count) => Math.round(around(count) * resolution)) as Shape
  const [sz, sy, sx] = scanner.spacingMm
  const spacingMm: Spacing = [
    round(around(sz) / resolution),
    round((sy * inPlane) / resolution),
    round((sx * inPlane) / resolution),
  ]
  const middle = [0, 0, scanner.centreZMm]
  const counts = [width, height, depth]
  const origin = middle.map((centre, axis) =>
    round(centre - ((counts[axis] as number) - 1) * 0.5 * (spacingMm[2 - axis] as number) + random.between(-4, 4)),
  ) as [number, number, number]
  return { shape: [depth, height, width], spacingMm, origin, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }
}

interface BodyPoints {
  /** [voxels, 3]: body coordinates of each voxel before the deformation, mm. */
  readonly at: Float32Array
  /** 0 on the body's long axis, 1 about at the skin. */
  readonly fromAxis: Float32Array
  /** The patient's texture field, standard deviation 1. */
  readonly texture: Float32Array
}

function bodyPoints(patient: Patient, { shape, spacingMm, origin }: Geometry): BodyPoints {
  const [depth, height, width] = shape
  const at = new Float32Array(3 * voxelCount(shape))
  const fromAxis = new Float32Array(voxelCount(shape))
  const texture = new Float32Array(voxelCount(shape))
  const { size, position, deformation, deformationMm } = patient
  let voxel = 0
  for (let k = 0; k < depth; k++) {
    const z = (origin[2] + k * spacingMm[0] - position[2]) / size[2]
    for (let j = 0; j < height; j++) {
      const y = (origin[1] + j * spacingMm[1] - position[1]) / size[1]
      for (let i = 0; i < width; i++, voxel++) {
        const x = (origin[0] + i * spacingMm[2] - position[0]) / size[0]
        let dx = 0
        let dy = 0
        let dz = 0
        for (let wave = 0; wave < deformation.count; wave++) {
          const value = waveAt(deformation, wave, x, y, z)
          dx += value * (deformationMm[3 * wave] as number)
          dy += value * (deformationMm[3 * wave + 1] as number)
          dz += value * (deformationMm[3 * wave + 2] as number)
        }
        at[3 * voxel] = x + dx
        at[3 * voxel + 1] = y + dy
        at[3 * voxel + 2] = z + dz
        fromAxis[voxel] = Math.hypot(x / patient.skinRadiiMm[0], y / patient.skinRadiiMm[1])
        texture[voxel] = sumOfWaves(patient.texture, x + dx, y + dy, z + dz)
      }
    }
  }
  return { at, fromAxis, texture }
}

function paint(
  structure: PatientStructure,
  value: number,
  patient: Patient,
  { shape, spacingMm, origin }: Geometry,
  points: BodyPoints,
  hu: Float32Array,
  labels: Uint8Array,
): void {
  const softMm = (spacingMm[0] + spacingMm[1] + spacingMm[2]) / 3
  const [low, high] = structure.box
  const range = (axis: 0 | 1 | 2): [number, number] => {
    const toIndex = (mm: number): number =>
      (mm * patient.size[axis] + patient.position[axis] - origin[axis]) / (spacingMm[2 - axis] as number)
    const count = shape[2 - axis] as number
    return [
      Math.max(0, Math.floor(toIndex(low[axis] - MARGIN_MM))),
      Math.min(count - 1, Math.ceil(toIndex(high[axis] + MARGIN_MM))),
    ]
  }
  const [[i0, i1], [j0, j1], [k0, k1]] = [range(0), range(1), range(2)]
  for (let k = k0; k <= k1; k++) {
    for (let j = j0; j <= j1; j++) {
      for (let i = i0; i <= i1; i++) {
        const voxel = (k * shape[1] + j) * shape[2] + i
        const [x, y, z] = [points.at[3 * voxel], points.at[3 * voxel + 1], points.at[3 * voxel + 2]] as [
          number,
          number,
          number,
        ]
        const share = 0.5 + structure.depthAt(x, y, z) / softMm
        if (share <= 0) continue
        const own = structure.hu + structure.textureHu * (points.texture[voxel] as number)
        const before = hu[voxel] as number
        hu[voxel] = share >= 1 ? own : before + share * (own - before)
        if (share >= 0.5) labels[voxel] = value
      }
    }
  }
}
