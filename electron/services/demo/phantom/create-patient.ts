// One patient of the phantom: sizes, positions, shapes and CT numbers drawn around the description's.
import { createRandom, type Random } from '../../../../trainer/imaging/random.ts'
import { boxAround, unionDepth, type Box, type DepthAt } from './part-depth.ts'
import type { Part, Phantom, Structure } from './phantom-description.ts'
import { createWaves, type Waves } from './waves.ts'

export interface PatientStructure {
  readonly organ: string | null
  readonly hu: number
  readonly textureHu: number
  readonly box: Box
  readonly depthAt: DepthAt
}

export interface Patient {
  readonly skinRadiiMm: readonly [number, number]
  /** Scanner mm per body mm, along x, y, z. */
  readonly size: readonly [number, number, number]
  /** Where the body's origin lies in the scanner, mm. */
  readonly position: readonly [number, number, number]
  readonly deformation: Waves
  /** [waves, 3]: mm along x, y, z. */
  readonly deformationMm: Float64Array
  readonly texture: Waves
  /** In painting order. */
  readonly structures: readonly PatientStructure[]
}

/** Deviations beyond this many standard deviations are cut: a demo has no use for monsters. */
const LARGEST_DEVIATION = 2

const DEFORMATION_WAVES = 6
const TEXTURE_WAVES = 7

/**
 * @param key identifies the patient; the patient is a pure function of it and the description
 * @param complete no organ is absent
 */
export function createPatient(phantom: Phantom, key: readonly (number | string)[], complete: boolean): Patient {
  const random = createRandom(...key, 'body')
  const { patient } = phantom
  const enhancement = deviate(random, patient.enhancementSd)
  const structures = new Map<string, PatientStructure>()
  for (const structure of phantom.structures) {
    const own = createRandom(...key, structure.name)
    const absent = own.next() < structure.absentShare && !complete
    const drawn = drawStructure(structure, own, enhancement, structures)
    if (!absent) structures.set(structure.name, drawn)
  }
  const amplitude = patient.deformationMm * Math.sqrt(2 / DEFORMATION_WAVES)
  return {
    skinRadiiMm: patient.skinRadiiMm,
    size: triple((axis) => 1 + deviate(random, patient.sizeSd[axis])),
    position: triple((axis) => deviate(random, patient.positionSdMm[axis])),
    deformation: createWaves(random, DEFORMATION_WAVES, patient.deformationWavelengthMm),
    deformationMm: Float64Array.from({ length: 3 * DEFORMATION_WAVES }, () =>
      deviate(random, amplitude / Math.sqrt(3)),
    ),
    texture: createWaves(random, TEXTURE_WAVES, patient.textureWavelengthMm),
    structures: [...structures.values()],
  }
}

function drawStructure(
  structure: Structure,
  random: Random,
  enhancement: number,
  earlier: ReadonlyMap<string, PatientStructure>,
): PatientStructure {
  const shift = triple((axis) => deviate(random, structure.shiftSdMm[axis]))
  const scale = triple(() => 1 + deviate(random, structure.scaleSd))
  const turnDeg = deviate(random, structure.turnSdDeg)
  const parts = moveParts(structure.parts, shift, scale, turnDeg)
  const depthAt = unionDepth(parts)
  const container = structure.within === null ? undefined : earlier.get(structure.within)
  return {
    organ: structure.organ,
    hu: structure.hu + deviate(random, structure.huSd) + structure.enhancement * enhancement,
    textureHu: structure.textureHu,
    box: boxAround(parts),
    depthAt: container ? intersection(depthAt, container.depthAt) : depthAt,
  }
}

const intersection =
  (own: DepthAt, container: DepthAt): DepthAt =>
  (x, y, z) => {
    const depth = own(x, y, z)
    return depth === -Infinity ? depth : Math.min(depth, container(x, y, z))
  }

type Triple = readonly [number, number, number]

/** All parts of a structure together: scaled and turned about their common centre, then shifted. */
function moveParts(parts: readonly Part[], shift: Triple, scale: Triple, turnDeg: number): Part[] {
  const [low, high] = boxAround(parts)
  const middle = triple((axis) => (Number.isFinite(low[axis]) ? (low[axis] + high[axis]) / 2 : 0))
  const [cos, sin] = [Math.cos((turnDeg * Math.PI) / 180), Math.sin((turnDeg * Math.PI) / 180)]
  const move = ([x, y, z]: Triple): [number, number, number] => {
    const [dx, dy] = [(x - middle[0]) * scale[0], (y - middle[1]) * scale[1]]
    return [
      middle[0] + cos * dx - sin * dy + shift[0],
      middle[1] + sin * dx + cos * dy + shift[1],
      middle[2] + (z - middle[2]) * scale[2] + shift[2],
    ]
  }
  return parts.map((part): Part => {
    if (part.kind === 'tube') {
      const girth = Math.sqrt(scale[0] * scale[1])
      return { kind: 'tube', points: part.points.map(([x, y, z, radius]) => [...move([x, y, z]), radius * girth]) }
    }
    if (part.kind === 'column') {
      const [x, y] = move([...part.at, 0])
      return { kind: 'column', at: [x, y], radiiMm: [part.radiiMm[0] * scale[0], part.radiiMm[1] * scale[1]] }
    }
    return {
      kind: 'ellipsoid',
      at: move(part.at),
      radiiMm: triple((axis) => part.radiiMm[axis] * scale[axis]),
      turnDeg: part.turnDeg + turnDeg,
    }
  })
}

function deviate(random: Random, sd: number): number {
  return sd * Math.max(-LARGEST_DEVIATION, Math.min(LARGEST_DEVIATION, random.normal()))
}

const triple = (value: (axis: 0 | 1 | 2) => number): [number, number, number] => [value(0), value(1), value(2)]
