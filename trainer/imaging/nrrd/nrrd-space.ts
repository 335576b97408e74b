// Which axes of an NRRD file are space, where they point in the patient, and in which frame the file says so.
import type { Point } from '../../../contract/geometry.ts'
import { damaged } from '../files/read-bytes.ts'
import { words } from './nrrd-fields.ts'

export interface NrrdSpace {
  readonly spatial: readonly [number, number, number]
  readonly axes: readonly [Point, Point, Point]
  readonly origin: Point
  readonly oddities: readonly string[]
}

/** Signs that bring x, y, z of a frame to LPS; a name may be short or long. */
const FRAMES: Readonly<Record<string, Point>> = {
  lps: [1, 1, 1],
  'left-posterior-superior': [1, 1, 1],
  ras: [-1, -1, 1],
  'right-anterior-superior': [-1, -1, 1],
  las: [1, -1, 1],
  'left-anterior-superior': [1, -1, 1],
}

/** @returns null when fewer than three axes are space. @throws OrganMosaicError invalid-file */
export function spaceOf(
  fields: ReadonlyMap<string, string>,
  sizes: readonly number[],
  kinds: readonly string[],
  path: string,
): NrrdSpace | null {
  const directions = fields.get('space directions')
  return directions === undefined
    ? fromSpacings(fields, sizes, kinds, path)
    : fromDirections(fields, directions, sizes, path)
}

function fromDirections(
  fields: ReadonlyMap<string, string>,
  text: string,
  sizes: readonly number[],
  path: string,
): NrrdSpace | null {
  const entries = text.match(/\([^)]*\)|\S+/g) ?? []
  if (entries.length !== sizes.length) {
    throw damaged(path, `gives ${entries.length} space directions for ${sizes.length} axes; expected one each`)
  }
  const vectors = entries.map((entry) => (/^none$/i.test(entry) ? null : vectorOf(entry)))
  const spatial = vectors.flatMap((vector, axis) => (vector && vector.every(Number.isFinite) ? [axis] : []))
  const bad = vectors.findIndex((vector) => vector && vector.length !== 3)
  if (bad >= 0) throw damaged(path, `has the space direction ${entries[bad]}; expected three numbers`)
  if (spatial.length !== 3) return null
  const { signs, oddities } = frameOf(fields, path)
  const toLps = (vector: readonly number[]): Point => [vector[0] * signs[0], vector[1] * signs[1], vector[2] * signs[2]]
  const originText = fields.get('space origin')
  const origin = originText === undefined ? [0, 0, 0] : vectorOf(originText)
  if (origin.length !== 3) throw damaged(path, `has the space origin ${originText}; expected three numbers`)
  const missing = originText === undefined ? [`${path}: no space origin; the first voxel is placed at 0, 0, 0`] : []
  const [i, j, k] = spatial.map((axis) => toLps(vectors[axis] ?? []))
  return {
    spatial: [spatial[0], spatial[1], spatial[2]],
    axes: [i, j, k],
    origin: toLps(origin),
    oddities: [...oddities, ...missing, ...unitsOf(fields, path)],
  }
}

const vectorOf = (text: string): number[] => text.replace(/[()]/g, '').split(',').map(Number)

function frameOf(fields: ReadonlyMap<string, string>, path: string): { signs: Point; oddities: string[] } {
  const name = (fields.get('space') ?? '')
    .toLowerCase()
    .replace(/-time$/, '')
    .replace(/^([a-z]{3})t$/, '$1')
  const known = FRAMES[name] as Point | undefined
  if (known) return { signs: known, oddities: [] }
  const said = name === '' ? 'no space' : `the space "${name}"`
  return {
    signs: [1, 1, 1],
    oddities: [
      `${path}: has ${said}, which does not name the patient's sides; taken for left-posterior-superior. Compare it in the viewer`,
    ],
  }
}

function unitsOf(fields: ReadonlyMap<string, string>, path: string): string[] {
  const units = (fields.get('space units') ?? '').match(/"[^"]*"|\S+/g) ?? []
  const other = units.map((unit) => unit.replaceAll('"', '')).filter((unit) => !/^(mm|millimet(er|re)s?|)$/i.test(unit))
  return other.length > 0 ? [`${path}: lengths are in "${other[0]}"; taken for millimetres`] : []
}

/** Without directions: spacings along x, y, z, origin from the axis minima. */
function fromSpacings(
  fields: ReadonlyMap<string, string>,
  sizes: readonly number[],
  kinds: readonly string[],
  path: string,
): NrrdSpace | null {
  const isSpace = (axis: number): boolean =>
    !/^(time|list|vector|.*-vector|.*color|point|stub)$/i.test(kinds[axis] ?? '')
  const candidates = sizes.flatMap((_, axis) => (isSpace(axis) ? [axis] : []))
  if (candidates.length < 3) return null
  const spatial = candidates.slice(0, 3)
  const spacings = words(fields.get('spacings') ?? '').map(Number)
  const minima = words(fields.get('axis mins') ?? fields.get('axismins') ?? '').map(Number)
  const spacing = spatial.map((axis) => (spacings[axis] > 0 ? spacings[axis] : 1))
  const centers = words(fields.get('centers') ?? fields.get('centerings') ?? '')
  // An axis' minimum is the edge of the first cell, unless its samples are nodes.
  const half = (axis: number, n: number): number => (centers[axis] === 'node' ? 0 : spacing[n] / 2)
  const origin = spatial.map((axis, n) => (Number.isFinite(minima[axis]) ? minima[axis] + half(axis, n) : 0))
  return {
    spatial: [spatial[0], spatial[1], spatial[2]],
    axes: [
      [spacing[0], 0, 0],
      [0, spacing[1], 0],
      [0, 0, spacing[2]],
    ],
    origin: [origin[0], origin[1], origin[2]],
    oddities: [
      `${path}: has no space directions; its axes are taken for left, posterior, superior. Compare it in the viewer`,
    ],
  }
}
