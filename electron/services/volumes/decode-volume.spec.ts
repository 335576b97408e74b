import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Geometry } from '../../../contract/geometry.ts'
import { rotatedDirection, signedPermutations } from '../../../trainer/imaging/test-geometries.ts'
import { fromCanonical, canonicalTransform } from '../../../trainer/imaging/canonical.ts'
import type { Volume } from '../../../trainer/imaging/volume.ts'
import { imageVolume, labelVolume, writeTestFolder } from '../datasets/write-test-folder.ts'
import { decodeVolume } from './decode-volume.ts'
import { encodeVolume } from './encode-volume.ts'
import { readEncoded, type Encoded } from './read-encoded.ts'
import type { Recipe, VolumeStart } from './recipe.ts'

async function decode(recipe: Recipe): Promise<Encoded> {
  const start = Promise.withResolvers<VolumeStart>()
  const rest = decodeVolume(recipe, start.resolve)
  rest.catch(start.reject)
  return readEncoded(await encodeVolume({ start: start.promise, rest }))
}

const image = (path: string, modality: 'CT' | 'MR' = 'CT'): Recipe => ({
  kind: 'image',
  path,
  modality,
  intensity: null,
})

/** The three planes through the middle, cut out of the whole volume. */
function middle({ header, voxels }: Encoded): number[][] {
  const [depth, height, width] = header.geometry.shape
  const [k, j, i] = header.planes
  const at = (z: number, y: number, x: number) => voxels[(z * height + y) * width + x]
  const range = (n: number) => [...Array(n).keys()]
  return [
    range(height).flatMap((y) => range(width).map((x) => at(k, y, x))),
    range(depth).flatMap((z) => range(width).map((x) => at(z, j, x))),
    range(depth).flatMap((z) => range(height).map((y) => at(z, y, i))),
  ]
}

describe('an image', () => {
  const canonical = imageVolume(1)
  const stored = signedPermutations().map((direction): Volume => {
    const geometry: Geometry = { ...canonical.geometry, direction: canonical.geometry.direction }
    const transform = canonicalTransform({ ...geometry, direction })
    return fromCanonical({ data: canonical.data, geometry }, transform)
  })

  test.each(stored.map((volume, n) => [n, volume] as const))(
    'comes out the same in whichever of 48 axis orders it was stored (%i)',
    async (_, volume) => {
      const root = await writeTestFolder({ 'image.nii.gz': volume })
      const answer = await decode(image(join(root, 'image.nii.gz')))
      expect(answer.voxels).toEqual([...canonical.data])
      expect(answer.header.geometry.shape).toEqual(canonical.geometry.shape)
      expect(answer.planes).toEqual(middle(answer))
    },
  )

  test('an oblique one keeps its own axes and says where they point', async () => {
    const direction = rotatedDirection(0.2, -0.15, 0.25)
    const root = await writeTestFolder({ 'image.nii.gz': imageVolume(1, { direction }) })
    const { header, voxels } = await decode(image(join(root, 'image.nii.gz')))
    expect(voxels).toEqual([...canonical.data])
    header.geometry.direction.forEach((value, at) => expect(value).toBeCloseTo(direction[at], 5))
  })

  test('a CT opens in the soft tissue window, an MR in one that its values fill', async () => {
    const root = await writeTestFolder({ 'image.nii.gz': imageVolume(1) })
    const ct = await decode(image(join(root, 'image.nii.gz')))
    const mr = await decode(image(join(root, 'image.nii.gz'), 'MR'))
    expect(ct.header.window).toEqual({ centre: 40, width: 400 })
    expect(mr.header.window.centre - mr.header.window.width / 2).toBeGreaterThan(-60)
    expect(mr.header.window.centre + mr.header.window.width / 2).toBeLessThan(160)
    expect(ct.header.range).toEqual({ min: -1000, max: 148 })
  })

  test('fine values are spread over 16 bits and lead back to what they were', async () => {
    const volume = imageVolume(1)
    const data = Float32Array.from(volume.data, (value) => value * 0.37)
    const root = await writeTestFolder({ 'image.nii.gz': { data, geometry: volume.geometry } })
    const { header, voxels } = await decode(image(join(root, 'image.nii.gz'), 'MR'))
    expect(header).toMatchObject({ type: 'uint16', exact: false })
    voxels.forEach((value, at) =>
      expect(Math.abs(value * header.slope + header.intercept - data[at])).toBeLessThan(0.01),
    )
  })

  test('whole numbers stored as floats stay exact', async () => {
    const volume = imageVolume(1)
    const root = await writeTestFolder({
      'image.nii.gz': { data: new Float32Array(volume.data), geometry: volume.geometry },
    })
    const { header, voxels } = await decode(image(join(root, 'image.nii.gz')))
    expect(header).toMatchObject({ type: 'int16', exact: true, slope: 1, intercept: 0 })
    expect(voxels).toEqual([...volume.data])
  })

  test('a truncated file is an error and no half of a volume', async () => {
    const root = await writeTestFolder({ 'image.nii.gz': new Uint8Array([0x1f, 0x8b, 8, 0]) })
    await expect(decode(image(join(root, 'image.nii.gz')))).rejects.toMatchObject({ code: 'invalid-file' })
  })
})

