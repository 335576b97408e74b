// How deep a point lies inside a part, in mm: positive inside, 0 on the surface, about the distance near it.
import type { Part } from './phantom-description.ts'

export type DepthAt = (x: number, y: number, z: number) => number

/** Lowest and highest corner of a box in mm; a column has no end along z. */
export type Box = readonly [low: readonly [number, number, number], high: readonly [number, number, number]]

const BLEND_MM = 8
/** Beyond this distance from a part nothing of it is seen, at the coarsest resolution either. */
const NEAR_MM = 14

/** The union of the parts, rounded where two of them meet; -Infinity far away from all. */
export function unionDepth(parts: readonly Part[]): DepthAt {
  const near = parts.map((part) => ({ depthAt: partDepth(part), isNear: nearBox(boxAround([part])) }))
  return (x, y, z) => {
    let deepest = -Infinity
    for (const { depthAt, isNear } of near) {
      if (isNear(x, y, z)) deepest = blend(deepest, depthAt(x, y, z))
    }
    return deepest
  }
}

function nearBox([low, high]: Box): (x: number, y: number, z: number) => boolean {
  const [x0, y0, z0] = [low[0] - NEAR_MM, low[1] - NEAR_MM, low[2] - NEAR_MM]
  const [x1, y1, z1] = [high[0] + NEAR_MM, high[1] + NEAR_MM, high[2] + NEAR_MM]
  return (x, y, z) => x > x0 && x < x1 && y > y0 && y < y1 && z > z0 && z < z1
}

/** A maximum that is smooth where both are alike (quadratic, BLEND_MM wide). */
function blend(a: number, b: number): number {
  const apart = Math.abs(a - b)
  return Math.max(a, b) + (apart < BLEND_MM ? (BLEND_MM - apart) ** 2 / (4 * BLEND_MM) : 0)
}

function partDepth(part: Part): DepthAt {
  if (part.kind === 'tube') return tubeDepth(part.points)
  if (part.kind === 'column') return ellipsoidDepth([...part.at, 0], [...part.radiiMm, Infinity], 0)
  return ellipsoidDepth(part.at, part.radiiMm, part.turnDeg)
}

type Triple = readonly [number, number, number]

/** First-order distance to an ellipsoid turned about z; an infinite radius makes it a column. */
function ellipsoidDepth(at: Triple, radii: Triple, turnDeg: number): DepthAt {
  const [cos, sin] = [Math.cos((turnDeg * Math.PI) / 180), Math.sin((turnDeg * Math.PI) / 180)]
  const [invX, invY, invZ] = [1 / radii[0], 1 / radii[1], 1 / radii[2]]
  const deepest = Math.min(...radii)
  return (x, y, z) => {
    const dx = x - at[0]
    const dy = y - at[1]
    const u = (cos * dx + sin * dy) * invX
    const v = (cos * dy - sin * dx) * invY
    const w = (z - at[2]) * invZ
    const norm = Math.sqrt(u * u + v * v + w * w)
    const slope = Math.sqrt((u * invX) ** 2 + (v * invY) ** 2 + (w * invZ) ** 2)
    return slope === 0 ? deepest : Math.min(deepest, (norm * (1 - norm)) / slope)
  }
}

/** A chain of cones: the radius runs evenly from point to point. */
function tubeDepth(points: readonly (readonly [number, number, number, number])[]): DepthAt {
  const cones = points.slice(1).map((end, at) => {
    const [x, y, z, radius] = points[at] as readonly [number, number, number, number]
    const [ux, uy, uz] = [end[0] - x, end[1] - y, end[2] - z]
    return { x, y, z, radius, widening: end[3] - radius, ux, uy, uz, square: ux * ux + uy * uy + uz * uz }
  })
  return (x, y, z) => {
    let deepest = -Infinity
    for (const cone of cones) {
      const along = ((x - cone.x) * cone.ux + (y - cone.y) * cone.uy + (z - cone.z) * cone.uz) / cone.square
      const t = along < 0 ? 0 : along > 1 ? 1 : along
      const dx = x - cone.x - t * cone.ux
      const dy = y - cone.y - t * cone.uy
      const dz = z - cone.z - t * cone.uz
      const depth = cone.radius + t * cone.widening - Math.sqrt(dx * dx + dy * dy + dz * dz)
      if (depth > deepest) deepest = depth
    }
    return deepest
  }
}

/** A box around the parts. */
export function boxAround(parts: readonly Part[]): Box {
  const boxes = parts.flatMap((part): Box[] => {
    if (part.kind === 'tube') return part.points.map(([x, y, z, r]) => around([x, y, z], [r, r, r]))
    if (part.kind === 'column') return [around([...part.at, 0], [...part.radiiMm, Infinity])]
    const reach = Math.max(part.radiiMm[0], part.radiiMm[1])
    return [around(part.at, [reach, reach, part.radiiMm[2]])]
  })
  const corner = (side: 0 | 1, pick: (...values: number[]) => number): [number, number, number] => [
    pick(...boxes.map((box) => box[side][0])),
    pick(...boxes.map((box) => box[side][1])),
    pick(...boxes.map((box) => box[side][2])),
  ]
  return [corner(0, Math.min), corner(1, Math.max)]
}

const around = (at: Triple, reach: Triple): Box => [
  [at[0] - reach[0], at[1] - reach[1], at[2] - reach[2]],
  [at[0] + reach[0], at[1] + reach[1], at[2] + reach[2]],
]
