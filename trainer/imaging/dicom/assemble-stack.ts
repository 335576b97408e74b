// Slices into volumes: sorted by where they lie, never by number or name. What does not make a regular grid is named.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { Geometry, Point } from '../../../contract/geometry.ts'
import { chooseVolume, notThreeDimensional } from '../files/choose-volume.ts'
import { geometryFromAxes } from '../geometry-from-axes.ts'
import { dot, normalOf, type SliceFrame } from './frames.ts'

export interface Stack {
  readonly geometry: Geometry
  /** A volume each: its slices in the order of the grid */
  readonly volumes: readonly (readonly SliceFrame[])[]
  readonly oddities: readonly string[]
}

/** Positions are written with a few digits after the point. */
const SAME_PLACE_MM = 0.01
/** Share of the distance of slices that one may lie beside its place. */
const UNEVEN = 0.1
/** Share of a pixel that the last slice may be shifted against the first: less is rounding. */
const SHIFT = 0.5

/**
 * @param where what the slices are called in messages
 * @throws OrganMosaicError invalid-data: mixed orientations, duplicated, missing or unevenly spaced slices, gantry tilt
 */
export function assembleStack(frames: readonly SliceFrame[], where: string): Stack {
  const { chosen, left } = chooseOrientation(frames, where)
  const normal = normalOf(chosen[0].orientation)
  const places = groupByPlace(chosen, normal)
  const { volumes, notes } = splitVolumes(places, where)
  const first = volumes[0]
  const along = first.map(({ position }) => dot(position, normal))
  const { step, notes: spacing } = stepOf(along, first[0], where, left)
  refuseTilt(first, normal, where)
  const [row, column] = first[0].orientation
  const scaled = (vector: Point, mm: number): Point => [vector[0] * mm, vector[1] * mm, vector[2] * mm]
  const placed = geometryFromAxes(
    {
      shape: [first.length, first[0].rows, first[0].columns],
      axes: [scaled(row, first[0].pixelSpacing[1]), scaled(column, first[0].pixelSpacing[0]), scaled(normal, step)],
      origin: first[0].position,
    },
    where,
  )
  return {
    geometry: placed.geometry,
    volumes,
    oddities: [...left.map((note) => `${where}: ${note}`), ...notes, ...spacing, ...placed.oddities],
  }
}

const wrong = (where: string, what: string, next: string): OrganMosaicError =>
  new OrganMosaicError('invalid-data', `${where}: ${what}. ${next}`)

const mm = (value: number): string => `${Number(value.toFixed(2))} mm`

/** Slices of one orientation and size; a few others, such as a scout, are left out and named. */
function chooseOrientation(frames: readonly SliceFrame[], where: string): { chosen: SliceFrame[]; left: string[] } {
  if (frames.length === 0) throw wrong(where, 'holds no slice', 'Choose another series.')
  const kinds = Map.groupBy(frames, ({ orientation, rows, columns, pixelSpacing }) =>
    JSON.stringify([
      rows,
      columns,
      pixelSpacing.map((size) => size.toFixed(3)),
      orientation.flat().map((value) => Math.round(value * 500) / 500 + 0),
    ]),
  )
  const sorted = [...kinds.values()].sort((a, b) => b.length - a.length)
  const chosen = sorted[0]
  const others = frames.length - chosen.length
  if (others === 0) return { chosen, left: [] }
  if (chosen.length < 3 || chosen.length <= others) {
    throw wrong(
      where,
      `its ${frames.length} slices have ${kinds.size} orientations or sizes (${sorted.map((kind) => kind.length).join(', ')} slices each); expected one`,
      'Export each as a series of its own, or exclude the case.',
    )
  }
  const have = others === 1 ? 'has' : 'have'
  return {
    chosen,
    left: [`${others} of ${frames.length} slices ${have} another orientation or size (a scout?); left out`],
  }
}

/** Slices at one place together, in the order of the places. */
function groupByPlace(frames: readonly SliceFrame[], normal: Point): SliceFrame[][] {
  const sorted = frames.map((frame) => ({ frame, at: dot(frame.position, normal) })).sort((a, b) => a.at - b.at)
  const groups: { at: number; frames: SliceFrame[] }[] = []
  for (const { frame, at } of sorted) {
    const last = groups.at(-1)
    if (last && at - last.at <= SAME_PLACE_MM) last.frames.push(frame)
    else groups.push({ at, frames: [frame] })
  }
  return groups.map((group) => group.frames)
}

const byOrder = (a: SliceFrame, b: SliceFrame): number =>
  a.order[0] - b.order[0] || a.order[1] - b.order[1] || a.order[2] - b.order[2]