describe('labels', () => {
  test('mask files become one map; where two claim a voxel the later is shown, and that is said', async () => {
    const left = labelVolume({ 1: [0, 1, 3] })
    const right = labelVolume({ 1: [1, 1, 2] })
    const root = await writeTestFolder({ 'a.nii.gz': left, 'b.nii.gz': right })
    const sources = [
      { path: join(root, 'a.nii.gz'), value: 1 },
      { path: join(root, 'b.nii.gz'), value: 2 },
    ]
    const { header, voxels, content } = await decode({ kind: 'labels', sources, grid: left.geometry })
    expect(content.segments.map(({ value, voxels: count }) => [value, count])).toEqual([
      [1, 4],
      [2, 2],
    ])
    expect(voxels.filter((value) => value === 2)).toHaveLength(2)
    expect(header.notes).toEqual(['2 voxels lie in more than one mask file; the later file is shown there.'])
  })

  test('a map in another axis order than its image lies where it belongs', async () => {
    const labels = labelVolume({ 7: [2, 3, 2] })
    const direction = [-1, 0, 0, 0, 0, -1, 0, -1, 0]
    const flipped = fromCanonical(labels, canonicalTransform({ ...labels.geometry, direction }))
    const root = await writeTestFolder({ 'labels.nii.gz': flipped })
    const sources = [{ path: join(root, 'labels.nii.gz'), value: null }]
    const { voxels } = await decode({ kind: 'labels', sources, grid: labels.geometry })
    expect(voxels).toEqual([...labels.data])
  })

  test('a map of another grid is refused', async () => {
    const root = await writeTestFolder({ 'labels.nii.gz': labelVolume({ 1: [0, 0, 1] }, { origin: [0, 0, 0] }) })
    const sources = [{ path: join(root, 'labels.nii.gz'), value: null }]
    await expect(decode({ kind: 'labels', sources, grid: imageVolume(1).geometry })).rejects.toThrow(
      /does not lie on its image/,
    )
  })

  test('three predictions disagree by as many as speak against the most frequent answer', async () => {
    const { geometry } = labelVolume({}, { shape: [1, 1, 4] })
    const of = (...values: number[]) => ({ data: Uint8Array.from(values), geometry })
    const root = await writeTestFolder({
      '1.nii.gz': of(1, 1, 1, 0),
      '2.nii.gz': of(1, 2, 2, 0),
      '3.nii.gz': of(1, 3, 1, 0),
    })
    const paths = [1, 2, 3].map((n) => join(root, `${n}.nii.gz`))
    const { voxels } = await decode({ kind: 'disagreement', paths, grid: null })
    expect(voxels).toEqual([0, 2, 1, 0])
  })
})