/** Each place once, or each place equally often: then these are several volumes (phases, echoes, time). */
function splitVolumes(places: readonly SliceFrame[][], where: string): { volumes: SliceFrame[][]; notes: string[] } {
  const counts = new Set(places.map((place) => place.length))
  const sorted = places.map((place) => [...place].sort(byOrder))
  if (counts.size === 1) {
    return { volumes: sorted[0].map((_, volume) => sorted.map((place) => place[volume])), notes: [] }
  }
  const copies = sorted.filter((place) => place.length > 1)
  const isCopy = copies.every((place) => place.every((frame) => byOrder(frame, place[0]) === 0))
  const text = `${copies.length} of ${places.length} places have more than one slice`
  if (!isCopy) {
    throw wrong(
      where,
      `${text} (the first at ${copies[0][0].position.map((value) => value.toFixed(1)).join(', ')}); expected one each`,
      'Export the series again with one acquisition, or exclude the case.',
    )
  }
  return {
    volumes: [sorted.map((place) => place[0])],
    notes: [`${where}: ${text}, with the same number; one of each is used`],
  }
}

/**
 * Distance of the slices, from their places; what the header says of it is only compared.
 * @param left what was left out, which may be what is missing
 */
function stepOf(
  along: readonly number[],
  frame: SliceFrame,
  where: string,
  left: readonly string[],
): { step: number; notes: string[] } {
  if (along.length === 1) {
    const step = frame.spacingBetweenSlices || frame.sliceThickness || 1
    const source = frame.spacingBetweenSlices
      ? 'spacing between slices'
      : frame.sliceThickness
        ? 'slice thickness'
        : 'nothing, so 1 mm is taken'
    return { step: Math.abs(step), notes: [`${where}: holds one slice; its depth is that of the header (${source})`] }
  }
  const gaps = along.slice(1).map((at, n) => at - along[n])
  const middle = [...gaps].sort((a, b) => a - b)[gaps.length >> 1]
  const even = (along[along.length - 1] - along[0]) / gaps.length
  const beside = Math.max(...along.map((at, n) => Math.abs(at - along[0] - n * even)))
  if (beside > UNEVEN * middle) throw unevenly(gaps, middle, where, left)
  const notes =
    beside > SAME_PLACE_MM
      ? [`${where}: slices lie up to ${mm(beside)} beside an even distance of ${mm(even)}; taken for even`]
      : []
  const { sliceThickness: thickness, spacingBetweenSlices: between } = frame
  const differs = (value: number | null): value is number =>
    value !== null && value > 0 && Math.abs(value - even) > 0.01 * even + SAME_PLACE_MM
  if (differs(thickness))
    notes.push(
      `${where}: the header says a slice thickness of ${mm(thickness)}, and slices lie ${mm(even)} apart; their places are believed`,
    )
  if (differs(between))
    notes.push(
      `${where}: the header says ${mm(between)} between slices, and they lie ${mm(even)} apart; their places are believed`,
    )
  return { step: even, notes }
}

function unevenly(gaps: readonly number[], middle: number, where: string, left: readonly string[]): OrganMosaicError {
  const cause = left.map((note) => `; ${note}`).join('')
  const wide = gaps.filter((gap) => gap > (1 + UNEVEN) * middle)
  const whole = gaps.every((gap) => Math.abs(gap / middle - Math.round(gap / middle)) <= UNEVEN)
  if (whole) {
    const missing = wide.reduce((sum, gap) => sum + Math.round(gap / middle) - 1, 0)
    return wrong(
      where,
      `${missing === 1 ? '1 slice is' : `${missing} slices are`} missing (${gaps.length + 1} there, ${mm(middle)} apart, with gaps of up to ${mm(Math.max(...wide))})${cause}`,
      left.length > 0
        ? 'Export the series again with all slices of one size and orientation, or exclude the case.'
        : 'Copy or export the series again, or exclude the case.',
    )
  }
  return wrong(
    where,
    `its slices are unevenly spaced (from ${mm(Math.min(...gaps))} to ${mm(Math.max(...gaps))} apart)${cause}`,
    'Resample or export it with even slices, or exclude the case.',
  )
}

/** Slices that slide sideways: a gantry tilt, which would need resampling. */
function refuseTilt(slices: readonly SliceFrame[], normal: Point, where: string): void {
  const [first, last] = [slices[0].position, slices[slices.length - 1].position]
  const way: Point = [last[0] - first[0], last[1] - first[1], last[2] - first[2]]
  const along = dot(way, normal)
  const sideways = Math.hypot(way[0] - along * normal[0], way[1] - along * normal[1], way[2] - along * normal[2])
  if (sideways <= SHIFT * Math.min(...slices[0].pixelSpacing)) return
  const degrees = ((Math.atan2(sideways, along) * 180) / Math.PI).toFixed(1)
  throw wrong(
    where,
    `its slices are tilted by ${degrees} degrees against the direction in which they follow each other (gantry tilt, ${mm(sideways)} in all)`,
    'Export it with the tilt corrected, or exclude the case.',
  )
}

/** @throws OrganMosaicError invalid-data when there are several and none was chosen */
export function pickStackVolume(
  { volumes, geometry }: Stack,
  number: number | null,
  where: string,
): readonly SliceFrame[] {
  const sizes = [...geometry.shape].reverse()
  if (number === null && volumes.length > 1) {
    throw notThreeDimensional(
      where,
      `${volumes.length} volumes at the same place`,
      [...sizes, volumes.length],
      volumes.length,
    )
  }
  return volumes[chooseVolume(volumes.length, number, sizes, where)]
}
